"""Behind a figure: the contracts that it is the sum of. What is opened comes to the figure, to the last minor unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from tieout.reports.answers import EVER, Column, Row, Table
from tieout.reports.errors import BadQuestion
from tieout.reports.narrowing import COLUMNS, Narrowed, asked, cheapest, where
from tieout.reports.questions import Question
from tieout.reports.remaining import count
from tieout.reports.roll_forwards import ASSET, COMMISSION, LIABILITY


@dataclass(frozen=True, slots=True)
class Measure:
    """What a figure is a sum of: SQL over the first relation that knows the question's facets."""

    label: str
    amount: str
    relations: tuple[str, ...]
    condition: str = "true"
    timed: bool = True
    """Whether only some periods count."""


_SCHEDULE = ("moved",)
_REVENUE = "kind = 'revenue'"
OFFERED = {facet: COLUMNS[facet] for facet in ("entity", "currency", "product", "region", "class")}
"""Facets with few enough values to pick from."""
_PLAIN = {"price": "Price", "ssp": "SSP", "allocated": "Allocated", "carve": "Carve"}
MEASURES: Mapping[str, Measure] = {
    "revenue": Measure("Revenue with adjustments", "amount + adjustment", _SCHEDULE, _REVENUE),
    "amount": Measure("Revenue", "amount", _SCHEDULE, _REVENUE),
    "adjustment": Measure("Prior-period adjustment", "adjustment", _SCHEDULE, _REVENUE),
    "contracted": Measure("Contracted", "total", ("counted_promise",), timed=False),
    "fulfilled": Measure("Recognised of the contracts that count", "amount + adjustment", ("counted_moved",)),
    "remaining": Measure("Remaining", "owed", ("counted_owing",)),
    "unscheduled": Measure("Not scheduled", "owed", ("counted_owing",)),
    **{
        name: Measure(label, name, ("promise",), "allocated IS NOT NULL", timed=False) for name, label in _PLAIN.items()
    },
    **{
        f"{roll.name}.{name}": Measure(f"{roll.title}: {label.lower()}", sql, (roll.relation,))
        for roll in (LIABILITY, ASSET, COMMISSION)
        for name, (label, sql) in {**roll.flows, "closing": ("Closing", roll.moved)}.items()
    },
}


def measure_of(column: Column, row: Row) -> str:
    """The measure that a cell opens; empty when it leads nowhere."""
    return (row.opens or column.opens) if column.opens else ""


def opening(question: Question, column: Column, row: Row) -> str:
    """The query string of the contracts behind a cell."""
    first, last = row.days if row.days != EVER else column.days
    if measure_of(column, row).endswith(".closing"):
        first = None
    return question.narrowed(**row.place).address(first=first, last=last, since=None, span=None, by=None, page=None)


def contracts(book: duckdb.DuckDBPyConnection, question: Question, name: str) -> Table:
    """Contracts behind a measure, the largest amounts first, with the total of all of them. Raises BadQuestion."""
    if name not in MEASURES:
        raise BadQuestion(f"measure: '{name}' is none of {', '.join(MEASURES)}.", field="measure")
    measure = MEASURES[name]
    relation, narrowed = cheapest(asked(question), *measure.relations), _narrowed(question, measure)
    if relation.startswith("counted"):
        count(book, question)
    book.execute(
        f"CREATE OR REPLACE TEMP TABLE behind AS SELECT contract_id, currency, sum({measure.amount})::BIGINT AS amount"  # noqa: S608
        f" FROM {relation} WHERE {narrowed.sql} GROUP BY ALL",
        dict(narrowed.values),
    )
    rows = book.execute(
        "SELECT * FROM behind WHERE amount <> 0 ORDER BY abs(amount) DESC, contract_id, currency"
        " LIMIT $size + 1 OFFSET $skip",
        {"size": question.size, "skip": (question.page - 1) * question.size},
    ).fetchall()
    totals = book.execute("SELECT currency, sum(amount)::BIGINT FROM behind GROUP BY ALL ORDER BY ALL").fetchall()
    return Table(
        measure.label,
        [Column("contract", "Contract", "text"), Column("amount", "Amount")],
        [Row(currency, {"contract": contract, "amount": value}) for contract, currency, value in rows[: question.size]],
        [Row(currency, {"amount": value}) for currency, value in totals],
        more=len(rows) > question.size,
    )


def _narrowed(question: Question, measure: Measure) -> Narrowed:
    narrowed = where(question).also(measure.condition)
    if measure.timed and question.first:
        narrowed = narrowed.also("starts_on >= $first", first=question.first)
    if measure.timed and question.last:
        narrowed = narrowed.also("starts_on <= $last", last=question.last)
    return narrowed
