"""The sheets of our own files — template, export and deliveries look alike — and examples of what to write in them."""

from __future__ import annotations

from dataclasses import dataclass

from tieout.recognition.tables import INPUTS, Column, Kind
from tieout.revenue import words
from tieout.revenue.batches.matching import Custom, heading
from tieout.revenue.batches.vocabulary import CUSTOM_SOURCES, KINDS, LAST_DAYS, ORDERS

WRITTEN = {kept: written for written, kept in LAST_DAYS.items()}
SHEETS = tuple(kind for kind in KINDS if kind not in ("contract", "line", "account"))
"""Kinds in the order of our files; contracts and lines stand together as orders."""
_REST_OF_LINE = tuple(name for name in INPUTS["line"] if name != "contract_id")


@dataclass(frozen=True, slots=True)
class Slot:
    """One column of a sheet: its name, the table and stored column it belongs to, and its heading."""

    name: str
    table: str
    stored: str
    heading: str

    @property
    def column(self) -> Column | None:
        """The declaration of the stored column; None for a custom field."""
        return None if "." in self.name else INPUTS[self.table][self.stored]

    @property
    def required(self) -> bool:
        return self.column is not None and self.column.required


def slots(kind: str, customs: list[Custom]) -> list[Slot]:
    """The columns of a sheet; each custom field of its source has one of its own."""
    tables = {ORDERS: [("contract", tuple(INPUTS["contract"])), ("line", _REST_OF_LINE)]}
    found = []
    for table, names in tables.get(kind, [(kind, tuple(INPUTS.get(kind, ())))]):
        for name in names:
            written = WRITTEN.get(name, name)
            found.append(Slot(written, table, name, heading(table, written)))
    table = "line" if kind == ORDERS else kind
    own = [each for each in customs if each.source == CUSTOM_SOURCES.get(kind, "")]
    return found + [Slot(f"fields.{each.api_name}", table, "fields", each.label) for each in own]


def hint(slot: Slot) -> str:
    """What to write into a column, in one line."""
    if slot.column is None:
        return "Your own field."
    told = words.hint(slot.table, slot.stored) or _HINTS.get(slot.stored, "")
    if slot.column.choices:
        return f"One of {', '.join(slot.column.choices)}. {told}".strip()
    if slot.column.kind is Kind.TEXT and told:
        return told
    return f"{slot.column.kind.written.capitalize()}. {told}".strip()


_HINTS = {
    "contract_id": "Your number of the order or contract. Its rows belong together, and its own columns may be given once.",
    "line_id": "A number within the contract that stays the same.",
    "customer_id": "The number of a customer.",
    "product_id": "The number of a product.",
    "rule_id": "The name of a recognition rule.",
    "currency": "An ISO 4217 code, for example USD.",
    "entity": "The company that sells; empty where there is only one.",
    "region": "Empty, or a region that the SSP book tells apart.",
    "customer_class": "Empty, or a class of customers that the SSP book tells apart.",
    "dimensions": "Name=value, separated by semicolons: class=SaaS;location=100.",
    "fields": "Custom fields without a column of their own, as name=value, separated by semicolons.",
}
"""What a text should be where the pages need no words for it."""


EXAMPLES: dict[str, list[dict[str, str]]] = {
    "customer": [{"customer_id": "C-100", "name": "Zoë & Søn A/S", "region": "EMEA", "customer_class": "Enterprise"}],
    "rule": [
        {"rule_id": "daily", "method": "ratable", "convention": "actual_days"},
        {"rule_id": "on delivery", "method": "point_in_time", "trigger": "delivery"},
        {"rule_id": "as used", "method": "usage"},
    ],
    "product": [
        {"product_id": "SEAT", "name": "Seat, per month", "rule_id": "daily"},
        {"product_id": "ROUTER", "name": "Router", "rule_id": "on delivery"},
        {"product_id": "MINUTES", "name": "Minutes, thousand", "rule_id": "as used"},
    ],
    "ssp": [
        {"product_id": "SEAT", "currency": "EUR", "starts_on": "2026-01-01", "basis": "amount", "amount": "20.00"},
        {"product_id": "ROUTER", "currency": "EUR", "starts_on": "2026-01-01", "basis": "range", "low": "90.00",
         "mid": "100.00", "high": "120.00"},
        {"product_id": "MINUTES", "currency": "EUR", "starts_on": "2026-01-01", "basis": "amount", "amount": "30.00"},
    ],
    ORDERS: [
        {"contract_id": "SO-1001", "customer_id": "C-100", "currency": "EUR", "signed_on": "2026-01-15", "line_id": "1",
         "product_id": "SEAT", "quantity": "120", "price": "2160.00", "starts_on": "2026-02-01", "last_day": "2027-01-31"},
        {"contract_id": "SO-1001", "customer_id": "C-100", "currency": "EUR", "signed_on": "2026-01-15", "line_id": "2",
         "product_id": "ROUTER", "quantity": "2", "price": "200.00", "starts_on": "2026-02-01"},
        {"contract_id": "SO-1001", "customer_id": "C-100", "currency": "EUR", "signed_on": "2026-01-15", "line_id": "3",
         "product_id": "MINUTES", "quantity": "10", "price": "300.00", "starts_on": "2026-02-01"},
    ],
    "change": [
        {"change_id": "CH-1", "contract_id": "SO-1001", "line_id": "1", "effective_on": "2026-08-01",
         "treatment": "prospective", "quantity": "60", "price": "1080.00", "reason": "Ten more seats"},
    ],
    "invoice": [
        {"invoice_id": "INV-1", "contract_id": "SO-1001", "line_id": "1", "kind": "invoice", "issued_on": "2026-02-01",
         "amount": "2160.00"},
        {"invoice_id": "CM-1", "contract_id": "SO-1001", "line_id": "1", "kind": "credit_memo", "issued_on": "2026-03-01",
         "amount": "60.00", "reason": "Outage"},
    ],
    "event": [
        {"event_id": "DL-1", "contract_id": "SO-1001", "line_id": "2", "kind": "delivery", "happened_on": "2026-02-05"},
        {"event_id": "US-1", "contract_id": "SO-1001", "line_id": "3", "kind": "usage", "happened_on": "2026-02-28",
         "quantity": "4.5"},
    ],
    "commission": [{"commission_id": "COM-1", "contract_id": "SO-1001", "amount": "260.00", "earned_on": "2026-01-15"}],
    "rate": [{"from_currency": "EUR", "to_currency": "USD", "starts_on": "2026-01-01", "rate": "1.0875"}],
}  # fmt: skip
"""Rows by kind, in written columns. Together they make one small book that can be imported as it stands."""
