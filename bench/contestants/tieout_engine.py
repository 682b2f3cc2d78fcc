"""Tieout's engine alone: input tables in a DuckDB file to allocation, schedule, positions, waterfall and targets in files."""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench.contestants.race import Race, compete
from tieout.recognition import engine, shards


def compute(task: Race) -> int:
    """The whole book, by as many workers as there are cores; how many lines it has."""
    with duckdb.connect(config={**engine.CONFIG}) as book:
        book.execute(f"ATTACH '{task.book}' AS given (READ_ONLY); USE given")
        lines = engine.count(book, "line")
        shards.compute(book, Path(task.folder), shards.plan(lines))
    return lines


if __name__ == "__main__":
    compete(compute)
