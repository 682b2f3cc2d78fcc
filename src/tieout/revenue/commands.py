"""`tieout revenue import` and its kin: files in, what they would change, undo; templates and current data out."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile
from typing import Annotated

import typer

from tieout.cli.terminal import Limit, Terminal, command, group
from tieout.kernel.errors import InvalidInput
from tieout.people.actors import Permission
from tieout.revenue import shapes
from tieout.revenue.batches import exporting, operations, queries
from tieout.revenue.models import Batch

imports = group("Revenue data by file.")
_ROW = {
    "Batch": "id",
    "What": "title",
    "From": "origin",
    "State": "state",
    "Received": "created_at",
    "By": "created_by",
}
_FACTS = {**_ROW, "Rows": "counts", "SHA-256": "file_sha256", "Applied": "applied_at"}
Number = Annotated[int, typer.Argument(help="The batch's number.")]
Target = Annotated[Path, typer.Argument(help="Where to write it; the ending says the form: .xlsx or .zip.")]


class UnknownForm(InvalidInput):
    """Files of this kind are not written."""

    code = "revenue.unknown_form"
    remedy = "Let the file's name end with .xlsx or .zip."


@command(imports, "import", Permission.CHANGE_DATA)
def import_file(
    terminal: Terminal,
    file: Annotated[
        Path, typer.Argument(help="XLSX, a zip of CSV files, or one CSV file.", exists=True, dir_okay=False)
    ],
    apply: Annotated[bool, typer.Option("--apply", help="Apply it when it has no errors.")] = False,
    encoding: Annotated[str, typer.Option(help="Of CSV files that are not UTF-8, for example windows-1252.")] = "",
    replaces: Annotated[int | None, typer.Option(help="Conversion data of which this is the edited form.")] = None,
    dates: Annotated[str, typer.Option(help="dmy or mdy, for days such as 03/04/2026.")] = "",
    decimal: Annotated[str, typer.Option(help="The sign before the decimals, for numbers such as 1,200.")] = "",
) -> None:
    """Read a file, show what it would change and what is wrong with it; with `--apply` bring it in."""
    read = operations.receive(
        terminal.actor, name=file.name, source=file, now=terminal.now, encoding=encoding, replaces=replaces
    )
    choices = {name: said for name, said in (("dates", dates), ("decimal", decimal)) if said}
    if choices:
        read = operations.match(terminal.actor, batch_id=read.pk, choices=choices, now=terminal.now)
    if apply and read.state == Batch.State.READY:
        read = operations.apply(terminal.actor, batch_id=read.pk, now=terminal.now)
    _show(terminal, read)
    if read.state == Batch.State.REFUSED:
        raise typer.Exit(1)


@command(imports, "batches", Permission.READ)
def list_batches(terminal: Terminal, limit: Limit = 50) -> None:
    """Everything that came in, newest first."""
    found = list(queries.batches(terminal.actor.environment_id)[:limit])
    terminal.rows(shapes.Batch, found, _ROW, empty="Nothing has come in yet.")


@command(imports, "batch", Permission.READ)
def show_batch(terminal: Terminal, number: Number) -> None:
    """One batch with its problems."""
    _show(terminal, queries.batch(terminal.actor.environment_id, number))


@command(imports, "apply", Permission.CHANGE_DATA)
def apply_batch(terminal: Terminal, number: Number) -> None:
    """Apply a batch that is ready, or load conversion data as it is."""
    found = queries.batch(terminal.actor.environment_id, number)
    act = operations.load if found.state == Batch.State.WAITING else operations.apply
    _show(terminal, act(terminal.actor, batch_id=number, now=terminal.now))


@command(imports, "undo", Permission.CHANGE_DATA)
def undo_batch(
    terminal: Terminal, number: Number, reason: Annotated[str, typer.Option(help="Why; kept in the audit trail.")]
) -> None:
    """Bring back what was known before a batch, as a new batch."""
    _show(terminal, operations.undo(terminal.actor, batch_id=number, reason=reason, now=terminal.now))


@command(imports, "discard", Permission.CHANGE_DATA)
def discard_batch(terminal: Terminal, number: Number) -> None:
    """Put aside a batch that was not applied."""
    _show(terminal, operations.discard(terminal.actor, batch_id=number, now=terminal.now))


@command(imports, "original", Permission.READ)
def save_original(
    terminal: Terminal,
    number: Number,
    target: Annotated[
        Path | None, typer.Argument(help="Where to write it; without it, under its own name here.")
    ] = None,
) -> None:
    """Save the file of a batch, exactly as it came in."""
    found = queries.batch(terminal.actor.environment_id, number)
    written = target or Path(Path(found.file_name).name)
    copyfile(queries.original(found), written)
    terminal.done(f"{written} is written.", {"file": str(written)})


@command(imports, "template", Permission.READ)
def template(terminal: Terminal, target: Target) -> None:
    """Write an empty file with this site's columns and choices."""
    exporting.write_template(terminal.actor.environment_id, _form(target), target)
    terminal.done(f"{target} is written.", {"file": str(target)})


@command(imports, "export", Permission.READ)
def export(terminal: Terminal, target: Target) -> None:
    """Write everything in force, in the form of the template."""
    exporting.write_export(terminal.actor.environment_id, _form(target), target)
    terminal.done(f"{target} is written.", {"file": str(target)})


def _form(target: Path) -> str:
    ending = target.suffix.lower()
    if ending == ".xlsx":
        return "xlsx"
    if ending == ".zip":
        return "zip"
    raise UnknownForm(f"'{target.name}' says no form", file=target.name)


def _show(terminal: Terminal, batch: Batch) -> None:
    terminal.record(shapes.BatchInFull if terminal.as_json else shapes.Batch, batch, {} if terminal.as_json else _FACTS)
    for each in batch.problems[:20]:
        where = f"{each['sheet']}, row {each['row']}" if each["row"] else each["sheet"]
        terminal.print(
            f"{each['severity']}: {where}, {each['column']} '{each['value'] or ''}': {each['cause']}. {each['remedy']}"
        )
