"""Tieout's engine alone: input tables in a DuckDB file to allocation, schedule, positions, waterfall and targets in files."""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench.contestants.race import Race, compete
from tieout.recognition import engine, shards, stored


def compute(task: Race) -> int:
    """The whole book, by as many workers as there are cores."""
    with duckdb.connect(config={**engine.CONFIG}) as book:
        book.execute(f"ATTACH '{task.book}' AS given (READ_ONLY); USE given")
        made = shards.compute(book, Path(task.folder), shards.plan(engine.count(book, "line")))
    with duckdb.connect() as book:
        row = book.execute(f"SELECT count(*) FROM {stored.scan(made.parts['movement'])}").fetchone()  # noqa: S608
    return int(row[0]) if row else 0


if __name__ == "__main__":
    compete(compute)
