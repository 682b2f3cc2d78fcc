"""The bare straight-line expansion in DuckDB: each line's price by days over calendar months, rounded to date, and its sums.

Schedule, journals (by product, dimensions and month) and waterfall (by product and month) are stored as Parquet. No contracts,
rules, SSPs, changes, positions or checks: the floor of what revenue over time costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from bench.contestants.race import Race, compete

EXPANDED = """
    WITH term AS (
        SELECT rowid AS item, product_id, dimensions, price, starts_on, ends_on, ends_on - starts_on AS days,
            unnest(range(date_trunc('month', starts_on)::TIMESTAMP, ends_on::TIMESTAMP, INTERVAL 1 MONTH))::DATE AS period
        FROM given.line
    ),
    cut AS (
        SELECT *, greatest(period - starts_on, 0) AS before, least((period + INTERVAL 1 MONTH)::DATE, ends_on) - starts_on AS after
        FROM term
    )
    SELECT item, product_id, dimensions, period,
        (2 * price * after + days) // (2 * days) - (2 * price * before + days) // (2 * days) AS amount
    FROM cut
"""
SUMS = {
    "journal": "SELECT product_id, dimensions, period, sum(amount)::BIGINT AS amount FROM '{folder}/schedule.parquet' GROUP BY ALL",
    "waterfall": "SELECT product_id, period, sum(amount)::BIGINT AS amount FROM '{folder}/journal.parquet' GROUP BY ALL",
}


def expand(task: Race) -> int:
    """Every line of the book."""
    with opened(task) as book:
        rows = store(book, EXPANDED, f"{task.folder}/schedule.parquet")
        for name, query in SUMS.items():
            store(book, query.format(folder=task.folder), f"{task.folder}/{name}.parquet")
    return rows


@contextmanager
def opened(task: Race) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads the lines as `given.line`."""
    with duckdb.connect(config={"preserve_insertion_order": False}) as book:
        book.execute(f"ATTACH '{task.book}' AS given (READ_ONLY)")
        yield book


def store(book: duckdb.DuckDBPyConnection, query: str, path: str) -> int:
    """The rows of a query as a Parquet file; how many they are."""
    row = book.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)").fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    compete(expand)
