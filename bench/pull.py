"""Pulling payments: Tieout against a bare loop and against dlt, over real HTTP into the same PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection

from bench import site
from bench.figures import Figure, Group, spread
from bench.grounds import Vendors, vendors
from bench.sizes import Size

ROOT = Path(__file__).parent.parent
DLT_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
TABLES = "sync_inputpage, sync_sourcerecord, sync_streamposition, sync_job, records_payment"
HOW = (
    "Rev.io payments from the sandbox (a process of its own, pages of 500, no call limits) into PostgreSQL. Tieout commits exact "
    "bytes, versioned raw records, canonical rows and the cursor. The bare loop parses with orjson and copies typed columns into "
    "one table without a key. Each contestant is a process of its own; medians of {runs} rounds, taking turns."
)


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
    """All rows about pulling."""
    with vendors(size.pull_scale) as running:
        site.connect(running.credentials)
        rounds = [_round(running, say) for _ in range(size.rounds)]
    with vendors(size.pull_scale * 2) as running:
        site.connect(running.credentials)
        say("Pulling twice the history")
        twice = _tieout(running)
    own, bare, dlt = zip(*rounds, strict=True)
    return Group("Pull", HOW.format(runs=size.rounds), [*_rates(own, bare, dlt), *_memory(own, twice)])


def _round(running: Vendors, say: Callable[[str], None]) -> tuple[Result, Result, Result | None]:
    say("Pulling: the bare loop")
    bare = _contestant(sys.executable, "bare_loop", running)
    say("Pulling: Tieout")
    own = _tieout(running)
    if not DLT_PYTHON.exists():
        return own, bare, None
    say("Pulling: dlt")
    return own, bare, _contestant(str(DLT_PYTHON), "dlt_pipeline", running)


def _tieout(running: Vendors) -> Result:
    with connection.cursor() as cursor:
        cursor.execute(f"truncate {TABLES} cascade")
    return _contestant(sys.executable, "tieout_pull", running)


def _contestant(python: str, name: str, running: Vendors) -> Result:
    task = {"revio": running.credentials["revio"], "conninfo": settings.DATABASE_ADDRESS.conninfo}
    command = [python, "-m", f"bench.contestants.{name}"]
    said = subprocess.run(  # noqa: S603 - our own programs
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=json.dumps(task).encode(),
        capture_output=True,
        check=False,
    )
    if said.returncode:
        raise RuntimeError(f"{name} failed:\n{said.stderr.decode()}")
    return Result(**json.loads(said.stdout.splitlines()[-1]))


def _rates(own: Sequence[Result], bare: Sequence[Result], dlt: Sequence[Result | None]) -> list[Figure]:
    count = f"{own[0].records:,} payments"
    rates = [result.rate for result in own]
    figures = [_against(f"{count}, against a bare loop", rates, [result.rate for result in bare], 0.5)]
    done = [result.rate for result in dlt if result]
    if done:
        figures.append(_against(f"{count}, against dlt", rates, done, 3.0))
    return figures


def _against(what: str, own: Sequence[float], other: Sequence[float], goal: float) -> Figure:
    ratio = median(own) / median(other)
    return Figure(
        what, spread(own, "records/s"), spread(other, "records/s"), f"{ratio:.2f}", f"at least {goal}", ratio >= goal
    )


def _memory(own: Sequence[Result], twice: Result) -> list[Figure]:
    peak = max(result.peak_mb for result in own)
    both: list[Any] = [("Peak memory of the worker", own[0].records, peak), ("The same", twice.records, twice.peak_mb)]
    return [
        Figure(f"{what}, {count:,} payments", f"{mb:,.0f} MB", f"{peak:,.0f} MB", f"{mb / peak:.2f}", "under 200 MB", mb < 200)
        for what, count, mb in both
    ]
