"""The rows of the company's books. Moments are milliseconds of local time, money is integer minor units, no bill is 0."""

from __future__ import annotations

from dataclasses import dataclass, field

from tieout.sandbox.company.catalogue import Method, Product

FIRST_ORDER, FIRST_ACCOUNT = 4_001, 70_000


@dataclass(slots=True, eq=False)
class Line:
    """What a customer subscribes to: a product, its quantity and its rate each month.

    `service_id` is the service that it runs on, which has the number of its first line. `agreed` is from when until before
    when the customer is bound; None runs from month to month.
    """

    service_product_id: int
    customer_id: int
    product: Product
    quantity: int
    rate: int
    activated_date: int
    canceled_date: int | None = None
    service_id: int = 0
    agreed: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        self.service_id = self.service_id or self.service_product_id

    @property
    def product_id(self) -> int:
        return self.product.product_id

    @property
    def created_date(self) -> int:
        return self.activated_date

    @property
    def status(self) -> str:
        return "Active" if self.canceled_date is None else "Disconnected"


@dataclass(slots=True, eq=False)
class Service:
    """What a customer uses, under one number; its lines follow each other when it is upgraded or renewed."""

    service_id: int
    lines: list[Line]

    @property
    def customer_id(self) -> int:
        return self.lines[0].customer_id

    @property
    def activated_date(self) -> int:
        return self.lines[0].activated_date

    @property
    def created_date(self) -> int:
        return self.activated_date

    @property
    def disconnected_date(self) -> int | None:
        return self.lines[-1].canceled_date


@dataclass(slots=True, eq=False)
class Order:
    """What a customer signed: new lines, the change of lines (the old one and the one that takes its place), or their end."""

    order_id: int
    customer_id: int
    order_type: str
    created_date: int
    completed_date: int
    lines: tuple[Line, ...]

    @property
    def status_date(self) -> int:
        return self.completed_date


@dataclass(slots=True, eq=False)
class OrderLine:
    """A line that an order speaks of."""

    order_service_product_id: int
    order_id: int
    service_product_id: int


@dataclass(slots=True, eq=False)
class Customer:
    """`balance` is what the customer owes: what is due on the bills, less payments that are not applied to any."""

    customer_id: int
    parent_customer_id: int
    company_name: str
    first_name: str
    last_name: str
    entity: str
    bill_profile_id: int
    agent_id: int
    tax_exempt: bool
    method: Method
    instalments: int
    activated_date: int
    close_date: int | None
    updated_date: int
    lines: tuple[Line, ...] = ()
    balance: int = 0
    unbilled: list[Charge] = field(default_factory=list)

    @property
    def is_business(self) -> bool:
        return bool(self.company_name)

    @property
    def status(self) -> str:
        return "Active" if self.close_date is None else "Closed"

    @property
    def created_date(self) -> int:
        return self.activated_date

    @property
    def payment_account_id(self) -> int:
        """The stored card or bank account; 0 for those who pay otherwise."""
        return self.customer_id + FIRST_ACCOUNT if self.method.is_stored else 0


@dataclass(slots=True, eq=False)
class Bill:
    """`invoiced` is the sum of its charges with tax, `credited` of its credits with tax, `paid` of what payments apply."""

    bill_id: int
    customer_id: int
    created_date: int
    cycle_date: int
    due_date: int
    is_final_bill: bool
    invoiced: int = 0
    credited: int = 0
    paid: int = 0

    @property
    def amount_due(self) -> int:
        return self.invoiced - self.credited - self.paid


@dataclass(slots=True, eq=False)
class Charge:
    """One line of a bill, or of the next bill while `bill_id` is 0. `amount` is without tax."""

    charge_id: int
    customer_id: int
    product: Product
    line: Line | None
    bill_id: int
    quantity: int
    rate: int
    amount: int
    tax_amount: int
    is_prorated: bool
    created_date: int
    start_date: int
    end_date: int

    @property
    def product_id(self) -> int:
        return self.product.product_id

    @property
    def total(self) -> int:
        return self.amount + self.tax_amount


@dataclass(slots=True, eq=False)
class Credit:
    """A credit memo on one bill; applied in full as soon as it exists. `amount` is without tax."""

    credit_memo_id: int
    customer_id: int
    bill_id: int
    product: Product
    amount: int
    tax_amount: int
    is_bad_debt: bool
    created_date: int

    @property
    def product_id(self) -> int:
        return self.product.product_id

    @property
    def total(self) -> int:
        return self.amount + self.tax_amount


@dataclass(slots=True, eq=False)
class Payment:
    """`balance` is the part that is not applied. A bounced or refunded payment applies nothing and has no balance."""

    payment_id: int
    customer_id: int
    bill_id: int
    amount: int
    balance: int
    kind: Method
    received_date: int
    created_date: int
    refund_flag: bool = False
    bounced: bool = False

    @property
    def method(self) -> str:
        return self.kind.description

    @property
    def payment_type_id(self) -> int:
        return self.kind.payment_method_id

    @property
    def is_live(self) -> bool:
        """It still counts: neither bounced nor refunded."""
        return not (self.bounced or self.refund_flag)

    @property
    def applied(self) -> int:
        return self.amount - self.balance if self.is_live else 0
