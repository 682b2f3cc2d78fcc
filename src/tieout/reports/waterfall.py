"""The revenue waterfall: what each period recognised, as part of it the adjustments for closed ones, and what is to come.

Rows are groups, columns periods. An adjustment stands in the period that recognised it, in a row of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import duckdb

from tieout.reports import ties
from tieout.reports.answers import Chart, Check, Column, Row, Series, Table
from tieout.reports.groups import Group, among, labels, page, place
from tieout.reports.narrowing import Narrowed, asked, cheapest, grouping, where
from tieout.reports.questions import FACETS, Question
from tieout.reports.windows import DAY, EARLIER, LATER, Window, ahead, periods_of

PARTS = {"amount": "Revenue", "adjustment": "Prior-period adjustment"}
RELATIONS = ("cube", "moved")
TO_DATE, TO_COME, TOTAL = "to_date", "to_come", "total"
_Amounts = dict[str, dict[str, int]]


def tables(book: duckdb.DuckDBPyConnection, question: Question) -> Iterator[Table]:
    """One table: for each group a row of revenue and, when there is any, one of adjustments."""
    by = question.by or ("product",)
    relation = cheapest(asked(question, by), *RELATIONS)
    narrowed = where(question).also("kind = 'revenue'")
    window = window_of(book, question)
    groups, more = page(book, question, relation, narrowed, grouping(by))
    found = _amounts(book, relation, narrowed, window, grouping(by), groups)
    totals = _amounts(book, relation, narrowed, window, ["currency"], None)
    yield Table(
        "Revenue waterfall",
        [*(Column(facet, FACETS[facet], "text") for facet in by), Column("part", "Part", "text"), *_columns(window)],
        [row for group in groups for row in _rows(by, group, found.get(group, {}), window)],
        [row for group in sorted(totals) for row in _rows((), group, totals[group], window)],
        more=more,
    )


def window_of(book: duckdb.DuckDBPyConnection, question: Question) -> Window:
    """The periods of the waterfall that the question shows apart."""
    assert question.as_of is not None
    found = periods_of(book, question, "revenue")
    return ahead(found, as_of=question.as_of, since=question.since, span=question.span)


def charts(table: Table) -> Iterator[Chart]:
    """For each currency, its periods as columns: recognised, adjusted, to come. Sums of many periods would dwarf them."""
    sums = (EARLIER, LATER, TO_DATE, TO_COME)
    periods = [column for column in table.columns if column.tone and column.name not in sums]
    for currency in dict.fromkeys(row.currency for row in table.totals):
        rows = {row.values["part"]: row.values for row in table.totals if row.currency == currency}
        revenue = rows.get(PARTS["amount"], {})
        adjusted = rows.get(PARTS["adjustment"], {})
        yield Chart(
            "Revenue by period",
            currency,
            [column.label for column in periods],
            [
                Series("Recognised", "past", [_if(revenue, each, "past") for each in periods]),
                Series("Prior-period adjustment", "adjusted", [adjusted.get(each.name, 0) for each in periods]),
                Series("Scheduled", "to-come", [_if(revenue, each, "to-come") for each in periods]),
            ],
        )


def checks(book: duckdb.DuckDBPyConnection, question: Question, table: Table) -> Iterator[Check]:
    """What is recognised to date is what the contracts' positions hold, and the rows come to the total."""
    to_date: dict[str, int] = defaultdict(int)
    totals: dict[str, int] = defaultdict(int)
    for row in table.totals:
        to_date[row.currency] += row.values[TO_DATE]
        totals[row.currency] += row.values[TOTAL]
    yield from ties.recognised(book, question, to_date)
    if not table.more and question.page == 1:
        for currency, total in totals.items():
            rows = sum(row.values[TOTAL] for row in table.rows if row.currency == currency)
            yield Check("Rows = total", currency, rows, total)


def _if(values: Mapping[str, int], column: Column, tone: str) -> int:
    return values.get(column.name, 0) if column.tone == tone else 0


def _columns(window: Window) -> Iterator[Column]:
    yield from window.columns("amount")
    yield Column(TO_DATE, "To date", tone="past", opens="amount", days=(None, window.as_of))
    yield Column(TO_COME, "To come", tone="to-come", opens="amount", days=(window.as_of + DAY, None))
    yield Column(TOTAL, "Total", opens="amount")


def _amounts(
    book: duckdb.DuckDBPyConnection,
    relation: str,
    narrowed: Narrowed,
    window: Window,
    columns: Sequence[str],
    groups: Sequence[Group] | None,
) -> dict[Group, _Amounts]:
    """By group, part and column."""
    listed, wanted = ", ".join(columns), among(narrowed, columns, groups)
    rows = book.execute(
        f"SELECT {listed}, {window.bucket()} AS bucket, starts_on <= $as_of AS past, sum(amount)::BIGINT,"  # noqa: S608
        f" sum(adjustment)::BIGINT FROM {relation} WHERE {wanted.sql} GROUP BY ALL",
        {**wanted.values, **window.values(), "as_of": window.as_of},
    ).fetchall()
    found: dict[Group, _Amounts] = {}
    for *group, bucket, past, amount, adjustment in rows:
        parts = found.setdefault(tuple(group), {part: defaultdict(int) for part in PARTS})
        for part, value in (("amount", amount), ("adjustment", adjustment)):
            for column in (window.column_of(bucket), TO_DATE if past else TO_COME, TOTAL):
                parts[part][column] += value
    return found


def _rows(by: Sequence[str], group: Group, parts: _Amounts, window: Window) -> Iterator[Row]:
    placed = place(by, group)
    names = [column.name for column in _columns(window)]
    for part, label in PARTS.items():
        amounts = parts.get(part, {})
        if part == "amount" or any(amounts.values()):
            values = {name: amounts.get(name, 0) for name in names}
            yield Row(str(group[-1]), {**labels(by, placed), "part": label, **values}, placed, tone=part, opens=part)
