"""The reports as every door asks for them: a whole report, its restatement, and the contracts behind a figure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from tieout.kernel.errors import NotFound
from tieout.reports import drill
from tieout.reports.answers import Basis, Report, Table
from tieout.reports.catalogue import KINDS, Kind
from tieout.reports.comparison import difference
from tieout.reports.questions import SIZES, Question
from tieout.reports.sets import Opened, When, opened

ALL = 1_000_000
"""Rows of a file at most: what a sheet of a workbook holds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A report, the question as it was settled, and with a second day what the report said then and what differs."""

    report: Report
    question: Question
    before: Report | None = None
    restated: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Behind:
    """The contracts behind a figure."""

    basis: Basis
    question: Question
    table: Table
    period: str = ""
    """The one period that the figure is of, by its label."""


def kind(name: str) -> Kind:
    """A report's kind by its name. Raises NotFound."""
    if name not in KINDS:
        raise NotFound(f"There is no report '{name}': there are {', '.join(KINDS)}.", report=name)
    return KINDS[name]


def answer(environment_id: int | None, name: str, question: Question, when: When) -> Answer:
    """The report, and its restatement when the question names a second day. Raises NotFound, NoFigures, BadQuestion."""
    asked = kind(name)
    if question.against is None:
        with opened(environment_id, question, when) as found:
            return Answer(_report(asked, found), found.question)
    whole = replace(question, size=max(SIZES), page=1)
    with opened(environment_id, whole, when) as found:
        report, settled = _report(asked, found), found.question
    then = replace(settled, known_on=question.against, since=settled.since or _first_shown(report))
    with opened(environment_id, then, when) as found:
        before = _report(asked, found)
    return Answer(report, settled, before, tuple(difference(report, before)))


def behind(environment_id: int | None, measure: str, question: Question, when: When) -> Behind:
    """The contracts that a figure is the sum of, the largest first. Raises NoFigures, BadQuestion."""
    with opened(environment_id, question, when) as found:
        table = drill.contracts(found.book, found.question, measure)
        return Behind(found.basis, found.question, table, "" if found.basis.split else _period(found))


def whole(environment_id: int | None, name: str, question: Question, when: When) -> Report:
    """The report with all its rows, for a file. Raises NotFound, NoFigures, BadQuestion."""
    return answer(environment_id, name, replace(question, size=ALL, page=1, against=None), when).report


def choices(environment_id: int | None, question: Question, when: When, most: int = 200) -> dict[str, list[str]]:
    """Values of the facets that a list can offer, the first of them in order. Raises NoFigures."""
    with opened(environment_id, replace(question, as_of=None), when) as found:
        return {
            facet: [
                value
                for (value,) in found.book.execute(
                    f"SELECT DISTINCT {column} FROM cube ORDER BY 1 LIMIT {most}"  # noqa: S608
                ).fetchall()
            ]
            for facet, column in drill.OFFERED.items()
        }


def _report(asked: Kind, found: Opened) -> Report:
    content = asked.build(found.book, found.question)
    return Report(
        asked.name,
        asked.title,
        asked.lead,
        found.basis,
        content.tables,
        content.charts,
        content.checks,
        content.notes,
    )


def _period(found: Opened) -> str:
    """The label of the period that begins on the one day that the question names."""
    if not found.question.first or found.question.first != found.question.last:
        return ""
    asked = "SELECT min(period) FROM calendar WHERE starts_on = $day"
    row = found.book.execute(asked, {"day": found.question.first}).fetchone()
    return str(row[0]) if row and row[0] else ""


def _first_shown(report: Report) -> date | None:
    """First day of the first period that the report shows apart, so that both show the same ones."""
    spans = [each.days for table in report.tables for each in table.columns]
    spans += [each.days for table in report.tables for each in table.rows]
    days = [span[0] for span in spans if span[0]]
    return min(days) if days else None
