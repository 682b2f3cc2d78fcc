"""What the company sells, how it is paid and who sells it: the short lists that never change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from tieout.sandbox.company.days import DAY, number

OPENED = number(date(2019, 1, 2)) * DAY
"""When the catalogue was entered."""


@dataclass(frozen=True, slots=True)
class ProductType:
    product_type_id: int
    description: str


@dataclass(frozen=True, slots=True)
class Product:
    """`cents` is the usual price in US cents; `ledger_code` is None for the one product that nobody gave an account."""

    product_id: int
    description: str
    product_type_id: int
    ledger_code: str | None
    cents: int
    kind: Literal["recurring", "usage", "once"]
    taxable: bool = True
    seats: bool = False
    """Businesses take many of it."""
    created_date: int = OPENED


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay. `weekends`: the bank or network books it on Saturdays and Sundays too."""

    payment_method_id: int
    description: str
    share: int
    """Of 100 customers, how many pay like this."""
    weekends: bool
    hours: tuple[int, int]
    """Local hours between which it is entered; equal hours mean one batch with one time stamp."""
    source: str
    bounces: float = 0.0
    """Probability that a payment comes back."""

    @property
    def is_card(self) -> bool:
        return self.description.startswith("Credit Card")

    @property
    def is_stored(self) -> bool:
        """Customers leave an account number or a card for it."""
        return self.is_card or self.description == "ACH"


@dataclass(frozen=True, slots=True)
class Agent:
    """Someone who is paid commission."""

    agent_id: int
    parent_agent_id: int
    name: str
    status: str


@dataclass(frozen=True, slots=True)
class BillProfile:
    """Who belongs to it is billed on that day of the month."""

    bill_profile_id: int
    cycle_day: int


PRODUCT_TYPES = tuple(
    ProductType(index, name) for index, name in enumerate(("Voice", "Data", "Usage", "Equipment", "Fees"), 1)
)
PRODUCTS: dict[int, Product] = {
    product.product_id: product
    for product in (
        Product(1, "Hosted voice seat", 1, "40100", 2_495, "recurring", seats=True),
        Product(2, "SIP trunk channel", 1, "40110", 1_950, "recurring", seats=True),
        Product(3, "Fibre internet 500/500", 2, "40200", 19_900, "recurring"),
        Product(4, "Managed router", 2, "40210", 3_500, "recurring"),
        Product(5, "Toll-free number", 1, "40120", 500, "recurring"),
        Product(6, "Contact centre seat", 1, "40130", 8_900, "recurring", seats=True),
        Product(7, "Residential line", 1, "40140", 3_295, "recurring"),
        Product(8, "Legacy voicemail", 1, None, 995, "recurring"),
        Product(9, "Domestic usage", 3, "40300", 1_150, "usage"),
        Product(10, "International usage", 3, "40310", 2_730, "usage"),
        Product(11, "Installation", 5, "40400", 15_000, "once", taxable=False),
        Product(12, "Desk phone", 4, "40500", 12_900, "once"),
        Product(13, "Late fee", 5, "40600", 1_500, "once", taxable=False),
        Product(14, "Early termination fee", 5, "40610", 20_000, "once", taxable=False),
    )
}
BUSINESS_LINES = (1, 3, 2, 4, 1, 6, 5, 3, 1, 4)
HOME_LINES = (7, 3, 7, 4, 7)
LEGACY, DOMESTIC, INTERNATIONAL, INSTALLATION, PHONE, LATE_FEE, TERMINATION = 8, 9, 10, 11, 12, 13, 14

METHODS: dict[int, Method] = {
    method.payment_method_id: method
    for method in (
        Method(1, "ACH", 30, False, (5, 6), "Auto Debit", bounces=0.012),
        Method(2, "Credit Card - Visa", 22, True, (0, 24), "Portal"),
        Method(3, "Credit Card - MasterCard", 13, True, (0, 24), "Portal"),
        Method(4, "Credit Card - Amex", 7, True, (0, 24), "Portal"),
        Method(5, "Check", 10, False, (9, 17), "Manual", bounces=0.02),
        Method(6, "Wire", 4, False, (8, 18), "Bank"),
        Method(7, "Lockbox", 11, False, (6, 6), "Lockbox Import", bounces=0.004),
        Method(8, "Cash", 3, True, (9, 19), "Manual"),
        Method(9, "Credit", 0, False, (10, 16), "Manual"),
    )
}
CREDIT_ONLY = METHODS[9]
"""An entry that settles a bill and moves no money."""

AGENTS = (
    Agent(1, 0, "House account", "Active"),
    Agent(2, 0, "Bluebonnet Telecom Partners", "Active"),
    Agent(3, 2, "Nguyễn Thị Minh", "Active"),
    Agent(4, 2, "R. O'Malley & Daughters", "Active"),
    Agent(5, 0, "Großhandel Süd GmbH", "Active"),
    Agent(6, 0, "Retired Reseller Inc", "Inactive"),
)
BILL_PROFILES = tuple(BillProfile(index, day) for index, day in enumerate((1, 5, 10, 15, 20, 25), 1))
CYCLE_DAYS = {profile.bill_profile_id: profile.cycle_day for profile in BILL_PROFILES}
TERM_DAYS = 20
