"""The bench cannot rot: every row is measured at a tiny size. What it takes is nobody's business here; what it counts is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_every_row_of_the_bench_can_be_measured(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    command = [sys.executable, "-m", "bench", "--tiny", "--write", str(page)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    rows = {
        row.split(" | ")[0].removeprefix("| "): row for row in page.read_text().splitlines() if row.startswith("| ")
    }
    assert {"0 ms latency, 1 connection", "200 ms latency, 4 connections", "Process list", "Postings"} <= set(rows)
    assert any(name.endswith("against a bare loop of JSONB") for name in rows)
    assert any(name.startswith("A posting with") for name in rows)
    assert any(name.endswith("lines, from PostgreSQL to stored journals") for name in rows)
    for revenue in ("Waterfall over", "Behind a figure of it", "Dry run of a month", "20 of 2,000 contracts changed"):
        assert any(name.startswith(revenue) for name in rows), revenue
    calls = next(row for name, row in rows.items() if name.startswith("API calls for a day"))
    assert calls.endswith("| as forecast | yes |"), calls
    memory = [row for name, row in rows.items() if name.startswith("Peak memory")]
    assert len(memory) == 2
    assert all(row.endswith("| yes |") for row in memory)
