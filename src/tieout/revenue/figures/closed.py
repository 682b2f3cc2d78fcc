"""What closed periods hold: the schedule of the set of figures that each entity's last closed period was frozen with."""

from __future__ import annotations

import duckdb

from tieout.revenue import periods
from tieout.revenue.figures.opening import open_figures
from tieout.revenue.models import FigureSet, Period


def frozen_with(environment_id: int | None) -> dict[str, FigureSet]:
    """By entity, the set that its last closing or closed period was frozen with; it holds all earlier ones as booked."""
    frozen = periods.periods(environment_id).filter(state__in=periods.FROZEN).select_related("figures")
    return {each.entity: each.figures for each in frozen if each.figures}


def fill(book: duckdb.DuckDBPyConnection, environment_id: int | None) -> None:
    """Fill `booked` for the contracts in the book."""
    for entity, figures in frozen_with(environment_id).items():
        last = Period.objects.filter(environment_id=environment_id, entity=entity, state__in=periods.FROZEN).latest(
            "starts_on"
        )
        with open_figures(figures) as shown:
            _take(book, shown, entity, last)


def _take(book: duckdb.DuckDBPyConnection, shown: duckdb.DuckDBPyConnection, entity: str, last: Period) -> None:
    contracts = [
        name for (name,) in book.execute("SELECT contract_id FROM contract WHERE entity = ?", [entity]).fetchall()
    ]
    rows = shown.execute(
        """SELECT kind, contract_id, line_id, period, sum(amount + adjustment)::BIGINT AS amount FROM schedule
        WHERE entity = ? AND starts_on <= ? AND contract_id IN (SELECT unnest(?::VARCHAR[])) GROUP BY ALL""",
        [entity, last.starts_on, contracts],
    ).fetchall()
    if rows:
        columns = [list(each) for each in zip(*rows, strict=True)]
        book.execute(
            "INSERT INTO booked BY NAME SELECT unnest(?::VARCHAR[]) AS kind, unnest(?::VARCHAR[]) AS contract_id,"
            " unnest(?::VARCHAR[]) AS line_id, unnest(?::VARCHAR[]) AS period, unnest(?::BIGINT[]) AS amount",
            columns,
        )
