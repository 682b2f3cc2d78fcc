"""The input tables of the engine, declared once: DDL, import and messages come from here.

Amounts are integer minor units of the row's currency, quantities and shares integer millionths, and days half-open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tieout.kernel.currency import EXPONENTS

MICRO = 1_000_000
"""Quantities and shares are whole numbers of millionths."""
NANO = 1_000_000_000
"""Exchange rates are whole numbers of thousand-millionths."""
MOST_MONEY = 10**15
"""Minor units that no single amount reaches: what does was mistyped, and sums of such amounts need more than 64 bits."""

ONLY_BOUNDS = frozenset({"override_until"})
"""Days on which nothing happens, however far away they are: they bound what holds."""


class Kind(Enum):
    """What a column holds, with its SQL type and what a file writes."""

    TEXT = ("VARCHAR", "text")
    DATE = ("DATE", "a day as YYYY-MM-DD")
    MONEY = ("BIGINT", "an amount in the currency, for example 1200.00")
    MICRO = ("BIGINT", "a number with at most six decimals, for example 0.1")
    WHOLE = ("BIGINT", "a whole number")
    RATE = ("BIGINT", "a number with at most nine decimals, for example 1.0875")

    @property
    def sql(self) -> str:
        """The column type."""
        return self.value[0]

    @property
    def written(self) -> str:
        """How a person writes it."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: required when it has no default and is not optional."""

    kind: Kind
    default: str | int | None = None
    optional: bool = False
    choices: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        return self.default is None and not self.optional

    def ddl(self, name: str) -> str:
        """The column as DDL."""
        preset = "" if self.default is None else f" DEFAULT {self.literal}"
        return f'"{name}" {self.kind.sql}{preset}{" NOT NULL" if not self.optional else ""}'

    @property
    def literal(self) -> str:
        """The default as SQL."""
        return f"'{self.default}'" if isinstance(self.default, str) else str(self.default)


ID = Column(Kind.TEXT)
ANY = Column(Kind.TEXT, default="")
DAY = Column(Kind.DATE)
MAYBE_DAY = Column(Kind.DATE, optional=True)
MONEY = Column(Kind.MONEY)
MAYBE_MONEY = Column(Kind.MONEY, optional=True)
NO_MONEY = Column(Kind.MONEY, default=0)
NONE = Column(Kind.MICRO, default=0)
NO_WHOLE = Column(Kind.WHOLE, default=0)


def _one_of(*choices: str, default: str | None = None) -> Column:
    return Column(Kind.TEXT, default=default, choices=choices)


METHODS = ("point_in_time", "ratable", "milestone", "percent_complete", "usage", "billing")
CONVENTIONS = (
    "actual_days",
    "actual_minutes",
    "even_months",
    "full_months",
    "half_month",
    "thirty_360",
    "month_share",
    "months_prorated",
    "full_at_28",
    "full_at_30",
)
RESIDUALS = ("cumulative", "last", "first", "truncate_last")
EVENTS = ("delivery", "acceptance", "milestone", "progress", "usage", "expiry", "return", "hold", "resume")
CHANGES = ("separate", "prospective", "catch_up", "blend", "cancel")
CREDITS = ("billing_correction", "price_concession", "goodwill", "refund", "bad_debt")
"""What a credit memo does to revenue: nothing; a lower price caught up with; one for the rest of the term; contra revenue for
what was earned; nothing, the receivable is lost."""

