"""Equations between figures that were summed apart: by product and period on one side, by contract on the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb

from tieout.reports.answers import Check
from tieout.reports.narrowing import RELATIONS, asked, where
from tieout.reports.questions import Question


def recognised(book: duckdb.DuckDBPyConnection, question: Question, found: Mapping[str, int]) -> Iterator[Check]:
    """Recognised to date by currency is what the positions of the contracts hold. None where positions cannot tell."""
    if not asked(question) <= set(RELATIONS["standing"]):
        return
    narrowed = where(question).also("starts_on <= $as_of", as_of=question.as_of)
    held = dict(
        book.execute(
            f"SELECT currency, sum(recognised)::BIGINT FROM standing WHERE {narrowed.sql} GROUP BY currency",  # noqa: S608
            dict(narrowed.values),
        ).fetchall()
    )
    for currency in sorted(set(held) | set(found)):
        amounts = found.get(currency, 0), held.get(currency, 0)
        yield Check("Recognised to date = positions of the contracts", currency, *amounts)
