"""Asking reports in tests: addresses as people see them, and amounts as they read them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qs

from tieout.recognition.tests.story import dollars
from tieout.reports import queries, questions
from tieout.reports.answers import Column, Row, Table
from tieout.reports.drill import measure_of, opening
from tieout.reports.queries import Answer, Behind
from tieout.reports.tests.books import WHEN


def ask(environment_id: int, name: str, address: str = "") -> Answer:
    """The report at an address."""
    return queries.answer(environment_id, name, questions.read(parse_qs(address)), WHEN)


def open_cell(environment_id: int, found: Answer, column: Column, row: Row) -> Behind:
    """What clicking a cell leads to, through its address."""
    asked = questions.read(parse_qs(opening(found.question, column, row)))
    return queries.behind(environment_id, measure_of(column, row), asked, WHEN)


def lines(rows: Sequence[Row], *names: str) -> list[list[str]]:
    """Rows as text: words as they are, amounts in major units."""
    return [[_said(row.values.get(name)) for name in names] for row in rows]


def column(table: Table, name: str) -> Column:
    """A column by its name."""
    return next(each for each in table.columns if each.name == name)


def _said(value: object) -> str:
    return dollars(value) if isinstance(value, int) else str(value)
