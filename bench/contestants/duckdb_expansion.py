"""The bare straight-line expansion in DuckDB: each line's price by days over calendar months, rounded to date, as Parquet.

No contracts, rules, SSPs, changes, journals or checks: the floor of what a schedule costs.
"""

from __future__ import annotations

import duckdb

from bench.contestants.race import Race, compete

EXPAND = """
    COPY (
        WITH term AS (
            SELECT rowid AS item, price, starts_on, ends_on, ends_on - starts_on AS days,
                unnest(range(date_trunc('month', starts_on)::TIMESTAMP, ends_on::TIMESTAMP, INTERVAL 1 MONTH))::DATE AS period
            FROM given.line
        ),
        cut AS (
            SELECT *, greatest(period - starts_on, 0) AS before, least((period + INTERVAL 1 MONTH)::DATE, ends_on) - starts_on
                AS after FROM term
        )
        SELECT item, period, (2 * price * after + days) // (2 * days) - (2 * price * before + days) // (2 * days) AS amount
        FROM cut
    ) TO '{folder}/schedule.parquet' (FORMAT parquet)
"""


def expand(task: Race) -> int:
    """Every line of the book."""
    with duckdb.connect(config={"preserve_insertion_order": False}) as book:
        book.execute(f"ATTACH '{task.book}' AS given (READ_ONLY)")
        row = book.execute(EXPAND.format(folder=task.folder)).fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    compete(expand)
