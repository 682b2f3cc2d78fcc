"""Pulling payments: Tieout against a bare loop and against dlt, over real HTTP into the same PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.conf import settings
from django.db import connection

from bench import site
from bench.figures import Figure, Group, spread
from bench.grounds import Vendors, vendors
from bench.sizes import Size

ROOT = Path(__file__).parent.parent
DLT_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
TABLES = "sync_inputpage, sync_sourcerecord, sync_streamposition, sync_job, records_payment"
MEMORY_MB = 200
HOW = """\
Rev.io payments from the sandbox (a process of its own, pages of 500, no call limits) into PostgreSQL. Tieout commits exact
bytes, versioned raw records, canonical rows and the cursor. The bare loop copies a page into one table without a key and
commits: each record as JSONB, or (stated without a goal) each field into a column. dlt reads with its own REST source, and
merges by key as Tieout does, or only appends. Each contestant is a process of its own, timed without the start of Python;
medians of {rounds} rounds, taking turns."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A program in `bench.contestants`."""

    label: str
    program: str
    python: str = sys.executable
    mode: str = ""


TIEOUT = Contestant("Tieout", "tieout_pull")
BARE_RAW = Contestant("a bare loop of JSONB", "bare_loop", mode="raw")
BARE_TYPED = Contestant("a bare loop of typed columns", "bare_loop", mode="typed")
DLT_MERGE = Contestant("dlt, merging by key", "dlt_pipeline", str(DLT_PYTHON), "merge")
DLT_APPEND = Contestant("dlt, appending only", "dlt_pipeline", str(DLT_PYTHON), "append")
GOALS: Mapping[Contestant, float | None] = {BARE_RAW: 0.5, BARE_TYPED: None, DLT_MERGE: 3.0, DLT_APPEND: None}


@dataclass(frozen=True, slots=True)
class Result:
    """What a contestant reported."""

    records: int
    seconds: float
    peak_mb: float

    @property
    def rate(self) -> float:
        return self.records / self.seconds


def measure(size: Size, say: Callable[[str], None]) -> Group:
    """All rows about pulling. Without an environment for dlt its rows are left out."""
    peers = [peer for peer in GOALS if Path(peer.python).exists()]
    results: dict[Contestant, list[Result]] = {each: [] for each in (TIEOUT, *peers)}
    with vendors(size.pull_scale) as running:
        site.connect(running.credentials)
        for _ in range(size.rounds):
            for contestant in results:
                say(f"Pulling: {contestant.label}")
                results[contestant].append(_result(contestant, running))
    with vendors(size.pull_scale * 2) as running:
        site.connect(running.credentials)
        say("Pulling: Tieout, twice the history")
        twice = _result(TIEOUT, running)
    own = results.pop(TIEOUT)
    rates = [_against(own, peer, other) for peer, other in results.items()]
    return Group("Pull", HOW.format(rounds=size.rounds), [*rates, *_memory(own, twice)])


def _result(contestant: Contestant, running: Vendors) -> Result:
    with connection.cursor() as cursor:
        cursor.execute(f"truncate {TABLES} cascade")
        cursor.execute("drop schema if exists dlt_revio cascade")
    task = {
        "revio": running.credentials["revio"],
        "conninfo": settings.DATABASE_ADDRESS.conninfo,
        "mode": contestant.mode,
    }
    said = subprocess.run(  # noqa: S603 - our own programs
        [contestant.python, "-m", f"bench.contestants.{contestant.program}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=json.dumps(task).encode(),
        capture_output=True,
        check=False,
    )
    if said.returncode:
        raise RuntimeError(f"{contestant.label} failed:\n{said.stderr.decode()}")
    return Result(**json.loads(said.stdout.splitlines()[-1]))


def _against(own: Sequence[Result], peer: Contestant, others: Sequence[Result]) -> Figure:
    rates, theirs = [each.rate for each in own], [each.rate for each in others]
    ratio, goal = median(rates) / median(theirs), GOALS[peer]
    return Figure(
        f"{own[0].records:,} payments, against {peer.label}",
        spread(rates, "records/s"),
        spread(theirs, "records/s"),
        f"{ratio:.2f}",
        f"at least {goal}" if goal else "",
        ratio >= goal if goal else None,
    )


def _memory(own: Sequence[Result], twice: Result) -> list[Figure]:
    once = max(own, key=lambda result: result.peak_mb)
    return [
        Figure(
            f"Peak memory of the worker, {result.records:,} payments",
            f"{result.peak_mb:,.0f} MB",
            f"{once.peak_mb:,.0f} MB",
            f"{result.peak_mb / once.peak_mb:.2f}",
            f"under {MEMORY_MB} MB",
            result.peak_mb < MEMORY_MB,
        )
        for result in (once, twice)
    ]