INPUTS: Mapping[str, Mapping[str, Column]] = {
    "entity": {
        "entity": ID,
        "name": ANY,
        "functional_currency": ID,
        "receivables": _one_of("elsewhere", "here", default="elsewhere"),
    },
    "customer": {
        "customer_id": ID,
        "name": ANY,
        "region": ANY,
        "customer_class": ANY,
        "fields": ANY,
    },
    "contract": {
        "contract_id": ID,
        "customer_id": ANY,
        "entity": ANY,
        "currency": ID,
        "signed_on": DAY,
        "arrangement_id": ANY,
        "region": ANY,
        "customer_class": ANY,
    },
    "line": {
        "contract_id": ID,
        "line_id": ID,
        "product_id": ID,
        "quantity": Column(Kind.MICRO, default=MICRO),
        "price": MONEY,
        "list_price": MAYBE_MONEY,
        "starts_on": DAY,
        "ends_on": MAYBE_DAY,
        "start_minute": NO_WHOLE,
        "end_minute": NO_WHOLE,
        "dimensions": ANY,
        "fields": ANY,
        "ssp": MAYBE_MONEY,
        "allocated": MAYBE_MONEY,
        "override_reason": ANY,
        "override_until": MAYBE_DAY,
    },
    "product": {
        "product_id": ID,
        "name": ANY,
        "rule_id": ID,
        "dimensions": ANY,
        "fields": ANY,
        "allocation": _one_of("relative", "residual", "excluded", default="relative"),
    },
    "rule": {
        "rule_id": ID,
        "version": Column(Kind.WHOLE, default=1),
        "starts_on": MAYBE_DAY,
        "method": _one_of(*METHODS),
        "trigger": _one_of("start", "end", "delivery", "acceptance", "invoice", default="delivery"),
        "convention": _one_of(*CONVENTIONS, default="actual_days"),
        "residual": _one_of(*RESIDUALS, default="cumulative"),
        "upfront": NONE,
        "progress_step": NONE,
    },
    "ssp": {
        "product_id": ID,
        "currency": ID,
        "region": ANY,
        "customer_class": ANY,
        "quantity_from": NONE,
        "quantity_below": Column(Kind.MICRO, optional=True),
        "starts_on": DAY,
        "ends_on": MAYBE_DAY,
        "basis": _one_of("amount", "percent_of_list", "range", "option"),
        "amount": MAYBE_MONEY,
        "share": Column(Kind.MICRO, optional=True),
        "likelihood": Column(Kind.MICRO, optional=True),
        "low": MAYBE_MONEY,
        "mid": MAYBE_MONEY,
        "high": MAYBE_MONEY,
        "point": _one_of("low", "mid", "high", default="mid"),
    },
    "sale": {
        "sale_id": ID,
        "product_id": ID,
        "currency": ID,
        "region": ANY,
        "customer_class": ANY,
        "quantity": Column(Kind.MICRO, default=MICRO),
        "amount": MONEY,
        "sold_on": DAY,
    },
    "bundle": {"bundle_id": ID, "product_id": ID, "currency": ID, "price": MONEY},
    "estimate": {
        "estimate_id": ID,
        "contract_id": ID,
        "line_id": ID,
        "method": _one_of("most_likely", "expected"),
        "amount": MONEY,
        "probability": Column(Kind.MICRO),
        "limit": MAYBE_MONEY,
        "estimated_on": MAYBE_DAY,
        "replaces": ANY,
    },
    "return_right": {
        "contract_id": ID,
        "line_id": ID,
        "share": Column(Kind.MICRO),
        "cost": NO_MONEY,
        "lapses_on": MAYBE_DAY,
    },
    "financing": {
        "contract_id": ID,
        "line_id": ID,
        "kind": _one_of("deferred", "advance", default="deferred"),
        "rate": Column(Kind.MICRO),
        "starts_on": DAY,
        "ends_on": DAY,
    },
    "change": {
        "change_id": ID,
        "contract_id": ID,
        "line_id": ID,
        "effective_on": DAY,
        "treatment": _one_of(*CHANGES),
        "quantity": NONE,
        "price": NO_MONEY,
        "at_once": NO_MONEY,
        "starts_on": MAYBE_DAY,
        "ends_on": MAYBE_DAY,
        "product_id": ANY,
        "list_price": MAYBE_MONEY,
        "ssp": MAYBE_MONEY,
        "dimensions": ANY,
        "reason": ANY,
    },
    "event": {
        "event_id": ID,
        "contract_id": ID,
        "line_id": ID,
        "kind": _one_of(*EVENTS),
        "happened_on": DAY,
        "quantity": NONE,
        "share": Column(Kind.MICRO, optional=True),
        "cost_to_date": MAYBE_MONEY,
        "cost_in_total": MAYBE_MONEY,
    },
    "invoice": {
        "invoice_id": ID,
        "contract_id": ID,
        "line_id": ID,
        "kind": _one_of("invoice", "credit_memo", default="invoice"),
        "issued_on": DAY,
        "amount": MONEY,
        "treatment": _one_of(*CREDITS, default="billing_correction"),
        "reason": ANY,
    },
    "payment": {
        "payment_id": ID,
        "contract_id": ID,
        "invoice_id": ANY,
        "kind": _one_of("cash", "customer_balance", "refund", default="cash"),
        "paid_on": DAY,
        "amount": MONEY,
    },
    "commission": {
        "commission_id": ID,
        "contract_id": ID,
        "amount": MONEY,
        "earned_on": DAY,
        "amortised_until": MAYBE_DAY,
        "treatment": _one_of("capitalise", "expense", "capitalise_over_a_year", default="capitalise"),
        "life_months": NO_WHOLE,
        "renewals": NO_WHOLE,
        "written_off_on": MAYBE_DAY,
        "convention": _one_of(*CONVENTIONS, default="even_months"),
        "dimensions": ANY,
    },
    "rate": {
        "from_currency": ID,
        "to_currency": ID,
        "kind": _one_of("spot", "closing", "average", default="spot"),
        "starts_on": DAY,
        "rate": Column(Kind.RATE),
    },
    "period": {
        "entity": ANY,
        "period": ID,
        "starts_on": DAY,
        "ends_on": DAY,
        "state": _one_of("open", "closed", default="open"),
    },
    "booked": {"kind": ANY, "contract_id": ID, "line_id": ID, "period": ID, "amount": MONEY},
    "posted": {
        "entity": ANY,
        "currency": ID,
        "period": ID,
        "account": ID,
        "dimensions": ANY,
        "amount": MONEY,
        "functional": MAYBE_MONEY,
    },
    "account": {"role": ID, "product_id": ANY, "entity": ANY, "dimension": ANY, "account": ID},
}

