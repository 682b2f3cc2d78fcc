"""`tieout report …`: every report, the tie-out, the contracts behind a figure, and whether a seal is this site's."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table as Drawing

from tieout.cli import screen
from tieout.cli.errors import BadOption
from tieout.cli.terminal import Terminal, View, command, group
from tieout.people.actors import Permission
from tieout.reports import export, queries, questions, shapes, tie_out
from tieout.reports.answers import Report, Table
from tieout.reports.catalogue import KINDS, Kind
from tieout.reports.queries import Answer
from tieout.reports.questions import Question
from tieout.reports.sets import When
from tieout.reports.web.drawing import amount

reports = group("Waterfall, roll-forwards, remaining obligations and others, as of any day and as known on any day.")
AsOf = Annotated[str, typer.Option(help="A day; by default the end of the last period that is over.")]
KnownOn = Annotated[str, typer.Option(help="What was known by the end of that day, or by that moment.")]
Only = Annotated[list[str] | None, typer.Option(help="Narrow down, for example product=SUB; may be repeated.")]
Csv = Annotated[bool, typer.Option("--csv", help="Write CSV, with totals and hashes, to standard output.")]
Out = Annotated[Path | None, typer.Option(help="Write a workbook to this file.")]


def _declare(kind: Kind) -> View:
    def show(
        terminal: Terminal,
        as_of: AsOf = "",
        known_on: KnownOn = "",
        against: Annotated[str, typer.Option(help="A second day of knowledge to compare with.")] = "",
        by: Annotated[
            str, typer.Option(help="What rows are grouped by, for example product; several with commas.")
        ] = "",
        since: Annotated[str, typer.Option(help="First day of the first period shown apart.")] = "",
        span: Annotated[int, typer.Option(min=1, max=36, help="Periods shown apart.")] = 6,
        bands: Annotated[str, typer.Option(help="Months in which bands end: 12,24.")] = "",
        only: Only = None,
        csv: Csv = False,
        xlsx: Out = None,
    ) -> None:
        given = {"as_of": as_of, "known_on": known_on, "against": against, "by": by}
        question = _question({**given, "since": since, "span": str(span), "bands": bands}, only)
        environment, when = terminal.actor.environment_id, _when(terminal)
        if csv or xlsx:
            _write(terminal, queries.whole(environment, kind.name, question, when), xlsx)
        else:
            _print(terminal, queries.answer(environment, kind.name, question, when))

    show.__name__, show.__doc__ = f"show_{kind.name.replace('-', '_')}", kind.lead
    return show


for _kind in KINDS.values():
    command(reports, _kind.name, Permission.READ)(_declare(_kind))


@command(reports, "tie-out", Permission.READ)
def tie_out_revenue(
    terminal: Terminal, as_of: AsOf = "", known_on: KnownOn = "", csv: Csv = False, xlsx: Out = None
) -> None:
    """Source = subledger = journals = Intacct, per entity, currency and account. Ends with 1 when it does not tie."""
    question = _question({"as_of": as_of, "known_on": known_on}, None)
    found = tie_out.report(terminal.actor.environment_id, question, _when(terminal))
    if csv or xlsx:
        _write(terminal, found.report, xlsx)
    else:
        _print(terminal, found)
    if not found.report.ties:
        raise typer.Exit(1)


@command(reports, "behind", Permission.READ)
def list_contracts_behind(
    terminal: Terminal,
    measure: Annotated[str, typer.Argument(help="What the figure's column opens, for example revenue.")],
    as_of: AsOf = "",
    known_on: KnownOn = "",
    first: Annotated[str, typer.Option(help="Only periods that begin on or after this day.")] = "",
    last: Annotated[str, typer.Option(help="Only periods that begin on or before this day.")] = "",
    only: Only = None,
) -> None:
    """The contracts that a figure is the sum of, the largest first."""
    question = _question({"as_of": as_of, "known_on": known_on, "first": first, "last": last}, only)
    found = queries.behind(terminal.actor.environment_id, measure, question, _when(terminal))
    if terminal.as_json:
        sys.stdout.write(screen.as_json(shapes.Behind.of(found)) + "\n")
    terminal.print(_drawn(found.table))


@command(reports, "seal", Permission.READ)
def check_seal(
    terminal: Terminal,
    sha256: Annotated[str, typer.Argument(help="SHA-256 of content, from the file.")],
    seal: Annotated[str, typer.Argument(help="The seal, from the file.")],
) -> None:
    """Whether this site made an exported file with that content. Ends with 1 when it did not."""
    if not export.sealed(sha256, seal):
        raise BadOption("This site did not make that seal for that content.", seal=seal)
    terminal.done("The seal is this site's, for exactly that content.")


def _question(given: dict[str, str], only: list[str] | None) -> Question:
    asked = {name: [value] for name, value in given.items()}
    for each in only or ():
        facet, parted, value = each.partition("=")
        if not parted or facet not in questions.FACETS:
            raise BadOption(f"'{each}' is not one of {', '.join(questions.FACETS)} with = and a value.", option="only")
        asked.setdefault(facet, []).append(value)
    return questions.read(asked)


def _when(terminal: Terminal) -> When:
    return When(timezone.localdate(terminal.now, terminal.zone), terminal.zone)


def _write(terminal: Terminal, report: Report, target: Path | None) -> None:
    if target is None:
        sys.stdout.write(export.as_csv(report).decode("utf-8-sig"))
        return
    target.write_bytes(export.as_xlsx(report))
    terminal.done(f"Written to {target}.")


def _print(terminal: Terminal, found: Answer) -> None:
    if terminal.as_json:
        sys.stdout.write(screen.as_json(shapes.Report.of(found)) + "\n")
        return
    report, basis = found.report, found.report.basis
    for table in (*found.restated, *report.tables):
        terminal.print(_drawn(table))
    failed = [check for check in report.checks if check.difference]
    for check in failed:
        terminal.print(
            f"[bold red]{check.label}[/]: difference {amount(check.difference, check.currency)} {check.currency}"
        )
    for note in report.notes:
        terminal.print(f"[dim]{note}[/]")
    tied = "" if failed else "Ties to the last minor unit. "
    terminal.print(f"{tied}As of {basis.as_of}, set of figures {basis.figures}, {basis.outputs_hash[:16]}…")


def _drawn(table: Table) -> Drawing:
    drawn = Drawing(title=table.title, title_justify="left", header_style="bold")
    for column in table.columns:
        drawn.add_column(column.label, justify="left" if column.kind == "text" else "right")
    drawn.add_column("")
    for row in (*table.rows, *table.totals):
        values = [(row.values.get(column.name), column.kind) for column in table.columns]
        said = [
            amount(value, row.currency) if kind == "money" and value is not None else str(value or "")
            for value, kind in values
        ]
        drawn.add_row(*said, row.currency, style="bold" if row in table.totals else "")
    return drawn
