"""How payments of one day become receipts: pure functions, no database, no clock.

Every payment ends in exactly one place: a line of one group, or a finding. Nothing vanishes. Groups are ordered by
method, currency and entity; lines by the source's payment number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from tieout.connectors.kit.documents import Dimensions, Receipt, ReceiptLine
from tieout.kernel.calendar import Calendar
from tieout.kernel.money import Money
from tieout.ledger.receipts.settings import BOOK, HOLD, LEAVE_OUT, MethodMapping, ReceiptSettings
from tieout.sync.noted import Noted


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment as planning sees it. `customer_name` is None when the customer is not known here (yet)."""

    id: str
    source_record_id: int
    customer_id: str
    customer_name: str | None
    amount: Money
    method: str
    day: date
    refunded: bool = False
    bounced: bool = False
    entity: str = ""
    """The source's own word for the entity."""
    reference: str = ""
    reversed_by_hand: bool = False
    """Its receipt was reversed by a person, who may not want it posted again."""
    decisions: Mapping[str, str] = field(default_factory=dict)
    """What a person chose for this one payment: rule to action."""

    @property
    def payer(self) -> str:
        return self.customer_name if self.customer_name is not None else f"Customer {self.customer_id}"

    @property
    def label(self) -> str:
        return f"Payment {self.id} of {self.payer}, {self.amount}, {self.day}"


@dataclass(frozen=True, slots=True)
class Booking:
    """A payment that goes into a receipt, with the mapping row and ledger entity that apply."""

    payment: PaymentRow
    mapping: MethodMapping
    entity: str


@dataclass(frozen=True, slots=True)
class Group:
    """Payments that make one deposit. `name` is stable: it says what the receipt stands for."""

    day: date
    mapping: MethodMapping
    currency: str
    entity: str
    bookings: tuple[Booking, ...]

    @property
    def name(self) -> str:
        return " · ".join(part for part in (str(self.day), self.mapping.method, self.currency, self.entity) if part)

    @property
    def total(self) -> Money:
        return Money.total((booking.payment.amount for booking in self.bookings), self.currency)


@dataclass(slots=True)
class DayPlan:
    """What a day's payments come to."""

    groups: list[Group] = field(default_factory=list)
    findings: list[Noted] = field(default_factory=list)


_CAUSES = {
    "refunded": ("source", "The payment was refunded.", "Decide whether it belongs to the day's deposit."),
    "bounced": ("source", "The payment bounced.", "Decide whether it belongs to the day's deposit."),
    "zero": ("source", "The amount is zero, so there is nothing to deposit.", "Nothing, unless the amount is wrong."),
    "no_money": (
        "here",
        "The method moves no money: it is an entry on paper.",
        "Nothing, unless the mapping is wrong.",
    ),
    "unmapped_method": ("here", "Its method has no mapping.", "Map the method on the process, then retry."),
    "unmapped_entity": ("here", "Its customer's entity is not mapped.", "Map the entity on the process, then retry."),
    "unknown_customer": ("source", "Its customer was not delivered.", "Check the customer in the source, then retry."),
    "reversed": (
        "here",
        "Its receipt was reversed by hand.",
        "Book it again once the mapping is right, or leave it out.",
    ),
    "negative_deposit": (
        "source",
        "The day's payments of this method do not come to a positive amount, and no deposit can be negative.",
        "Leave the refunds out, or book them in the ledger by hand.",
    ),
}


def plan_day(payments: Iterable[PaymentRow], settings: ReceiptSettings) -> DayPlan:
    """Sort one day's payments into groups and findings; each payment lands in exactly one group or is named by one."""
    plan = DayPlan()
    bookings = [booking for payment in payments if (booking := _sort(payment, settings, plan))]
    for group in _grouped(bookings):
        if group.total.minor > 0:
            plan.groups.append(group)
        else:
            plan.findings.extend(_finding("negative_deposit", booking.payment, HOLD) for booking in group.bookings)
    return plan


def split_group(group: Group, most: int) -> Iterator[Group]:
    """The group in parts of at most `most` lines. A part that would not be positive stays joined to the one before."""
    parts: list[list[Booking]] = []
    for start in range(0, len(group.bookings), most):
        part = list(group.bookings[start : start + most])
        if parts and sum(booking.payment.amount.minor for booking in part) <= 0:
            parts[-1].extend(part)
        else:
            parts.append(part)
    if any(sum(booking.payment.amount.minor for booking in part) <= 0 for part in parts):
        parts = [list(group.bookings)]
    for part in parts:
        yield Group(group.day, group.mapping, group.currency, group.entity, tuple(part))


