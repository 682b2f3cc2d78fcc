"""Remaining performance obligations (606-10-50-13 to 15): what was contracted and is not recognised, and by when it will be.

Counts contracts signed by the `as_of` day. What waits for an event that has no date, such as a milestone or a delivery,
stands apart as not scheduled.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from importlib.resources import files

import duckdb

from tieout.reports import ties
from tieout.reports.answers import Chart, Check, Column, Row, Series, Table
from tieout.reports.groups import Group, among, labels, page, place
from tieout.reports.narrowing import Narrowed, asked, cheapest, grouping, where
from tieout.reports.questions import FACETS, Question

EXPEDIENTS = (
    "An entity need not disclose obligations of contracts with an original expected duration of one year or less"
    " (606-10-50-14a), nor what it recognises as it invoices (606-10-55-18, 606-10-50-14b). With the box ticked, the"
    " former are left out; the latter stand under Not scheduled until they are invoiced.",
    "Estimates of variable consideration count as far as they meet the constraint. Changes with an effective day after"
    " the day of the report are in the amounts when they were known.",
)

_COUNTED = (files("tieout.reports") / "sql" / "counted.sql").read_text("utf-8")


def tables(book: duckdb.DuckDBPyConnection, question: Question) -> Iterator[Table]:
    """One table: by group, contracted, recognised, remaining, and the remaining by band."""
    by = question.by or ("entity",)
    cheapest(asked(question, by), "counted_promise")
    count(book, question)
    groups, more = page(book, question, "counted_promise", where(question), grouping(by))
    rows = _rows(book, question, by, groups)
    columns = [*(Column(facet, FACETS[facet], "text") for facet in by), *_columns(question)]
    yield Table("Remaining performance obligations", columns, rows, _rows(book, question, (), None), more=more)


def charts(table: Table) -> Iterator[Chart]:
    """The bands of each currency."""
    bands = [column for column in table.columns if column.tone == "to-come"]
    for row in table.totals:
        series = [Series("Remaining", "to-come", [row.values[band.name] for band in bands])]
        yield Chart("Remaining by when it will be recognised", row.currency, [band.label for band in bands], series)


def checks(book: duckdb.DuckDBPyConnection, question: Question, table: Table) -> Iterator[Check]:
    """What is recognised is what positions hold, where every contract counts; and the rows come to the total."""
    if not _some_left_out(book):
        found = {row.currency: row.values["recognised"] for row in table.totals}
        yield from ties.recognised(book, question, found)
    if not table.more and question.page == 1:
        for total in table.totals:
            rows = sum(row.values["remaining"] for row in table.rows if row.currency == total.currency)
            yield Check("Rows = total", total.currency, rows, total.values["remaining"])


def count(book: duckdb.DuckDBPyConnection, question: Question) -> None:
    """Make the relations that leave out what the question does not count, for this connection alone."""
    assert question.as_of is not None
    step = _COUNTED.replace("$as_of", f"DATE '{question.as_of.isoformat()}'")
    book.execute(step.replace("$expedient", "true" if question.expedient else "false"))


def _columns(question: Question) -> Iterator[Column]:
    assert question.as_of is not None
    yield Column("contracted", "Contracted", opens="contracted")
    yield Column("recognised", "Recognised", tone="past", opens="fulfilled", days=(None, question.as_of))
    yield Column("remaining", "Remaining", opens="remaining", days=(None, question.as_of))
    starts = [question.as_of + timedelta(days=1), *band_ends(question)]
    for number, (low, high) in enumerate(zip((0, *question.bands), (*question.bands, None), strict=True)):
        label = f"> {low} months" if high is None else f"{low + 1}–{high} months" if low else f"≤ {high} months"
        last = starts[number + 1] - timedelta(days=1) if high else None
        yield Column(f"band_{number}", label, tone="to-come", opens="fulfilled", days=(starts[number], last))
    yield Column("unscheduled", "Not scheduled", tone="to-come", opens="unscheduled")


def _rows(
    book: duckdb.DuckDBPyConnection, question: Question, by: Sequence[str], groups: Sequence[Group] | None
) -> list[Row]:
    columns = grouping(by)
    contracted = _contracted(book, among(where(question), columns, groups), columns)
    timed = _timed(book, question, by, groups)
    nothing = (0,) * (len(question.bands) + 2)
    wanted = sorted(contracted) if groups is None else groups
    return [_row(by, group, contracted[group], timed.get(group, nothing)) for group in wanted]


def _contracted(book: duckdb.DuckDBPyConnection, narrowed: Narrowed, columns: Sequence[str]) -> dict[Group, int]:
    listed = ", ".join(columns)
    found = book.execute(
        f"SELECT {listed}, sum(total)::BIGINT FROM counted_promise WHERE {narrowed.sql} GROUP BY ALL",  # noqa: S608
        dict(narrowed.values),
    ).fetchall()
    return {each[:-1]: each[-1] for each in found}


def _timed(
    book: duckdb.DuckDBPyConnection, question: Question, by: Sequence[str], groups: Sequence[Group] | None
) -> dict[Group, tuple[int, ...]]:
    """By group, what is recognised by the day, and each band. Reads line by line only when some lines do not count."""
    whole = "counted_moved" if _some_left_out(book) else cheapest(asked(question, by), "cube", "moved")
    columns, ends = grouping(by), band_ends(question)
    narrowed = where(question).also("kind = 'revenue'", as_of=question.as_of)
    wanted = among(narrowed, columns, groups)
    found = book.execute(
        f"SELECT {', '.join([*columns, *_bands(len(ends))])} FROM {whole} WHERE {wanted.sql} GROUP BY ALL",  # noqa: S608
        {**wanted.values, **{f"end_{number}": end for number, end in enumerate(ends)}},
    ).fetchall()
    return {each[: len(columns)]: each[len(columns) :] for each in found}


def _some_left_out(book: duckdb.DuckDBPyConnection) -> bool:
    return book.execute("SELECT 1 FROM left_out LIMIT 1").fetchone() is not None


def band_ends(question: Question) -> list[date]:
    """The first day after each band."""
    assert question.as_of is not None
    begin = question.as_of + timedelta(days=1)
    return [_months_after(begin, months) for months in question.bands]


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _bands(ends: int) -> Iterator[str]:
    amount = "coalesce(sum(amount + adjustment) FILTER ({}), 0)::BIGINT"
    yield amount.format("starts_on <= $as_of")
    for number in range(ends + 1):
        after = f"starts_on >= $end_{number - 1}" if number else "starts_on > $as_of"
        before = f" AND starts_on < $end_{number}" if number < ends else ""
        yield amount.format(after + before)


def _row(by: Sequence[str], group: Group, total: int, timed: tuple[int, ...]) -> Row:
    placed, (recognised, *bands) = place(by, group), timed
    amounts = {"contracted": total, "recognised": recognised, "remaining": total - recognised}
    amounts |= {f"band_{number}": amount for number, amount in enumerate(bands)}
    amounts["unscheduled"] = total - sum(timed)
    return Row(placed["currency"], {**labels(by, placed), **amounts}, placed)
