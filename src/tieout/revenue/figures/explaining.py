"""Why a figure is what it is: its layers with formula and inputs, the rule's version, the SSP entry, and the rows it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.kernel.errors import NotFound
from tieout.recognition import engine
from tieout.recognition.tables import INPUTS
from tieout.revenue.figures.loading import Scope, read
from tieout.revenue.figures.opening import latest
from tieout.revenue.models import FACTS, FigureSet

Row = Mapping[str, Any]
_OF_LINE = "contract_id = ? AND line_id = ?"
_SLICES = f"SELECT amount, adjustment FROM schedule WHERE {_OF_LINE} AND period = ?"  # noqa: S608
_ALLOCATION = f"SELECT * FROM allocation WHERE {_OF_LINE}"  # noqa: S608
_LAYERS = f"SELECT * FROM explanation WHERE {_OF_LINE} AND period <= ? ORDER BY period, version"  # noqa: S608
_CANDIDATES = f"SELECT c.* FROM candidate c JOIN obligation o USING (item) WHERE {_OF_LINE} ORDER BY choice"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Source:
    """A row of revenue data that the figure depends on, and the batch that brought it: `row` as its file counts, 0 for a form."""

    table: str
    row: int
    batch_id: int
    values: Row


@dataclass(frozen=True, slots=True)
class Explanation:
    """All of one line and period. `layers` are rows of the engine's `explanation`, one for each layer with a share in it."""

    contract_id: str
    line_id: str
    period: str
    amount: int
    adjustment: int
    allocation: Row
    layers: Sequence[Row]
    candidates: Sequence[Row]
    """The entries of the SSP book that fitted, the chosen one first."""
    sources: Sequence[Source]


def explain(
    environment_id: int | None, contract_id: str, line_id: str, period: str, *, figure_set: FigureSet | None = None
) -> Explanation:
    """Compute the contract's arrangement again from what the set (the latest one) was made from. Raises NotFound."""
    figures = figure_set or latest(environment_id)
    known_at = figures.known.applied_at if figures and figures.known else None
    line = (contract_id, line_id)
    with read(Scope(environment_id, known_at, frozenset([contract_id]))) as book:
        engine.recognise_what_can_be(book)
        slices = _rows(book, _SLICES, *line, period)
        if not slices:
            raise NotFound(f"Contract {contract_id} has no figure for line {line_id} in {period}.")
        return Explanation(
            *line,
            period,
            sum(each["amount"] for each in slices),
            sum(each["adjustment"] for each in slices),
            next(iter(_rows(book, _ALLOCATION, *line)), {}),
            _rows(book, _LAYERS, *line, period),
            _rows(book, _CANDIDATES, *line),
            _sources(environment_id, *line),
        )


def _rows(book: Any, query: str, *values: str) -> list[Row]:
    found = book.execute(query, list(values))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _sources(environment_id: int | None, contract_id: str, line_id: str) -> list[Source]:
    """Current rows of the contract, and of the line where the table knows lines."""
    found: list[Source] = []
    for table, model in FACTS.items():
        if "contract_id" not in INPUTS[table]:
            continue
        rows = model._default_manager.filter(environment_id=environment_id, until__isnull=True, contract_id=contract_id)
        if "line_id" in INPUTS[table]:
            rows = rows.filter(line_id=line_id)
        found += [
            Source(table, each.row, each.since_id, {name: getattr(each, name) for name in INPUTS[table]})
            for each in rows
        ]
    return found
