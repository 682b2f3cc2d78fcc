"""Records of any billing system in one shape: what the rooms to the right understand.

Ids are the source's own, as text; empty means none. Amounts are integer minor units of `currency`. Days are the
tenant's calendar days; timestamps are naive, in the tenant's local time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct, field

from tieout.kernel.errors import Skip


class BadRecord(Skip):
    """A record of the source cannot be understood."""

    code = "connectors.bad_record"
    remedy = "Correct the field named in the source system; the record is read again with the next run."


class Customer(Struct, frozen=True, gc=False):
    """Who buys. `name` is the company's, else the person's."""

    id: str
    name: str
    number: str
    status: str
    email: str
    currency: str
    parent_id: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)
    created: datetime | None = None
    updated: datetime | None = None


class Product(Struct, frozen=True, gc=False):
    """What is sold. `ledger_code` is the source's word for the account that it is booked to."""

    id: str
    name: str
    code: str
    ledger_code: str
    type_id: str
    active: bool
    currency: str = ""
    list_price: int | None = None
    """What one unit costs when nothing else was agreed, for a month where it runs on."""
    custom: Mapping[str, str] = field(default_factory=dict)
    created: datetime | None = None


class PaymentMethod(Struct, frozen=True, gc=False):
    """How customers pay."""

    id: str
    name: str


class Payment(Struct, frozen=True, gc=False):
    """Money received. `unapplied` is the part not yet set against an invoice."""

    id: str
    customer_id: str
    invoice_id: str
    method: str
    method_id: str
    currency: str
    amount: int
    unapplied: int
    received: date
    created: datetime | None
    reference: str
    refunded: bool
    bounced: bool
    source: str = ""


class Invoice(Struct, frozen=True, gc=False):
    """A bill: what the customer was asked to pay."""

    id: str
    customer_id: str
    kind: str
    currency: str
    total: int
    credited: int
    due: int
    created: datetime
    due_day: date | None
    final: bool = False


class InvoiceLine(Struct, frozen=True, gc=False):
    """One charge. Without `invoice_id` it is not billed yet. `amount` holds the tax only when `tax_included`."""

    id: str
    invoice_id: str
    customer_id: str
    product_id: str
    product_type_id: str
    description: str
    quantity: str
    currency: str
    amount: int
    tax: int
    tax_included: bool
    start: date | None
    end: date | None
    created: datetime | None
    line_id: str = ""
    """The order line that it bills."""


class CreditMemo(Struct, frozen=True, gc=False):
    """Money given back on paper, positive. `unapplied` is what is left of it."""

    id: str
    invoice_id: str
    customer_id: str
    product_id: str
    product_type_id: str
    description: str
    currency: str
    amount: int
    tax: int
    tax_included: bool
    unapplied: int
    bad_debt: bool
    created: datetime | None
    closed: datetime | None
    line_id: str = ""


class Order(Struct, frozen=True, gc=False):
    """What a customer signed, and from which day it counts. `kind` and `status` are the source's own words."""

    id: str
    customer_id: str
    number: str
    kind: str
    status: str
    signed: date | None
    effective: date | None


class OrderItem(Struct, frozen=True, gc=False):
    """That an order brings in, changes or ends an order line."""

    order_id: str
    line_id: str

    @property
    def id(self) -> str:
        return f"{self.order_id}+{self.line_id}"


class Service(Struct, frozen=True, gc=False):
    """What a customer uses, whichever lines it was sold by."""

    id: str
    customer_id: str
    number: str
    started: date | None
    ended: date | None


class OrderLine(Struct, frozen=True, gc=False):
    """A promise to deliver a product: from `started` until before `ended`, and bound until before `agreed_until`.

    `rate` is the price of one unit for `months` months, or for all of it when these are 0. Lines that follow each other on
    one service without a day between them replace each other. Without `agreed_until` it can be given up at any time.
    """

    id: str
    order_id: str
    customer_id: str
    product_id: str
    service_id: str
    quantity: str
    currency: str
    rate: int
    months: int
    status: str
    started: date | None
    agreed_from: date | None
    agreed_until: date | None
    ended: date | None


Canonical = (
    Customer
    | Product
    | PaymentMethod
    | Payment
    | Invoice
    | InvoiceLine
    | CreditMemo
    | Order
    | OrderItem
    | Service
    | OrderLine
)
