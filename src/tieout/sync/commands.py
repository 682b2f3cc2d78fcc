"""`tieout process` and what a process is told: kinds, settings, schedule, runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tieout.cli.errors import BadOption, JobFailed
from tieout.cli.terminal import Terminal, command, group
from tieout.people.actors import Permission
from tieout.sync import kinds, operations, queries, shapes
from tieout.sync.job_commands import JOB, watch
from tieout.sync.models import Job
from tieout.sync.schedule import Schedule
from tieout.sync.tasks import defer

processes = group("What runs, when, and how it is mapped.")
Number = Annotated[int, typer.Argument(help="From `tieout process list`.")]
Description = Annotated[str | None, typer.Option(help="What it is for.")]
When = Annotated[str | None, typer.Option("--schedule", help='JSON, such as \'{"every": "daily", "at": "06:30"}\'.')]
Settings = Annotated[Path | None, typer.Option("--settings", help="JSON file in the kind's schema; - is stdin.")]
_ROW = {
    "No.": "id",
    "Process": "name",
    "Description": "description",
    "Schedule": "schedule_label",
    "Last sync": "last_sync_at",
    "Next run": "next_run_at",
    "Status": "status",
}
_MORE = {
    "Kind": "kind",
    "From": "source.name",
    "To": "target.name",
    "Missed runs": "catch_up",
    "Enabled": "enabled",
    "Settings": "settings",
}


@command(processes, "kinds", Permission.READ)
def list_kinds(terminal: Terminal) -> None:
    """The ready-made kinds; `--json` has the schema of their settings."""
    columns = {"Kind": "slug", "Label": "label", "What it does": "summary"}
    terminal.rows(shapes.Kind, list(kinds.all_kinds()), columns, empty="No kinds are installed.")


@command(processes, "list", Permission.READ)
def list_processes(terminal: Terminal) -> None:
    """The processes of this environment and how they are."""
    found = list(queries.processes(terminal.actor.environment_id))
    terminal.rows(shapes.Process, found, _ROW, empty="No processes yet: `tieout process create`.")


@command(processes, "show", Permission.READ)
def show_process(terminal: Terminal, number: Number) -> None:
    """One process with its mapping."""
    _show(terminal, number)


@command(processes, "create", Permission.EDIT_PROCESS)
def create_process(
    terminal: Terminal,
    kind: Annotated[str, typer.Argument(help="From `tieout process kinds`.")],
    name: Annotated[str, typer.Option(help="A few words.")],
    target: Annotated[
        int | None, typer.Option("--to", help="Number of the connection to post to; some kinds have none.")
    ] = None,
    source: Annotated[
        int | None, typer.Option("--from", help="Number of the connection to read; some kinds have none.")
    ] = None,
    settings: Settings = None,
    schedule: When = None,
    description: Description = None,
) -> None:
    """A new process, scheduled from now on."""
    draft = operations.Draft(
        name=name,
        source_id=source,
        target_id=target,
        description=description or "",
        schedule=_json(schedule, "--schedule"),
        settings=_json(_read(settings), "--settings"),
    )
    made = operations.create_process(actor=terminal.actor, kind=kind, draft=draft, now=terminal.now, site=terminal.site)
    _show(terminal, made.pk)


@command(processes, "change", Permission.EDIT_PROCESS)
def change_process(
    terminal: Terminal,
    number: Number,
    name: Annotated[str | None, typer.Option(help="A new name.")] = None,
    description: Description = None,
    schedule: When = None,
    settings: Settings = None,
) -> None:
    """Change what is given; the rest stays. Settings are replaced as a whole."""
    given = {
        "name": name,
        "description": description,
        "schedule": _json(schedule, "--schedule") if schedule else None,
        "settings": _json(_read(settings), "--settings") if settings else None,
    }
    _change(terminal, number, **{key: value for key, value in given.items() if value is not None})


@command(processes, "enable", Permission.EDIT_PROCESS)
def enable(terminal: Terminal, number: Number) -> None:
    """Let the schedule run it again."""
    _change(terminal, number, enabled=True)


@command(processes, "disable", Permission.EDIT_PROCESS)
def disable(terminal: Terminal, number: Number) -> None:
    """Keep the schedule from running it."""
    _change(terminal, number, enabled=False)


@command(processes, "delete", Permission.EDIT_PROCESS)
def delete_process(terminal: Terminal, number: Number) -> None:
    """Delete a process that has posted nothing."""
    operations.delete_process(actor=terminal.actor, process_id=number)
    terminal.done(f"Process {number} is deleted.")


@command(processes, "run", Permission.RUN_PROCESS)
def run_process(
    terminal: Terminal,
    number: Number,
    wait: Annotated[bool, typer.Option("--wait", help="Show the progress; end with 1 when it fails.")] = False,
    plan_only: Annotated[bool, typer.Option("--plan-only", help="Read and plan; post nothing.")] = False,
) -> None:
    """Queue a run now."""
    asked = {"plan_only": True} if plan_only else None
    job = operations.run_now(actor=terminal.actor, process_id=number, now=terminal.now, defer=defer, parameters=asked)
    if wait:
        job = watch(terminal, job)
    terminal.record(shapes.Job, job, JOB)
    if job.state == Job.State.FAILED:
        raise JobFailed(f"Job {job.pk} failed.", job=job.pk)


@command(processes, "next", Permission.READ)
def show_next_runs(terminal: Terminal, number: Number) -> None:
    """When it runs next, five times."""
    process = queries.process(terminal.actor.environment_id, number)
    found = shapes.next_runs(Schedule.parse(process.schedule), terminal.now, terminal.site)
    terminal.record(shapes.NextRuns, found, {"Schedule": "label", "Next runs": "runs"})


def _show(terminal: Terminal, number: int) -> None:
    terminal.record(shapes.Process, queries.process(terminal.actor.environment_id, number), {**_ROW, **_MORE})


def _change(terminal: Terminal, number: int, **changes: Any) -> None:
    draft = operations.draft_of(queries.process(terminal.actor.environment_id, number), **changes)
    operations.change_process(
        actor=terminal.actor, process_id=number, draft=draft, now=terminal.now, site=terminal.site
    )
    _show(terminal, number)


def _read(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadOption(f"{path} cannot be read: {error}.") from None


def _json(text: str | None, option: str) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError as error:
        raise BadOption(f"{option} is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise BadOption(f"{option} must be a JSON object.")
    return value
