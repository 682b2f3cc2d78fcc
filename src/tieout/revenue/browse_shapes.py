"""Contracts, gaps, explanations and entries by hand as the API answers and takes them, and the command line prints them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Self

from ninja import Schema
from pydantic import Field

from tieout.api.shapes import Amount, Strict
from tieout.kernel.errors import InvalidInput
from tieout.recognition.tables import INPUTS, Kind
from tieout.revenue import formulas
from tieout.revenue.contract_figures import ContractFigures
from tieout.revenue.contract_figures import Recognised as Sum
from tieout.revenue.explanations import Explained
from tieout.revenue.models import FACTS


class UnknownTable(InvalidInput):
    """Revenue data has no such table."""

    code = "revenue.unknown_table"
    remedy = f"Use one of {', '.join(FACTS)}; docs/revenue.md says what a row of each is."


class Contract(Schema):
    """A contract in force. `incomplete`: a gap keeps it out of the figures."""

    contract_id: str
    customer_id: str
    entity: str
    currency: str
    signed_on: date
    arrangement_id: str
    incomplete: bool = False


class Obligation(Schema):
    """A line with what the engine made of it; `allocated` is null for a line that came with a change."""

    line_id: str
    product_id: str
    price: Amount
    ssp: Amount | None
    allocated: Amount | None
    total: Amount
    recognised: Amount


class Recognised(Schema):
    """A period: its own revenue, and apart what belongs to closed periods."""

    period: str
    starts_on: date
    revenue: Amount
    adjustment: Amount
    to_date: Amount

    @classmethod
    def of(cls, found: Sum, currency: str) -> Self:
        """From minor units."""
        amounts = {"revenue": found.amount, "adjustment": found.adjustment, "to_date": found.to_date}
        told = {name: Amount.of(minor, currency) for name, minor in amounts.items()}
        return cls(period=found.period, starts_on=found.starts_on, **told)


class ContractDetail(Schema):
    """A contract with its rows, its obligations and its schedule; without figures the last two are empty."""

    contract: Contract
    rows: dict[str, list[dict[str, Any]]] = Field(description="Rows in force by table, as engine values.")
    obligations: list[Obligation]
    schedule: list[Recognised]
    figures: int | None = Field(description="The set of figures.")

    @classmethod
    def of(cls, contract: Any, rows: dict[str, list[dict[str, Any]]], found: ContractFigures | None, on: date) -> Self:
        """From rows and figures; what is recognised to date counts the periods that have begun on that day."""
        currency = contract.currency
        return cls(
            contract=contract,
            rows=rows,
            obligations=_obligations(found, contract.contract_id, on) if found else [],
            schedule=[Recognised.of(each, currency) for each in found.recognised()] if found else [],
            figures=found.figure_set.pk if found else None,
        )


class Formula(Schema):
    """One figure: words, arithmetic, result."""

    title: str
    words: str
    arithmetic: list[str]
    amount: Amount

    @classmethod
    def of(cls, found: formulas.Formula, currency: str) -> Self:
        """From minor units."""
        amount = Amount.of(found.amount, currency)
        return cls(title=found.title, words=found.words, arithmetic=list(found.arithmetic), amount=amount)


class Source(Schema):
    """A row that a figure depends on: its batch, and its row in the batch's file (0 for a form)."""

    table: str
    batch: int
    file: str
    file_sha256: str
    row: int


class Explanation(Schema):
    """Everything behind one figure."""

    contract_id: str
    line_id: str
    period: str
    revenue: Amount
    adjustment: Amount
    layers: list[Formula]
    allocation: Formula | None
    rule: str
    ssp: list[str]
    sources: list[Source]

    @classmethod
    def of(cls, found: Explained, currency: str) -> Self:
        """From minor units."""
        return cls(
            contract_id=found.contract_id,
            line_id=found.line_id,
            period=found.period,
            revenue=Amount.of(found.amount, currency),
            adjustment=Amount.of(found.adjustment, currency),
            layers=[Formula.of(each, currency) for each in found.layers],
            allocation=Formula.of(found.allocation, currency) if found.allocation else None,
            rule=f"{found.rule.rule_id}, version {found.rule.version}" if found.rule else "",
            ssp=list(found.prices),
            sources=[_source(table, row) for table, row in found.sources],
        )


class Gap(Schema):
    """What is incomplete, who can mend it and how."""

    id: int
    rule: str
    contract_id: str
    line_id: str
    owner: str
    cause: str
    remedy: str
    first_seen_at: datetime
    resolved_at: datetime | None


class Entry(Strict):
    """Rows by hand: engine values (minor units, millionths, days as YYYY-MM-DD, half-open) by table."""

    title: str = Field(max_length=200)
    rows: dict[str, list[dict[str, Any]]] = Field(default_factory=dict)
    ends: dict[str, list[dict[str, Any]]] = Field(default_factory=dict, description="Keys of rows that end.")

    def given(self) -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[dict[str, Any]]]]:
        """Rows and ends with days as dates. Raises UnknownTable; what is no day is left for the checks to refuse."""
        return _dated(self.rows), _dated(self.ends)


class Change(Strict):
    """A change to try: engine values."""

    contract_id: str
    line_id: str
    effective_on: date
    quantity: int = 0
    price: int = 0
    starts_on: date | None = None
    ends_on: date | None = None
    product_id: str = ""
    ssp: int | None = None

    def row(self) -> dict[str, Any]:
        """As a row of the table `change`, all others of its columns at their defaults."""
        preset = {name: column.default for name, column in INPUTS["change"].items()}
        return {**preset, "change_id": "preview", **self.dict()}


class Entered(Schema):
    """The batch that an entry became."""

    id: int
    title: str
    state: str
    counts: dict[str, Any]


class Trial(Schema):
    """The revenue of the contract under one treatment of a change, or why the engine refuses it."""

    treatment: str
    schedule: list[Recognised]
    refused: list[str]


def _obligations(found: ContractFigures, contract_id: str, on: date) -> list[Obligation]:
    done = found.to_date(on)
    made = []
    for line in found.lines:
        if line["contract_id"] == contract_id:
            amounts = {name: _amount(line[name], line["currency"]) for name in ("price", "ssp", "allocated", "total")}
            recognised = Amount.of(done.get(line["line_id"], 0), line["currency"])
            named = {"line_id": line["line_id"], "product_id": line["product_id"]}
            made.append(Obligation.model_validate({**named, **amounts, "recognised": recognised}))
    return made


def _amount(minor: int | None, currency: str) -> Amount | None:
    return None if minor is None else Amount.of(minor, currency)


def _source(table: str, row: Any) -> Source:
    batch = row.since
    return Source(table=table, batch=batch.pk, file=batch.file_name, file_sha256=batch.file_sha256, row=row.row)


def _dated(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {table: [_with_days(table, row) for row in rows] for table, rows in tables.items()}


def _with_days(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    if table not in FACTS:
        raise UnknownTable(f"There is no table '{table}'", table=table)
    days = {name for name, column in INPUTS[table].items() if column.kind is Kind.DATE}
    return {name: _day(value) if name in days else value for name, value in row.items()}


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and value else value
    except ValueError:
        return value
