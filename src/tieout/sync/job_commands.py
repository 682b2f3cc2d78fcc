"""`tieout job` and `tieout finding`: what ran, what came in, and what needs a person."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tieout.cli.screen import console
from tieout.cli.terminal import Limit, Terminal, command, group
from tieout.people.actors import Permission
from tieout.sync import operations, queries, shapes
from tieout.sync.models import ACTIVE, Job
from tieout.sync.tasks import defer

jobs = group("Runs: progress, history, original input.")
findings = group("What needs a person: which record, why, who can mend it and how.")
POLL_SECONDS = 0.3
Number = Annotated[int, typer.Argument(help="From `tieout job list`.")]
Findings = Annotated[list[int], typer.Argument(help="From `tieout finding list`.")]
JOB = {
    "Job": "id",
    "Process": "process.name",
    "Started by": "trigger",
    "For": "requested_by",
    "State": "state",
    "Phase": "phase",
    "Queued": "queued_at",
    "Ended": "finished_at",
    "Counts": "counts",
    "Error": "error.message",
    "What to do": "error.remedy",
}
_EVENT = {"When": "at", "Level": "level", "What": "text"}
_FINDING = {
    "No.": "id",
    "Process": "process.name",
    "Rule": "rule",
    "Record": "label",
    "Cause": "cause",
    "Whose": "owner",
    "What to do": "remedy",
    "State": "state",
}


@command(jobs, "list", Permission.READ)
def list_jobs(
    terminal: Terminal,
    process: Annotated[int | None, typer.Option(help="Only of this process.")] = None,
    state: Annotated[str, typer.Option(help="Only in this state.")] = "",
    limit: Limit = 50,
) -> None:
    """Runs, newest first."""
    found = queries.jobs(terminal.actor.environment_id)
    found = found.filter(process_id=process) if process else found
    found = found.filter(state=state) if state else found
    columns = {name: path for name, path in JOB.items() if name not in ("Phase", "For", "Error", "What to do")}
    terminal.rows(shapes.Job, list(found[:limit]), columns, empty="Nothing has run yet.")


@command(jobs, "show", Permission.READ)
def show_job(terminal: Terminal, number: Number) -> None:
    """One run with its timeline."""
    job = queries.job(terminal.actor.environment_id, number)
    terminal.record(shapes.Job, job, JOB)
    terminal.more(shapes.Event, list(job.events.all()), _EVENT)


@command(jobs, "watch", Permission.READ)
def watch_job(terminal: Terminal, number: Number) -> None:
    """Follow a run until it ends."""
    terminal.record(shapes.Job, watch(terminal, queries.job(terminal.actor.environment_id, number)), JOB)


@command(jobs, "stop", Permission.RUN_PROCESS)
def stop_job(terminal: Terminal, number: Number) -> None:
    """Ask a run to stop at its next step; a new run goes on from there."""
    terminal.record(shapes.Job, operations.stop(actor=terminal.actor, job_id=number, now=terminal.now), JOB)


@command(jobs, "input", Permission.READ)
def save_input(
    terminal: Terminal,
    number: Number,
    file: Annotated[Path, typer.Argument(help="Where to; - is standard output.", dir_okay=False)],
) -> None:
    """Save a run's original input: a zip of every page exactly as received."""
    chunks = queries.original_input(queries.job(terminal.actor.environment_id, number))
    if str(file) == "-":
        sys.stdout.buffer.writelines(chunks)
        return
    with file.open("wb") as target:
        target.writelines(chunks)
    terminal.done(f"{file}: {file.stat().st_size:,} bytes.", {"file": str(file), "bytes": file.stat().st_size})


@command(jobs, "findings", Permission.READ)
def list_findings_of_job(terminal: Terminal, number: Number, limit: Limit = 200) -> None:
    """What a run found."""
    job = queries.job(terminal.actor.environment_id, number)
    terminal.rows(shapes.Finding, list(job.findings.select_related("process")[:limit]), _FINDING, empty="Nothing.")


@command(findings, "list", Permission.READ)
def list_findings(
    terminal: Terminal,
    process: Annotated[int | None, typer.Option(help="Only of this process.")] = None,
    state: Annotated[str, typer.Option(help="open, settled, dismissed, resolved, or all.")] = "open",
    rule: Annotated[str, typer.Option(help="Only of this rule.")] = "",
    limit: Limit = 200,
) -> None:
    """What needs a person, last seen first."""
    found = queries.findings(terminal.actor.environment_id)
    found = found.filter(process_id=process) if process else found
    found = found.filter(state=state) if state != "all" else found
    found = found.filter(rule=rule) if rule else found
    terminal.rows(shapes.Finding, list(found[:limit]), _FINDING, empty="Nothing needs anybody.")


@command(findings, "show", Permission.READ)
def show_finding(terminal: Terminal, number: Annotated[int, typer.Argument(help="From `finding list`.")]) -> None:
    """One finding."""
    found = queries.finding(terminal.actor.environment_id, number)
    more = {"Decided": "decision", "Because": "reason", "By": "decided_by", "Facts": "facts"}
    terminal.record(shapes.Finding, found, {**_FINDING, **more})


@command(findings, "decide", Permission.DECIDE_FINDING)
def decide(
    terminal: Terminal,
    decision: Annotated[str, typer.Argument(help="One of the rule's choices, such as book or leave_out.")],
    numbers: Findings,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the record.")],
) -> None:
    """Choose what is done about these records only; it takes effect with the next run."""
    count = operations.decide(
        actor=terminal.actor, finding_ids=numbers, decision=decision, reason=reason, now=terminal.now
    )
    terminal.done(f"{count} decided. Run the process, or `tieout finding retry`.", {"count": count})


@command(findings, "retry", Permission.RUN_PROCESS)
def retry(terminal: Terminal, numbers: Findings) -> None:
    """Run the processes of these findings again, for these records only."""
    made = operations.retry(actor=terminal.actor, finding_ids=numbers, now=terminal.now, defer=defer)
    terminal.rows(shapes.Job, made, {"Job": "id", "Process": "process.name", "State": "state"}, empty="Nothing.")


def watch(terminal: Terminal, job: Job) -> Job:
    """Follow a run with a progress bar until it ends; with `--json` silently."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), disable=terminal.as_json) as progress:
        bar = progress.add_task(str(job.process), total=None)
        while job.state in ACTIVE:
            about = f"{job.process}: {job.phase or job.state}"
            progress.update(bar, description=about, completed=job.done, total=job.total or None)
            time.sleep(POLL_SECONDS)
            job = queries.job(job.process.environment_id, job.pk)
        progress.update(bar, description=f"{job.process}: {job.state}", completed=job.done, total=job.total or job.done)
    return job