KEYS: Mapping[str, tuple[str, ...]] = {
    "entity": ("entity",),
    "customer": ("customer_id",),
    "contract": ("contract_id",),
    "line": ("contract_id", "line_id"),
    "product": ("product_id",),
    "rule": ("rule_id", "version"),
    "ssp": ("product_id", "currency", "region", "customer_class", "quantity_from", "starts_on"),
    "sale": ("sale_id",),
    "bundle": ("bundle_id", "product_id", "currency"),
    "estimate": ("estimate_id", "amount"),
    "return_right": ("contract_id", "line_id"),
    "financing": ("contract_id", "line_id"),
    "change": ("change_id", "line_id"),
    "event": ("event_id",),
    "invoice": ("invoice_id", "line_id"),
    "payment": ("payment_id",),
    "commission": ("commission_id",),
    "rate": ("from_currency", "to_currency", "kind", "starts_on"),
    "account": ("role", "product_id", "entity", "dimension"),
}
"""What names a row of a table that people and connectors deliver. The other tables come from periods and postings."""

OUTPUTS = ("allocation", "schedule", "position", "waterfall", "journal", "explanation")


def ddl() -> str:
    """Empty input tables, and how many minor units a currency has."""
    made = (
        f'CREATE TABLE "{table}" ({", ".join(column.ddl(name) for name, column in columns.items())});'
        for table, columns in INPUTS.items()
    )
    places = ", ".join(f"('{code}', {10**digits})" for code, digits in EXPONENTS.items())
    return "\n".join((*made, f"CREATE TABLE minor_unit AS SELECT * FROM (VALUES {places}) unit(currency, unit);"))  # noqa: S608
