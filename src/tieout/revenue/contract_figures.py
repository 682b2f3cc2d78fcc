"""What a set of figures says of one contract: allocation within its arrangement, schedule, and position by period.

Rows are mappings with the columns of the views of `figures.open_figures`; amounts are minor units of the contract's currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tieout.revenue import figures, queries
from tieout.revenue.figures import loading
from tieout.revenue.models import FigureSet

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recognised:
    """A period of a contract, or of one of its lines: its own revenue, and apart what belongs to closed periods."""

    period: str
    starts_on: date
    amount: int
    adjustment: int
    to_date: int


@dataclass(frozen=True, slots=True)
class ContractFigures:
    """One contract in one set of figures."""

    figure_set: FigureSet
    lines: list[Row] = field(default_factory=list)
    """Of every contract of the arrangement, with price, SSP, allocated amount (None for a line that came with a change) and
    `total`, what the line comes to as changes left it."""
    schedule: list[Row] = field(default_factory=list)
    """Of this contract: kinds `revenue` and `commission`, by line and period."""
    positions: list[Row] = field(default_factory=list)
    """Of this contract by period, with what is billed and recognised to date."""

    def recognised(self, kind: str = "revenue", line_id: str | None = None) -> list[Recognised]:
        """By period, of all lines or of one, with what is recognised to date."""
        rows = [row for row in self.schedule if row["kind"] == kind and line_id in (None, row["line_id"])]
        return by_period(rows)

    def to_date(self, on: date, kind: str = "revenue") -> dict[str, int]:
        """Recognised by line in the periods that have begun on that day."""
        found: dict[str, int] = {}
        for row in self.schedule:
            if row["kind"] == kind and row["starts_on"] <= on:
                found[row["line_id"]] = found.get(row["line_id"], 0) + row["amount"] + row["adjustment"]
        return found


def of_contract(
    environment_id: int | None, contract: Any, *, known_at: datetime | None = None
) -> ContractFigures | None:
    """The figures of a contract in the newest set, or in the newest made at or before a moment; None without a set."""
    found = figures.latest(environment_id, known_at=known_at)
    if found is None:
        return None
    together = arrangement(environment_id, contract, known_at=known_at)
    with figures.open_figures(found) as book:
        return ContractFigures(
            found,
            _rows(book, "line", together, ("contract_id", "line_id"), "kind = 'revenue'"),
            _rows(book, "schedule", [contract.contract_id], ("kind", "line_id", "starts_on")),
            _rows(book, _POSITIONS, [contract.contract_id], ("starts_on",)),
        )


def arrangement(environment_id: int | None, contract: Any, *, known_at: datetime | None = None) -> list[str]:
    """The contracts that are accounted for with this one, itself included."""
    if not contract.arrangement_id:
        return [contract.contract_id]
    found = queries.rows(environment_id, "contract", known_at=known_at)
    return sorted(found.filter(arrangement_id=contract.arrangement_id).values_list("contract_id", flat=True))


def by_period(rows: Iterable[Row]) -> list[Recognised]:
    """Rows of a schedule summed by period, in order."""
    sums: dict[tuple[date, str], list[int]] = {}
    for row in rows:
        both = sums.setdefault((row["starts_on"], row["period"]), [0, 0])
        both[0] += row["amount"]
        both[1] += row["adjustment"]
    made: list[Recognised] = []
    running = 0
    for (starts_on, period), (amount, adjustment) in sorted(sums.items()):
        running += amount + adjustment
        made.append(Recognised(period, starts_on, amount, adjustment, running))
    return made


def behind(environment_id: int | None, figure_set: FigureSet, *, known_at: datetime | None = None) -> bool:
    """Whether data was applied (by a moment) that the set does not know yet."""
    newest = loading.known(environment_id, known_at)
    return newest is not None and newest.pk != figure_set.known_id


def bounds(figure_set: FigureSet, entity: str, period: str) -> tuple[date, date] | None:
    """First day of a period and the day after it, as the set's calendar has them."""
    with figures.open_figures(figure_set) as book:
        asked = "SELECT starts_on, ends_on FROM calendar WHERE entity = ? AND period = ?"
        found: tuple[date, date] | None = book.execute(asked, [entity, period]).fetchone()
    return found


_POSITIONS = """(
    SELECT *, (sum(billed) OVER to_date)::BIGINT AS billed_to_date, (sum(recognised) OVER to_date)::BIGINT AS recognised_to_date
    FROM position WINDOW to_date AS (PARTITION BY contract_id ORDER BY starts_on)
)"""


def _rows(
    book: Any, view: str, contract_ids: Sequence[str], order: Sequence[str], condition: str = "true"
) -> list[Row]:
    marks = ", ".join("?" for _ in contract_ids)
    where = f"contract_id IN ({marks}) AND {condition}"
    asked = f"SELECT * FROM {view} WHERE {where} ORDER BY {', '.join(order)}"  # noqa: S608
    found = book.execute(asked, list(contract_ids))
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]
