"""SSP allocation (606-10-32-28 to 41): line by line the price, the SSP with the entry used, what was allocated, the carve.

The transaction price of each pool is split exactly: carves come to zero wherever a pool is shown whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb

from tieout.reports.answers import Chart, Check, Column, Row, Series, Table
from tieout.reports.narrowing import Narrowed, asked, cheapest, grouping, where
from tieout.reports.questions import FACETS, Question
from tieout.revenue import words

_AMOUNTS = {"price": "Price", "ssp": "SSP", "allocated": "Allocated", "carve": "Carve"}
_WORDS = {
    "contract": ("Contract", "contract_id"),
    "line": ("Line", "line_id"),
    "product": ("Product", "product_id"),
    "part": ("Part", "part"),
    "basis": ("SSP from", "ssp_basis"),
    "bundle": ("Bundle", "bundle_id"),
}


def tables(book: duckdb.DuckDBPyConnection, question: Question) -> Iterator[Table]:
    """A summary by group, and the lines."""
    by = question.by or ("product",)
    cheapest(asked(question, by), "promise")
    narrowed = where(question).also("allocated IS NOT NULL")
    rows = [_summed(by, each) for each in _sums(book, narrowed, grouping(by))]
    totals = [_summed((), each) for each in _sums(book, narrowed, ["currency"])]
    groups = [Column(facet, FACETS[facet], "text") for facet in by]
    shown, more = _lines(book, question, narrowed)
    amounts = [Column(name, label, opens=name) for name, label in _AMOUNTS.items()]
    yield Table(
        "By " + ", ".join(FACETS[facet].lower() for facet in by),
        [*groups, Column("lines", "Lines", "number"), *amounts],
        rows,
        totals,
    )
    texts = [Column(name, label, "text") for name, (label, _) in _WORDS.items()]
    plain = [Column(name, label) for name, label in _AMOUNTS.items()]
    yield Table("Lines", [*texts, *plain], shown, totals, more=more)


def charts(table: Table) -> Iterator[Chart]:
    """For each currency the carve of each group: above the line what got more than its price, below it what gave."""
    for total in table.totals:
        rows = [row for row in table.rows if row.currency == total.currency]
        points = [
            " · ".join(value or "—" for name, value in row.place.items() if name != "currency") or "All" for row in rows
        ]
        series = [Series("Allocated less price", "past", [row.values["carve"] for row in rows])]
        if any(series[0].amounts):
            yield Chart("What allocation moved", total.currency, points, series)


def checks(tables: list[Table]) -> Iterator[Check]:
    """What was allocated is the price plus the carves, and groups come to the total."""
    for total in tables[0].totals:
        values = total.values
        yield Check("Price + carve = allocated", total.currency, values["price"] + values["carve"], values["allocated"])
        parts = sum(row.values["allocated"] for row in tables[0].rows if row.currency == total.currency)
        yield Check("Groups = total", total.currency, parts, values["allocated"])


def _sums(book: duckdb.DuckDBPyConnection, narrowed: Narrowed, columns: list[str]) -> list[tuple[Any, ...]]:
    listed, amounts = ", ".join(columns), ", ".join(f"sum({name})::BIGINT" for name in _AMOUNTS)
    return book.execute(
        f"SELECT {listed}, count(*), {amounts} FROM promise WHERE {narrowed.sql} GROUP BY ALL ORDER BY ALL",  # noqa: S608
        dict(narrowed.values),
    ).fetchall()


def _summed(by: tuple[str, ...], found: tuple[Any, ...]) -> Row:
    group, (lines, *amounts) = found[: -1 - len(_AMOUNTS)], found[-1 - len(_AMOUNTS) :]
    placed = dict(zip([*(facet for facet in by if facet != "currency"), "currency"], map(str, group), strict=True))
    values = {facet: placed[facet] for facet in by} | {"lines": lines} | dict(zip(_AMOUNTS, amounts, strict=True))
    return Row(placed["currency"], values, placed)


def _lines(book: duckdb.DuckDBPyConnection, question: Question, narrowed: Narrowed) -> tuple[list[Row], bool]:
    columns = [column for _, column in _WORDS.values()] + list(_AMOUNTS)
    found = book.execute(
        f"SELECT currency, {', '.join(columns)} FROM promise WHERE {narrowed.sql}"  # noqa: S608
        " ORDER BY contract_id, line_id LIMIT $size + 1 OFFSET $skip",
        {**narrowed.values, "size": question.size, "skip": (question.page - 1) * question.size},
    ).fetchall()
    rows = [Row(currency, _told(values)) for currency, *values in found[: question.size]]
    return rows, len(found) > question.size


def _told(values: list[Any]) -> dict[str, Any]:
    """A line's values by column, its stored words as people read them."""
    told = dict(zip([*_WORDS, *_AMOUNTS], values, strict=True))
    return told | {name: words.choice(told[name]) for name in ("part", "basis") if told[name]}
