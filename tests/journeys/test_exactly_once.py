"""A day of at least 300 payments and a month's journal, through every fault and over dead workers: each is booked exactly once.

Told on a PostgreSQL, vendor sandboxes and workers of its own; the ledger's own answers prove it. This is the short form of
`make soak`, which strikes at every request and at every step, one at a time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="the soak brings its own PostgreSQL"),
]
ROOT = Path(__file__).parents[2]
FAULTS = ("receipts: every fault in one day", "journal: refused, lost and late in one month")
CLOSED = "receipt: closed period, opened, retried"
KILLED = "SIGKILL of worker, receipt answered, not recorded"
FROZEN = "worker frozen beyond its lease, sending"
REAPED = "SIGKILL of one of two: the other goes on"
STOPPED = "stopped at any instant, then run again"
CROWDED = "never more calls than the connection allows"
CLEAN = {"duplicates": 0, "missing": 0, "difference": "0.00", "problems": []}
"""Every payment in one line of one receipt, totals as the source's, all verified, and nobody helped."""
Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """What came of the strikes, by name: two soaks side by side, since most of it is waiting."""
    folder = tmp_path_factory.mktemp("soak")
    parts = (("together", *FAULTS, CLOSED), ("kills", KILLED, FROZEN), ("workers", REAPED, STOPPED, CROWDED))
    faults, blows = parts[:1], parts[1:]
    soaks = [_soak(folder / f"{number}.json", each) for number, each in enumerate((faults, blows))]
    found: dict[str, Row] = {}
    for told, soak in soaks:
        said, _ = soak.communicate(timeout=230)
        assert told.exists(), said
        found |= {row["name"]: row for row in json.loads(told.read_text())}
    return found


def _soak(told: Path, parts: tuple[tuple[str, ...], ...]) -> tuple[Path, subprocess.Popen[str]]:
    names = [name for _, *names in parts for name in names]
    command = [sys.executable, "-m", "soak", "--json", str(told), "--only", *(part for part, *_ in parts)]
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return told, subprocess.Popen([*command, "--match", *names], cwd=ROOT, **output)  # type: ignore[call-overload]


@pytest.mark.parametrize("name", FAULTS)
def test_no_fault_books_anything_twice_or_not_at_all(rows: dict[str, Row], name: str) -> None:
    assert outcome(rows[name]) == CLEAN
    assert rows[name]["fired"] >= len(("429", "expired session", "commit lost", "late answer", "look-up failed"))


def test_a_closed_period_waits_with_advice_and_posts_once_it_is_open(rows: dict[str, Row]) -> None:
    assert outcome(rows[CLOSED]) == CLEAN


def test_an_answer_that_died_with_its_worker_is_found_in_the_ledger(rows: dict[str, Row]) -> None:
    assert outcome(rows[KILLED]) == CLEAN


def test_a_worker_that_wakes_up_after_its_lease_writes_nothing(rows: dict[str, Row]) -> None:
    assert outcome(rows[FROZEN]) == CLEAN


def test_a_dead_workers_job_goes_on_within_a_minute(rows: dict[str, Row]) -> None:
    assert outcome(rows[REAPED]) == CLEAN
    assert rows[REAPED]["note"].startswith("taken up after")


def test_a_run_may_be_stopped_at_any_instant_and_two_never_overlap(rows: dict[str, Row]) -> None:
    assert outcome(rows[STOPPED]) == CLEAN


def test_two_workers_together_keep_to_the_connections_limit(rows: dict[str, Row]) -> None:
    assert outcome(rows[CROWDED]) == CLEAN


def outcome(row: Row) -> Row:
    """What must be as in `CLEAN`, of a row whose strike did land and did book something."""
    assert row["fired"] > 0
    assert row["documents"] > 0
    return {name: f"{float(row[name]):.2f}" if name == "difference" else row[name] for name in CLEAN}
