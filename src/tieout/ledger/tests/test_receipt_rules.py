"""How a day's payments become receipts: worked examples, and the law that nothing vanishes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tieout.kernel.calendar import Calendar
from tieout.kernel.money import Money
from tieout.ledger.errors import BadMapping, parse_settings
from tieout.ledger.receipts.rules import PaymentRow, plan_day, receipt, split_group
from tieout.ledger.receipts.settings import ReceiptSettings

FRIDAY = date(2026, 10, 2)
CHECKING = {"method": "ACH", "bank_account": "BOA-OPER", "account": "10920", "location": "US-NYC"}
CARDS = {
    "method": "Visa",
    "bank_account": "MERIDIAN",
    "payment_method": "Credit Card",
    "account_label": "Card settlements",
    "deposit_after": 2,
}
CASH = {
    "method": "Cash",
    "treatment": "undeposited",
    "undeposited_account": "10900",
    "payment_method": "Cash",
    "account": "10920",
}
PAPER = {"method": "Credit", "treatment": "no_money"}


def settings(**changes: Any) -> ReceiptSettings:
    return parse_settings(
        ReceiptSettings, {"start_on": "2026-10-01", "methods": [CHECKING, CARDS, CASH, PAPER], **changes}
    )


def paid(number: int, amount: str = "100.00", method: str = "ACH", **facts: Any) -> PaymentRow:
    currency = facts.pop("currency", "USD")
    row = PaymentRow(str(number), number, "7", "Zażółć & Sons", Money.parse(amount, currency), method, FRIDAY)
    return replace(row, **facts)


class TestADayOfPayments:
    def test_makes_one_receipt_for_each_deposit(self) -> None:
        plan = plan_day(
            [paid(1, "10.00"), paid(2, "2.50", "Visa"), paid(3, "5.00"), paid(4, "1.00", "Cash")], settings()
        )
        assert [(group.name, str(group.total)) for group in plan.groups] == [
            ("2026-10-02 · ACH · USD", "15.00 USD"),
            ("2026-10-02 · Cash · USD", "1.00 USD"),
            ("2026-10-02 · Visa · USD", "2.50 USD"),
        ]

    def test_is_split_by_currency_and_by_mapped_entity(self) -> None:
        rows = [paid(1, entity="US"), paid(2, entity="UK"), paid(3, "900", currency="JPY", entity="US")]
        plan = plan_day(rows, settings(entity_field="Entity", entities={"US": "100-US", "UK": "200-UK"}))
        assert [group.name for group in plan.groups] == [
            "2026-10-02 · ACH · JPY · 100-US",
            "2026-10-02 · ACH · USD · 100-US",
            "2026-10-02 · ACH · USD · 200-UK",
        ]

    def test_takes_the_narrowest_row_that_fits(self) -> None:
        yen = {**CHECKING, "currency": "JPY", "bank_account": "SAKURA"}
        plan = plan_day([paid(1), paid(2, "900", currency="JPY")], settings(methods=[CHECKING, yen]))
        assert {group.currency: group.mapping.bank_account for group in plan.groups} == {
            "USD": "BOA-OPER",
            "JPY": "SAKURA",
        }


class TestAReceipt:
    def test_of_a_single_payment_names_its_customer_as_payer(self) -> None:
        [group] = plan_day([paid(1, reference="CHK 77")], settings()).groups
        document = receipt(group, "TOKEY", Calendar("US"))
        assert document.payer == "Zażółć & Sons"
        assert document.lines[0].memo == "Zażółć & Sons · payment 1 · CHK 77"
        assert (document.bank_account, document.deposit_day, document.key) == ("BOA-OPER", FRIDAY, "TOKEY")

    def test_of_several_carries_each_customer_in_a_line(self) -> None:
        [group] = plan_day([paid(2), paid(1), paid(10)], settings()).groups
        document = receipt(group, "", Calendar("US"))
        assert document.payer == "ACH: 3 payments"
        assert [line.memo.split(" · ")[1] for line in document.lines] == ["payment 1", "payment 2", "payment 10"]
        assert document.total == Money(30000, "USD")

    def test_of_cards_is_deposited_working_days_later_and_uses_the_account_label(self) -> None:
        [group] = plan_day([paid(1, method="Visa")], settings()).groups
        document = receipt(group, "", Calendar("US"))
        assert document.deposit_day == date(2026, 10, 6)
        assert (document.lines[0].account, document.lines[0].account_label) == ("", "Card settlements")

    def test_of_cash_waits_in_undeposited_funds(self) -> None:
        [group] = plan_day([paid(1, method="Cash")], settings()).groups
        document = receipt(group, "", Calendar("US"))
        assert (document.bank_account, document.undeposited_account, document.deposit_day) == ("", "10900", None)

    def test_longer_than_the_limit_comes_in_parts(self) -> None:
        [group] = plan_day([paid(number) for number in range(1, 6)], settings()).groups
        assert [len(part.bookings) for part in split_group(group, 2)] == [2, 2, 1]

    def test_whose_part_would_be_negative_is_not_torn_apart(self) -> None:
        rows = [paid(1), paid(2), paid(3, "-150.00")]
        [group] = plan_day(rows, settings(rules={"refunded": "book"})).groups
        assert [part.total.minor for part in split_group(group, 2)] == [5000]


class TestAnUnusualPayment:
    @pytest.mark.parametrize(
        ("facts", "rule", "state"),
        [
            ({"refunded": True}, "refunded", "open"),
            ({"amount": Money(-500, "USD")}, "refunded", "open"),
            ({"bounced": True}, "bounced", "open"),
            ({"amount": Money(0, "USD")}, "zero", "settled"),
            ({"method": "Credit"}, "no_money", "settled"),
            ({"method": "Bitcoin"}, "unmapped_method", "open"),
            ({"customer_name": None}, "unknown_customer", "open"),
        ],
    )
    def test_is_a_finding_and_not_a_line(self, facts: dict[str, Any], rule: str, state: str) -> None:
        plan = plan_day([replace(paid(1), **facts)], settings())
        assert plan.groups == []
        assert [(found.rule, found.record_id, found.state) for found in plan.findings] == [(rule, "1", state)]
        assert plan.findings[0].remedy

    def test_is_booked_when_the_process_says_so_and_noted_all_the_same(self) -> None:
        plan = plan_day([paid(1, bounced=True)], settings(rules={"bounced": "book"}))
        assert [group.total.minor for group in plan.groups] == [10000]
        assert [(found.rule, found.state) for found in plan.findings] == [("bounced", "settled")]

    def test_is_decided_for_itself_alone(self) -> None:
        decided, other = paid(1, bounced=True, decisions={"bounced": "book"}), paid(2, bounced=True)
        plan = plan_day([decided, other], settings())
        assert [booking.payment.id for group in plan.groups for booking in group.bookings] == ["1"]
        assert {found.record_id: found.state for found in plan.findings} == {"1": "dismissed", "2": "open"}

    def test_that_empties_a_deposit_holds_all_of_it(self) -> None:
        plan = plan_day([paid(1, "10.00"), paid(2, "-25.00")], settings(rules={"refunded": "book"}))
        assert plan.groups == []
        assert sorted(found.record_id for found in plan.findings if found.rule == "negative_deposit") == ["1", "2"]


payments = some.builds(
    paid,
    some.integers(1, 10**6),
    some.decimals("-500", "500", places=2).map(str),
    some.sampled_from(["ACH", "Visa", "Cash", "Credit", "Bitcoin"]),
    refunded=some.booleans(),
    bounced=some.booleans(),
    customer_name=some.one_of(some.none(), some.text(max_size=30)),
    entity=some.sampled_from(["", "US", "Mars"]),
    decisions=some.dictionaries(
        some.sampled_from(["bounced", "refunded"]), some.sampled_from(["book", "leave_out", "hold"])
    ),
)
choices = some.fixed_dictionaries(
    {
        "refunded": some.sampled_from(["hold", "leave_out", "book"]),
        "bounced": some.sampled_from(["hold", "leave_out", "book"]),
        "unknown_customer": some.sampled_from(["hold", "leave_out", "book"]),
    }
)


@given(some.lists(payments, max_size=30, unique_by=lambda row: row.id), choices, some.booleans())
def test_nothing_vanishes_and_nothing_is_booked_twice(
    rows: list[PaymentRow], rules: dict[str, str], entities: bool
) -> None:
    chosen = settings(rules=rules, **({"entity_field": "Entity", "entities": {"US": "100"}} if entities else {}))
    plan = plan_day(rows, chosen)
    booked = [booking.payment.id for group in plan.groups for booking in group.bookings]
    named = {found.record_id for found in plan.findings}
    assert len(booked) == len(set(booked))
    assert set(booked) | named == {row.id for row in rows}
    assert all(group.total.minor > 0 for group in plan.groups)
    parts = [part for group in plan.groups for part in split_group(group, 4)]
    assert sum(part.total.minor for part in parts) == sum(group.total.minor for group in plan.groups)
    assert all(part.total.minor > 0 for part in parts)


@given(
    some.lists(payments, max_size=12, unique_by=lambda row: row.id).flatmap(
        lambda rows: some.tuples(some.just(rows), some.permutations(rows))
    )
)
def test_the_order_of_payments_does_not_matter(orders: tuple[list[PaymentRow], list[PaymentRow]]) -> None:
    one, other = (plan_day(rows, settings(rules={"refunded": "book"})) for rows in orders)
    assert one.groups == other.groups
    assert sorted(map(repr, one.findings)) == sorted(map(repr, other.findings))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"methods": [{**CHECKING, "bank_account": ""}]}, "methods › 1: .*no"),
        ({"methods": [{**CHECKING, "account": ""}]}, "needs either an income or clearing account"),
        ({"methods": [CHECKING, CHECKING]}, "mapped twice"),
        ({"rules": {"bounced": "shrug"}}, "not offered"),
        ({"start_on": "yesterday"}, "start_on"),
        ({"colour": "red"}, "colour"),
        ({"max_lines": 10**9}, "max_lines"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_by_place(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadMapping, match=says):
        settings(**changes)
