"""How the days pass: bills on their cycle days, usage in between, payments as each customer is used to pay.

A bill is settled in one to four instalments; a few customers pay too little, too much or twice, some bills are never paid
and written off, some payments bounce days later and are made good, doubled ones are refunded. Every draw comes from the
seed, the tenant and the day, so any two runs agree, whether the days pass one by one or all at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import partial
from random import Random
from typing import NamedTuple

from tieout.kernel.rounding import divide_half_up, split
from tieout.sandbox.company.books import Books
from tieout.sandbox.company.catalogue import (
    CREDIT_ONLY,
    CYCLE_DAYS,
    DOMESTIC,
    INSTALLATION,
    INTERNATIONAL,
    LATE_FEE,
    METHODS,
    PHONE,
    PRODUCTS,
    TERMINATION,
    Method,
    Product,
)  # fmt: skip
from tieout.sandbox.company.days import DAY, HOUR, date_of, is_weekend, months_later, number
from tieout.sandbox.company.records import Bill, Customer, Line, Payment
from tieout.sandbox.company.tenants import Tenant

Draw = Callable[[], float]
NOTING, BILLING = 1 * HOUR, 2 * HOUR


class Intent(NamedTuple):
    """A payment that will be made at a moment; `fate` is what becomes of it later: "bounce", "refund" or nothing."""

    at: int
    customer: Customer
    bill: Bill | None
    amount: int
    method: Method
    fate: str = ""


class History:
    """Writes the books day by day. Call `pass_day` for consecutive days; payments wait until `release` reaches them."""

    def __init__(self, tenant: Tenant, seed: int, books: Books) -> None:
        self._tenant, self._seed, self._books = tenant, seed, books
        self._notes: dict[int, list[Callable[[int], object]]] = defaultdict(list)
        self._intents: dict[int, list[Intent]] = defaultdict(list)
        self._waiting: list[Intent] = []
        self._cycles: dict[int, list[Customer]] = {day: [] for day in CYCLE_DAYS.values()}
        for customer in books.customers:
            self._cycles[CYCLE_DAYS[customer.bill_profile_id]].append(customer)

    def pass_day(self, day: int) -> None:
        """Enter what happens before business hours and plan the day's payments."""
        self.release((day + 1) * DAY)
        draw = Random(f"{self._seed}/{self._tenant.code}/{day}").random
        for index, note in enumerate(self._notes.pop(day, ())):
            note(day * DAY + NOTING + index * 137)
        calendar = date_of(day)
        for index, customer in enumerate(self._cycles.get(calendar.day, ())):
            self._cycle(draw, customer, calendar, day * DAY + BILLING + index * 250)
        self._waiting = sorted(self._intents.pop(day, ()), key=_moment, reverse=True)

    def release(self, moment: int) -> None:
        """Take in the payments that were made before the moment."""
        while self._waiting and self._waiting[-1].at < moment:
            self._receive(self._waiting.pop())

    # Bills

    def _cycle(self, draw: Draw, customer: Customer, today: date, moment: int) -> None:
        start = moment // DAY * DAY
        closed = customer.close_date is not None and customer.close_date < start
        if customer.activated_date >= start or (closed and not customer.unbilled):
            return
        if not closed:
            self._recurring(customer, today, moment)
            self._plan_usage(draw, customer, start // DAY)
        bill = self._books.bill(customer, moment, start, final=closed)
        if bill.invoiced > 0:
            self._plan_settlement(draw, customer, bill)

    def _recurring(self, customer: Customer, today: date, moment: int) -> None:
        start, previous, following = number(today), number(months_later(today, -1)), number(months_later(today, 1))
        joined = customer.activated_date // DAY
        for line in _running(customer, start):
            if joined > previous and line.activated_date == customer.activated_date:
                part = divide_half_up(line.quantity * line.rate * (start - joined), start - previous)
                self._charge(customer, line.product, part, moment, joined, start - 1, line, prorated=True)
            self._charge(customer, line.product, line.quantity * line.rate, moment, start, following - 1, line)
        if joined > previous:
            price = self._tenant.price(PRODUCTS[INSTALLATION].cents)
            self._charge(customer, PRODUCTS[INSTALLATION], price, moment, joined, joined)

    def _charge(
        self, customer: Customer, product: Product, amount: int, moment: int, first: int, last: int,
        line: Line | None = None, *, prorated: bool = False,
    ) -> None:  # fmt: skip
        points = self._tenant.tax_points if product.taxable and not customer.tax_exempt else 0
        quantity, rate = (line.quantity, line.rate) if line else (1, amount)
        self._books.charge(
            customer, product, amount, (amount * points + 5_000) // 10_000, moment, first * DAY, last * DAY,
            quantity=quantity, rate=rate, line=line, prorated=prorated,
        )  # fmt: skip

    def _plan_usage(self, draw: Draw, customer: Customer, start: int) -> None:
        days = [start + 1 + int(draw() * 26) for _ in range(2)]
        product = PRODUCTS[(DOMESTIC, DOMESTIC, INTERNATIONAL)[int(draw() * 3)]]
        self._note_charge(customer, product, days[0], draw() * (8 if customer.is_business else 2))
        chance = draw()
        if chance < 0.04:
            self._note_charge(customer, PRODUCTS[LATE_FEE if chance < 0.03 else PHONE], days[1])
        closes = customer.close_date
        if closes is not None and start * DAY < closes < (start + 28) * DAY:
            self._note_charge(customer, PRODUCTS[TERMINATION], closes // DAY)

    def _note_charge(self, customer: Customer, product: Product, day: int, factor: float = 1.0) -> None:
        if customer.close_date is None or day * DAY <= customer.close_date:
            amount = self._tenant.price(int(product.cents * factor))
            self._notes[day].append(lambda moment: self._charge(customer, product, amount, moment, day - 1, day))

    # Settlement

    def _plan_settlement(self, draw: Draw, customer: Customer, bill: Bill) -> None:
        day, due = bill.created_date // DAY, bill.invoiced
        chance = draw()
        if chance < 0.015:
            self._plan_credit(bill, due, day + 90, bad_debt=True)
            return
        if chance < 0.045:
            credited = int(due * draw() * 0.4)
            self._plan_credit(bill, credited, day + 2 + int(draw() * 9))
            due -= credited
        elif chance < 0.055:
            settled = int(due * draw() * 0.2)
            self._intend(draw, customer, bill, settled, day + 3, CREDIT_ONLY)
            due -= settled
        elif chance < 0.085:
            due = int(due * (0.5 + draw() * 0.45))
        elif chance < 0.105:
            due = (due // self._tenant.price(5_000) + 1) * self._tenant.price(5_000)
        self._plan_payments(draw, customer, bill, due, day)

    def _plan_payments(self, draw: Draw, customer: Customer, bill: Bill, due: int, day: int) -> None:
        first, apart = day + 1 + int(draw() * 12), 6 + int(draw() * 3)
        parts = split(due, [1] * customer.instalments) if due > 100 * customer.instalments else [due]
        for index, amount in enumerate(parts):
            method = customer.method if draw() < 0.95 else METHODS[1 + int(draw() * 8)]
            fate = "bounce" if draw() < method.bounces else ""
            self._intend(draw, customer, bill, amount, first + index * apart, method, fate)
        chance = draw()
        if chance < 0.008:
            self._intend(draw, customer, bill, parts[0], first + 3 * apart + 3, customer.method, "refund")
        elif chance < 0.012:
            self._intend(draw, customer, None, 0, first, METHODS[2])
        elif chance < 0.03:
            deposit = self._tenant.price(2_000 * (1 + int(draw() * 5)))
            self._intend(draw, customer, None, deposit, first + 2, customer.method)

    def _intend(
        self, draw: Draw, customer: Customer, bill: Bill | None, amount: int, day: int, method: Method, fate: str = ""
    ) -> None:
        if is_weekend(day) and (not method.weekends or draw() < 0.3):
            day += 2 + int(draw() * 3)
        opens, closes = method.hours
        within = int(draw() * (closes - opens) * HOUR)
        if not method.weekends:
            within -= within % 1_000
        self._intents[day].append(Intent(day * DAY + opens * HOUR + within, customer, bill, amount, method, fate))

    def _plan_credit(self, bill: Bill, total: int, day: int, *, bad_debt: bool = False) -> None:
        charge = next(charge for charge in reversed(self._books.charges) if charge.bill_id == bill.bill_id)
        points = self._tenant.tax_points if charge.tax_amount else 0
        amount = divide_half_up(total * 10_000, 10_000 + points)
        credit = partial(self._books.credit, bill, charge.product, amount, total - amount, bad_debt=bad_debt)
        self._notes[day].append(credit)

    def _receive(self, intent: Intent) -> None:
        payment = self._books.pay(
            intent.customer, intent.bill, intent.amount, intent.method, intent.at, _received(intent)
        )
        day = intent.at // DAY
        if intent.fate == "bounce":
            self._notes[day + 3].append(partial(self._bounce, payment))
            again = intent._replace(at=intent.at + 14 * DAY, fate="")
            self._intents[again.at // DAY].append(again)
        elif intent.fate == "refund":
            self._notes[day + 4].append(partial(self._refund, payment))

    def _bounce(self, payment: Payment, _: int) -> None:
        if payment.is_live:
            self._books.bounce(payment)

    def _refund(self, payment: Payment, _: int) -> None:
        if payment.is_live:
            self._books.refund(payment)


def _running(customer: Customer, day: int) -> list[Line]:
    """The lines that a bill of that day carries on; whoever closed that day pays for the month."""
    moment, last = day * DAY, customer.close_date
    return [
        line
        for line in customer.lines
        if line.activated_date < moment + DAY and (line.canceled_date in (None, last) or line.canceled_date > moment)
    ]


def _moment(intent: Intent) -> tuple[int, int]:
    return intent.at, intent.customer.customer_id


def _received(intent: Intent) -> int | None:
    """Some cheques are entered on the working day after they came."""
    day = intent.at // DAY
    late = intent.method.description == "Check" and intent.at % 11 == 0 and not is_weekend(day - 1)
    return (day - 1) * DAY if late else None
