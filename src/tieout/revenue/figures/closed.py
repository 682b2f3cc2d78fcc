"""What closed periods hold: the schedule of the set of figures that each entity's last closed period was frozen with."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from tieout.recognition import stored
from tieout.revenue import periods
from tieout.revenue.figures.opening import open_figures
from tieout.revenue.models import FigureSet, Period

_BOOKED = """
    COPY (
        SELECT l.kind, l.contract_id, l.line_id, p.period, m.amount
        FROM (
            SELECT generation, item, starts_on, sum(amount)::BIGINT AS amount
            FROM movement WHERE starts_on <= $last GROUP BY generation, item, starts_on
        ) m
        JOIN line l ON l.generation = m.generation AND l.item = m.item AND l.entity = $entity
        JOIN calendar p ON p.entity = l.entity AND p.starts_on = m.starts_on
        WHERE l.contract_id IN (SELECT contract_id FROM read_parquet('{wanted}'))
    ) TO '{booked}' (FORMAT parquet)
"""


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
    # What is booked may be millions of rows: they travel from one connection to the other as a file.
    with tempfile.TemporaryDirectory(prefix="tieout-booked-") as name:
        wanted, booked = (f"{stored.quoted(Path(name))}/{each}.parquet" for each in ("wanted", "booked"))
        book.execute(f"COPY (SELECT contract_id FROM contract WHERE entity = ?) TO '{wanted}'", [entity])  # noqa: S608
        shown.execute(_BOOKED.format(wanted=wanted, booked=booked), {"entity": entity, "last": last.starts_on})
        book.execute(f"INSERT INTO booked BY NAME FROM read_parquet('{booked}')")
