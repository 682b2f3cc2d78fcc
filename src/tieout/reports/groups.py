"""Rows of a report by group: which groups stand on this page, and the place that each of them names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from tieout.reports.narrowing import Narrowed
from tieout.reports.questions import Question

Group = tuple[Any, ...]
"""Values of the grouping columns; the currency is the last."""


def page(
    book: duckdb.DuckDBPyConnection, question: Question, relation: str, narrowed: Narrowed, columns: Sequence[str]
) -> tuple[list[Group], bool]:
    """The groups of the question's page in order, and whether there are more."""
    listed = ", ".join(columns)
    found = book.execute(
        f"SELECT DISTINCT {listed} FROM {relation} WHERE {narrowed.sql} ORDER BY ALL LIMIT $size + 1 OFFSET $skip",  # noqa: S608
        {**narrowed.values, "size": question.size, "skip": (question.page - 1) * question.size},
    ).fetchall()
    return found[: question.size], len(found) > question.size


def among(narrowed: Narrowed, columns: Sequence[str], groups: Sequence[Group] | None) -> Narrowed:
    """Conditions that keep most other groups out of a sum: by the first of the columns. None keeps all."""
    if groups is None:
        return narrowed
    firsts = {f"group_{number}": first for number, first in enumerate(sorted({group[0] for group in groups}))}
    marks = ", ".join(f"${name}" for name in firsts)
    return narrowed.also(f"{columns[0]} IN ({marks})" if firsts else "false", **firsts)


def place(by: Sequence[str], group: Group) -> dict[str, str]:
    """The facets that a group stands for, in the order asked for, its currency always among them."""
    others = [facet for facet in by if facet != "currency"]
    return dict(zip((*others, "currency"), map(str, group), strict=True))


def labels(by: Sequence[str], placed: Mapping[str, str]) -> dict[str, str]:
    """What the first columns of a group's row say."""
    return {facet: placed[facet] for facet in by}
