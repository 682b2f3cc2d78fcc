"""Stories of the seeded company: believable, troublesome, reproducible, and with books that hang together."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from dataclasses import asdict
from datetime import date, timedelta

import pytest

from tieout.sandbox.company import totals
from tieout.sandbox.company.books import Books, Refused
from tieout.sandbox.company.catalogue import METHODS
from tieout.sandbox.company.company import Company
from tieout.sandbox.company.days import DAY, day_of, is_weekend, number

TODAY = date(2026, 11, 20)
ACH = METHODS[1]


@pytest.fixture(scope="module")
def company() -> Company:
    return Company("acme", TODAY, seed=1, scale=0.05)


@pytest.fixture
def own() -> Books:
    return Company("acme", TODAY, seed=2, scale=0.001).books


def assert_balanced(books: Books) -> None:
    """Every sum on a bill or a customer, computed again from the rows below it."""
    invoiced, credited, paid = Counter[int](), Counter[int](), Counter[int]()
    owed = Counter[int]()
    for charge in books.charges:
        invoiced[charge.bill_id] += charge.amount + charge.tax_amount
    for credit in books.credits:
        credited[credit.bill_id] += credit.amount + credit.tax_amount
    for payment in books.payments:
        if not payment.bounced and not payment.refund_flag:
            paid[payment.bill_id] += payment.amount - payment.balance
            owed[payment.customer_id] -= payment.balance
    for bill in books.bills:
        number = bill.bill_id
        assert (bill.invoiced, bill.credited, bill.paid) == (invoiced[number], credited[number], paid[number])
        owed[bill.customer_id] += invoiced[number] - credited[number] - paid[number]
    assert paid[0] == 0, "a payment without a bill applies nothing"
    assert {row.customer_id: row.balance for row in books.customers} == {
        row.customer_id: owed[row.customer_id] for row in books.customers
    }


@pytest.mark.parametrize("tenant", ["acme", "acme_jp", "acme_kw"])
def test_the_books_of_every_tenant_hang_together(tenant: str) -> None:
    books = Company(tenant, TODAY, scale=0.05).books
    assert_balanced(books)
    assert all(bill.amount_due >= 0 and bill.invoiced > 0 for bill in books.bills)
    assert all(0 <= payment.balance <= payment.amount for payment in books.payments)


def test_the_same_seed_gives_the_same_rows_and_another_seed_gives_others() -> None:
    first, again, other = (Company("acme", TODAY, seed, 0.01).books for seed in (7, 7, 8))
    assert [asdict(row) for row in first.payments] == [asdict(row) for row in again.payments]
    assert [asdict(row) for row in first.charges] == [asdict(row) for row in again.charges]
    assert [row.amount for row in first.payments] != [row.amount for row in other.payments]


def test_days_that_pass_one_by_one_end_where_a_leap_ends() -> None:
    walker, leaper = (Company("acme", TODAY, scale=0.01) for _ in range(2))
    seen = len(walker.books.payments)
    for days in range(1, 41):
        walker.advance(TODAY + timedelta(days=days))
    leaper.advance(TODAY + timedelta(days=40))
    leaper.advance(TODAY)
    assert [asdict(row) for row in walker.books.payments] == [asdict(row) for row in leaper.books.payments]
    assert len(walker.books.payments) > seen
    assert_balanced(walker.books)


def test_two_years_of_history_reach_up_to_noon_of_today(company: Company) -> None:
    days = {payment.created_date // DAY for payment in company.books.payments}
    assert company.first == date(2024, 11, 1)
    assert min(days) < number(company.first)
    assert max(days) == number(TODAY)
    assert company.books.payments[-1].created_date < company.now
    months = {f"{day_of(bill.created_date):%Y-%m}" for bill in company.books.bills}
    assert len(months) == 24 + 2 + 1


def test_working_days_bring_many_payments_and_weekends_few(company: Company) -> None:
    per_day = Counter(payment.created_date // DAY for payment in company.books.payments)
    span = range(number(company.first), number(TODAY))
    working = [per_day[day] for day in span if not is_weekend(day)]
    weekends = [per_day[day] for day in span if is_weekend(day)]
    assert 12 < sum(working) / len(working) < 20
    assert 0 < sum(weekends) / len(weekends) < 6


def test_numbers_ascend_with_time(company: Company) -> None:
    books = company.books
    for rows in (books.bills, books.charges, books.credits, books.payments):
        moments = [row.created_date for row in rows]
        assert moments == sorted(moments)


def test_every_kind_of_trouble_is_there(company: Company) -> None:
    books = company.books
    assert {payment.method for payment in books.payments} == {method.description for method in METHODS.values()}
    assert any(payment.bounced for payment in books.payments)
    assert any(payment.refund_flag for payment in books.payments)
    assert any(payment.amount == 0 for payment in books.payments)
    assert any(0 < payment.balance < payment.amount for payment in books.payments)
    assert any(payment.balance == payment.amount > 0 and not payment.bill_id for payment in books.payments)
    assert any(payment.received_date // DAY < payment.created_date // DAY for payment in books.payments)
    assert any(not charge.bill_id for charge in books.charges)
    assert any(charge.is_prorated for charge in books.charges)
    assert any(credit.is_bad_debt for credit in books.credits)
    assert any(bill.is_final_bill for bill in books.bills)
    assert {customer.entity for customer in books.customers} == {"US", "UK", ""}
    assert None in {code for _, code in totals.ledger(books)}


def test_names_come_in_many_scripts_and_in_both_normal_forms(company: Company) -> None:
    names = {f"{row.company_name}{row.first_name}{row.last_name}" for row in company.books.customers}
    scripts = {unicodedata.name(letter, "?").split()[0] for name in names for letter in name if letter.isalpha()}
    assert {
        "LATIN",
        "GREEK",
        "CYRILLIC",
        "HEBREW",
        "ARABIC",
        "THAI",
        "DEVANAGARI",
        "HANGUL",
        "CJK",
        "KATAKANA",
    } <= scripts
    composed = {name for name in names if unicodedata.normalize("NFC", name) == name}
    assert any(unicodedata.normalize("NFC", name) in composed for name in names - composed)
    assert "" in names
    assert max(map(len, names)) > 200


def test_totals_tell_money_from_entries_that_move_none(company: Company) -> None:
    books = company.books
    money, everything = totals.payments(books), totals.payments(books, lambda _: True)
    assert sum(tally.count for tally in everything.values()) == len(books.payments)
    by_method: dict[str, int] = defaultdict(int)
    for (_, method), tally in money.items():
        by_method[method] += tally.amount
    live = [row for row in books.payments if not row.bounced and not row.refund_flag and row.method != "Credit"]
    assert sum(by_method.values()) == sum(row.amount for row in live)
    assert "Credit" not in by_method
    billed = sum(posting.charges + posting.tax for posting in totals.ledger(books).values())
    assert billed == sum(bill.invoiced for bill in books.bills)


def test_a_bounce_a_refund_and_a_correction_leave_the_books_in_balance(own: Books) -> None:
    bill = next(bill for bill in own.bills if bill.amount_due > 100)
    customer, due = own.customer(bill.customer_id), bill.amount_due
    over = own.pay(customer, bill, due + 50, ACH, bill.created_date)
    assert (bill.amount_due, over.balance) == (0, 50)
    own.amend(over, due - 50)
    assert (bill.amount_due, over.balance) == (50, 0)
    own.bounce(over)
    assert bill.amount_due == due
    again = own.pay(customer, bill, due, ACH, bill.created_date)
    own.refund(again)
    assert bill.amount_due == due
    assert_balanced(own)


def test_the_books_refuse_what_would_break_them(own: Books) -> None:
    payment = next(payment for payment in own.payments if payment.is_live)
    with pytest.raises(Refused, match="negative"):
        own.amend(payment, -1)
    own.bounce(payment)
    with pytest.raises(Refused, match="already"):
        own.refund(payment)
    billed = next(charge for charge in own.charges if charge.bill_id)
    with pytest.raises(Refused, match="billed already"):
        own.assign(billed, own.bills[0])
    with pytest.raises(Refused, match="no customer 7"):
        own.customer(7)
    assert_balanced(own)
