"""`tieout posting`, `tieout tie-out`, and what `tieout process` says of the ledger: preview and mapping files."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from tieout.cli.errors import BadOption
from tieout.cli.screen import table
from tieout.cli.terminal import Limit, Terminal, command, group
from tieout.kernel.period import Period
from tieout.ledger import mapping_import, operations, queries, shapes
from tieout.ledger import tie_out as proof
from tieout.ledger.preview import preview
from tieout.people.actors import Permission
from tieout.sync import queries as sync
from tieout.sync import shapes as sync_shapes
from tieout.sync.commands import processes
from tieout.sync.job_commands import JOB
from tieout.sync.tasks import defer

postings = group("Receipts and journal entries, and how far they have come.")
mapping = group("The mapping as a file for a spreadsheet.")
tie_out = group()
processes.add_typer(mapping, name="mapping")
Number = Annotated[int, typer.Argument(help="From `tieout posting list`.")]
Process = Annotated[int, typer.Argument(help="From `tieout process list`.")]
_POSTING = {
    "No.": "id",
    "Day": "day",
    "Document": "kind",
    "Of": "group",
    "Total": "total",
    "State": "state",
    "Record no.": "record_no",
    "Key": "key",
    "Problem": "problem.message",
}
_LINE = {
    "Line": "number",
    "Side": "side",
    "Account": "account",
    "Label": "account_label",
    "Amount": "amount",
    "Dimensions": "dimensions",
    "Memo": "memo",
    "Records": "records",
}
_RECEIPTS = {
    "Day": "day",
    "Method": "method",
    "Bank account": "bank",
    "Source": "source",
    "Left out": "left_out",
    "Planned": "planned",
    "In the ledger": "held",
    "Difference": "difference",
}
_MONTHS = {
    "Month": "month",
    "GL report": "report",
    "Planned": "planned",
    "In the ledger": "held",
    "Difference": "difference",
}


@command(postings, "list", Permission.READ)
def list_postings(
    terminal: Terminal,
    process: Annotated[int | None, typer.Option(help="Only of this process.")] = None,
    state: Annotated[str, typer.Option(help="Only in this state.")] = "",
    job: Annotated[int | None, typer.Option(help="Only planned by this job.")] = None,
    limit: Limit = 50,
) -> None:
    """Postings, newest day first."""
    found = queries.postings(terminal.actor.environment_id)
    for name, value in (("process_id", process), ("state", state), ("job_id", job)):
        found = found.filter(**{name: value}) if value else found
    terminal.rows(shapes.Posting, list(found[:limit]), _POSTING, empty="Nothing has been planned yet.")


@command(postings, "show", Permission.READ)
def show_posting(terminal: Terminal, number: Number) -> None:
    """One posting with the requests that were made about it."""
    found = queries.posting(terminal.actor.environment_id, number)
    more = {"Sent": "sent_at", "Verified": "verified_at", "Address": "record_url", "What to do": "problem.remedy"}
    terminal.record(shapes.Posting, found, {**_POSTING, "Header": "header", **more})
    attempts = {"Asked": "started_at", "To": "purpose", "Outcome": "outcome", "HTTP": "http_status"}
    terminal.more(shapes.Attempt, list(found.attempts.all()), attempts)


@command(postings, "lines", Permission.READ)
def list_lines(terminal: Terminal, number: Number) -> None:
    """Its lines, and how many records stand behind each."""
    found = list(queries.lines(queries.posting(terminal.actor.environment_id, number)))
    terminal.rows(shapes.Line, found, _LINE, empty="No lines.")


@command(postings, "sources", Permission.READ)
def list_sources(terminal: Terminal, number: Number) -> None:
    """The records that its amounts come from."""
    found = list(queries.sources(queries.posting(terminal.actor.environment_id, number)))
    columns = {
        "Line": "line",
        "Record": "record_kind",
        "No.": "record_id",
        "Amount": "amount",
        "Raw": "source_record_id",
    }
    terminal.rows(shapes.Source, found, columns, empty="No records.")


@command(postings, "post", Permission.POST)
def post(terminal: Terminal, numbers: Annotated[list[int], typer.Argument(help="From `posting list`.")]) -> None:
    """Queue jobs that post exactly these planned or refused postings."""
    made = operations.post_now(actor=terminal.actor, posting_ids=numbers, now=terminal.now, defer=defer)
    terminal.rows(sync_shapes.Job, made, {"Job": "id", "Process": "process.name", "State": "state"}, empty="Nothing.")


@command(postings, "reverse", Permission.REVERSE)
def reverse(
    terminal: Terminal,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why; it is kept in the audit trail.")],
) -> None:
    """Queue its reversal: a receipt is taken out, an entry gets a linked counter-entry."""
    job = operations.reverse(actor=terminal.actor, posting_id=number, reason=reason, now=terminal.now, defer=defer)
    terminal.record(sync_shapes.Job, job, JOB)


@command(postings, "check", Permission.POST)
def check(terminal: Terminal, number: Number) -> None:
    """Read it back from the ledger now and compare it with what was planned."""
    found = operations.check_again(actor=terminal.actor, posting_id=number, now=terminal.now)
    terminal.record(shapes.Posting, found, _POSTING)


@command(tie_out, "tie-out", Permission.READ)
def tie_out_process(
    terminal: Terminal,
    process: Process,
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    until: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The day after the last.")],
) -> None:
    """Compare source and ledger, read afresh; ends with 1 unless every difference is zero."""
    found = sync.process(terminal.actor.environment_id, process)
    rows = shapes.tie_out_of(proof.rows_of(found, Period(_day(since), _day(until))))
    if terminal.as_json:
        terminal.done("", rows)
    elif not (rows.receipts or rows.months):
        terminal.done("There is nothing in these days.")
    for drawn, columns in ((rows.receipts, _RECEIPTS), (rows.months, _MONTHS)):
        if drawn:
            terminal.print(table(drawn, columns, terminal.zone))
    raise typer.Exit(0 if rows.tied else 1)


@command(processes, "preview", Permission.READ)
def preview_process(terminal: Terminal, process: Process) -> None:
    """What a run would book from the records that are here, and how many calls it takes."""
    found = sync.process(terminal.actor.environment_id, process)
    shown = shapes.preview_of(preview(found, now=terminal.now, site=terminal.site))
    if terminal.as_json:
        terminal.done("", shown)
        return
    documents = {"Of": "group", "Lines": "lines", "Total": "total", "The ledger would refuse": "problem"}
    deposits = {"Account": "account", "Day": "day", "Deposit": "total", "Receipts": "receipts"}
    terminal.print(table(shown.planned, documents, terminal.zone, "Documents"))
    terminal.print(table(shown.deposits, deposits, terminal.zone, "Deposits that the bank statement should show"))
    terminal.print(f"{len(shown.findings)} findings · {shown.budget.total} calls to the ledger")


@command(mapping, "export", Permission.READ)
def export_mapping(
    terminal: Terminal,
    process: Process,
    file: Annotated[Path, typer.Argument(help="Where to; - is standard output.", dir_okay=False)],
) -> None:
    """Save the mapping as CSV."""
    text = mapping_import.export(sync.process(terminal.actor.environment_id, process))
    if str(file) == "-":
        sys.stdout.write(text)
        return
    file.write_text(text, "utf-8", newline="")
    terminal.done(f"{file} holds the mapping.", {"file": str(file)})


@command(mapping, "import", Permission.EDIT_PROCESS)
def import_mapping(
    terminal: Terminal,
    process: Process,
    file: Annotated[Path, typer.Argument(help="A CSV file; start from an exported one.")],
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without, only show what would change.")] = False,
) -> None:
    """Show what a file would change and what is wrong with it; with --apply, all of it or nothing."""
    data = _read(file)
    if apply:
        found = mapping_import.apply(
            actor=terminal.actor, process_id=process, data=data, now=terminal.now, site=terminal.site
        )
    else:
        found = mapping_import.look_at(actor=terminal.actor, process_id=process, data=data)
    shown = shapes.MappingImport.from_orm(found)
    terminal.done(f"{shown.rows} rows, {len(shown.changes)} changes, {len(shown.faults)} faults.", shown)
    terminal.more(shapes.Change, shown.changes, {"What": "what", "Row": "key", "Values": "values"})
    columns = {"Row": "row", "Column": "column", "Cause": "cause", "What to do": "remedy"}
    terminal.more(shapes.Fault, shown.faults, columns)
    raise typer.Exit(1 if shown.faults else 0)


def _day(moment: datetime) -> date:
    return moment.date()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadOption(f"{file} cannot be read: {error.strerror}.") from None
