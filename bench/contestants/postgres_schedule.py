"""The straight-line expansion by PostgreSQL's generate_series without its sums: the schedule alone."""

from __future__ import annotations

import psycopg

from bench.contestants.postgres_expansion import STORED, store
from bench.contestants.race import Race, compete


def expand(task: Race) -> int:
    """Every line of the environment."""
    name = "bare_schedule"
    query = f"select item, period, amount from ({STORED[name]}) whole"  # noqa: S608
    with psycopg.connect(task.conninfo, autocommit=True) as connection:
        return store(connection, task, {name: query})


if __name__ == "__main__":
    compete(expand)
