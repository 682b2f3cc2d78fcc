"""The mapping of a GL report process: ledger codes to accounts and dimensions, and what happens with cash."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tieout.kernel.period import Period
from tieout.sync.kinds import Rule

_HOLD = ("hold", "Hold the month until it is mended")
RULES: tuple[Rule, ...] = (
    Rule("unmapped_code", "Ledger codes without a mapping", ()),
    Rule("unmapped_payment", "Payment methods without a mapping", ()),
    Rule("unmapped_entity", "Customers without a mapped entity", ()),
    Rule("reversed", "Months whose entry was reversed by hand", (_HOLD, ("book", "Book the month again"))),
    Rule("bill_differs", "Bills whose charges do not add up", (_HOLD, ("accept", "Accept the charges as they are"))),
)
"""What a GL report process may find. A month with an open finding is not posted."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


_DIMENSIONS = ("location", "department", "class_id", "custom")


class Target(_Strict):
    """An account with dimensions."""

    account: str = Field(min_length=1, max_length=60)
    location: str = Field("", max_length=100)
    department: str = Field("", max_length=100)
    class_id: str = Field("", max_length=100)
    custom: dict[str, str] = Field(default_factory=dict)

    def dimensions(self) -> dict[str, Any]:
        """Only what is given, in the shape of a posting's line."""
        return {name: value for name, value in self.model_dump(include=set(_DIMENSIONS)).items() if value}


class CodeMapping(Target):
    """Where a ledger code of the report goes. A credit without a row of its own goes where the code's charges go."""

    component: Literal["charge", "credit", "payment"] = "charge"
    code: str = Field("", max_length=120, description="Ledger code, or payment method; empty for products without one.")


class GlSettings(_Strict):
    """Everything that a GL report process is told."""

    start_month: str = Field(pattern=r"^\d{4}-\d{2}$")
    journal: str = Field(min_length=1, max_length=40)
    receivable: Target
    tax: Target
    bad_debt: Target | None = None
    codes: tuple[CodeMapping, ...] = ()
    cash: Literal["leave_out", "clearing", "include"] = "leave_out"
    clearing: Target | None = None
    no_money_methods: tuple[str, ...] = ()
    entity_field: str = Field("", max_length=100)
    entities: dict[str, str] = Field(default_factory=dict)
    rules: dict[str, str] = Field(default_factory=dict)
    posts: Literal["automatic", "on_demand"] = "automatic"
    days_after: int = Field(1, ge=0, le=60, description="Days after the month's end before it counts as closed.")
    reread_months: int = Field(2, ge=1, le=24, description="Charges wait this long, at most, for the bill they end on.")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        Period.parse_month(self.start_month)
        rows = [(row.component, row.code) for row in self.codes]
        double = next((row for row in rows if rows.count(row) > 1), None)
        if double:
            raise ValueError(f"{double[0]} {double[1] or 'without a code'} is mapped twice")
        if self.cash == "clearing" and self.clearing is None:
            raise ValueError("cash goes through a clearing account, but none is chosen")
        offered = {rule.name: dict(rule.choices) for rule in RULES}
        for name, action in self.rules.items():
            if action not in offered.get(name, {}):
                raise ValueError(f"'{action}' is not offered for the rule '{name}'")
        return self

    def first_day(self) -> date:
        """The first day of the first month."""
        return Period.parse_month(self.start_month).start

    def rows(self) -> Iterator[dict[str, Any]]:
        """The whole mapping as plain rows of component, code, account and dimensions, for the set-based target."""
        codes: dict[tuple[str, str], CodeMapping] = {(row.component, row.code): row for row in self.codes}
        for (component, code), row in codes.items():
            yield _row(component, code, row)
            if component == "charge" and ("credit", code) not in codes:
                yield _row("credit", code, row)
        for component in ("charge", "credit", "payment"):
            yield _row(f"receivable:{component}", "", self.receivable)
        yield _row("tax", "", self.tax)
        for component, target in (("bad_debt", self.bad_debt), ("clearing", self.clearing)):
            if target is not None:
                yield _row(component, "", target)


def _row(component: str, code: str, target: Target) -> dict[str, Any]:
    return {"component": component, "code": code, "account": target.account, "dimensions": target.dimensions()}
