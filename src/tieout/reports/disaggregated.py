"""Disaggregated revenue (606-10-50-5): what the periods recognised, split by one facet after another.

Adjustments for closed periods are part of the revenue of the period that recognised them and shown once more, apart.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from tieout.reports.answers import Chart, Check, Column, Row, Series, Table
from tieout.reports.groups import Group, among, labels, page, place
from tieout.reports.narrowing import Narrowed, asked, cheapest, grouping, where
from tieout.reports.questions import FACETS, Question
from tieout.reports.waterfall import RELATIONS
from tieout.reports.windows import EARLIER, Window, back, periods_of

USUAL = ("product", "region", "class", "timing", "entity")
TOTAL, ADJUSTED = "total", "adjusted"
_Sums = dict[Group, dict[str, int]]


def tables(book: duckdb.DuckDBPyConnection, question: Question) -> Iterator[Table]:
    """One table for the facets asked for together, else one for each usual facet."""
    for by in (question.by,) if question.by else tuple((facet,) for facet in USUAL):
        yield _table(book, question, by)


def charts(table: Table) -> Iterator[Chart]:
    """Each group of the first currency's table as one column."""
    for total in table.totals:
        rows = [row for row in table.rows if row.currency == total.currency]
        points = [
            " · ".join(str(value) or "—" for name, value in row.place.items() if name != "currency") for row in rows
        ]
        series = [Series("Recognised", "past", [row.values[TOTAL] for row in rows])]
        yield Chart(table.title, total.currency, points, series)


def checks(tables: list[Table]) -> Iterator[Check]:
    """Every split comes to the same revenue."""
    first = {row.currency: row.values[TOTAL] for row in tables[0].totals}
    for table in tables[1:]:
        for row in table.totals:
            yield Check(
                f"{table.title} = {tables[0].title.lower()}", row.currency, row.values[TOTAL], first[row.currency]
            )


def _table(book: duckdb.DuckDBPyConnection, question: Question, by: tuple[str, ...]) -> Table:
    relation = cheapest(asked(question, by), *RELATIONS)
    narrowed = where(question).also("kind = 'revenue'")
    assert question.as_of is not None
    found = periods_of(book, question, "revenue")
    window = back(found, as_of=question.as_of, since=question.since, span=question.span)
    shown = narrowed.also("starts_on >= $first AND starts_on <= $last", **window.values())
    groups, more = page(book, question, relation, shown, grouping(by))
    sums = _sums(book, relation, among(shown, grouping(by), groups), window, grouping(by))
    totals = _sums(book, relation, shown, window, ["currency"])
    return Table(
        "By " + ", ".join(FACETS[facet].lower() for facet in by),
        [*(Column(facet, FACETS[facet], "text") for facet in by), *_columns(window)],
        [_row(by, group, sums[group]) for group in groups],
        [_row((), group, totals[group]) for group in sorted(totals)],
        more=more,
    )


def _columns(window: Window) -> Iterator[Column]:
    yield from (each for each in window.columns("revenue") if each.name != EARLIER and each.tone == "past")
    within = (window.first, window.last)
    yield Column(TOTAL, "Total", opens="revenue", days=within)
    yield Column(ADJUSTED, "of it prior periods", tone="adjusted", opens="adjustment", days=within)


def _sums(
    book: duckdb.DuckDBPyConnection, relation: str, narrowed: Narrowed, window: Window, columns: list[str]
) -> _Sums:
    listed = ", ".join(columns)
    rows = book.execute(
        f"SELECT {listed}, starts_on, sum(amount + adjustment)::BIGINT, sum(adjustment)::BIGINT"  # noqa: S608
        f" FROM {relation} WHERE {narrowed.sql} GROUP BY ALL",
        dict(narrowed.values),
    ).fetchall()
    found: _Sums = {}
    for *group, day, amount, adjustment in rows:
        sums = found.setdefault(tuple(group), {each.label: 0 for each in window.periods} | {TOTAL: 0, ADJUSTED: 0})
        sums[window.column_of(day)] += amount
        sums[TOTAL] += amount
        sums[ADJUSTED] += adjustment
    return found


def _row(by: tuple[str, ...], group: Group, sums: dict[str, int]) -> Row:
    placed = place(by, group)
    return Row(placed["currency"], {**labels(by, placed), **sums}, placed)
