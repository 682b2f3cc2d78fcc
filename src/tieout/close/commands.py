"""`tieout close …`: the checklist of a period and every act of its close."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tieout.cli.errors import BadOption
from tieout.cli.screen import table
from tieout.cli.terminal import Terminal, command, group
from tieout.close import dry_run, operations, package, queries, shapes
from tieout.close.models import Closing
from tieout.kernel.counting import counted
from tieout.ledger.journals import DryRun
from tieout.people.actors import Permission
from tieout.revenue import periods
from tieout.revenue.models import Period
from tieout.revenue.period_commands import Entity
from tieout.sync.tasks import defer

closes = group("The close of accounting periods: checklist, freeze, dry run, lock, reopening, package.")
Label = Annotated[str, typer.Argument(help="The period, for example 2026-09, or 2026-P09 for weeks.")]
Why = Annotated[str, typer.Option(help="Kept with the closing and in the audit trail.")]
_CLOSING = {
    "Period": "period.label",
    "Entity": "period.entity",
    "Closing": "number",
    "State": "state",
    "Frozen": "frozen_at",
    "Frozen by": "frozen_by",
    "Closed": "closed_at",
    "Closed by": "closed_by",
    "Reopened": "reopened_at",
    "Reason": "reason",
    "Inputs": "inputs_hash",
    "Rules": "rules_hash",
    "Outputs": "outputs_hash",
}
_STEP = {"Step": "step", "": "label", "State": "state", "As it stands": "said", "Owner": "owner", "Signed": "signed"}
_LINE = {
    "Account": "account",
    "Dimensions": "dimensions",
    "Holds now": "holds_now",
    "Under way": "under_way",
    "Own": "own",
    "Earlier periods": "earlier",
    "Will hold": "holds_after",
}
_UNMAPPED = {"No account for": "role", "Product": "product_id", "Amount": "amount"}
_TAKEN = {"Account": "account", "Dimensions": "dimensions", "Counter-entry": "amount"}
_RESTATED = {"Kind": "kind", "Product": "product_id", "Frozen": "frozen", "Now": "now", "Difference": "difference"}


@command(closes, "status", Permission.READ)
def show_status(terminal: Terminal, label: Label, entity: Entity = "") -> None:
    """The steps of a period, with their facts and who signed; ends with 1 until every step is done."""
    found = queries.checklist(terminal.actor.environment_id, _period(terminal, label, entity).pk)
    shown = shapes.Checklist.of(found)
    if terminal.as_json:
        terminal.done("", shown)
    rows = [
        {**step.model_dump(), "signed": [each.by for each in step.signatures if not each.lapsed]}
        for step in shown.steps
    ]
    terminal.print(table(rows, _STEP, terminal.zone, f"{found.period}: {found.period.state}"))
    facts = [
        {"label": step.label, **line.model_dump()} for step in shown.steps for line in step.facts if not line.clear
    ]
    if facts:
        terminal.print(table(facts, {"Step": "label", "Not clear": "said"}, terminal.zone))
    raise typer.Exit(1 if found.missing else 0)


@command(closes, "freeze", Permission.CLOSE_PERIOD)
def freeze(terminal: Terminal, label: Label, entity: Entity = "") -> None:
    """Compute the figures and fix them; what comes later lands in the next period."""
    period = _period(terminal, label, entity)
    _tell(terminal, operations.freeze(terminal.actor, period_id=period.pk, now=terminal.now))


@command(closes, "thaw", Permission.CLOSE_PERIOD)
def thaw(terminal: Terminal, label: Label, reason: Why, entity: Entity = "") -> None:
    """Open a frozen period again while nothing of it was sent."""
    period = _period(terminal, label, entity)
    _tell(terminal, operations.thaw(terminal.actor, period_id=period.pk, reason=reason, now=terminal.now))


@command(closes, "sign", Permission.SIGN_OFF)
def sign(
    terminal: Terminal,
    label: Label,
    step: Annotated[str, typer.Argument(help="data, findings, ssp, tie_out, preview or posted.")],
    note: Annotated[str, typer.Option(help="Needed where something is not clear.")] = "",
    entity: Entity = "",
) -> None:
    """Sign a step as it stands."""
    period = _period(terminal, label, entity)
    made = operations.sign(terminal.actor, period_id=period.pk, step=step, note=note, now=terminal.now)
    terminal.done(f"{period}: {made.step} is signed by {made.signed_by}.")


@command(closes, "withdraw", Permission.SIGN_OFF)
def withdraw(
    terminal: Terminal, label: Label, step: Annotated[str, typer.Argument(help="The step.")], entity: Entity = ""
) -> None:
    """Take your own signature back."""
    period = _period(terminal, label, entity)
    operations.withdraw(terminal.actor, period_id=period.pk, step=step, now=terminal.now)
    terminal.done(f"{period}: your signature of {step} is taken back.")


@command(closes, "dry-run", Permission.READ)
def show_dry_run(
    terminal: Terminal,
    label: Label,
    entity: Entity = "",
    everything: Annotated[bool, typer.Option("--all", help="Also what does not move.")] = False,
    file: Annotated[
        Path | None, typer.Option(help="Write every line to this .csv or .xlsx file.", dir_okay=False)
    ] = None,
) -> None:
    """By account and dimension: held now, to be posted, held after."""
    found = dry_run.of_period(_period(terminal, label, entity))
    if file:
        _write(file, found)
    shown = shapes.Dry.of(found, only_moves=not everything)
    if terminal.as_json:
        terminal.done("", shown)
    terminal.print(table(shown.lines, _LINE, terminal.zone, f"Dry run {found.period} {found.entity}".strip()))
    terminal.more(shapes.Unmapped, shown.missing, _UNMAPPED)


@command(closes, "close", Permission.CLOSE_PERIOD)
def close(terminal: Terminal, label: Label, entity: Entity = "") -> None:
    """Lock a frozen period of which every step is done; a refusal names what is missing."""
    period = _period(terminal, label, entity)
    _tell(terminal, operations.close(terminal.actor, period_id=period.pk, now=terminal.now))


@command(closes, "reopen", Permission.CLOSE_PERIOD)
def reopen(
    terminal: Terminal,
    label: Label,
    entity: Entity = "",
    reason: Annotated[
        str, typer.Option(help="With it the period is reopened; without, only shown what would be.")
    ] = "",
) -> None:
    """Show what reopening takes back and restates; with a reason, do it: entries get linked counter-entries."""
    period = _period(terminal, label, entity)
    if reason:
        made = operations.reopen(terminal.actor, period_id=period.pk, reason=reason, now=terminal.now, defer=defer)
        _tell(terminal, made)
        return
    shown = shapes.Reopening.of(queries.reopening(terminal.actor.environment_id, period.pk))
    if terminal.as_json:
        terminal.done("", shown)
    title = f"{counted(len(shown.entries), 'entry', 'entries')} of {period} would be reversed"
    terminal.print(table(shown.lines, _TAKEN, terminal.zone, title))
    terminal.print(table(shown.restated, _RESTATED, terminal.zone, "What the period comes to"))


@command(closes, "history", Permission.READ)
def list_closings(terminal: Terminal) -> None:
    """Every freeze of every period, newest first."""
    found = list(queries.closings(terminal.actor.environment_id)[:500])
    names = ("Period", "Entity", "Closing", "State", "Frozen", "Frozen by", "Closed", "Closed by", "Reason")
    terminal.rows(shapes.Closing, found, {name: _CLOSING[name] for name in names}, empty="Nothing was frozen yet.")


@command(closes, "package", Permission.READ)
def save_package(
    terminal: Terminal,
    label: Label,
    file: Annotated[Path, typer.Argument(help="Where to: a .pdf or .xlsx file.", dir_okay=False)],
    entity: Entity = "",
) -> None:
    """Save the close package of a closed period."""
    found = queries.checklist(terminal.actor.environment_id, _period(terminal, label, entity).pk)
    if found.closing is None or not found.closing.closed_at:
        raise BadOption(f"{found.period} is not closed, so it has no package.")
    _, place = package.file_of(found.closing, file.suffix.lstrip("."))
    file.write_bytes(place.read_bytes())
    terminal.done(f"{file} holds the package of {found.period}.", {"file": str(file)})


@command(closes, "verify", Permission.READ)
def verify_package(
    terminal: Terminal, file: Annotated[Path, typer.Argument(help="A package.", exists=True, dir_okay=False)]
) -> None:
    """Check a package, and every file of figures that it vouches for; ends with 1 when one was altered."""
    shown = shapes.Verification.of(*package.verify(terminal.actor.environment_id, file.read_bytes()))
    whole = "unaltered" if shown.whole else "NOT as it was closed"
    terminal.done(f"{shown.closing.period.label} {shown.closing.period.entity}: {whole}.", shown)
    terminal.more(shapes.File, shown.files, {"File": "name", "SHA-256": "sha256", "Whole": "ok"})
    raise typer.Exit(0 if shown.whole else 1)


def _period(terminal: Terminal, label: str, entity: str) -> Period:
    return periods.find(terminal.actor.environment_id, entity, label)


def _tell(terminal: Terminal, closing: Closing) -> None:
    terminal.record(shapes.Closing, closing, _CLOSING)


def _write(file: Path, found: DryRun) -> None:
    writers = {".csv": dry_run.as_csv, ".xlsx": dry_run.as_xlsx}
    if file.suffix not in writers:
        raise BadOption(f"{file.name}: the dry run is written to a .csv or .xlsx file.")
    file.write_bytes(writers[file.suffix](found))
