"""Two workers at once: how soon one goes on for the other, how many calls are under way, and how much memory a long pull takes."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from soak import proof
from soak.moments import held
from soak.stage import Played, Stage, Strike
from soak.weather import RECEIPT

DEFAULT_LEASE = 20.0
WITHIN = 60.0
FLAT = 200
"""Megabytes."""
_HALF = ("ACH", "Wire", "Check")


def every() -> Iterator[Strike]:
    """What two workers do, with the lease that a site has."""
    yield Strike("workers", "SIGKILL of one of two: the other goes on", "receipts", reaper)
    yield Strike("workers", "stopped at any instant, then run again", "receipts", stopped)
    yield Strike("workers", "never more calls than the connection allows", "receipts", crowded)


def reaper(stage: Stage) -> Played:
    """How long until the other worker has the job, with the lease as a site has it."""
    stage.crew.man(0)
    stage.crew.man(2, lease=DEFAULT_LEASE)
    process = stage.site.receipts(stage.start)
    with held("intacct", "slow_answer", **RECEIPT)(stage.controls) as wait:
        job = stage.site.start(process)
        wait()
        stage.crew.holder(stage.site.look(job).worker).send(signal.SIGKILL)
        killed = time.monotonic()
    while stage.site.look(job).attempt < 2 and time.monotonic() - killed < 2 * WITHIN:
        time.sleep(0.05)
    seconds = time.monotonic() - killed
    stage.site.wait(job)
    stage.crew.man(0)
    slow = [f"taken up after {seconds:.0f} s"] if seconds > WITHIN else []
    return Played(1, process, problems=slow, note=f"taken up after {seconds:.1f} s")


def stopped(stage: Stage) -> Played:
    """Stop the run at one instant after the other; each new run goes on, and the last one ends with the same."""
    process, stops = stage.site.receipts(stage.start), 0
    for pause in (0.0, 0.3, 0.8, 1.2, 1.6, 2.0):
        job = stage.site.start(process)
        time.sleep(pause)
        if stage.site.look(job).state not in ("queued", "running"):
            break
        stage.site.stop(job)
        stops += stage.site.wait(job).state == "stopped"
    job = stage.site.start(process)
    refused = _overlapping(stage, process)
    stage.site.wait(job)
    helped = stage.site.help_given(process)
    return Played(stops, process, help=helped, problems=refused, note=f"{stops} stops")


def crowded(stage: Stage) -> Played:
    """Two runs on two workers over one connection, whose ledger refuses a call too many: it must not have to."""
    before = proof.mark(stage.books)
    stage.crew.man(0)
    stage.crew.man(2, concurrency=1)
    limits = {"concurrency": stage.site.ledger.concurrency, "over_limit": "refuse", "processing": 0.05}
    stage.controls.call("/intacct/control/settings", limits)
    others = [row["method"] for row in _methods(stage) if row["method"] not in _HALF]
    processes = [stage.site.receipts(stage.start, half) for half in (_HALF, others)]
    ended = [stage.site.wait(job) for job in [stage.site.start(process) for process in processes]]
    statuses = stage.controls.statuses("intacct")
    stage.controls.call("/intacct/control/settings", {"concurrency": 8, "over_limit": "queue", "processing": 0})
    stage.crew.man(0)
    problems = [f"{statuses.count(429)} calls too many"] if 429 in statuses else []
    apart = ended[0].finished_at < ended[1].started_at or ended[1].finished_at < ended[0].started_at
    problems += ["the two runs were never under way at once"] if apart else []
    found = proof.receipts(stage.books, stage.controls, before, stage.expected)
    return Played(
        len(statuses), processes[0], problems=problems, finding=found, note=f"{len(statuses)} calls, none too many"
    )


def memory(stage: Stage, months: int = 24) -> Played:
    """The worker's greatest resident memory while it reads the whole history; the run is stopped when it has."""
    stage.crew.man(0)
    stage.crew.man(1)
    process = stage.site.receipts(stage.site.today - timedelta(days=30 * months), posts="on_demand", reread_days=0)
    job = stage.site.start(process)
    while (now := stage.site.look(job)).phase in ("", "pull") and now.state in ("queued", "running"):
        time.sleep(0.2)
    peak = _peak(stage.crew.workers[0].pid)
    stage.site.stop(job)
    read = stage.site.wait(job).counts.get("read", 0)
    problems = [f"{peak} MB"] if peak > FLAT else []
    told = f"{read:,} records, {peak} MB at most"
    return Played(int(read), process, problems=problems, finding=proof.Finding(), note=told, posts=False)


def _peak(number: int) -> int:
    lines = Path(f"/proc/{number}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


def _overlapping(stage: Stage, process: Any) -> list[str]:
    from tieout.sync.errors import AlreadyActive

    try:
        stage.site.start(process)
    except AlreadyActive:
        return []
    return ["a second run was accepted while one was under way"]


def _methods(stage: Stage) -> list[dict[str, Any]]:
    from tieout.demo import mappings

    found: list[dict[str, Any]] = mappings.receipts(stage.start)["methods"]
    return found
