"""Reports as the API answers them and the command line prints them with `--json`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self

from ninja import Schema
from pydantic import ConfigDict, Field

from tieout.api.shapes import Amount, Strict
from tieout.reports import answers, export, questions
from tieout.reports.catalogue import Kind as ReportKind
from tieout.reports.queries import Answer
from tieout.reports.queries import Behind as Opened
from tieout.reports.questions import Question


class Asked(Strict):
    """A question, as the address of the report's page asks it."""

    model_config = ConfigDict(populate_by_name=True)

    as_of: str = Field("", description="A day; empty: the end of the last accounting period that is over.")
    known_on: str = Field("", description="A day, or a moment with its time zone; empty: now.")
    against: str = Field("", description="A second day to compare with: the answer then says what differs.")
    since: str = Field("", description="First day of the first period shown apart.")
    span: int = 12
    by: list[str] = Field(default_factory=list, description=f"Of {', '.join(questions.FACETS)}.")
    bands: str = Field("", description="Months in which the disclosure bands end: 12,24.")
    expedient: bool = False
    first: str = ""
    last: str = ""
    page: int = 1
    size: int = 50
    entity: list[str] = Field(default_factory=list)
    currency: list[str] = Field(default_factory=list)
    product: list[str] = Field(default_factory=list)
    region: list[str] = Field(default_factory=list)
    customer_class: list[str] = Field(default_factory=list, alias="class")
    timing: list[str] = Field(default_factory=list)
    customer: list[str] = Field(default_factory=list)
    contract: list[str] = Field(default_factory=list)

    def question(self) -> Question:
        """As the reports take it. Raises BadQuestion."""
        given = self.dict(by_alias=True)
        given["expedient"] = "1" if self.expedient else ""
        return questions.read(
            {name: value if isinstance(value, list) else [str(value)] for name, value in given.items()}
        )


class Kind(Schema):
    """One report that can be asked."""

    name: str
    title: str
    lead: str
    facets: list[str]

    @classmethod
    def of(cls, kind: ReportKind) -> Self:
        return cls(name=kind.name, title=kind.title, lead=kind.lead, facets=list(kind.facets))


class Column(Schema):
    """One column; `opens` is the measure whose contracts stand behind its amounts."""

    name: str
    label: str
    kind: str
    opens: str


class Row(Schema):
    """Values by column: amounts, words and counts."""

    currency: str
    values: dict[str, Amount | str | int | None]


class Table(Schema):
    """Rows under columns, with a total for each currency."""

    title: str
    columns: list[Column]
    rows: list[Row]
    totals: list[Row]
    more: bool

    @classmethod
    def of(cls, table: answers.Table) -> Self:
        kinds = {column.name: column.kind for column in table.columns}
        return cls(
            title=table.title,
            columns=[Column(name=c.name, label=c.label, kind=c.kind, opens=c.opens) for c in table.columns],
            rows=[_row(row, kinds) for row in table.rows],
            totals=[_row(row, kinds) for row in table.totals],
            more=table.more,
        )


class Check(Schema):
    """One equation that must hold."""

    label: str
    left: Amount
    right: Amount
    difference: Amount


class Report(Schema):
    """A whole report with what it was made from. `restated`: what differs from the second day of knowledge."""

    name: str
    title: str
    as_of: date
    figures: int
    made_at: datetime
    figures_sha256: str
    inputs_sha256: str
    rules_sha256: str
    content_sha256: str
    seal: str
    ties: bool
    tables: list[Table]
    checks: list[Check]
    notes: list[str]
    restated: list[Table]

    @classmethod
    def of(cls, answer: Answer) -> Self:
        report, sha256 = answer.report, export.digest(answer.report)
        basis = report.basis
        return cls(
            name=report.name,
            title=report.title,
            as_of=basis.as_of,
            figures=basis.figures,
            made_at=basis.made_at,
            figures_sha256=basis.outputs_hash,
            inputs_sha256=basis.inputs_hash,
            rules_sha256=basis.rules_hash,
            content_sha256=sha256,
            seal=export.seal(sha256),
            ties=report.ties,
            tables=[Table.of(table) for table in report.tables],
            checks=[_check(check) for check in report.checks],
            notes=list(report.notes),
            restated=[Table.of(table) for table in answer.restated],
        )


class Behind(Schema):
    """The contracts behind a figure."""

    as_of: date
    figures: int
    table: Table

    @classmethod
    def of(cls, found: Opened) -> Self:
        return cls(as_of=found.basis.as_of, figures=found.basis.figures, table=Table.of(found.table))


def _row(row: answers.Row, kinds: dict[str, answers.Kind]) -> Row:
    values: dict[str, Any] = {name: row.values.get(name) for name in kinds}
    for name, kind in kinds.items():
        if kind == "money" and values[name] is not None:
            values[name] = Amount.of(values[name], row.currency)
    return Row(currency=row.currency, values=values)


def _check(check: answers.Check) -> Check:
    left, right, difference = (
        Amount.of(minor, check.currency) for minor in (check.left, check.right, check.difference)
    )
    return Check(label=check.label, left=left, right=right, difference=difference)