def receipt(group: Group, key: str, calendar: Calendar) -> Receipt:
    """The document for the ledger. The payer is the customer when there is one payment, else the method with the count."""
    mapping, payments = group.mapping, [booking.payment for booking in group.bookings]
    many = f"{mapping.method}: {len(payments)} payments"
    to_bank = mapping.treatment == "bank"
    return Receipt(
        key=key,
        day=group.day,
        payer=payments[0].payer if len(payments) == 1 else many,
        method=mapping.payment_method,
        currency=group.currency,
        lines=tuple(_line(payment, mapping) for payment in payments),
        bank_account=mapping.bank_account if to_bank else "",
        undeposited_account="" if to_bank else mapping.undeposited_account,
        deposit_day=calendar.add(group.day, mapping.deposit_after)
        if to_bank and mapping.deposit_after
        else _day(group),
        description=group.name,
        entity=group.entity,
    )


def _day(group: Group) -> date | None:
    return group.day if group.mapping.treatment == "bank" else None


def _line(payment: PaymentRow, mapping: MethodMapping) -> ReceiptLine:
    return ReceiptLine(
        amount=payment.amount,
        account=mapping.account,
        account_label=mapping.account_label,
        memo=" · ".join(part for part in (payment.payer, f"payment {payment.id}", payment.reference) if part),
        dimensions=Dimensions(
            location=mapping.location,
            department=mapping.department,
            class_id=mapping.class_id,
            custom=dict(mapping.custom),
        ),
    )


def _sort(payment: PaymentRow, settings: ReceiptSettings, plan: DayPlan) -> Booking | None:
    mapping = settings.mapping_for(payment.method, payment.amount.currency, payment.entity)
    for rule in _rules_met(payment, mapping, settings):
        action = payment.decisions.get(rule, settings.action(rule))
        plan.findings.append(_finding(rule, payment, action, decided=rule in payment.decisions))
        if action != BOOK:
            return None
    assert mapping is not None
    return Booking(payment, mapping, settings.entities.get(payment.entity, ""))


def _rules_met(payment: PaymentRow, mapping: MethodMapping | None, settings: ReceiptSettings) -> Iterator[str]:
    if mapping is None:
        yield "unmapped_method"
    elif mapping.treatment == "no_money":
        yield "no_money"
    if not payment.amount:
        yield "zero"
    if payment.refunded or payment.amount.minor < 0:
        yield "refunded"
    if payment.bounced:
        yield "bounced"
    if settings.entity_field and payment.entity not in settings.entities:
        yield "unmapped_entity"
    if payment.customer_name is None:
        yield "unknown_customer"
    if payment.reversed_by_hand:
        yield "reversed"


def _grouped(bookings: Sequence[Booking]) -> Iterator[Group]:
    def key(booking: Booking) -> tuple[str, str, str, str, str]:
        row = booking.mapping
        return (row.method, booking.payment.amount.currency, booking.entity, row.currency, row.entity)

    def number(booking: Booking) -> tuple[int, str]:
        return (len(booking.payment.id), booking.payment.id)

    for _, members in groupby(sorted(bookings, key=lambda booking: (key(booking), number(booking))), key=key):
        rows = tuple(members)
        first = rows[0]
        yield Group(first.payment.day, first.mapping, first.payment.amount.currency, first.entity, rows)


def _finding(rule: str, payment: PaymentRow, action: str, *, decided: bool = False) -> Noted:
    owner, cause, remedy = _CAUSES[rule]
    if rule == "unmapped_method":
        cause = f"The method '{payment.method}' has no mapping for {payment.amount.currency}."
    if rule == "unmapped_entity":
        cause = f"The entity '{payment.entity}' of its customer is not mapped."
    state = "dismissed" if decided else ("open" if action == HOLD else "settled")
    return Noted(
        rule=rule,
        record_kind="payment",
        record_id=payment.id,
        label=payment.label,
        owner=owner,
        cause=cause,
        remedy=remedy,
        source_record_id=payment.source_record_id,
        state=state,
        facts={"action": action, "amount_minor": payment.amount.minor, "currency": payment.amount.currency},
    )


__all__ = ["BOOK", "HOLD", "LEAVE_OUT", "DayPlan", "Group", "PaymentRow", "plan_day", "receipt", "split_group"]
