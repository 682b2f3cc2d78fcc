"""What the contestants over revenue share: their task as JSON in, rows and seconds as JSON out. Imports nothing of Tieout."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Race:
    """Where the same lines stand: in PostgreSQL (`conninfo`, `environment`) and as input tables in a DuckDB file (`book`)."""

    conninfo: str
    environment: int
    book: str
    folder: str
    """An empty folder for what is written."""
    seconds: float
    """How long a contestant may go on that cannot do them all."""


def task() -> Race:
    """The task, as the race gives it on standard input."""
    return Race(**json.load(sys.stdin))


def report(rows: int, seconds: float) -> None:
    """Say how many rows were made or read, and in what time."""
    print(json.dumps({"rows": rows, "seconds": seconds}))


def compete(compute: Callable[[Race], int]) -> None:
    """Time `compute`, which stores what it makes and returns how many rows it made or read; report it."""
    given = task()
    started = time.perf_counter()
    rows = compute(given)
    report(rows, time.perf_counter() - started)
