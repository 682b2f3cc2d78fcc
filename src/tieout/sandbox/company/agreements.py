"""What customers are bound to: terms of one to three years, renewals, upgrades, and the orders by which all of it was signed.

Drawn from a seed of their own, so that the rest of the company's history is the same with or without them. What changes
in the middle of things changes on a customer's billing day.
"""

from __future__ import annotations

from datetime import date
from random import Random

from tieout.sandbox.company.books import Books
from tieout.sandbox.company.catalogue import CYCLE_DAYS
from tieout.sandbox.company.days import DAY, date_of, number
from tieout.sandbox.company.records import Customer, Line
from tieout.sandbox.company.tenants import Tenant

TERMS = (12, 12, 12, 24, 24, 36)
"""Months that a customer is bound for."""
BOUND = {True: 0.7, False: 0.35}
"""How many businesses, and how many homes, are bound at all."""
RENEWED, UPGRADED = 0.6, 0.4
_WEEK = 7 * DAY


def agree(books: Books, tenant: Tenant, seed: int, first_day: int, last_day: int) -> None:
    """Bind customers, and let them renew and upgrade before `last_day`; then note every order."""
    random = Random(f"{seed}/{tenant.code}/agreements")
    firsts = [(customer, customer.lines) for customer in books.customers]
    for customer, lines in firsts:
        months = random.choice(TERMS) if random.random() < BOUND[customer.is_business] else 0
        term = _term(customer.activated_date // DAY, months, first_day) if months else None
        for line in lines:
            line.agreed = term
    changes: list[tuple[int, str, Line, Line]] = []
    for customer, lines in firsts:
        for line in lines:
            changes += _upgraded(random, books, customer, line, last_day)
    for customer, _ in firsts:
        for line in [line for line in customer.lines if line.agreed and line.canceled_date is None]:
            changes += _renewed(random, books, customer, line, last_day)
    _sign(books, firsts, changes)


def months_after(day: int, months: int) -> int:
    """The same day of the month that many months later, or its last day where it is shorter."""
    begin = date_of(day)
    years, month = divmod(begin.month - 1 + months, 12)
    first = date(begin.year + years, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return number(first) + min(begin.day, (following - first).days) - 1


def _term(joined: int, months: int, first_day: int) -> tuple[int, int]:
    """The term that holds the first day of the history, or the first one of those who came later."""
    passed = 0
    while months_after(joined, passed + months) <= first_day:
        passed += months
    return months_after(joined, passed) * DAY, months_after(joined, passed + months) * DAY


def _upgraded(
    random: Random, books: Books, customer: Customer, line: Line, last_day: int
) -> list[tuple[int, str, Line, Line]]:
    chance, at, more = random.random(), random.random(), random.choice((-2, -1, 1, 2, 3, 5))
    if not line.agreed or not line.product.seats or chance >= UPGRADED or line.quantity + more < 1:
        return []
    begin, until = line.agreed[0] // DAY, min(line.agreed[1] // DAY, last_day)
    day = _billing_day(customer, begin + 45 + int(at * (until - begin))) * DAY
    if day >= until * DAY or _gone(customer, day):
        return []
    return _changed(books, customer, line, day, "Change", quantity=line.quantity + more, until=line.agreed[1])


def _renewed(
    random: Random, books: Books, customer: Customer, line: Line, last_day: int
) -> list[tuple[int, str, Line, Line]]:
    assert line.agreed is not None
    renews = random.random() < RENEWED
    day = _billing_day(customer, line.agreed[1] // DAY) * DAY
    if not renews or day >= last_day * DAY or day <= line.activated_date or _gone(customer, day):
        return []
    until = months_after(day // DAY, 12) * DAY
    return _changed(books, customer, line, day, "Renewal", quantity=line.quantity, until=until)


def _changed(
    books: Books, customer: Customer, line: Line, day: int, kind: str, *, quantity: int, until: int
) -> list[tuple[int, str, Line, Line]]:
    line.canceled_date = None
    made = books.replace(line, day, quantity=quantity, until=until)
    made.canceled_date = customer.close_date
    return [(day, kind, line, made)]


def _gone(customer: Customer, day: int) -> bool:
    return customer.close_date is not None and customer.close_date <= day


def _billing_day(customer: Customer, day: int) -> int:
    """The customer's first billing day on or after a day."""
    wanted = CYCLE_DAYS[customer.bill_profile_id]
    calendar = date_of(day)
    month = (
        calendar.replace(day=1) if calendar.day <= wanted else date_of(months_after(number(calendar.replace(day=1)), 1))
    )
    return number(month) + wanted - 1


def _sign(
    books: Books, firsts: list[tuple[Customer, tuple[Line, ...]]], changes: list[tuple[int, str, Line, Line]]
) -> None:
    signed = [(lines[0].activated_date, "New service", lines) for _, lines in firsts]
    signed += [(day, kind, (before, after)) for day, kind, before, after in changes]
    for customer, _ in firsts:
        ended = tuple(line for line in customer.lines if line.canceled_date == customer.close_date)
        if customer.close_date is not None and ended:
            signed.append((customer.close_date, "Disconnect", ended))
    signed.sort(key=lambda each: (each[0], each[2][0].service_product_id))
    for day, kind, lines in signed:
        books.order(kind, day - (_WEEK if kind == "New service" else DAY), day, *lines)
