"""Tieout's engine alone: input tables in a DuckDB file to allocation, schedule, positions, waterfall and targets in files."""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench.contestants.race import Race, compete
from tieout.recognition import shards, stored


def compute(task: Race) -> int:
    """The whole book, by as many processes as there are cores."""
    whole = Path(task.book)
    with duckdb.connect(str(whole), read_only=True) as book:
        row = book.execute("SELECT count(*) FROM line").fetchone()
    lines = row[0] if row else 0
    chosen = shards.plan(lines)
    made = shards.compute(whole, Path(task.folder), chosen)
    with duckdb.connect() as book:
        row = book.execute(f"SELECT count(*) FROM {stored.scan(made.parts['movement'])}").fetchone()  # noqa: S608
    return int(row[0]) if row else 0


if __name__ == "__main__":
    compete(compute)
