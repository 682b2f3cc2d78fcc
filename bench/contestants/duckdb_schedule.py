"""The bare straight-line expansion in DuckDB without its sums: the schedule alone, of whole numbers and days."""

from __future__ import annotations

from bench.contestants.duckdb_expansion import EXPANDED, opened, store
from bench.contestants.race import Race, compete


def expand(task: Race) -> int:
    """Every line of the book."""
    with opened(task) as book:
        query = f"SELECT item, period, amount FROM ({EXPANDED})"  # noqa: S608
        return store(book, query, f"{task.folder}/schedule.parquet")


if __name__ == "__main__":
    compete(expand)
