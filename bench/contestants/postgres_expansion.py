"""The same straight-line expansion and sums by PostgreSQL's generate_series, into unlogged tables without keys."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg

from bench.contestants.race import Race, compete

STORED = {
    "bare_schedule": """
        select item, product_id, dimensions, period,
               (2 * price * after + days) / (2 * days) - (2 * price * before + days) / (2 * days) as amount
        from (
            select line.id as item, product_id, dimensions, month::date as period, price, ends_on - starts_on as days,
                   greatest(month::date - starts_on, 0) as before,
                   least((month + interval '1 month')::date, ends_on) - starts_on as after
            from revenue_line line,
                 generate_series(date_trunc('month', starts_on::timestamp), (ends_on - 1)::timestamp, interval '1 month') month
            where environment_id = {environment} and until_id is null
        ) cut
    """,
    "bare_journal": """
        select product_id, dimensions, period, sum(amount)::bigint as amount from bare_schedule
        group by product_id, dimensions, period
    """,
    "bare_waterfall": "select product_id, period, sum(amount)::bigint as amount from bare_journal group by product_id, period",
}


def expand(task: Race) -> int:
    """Every line of the environment."""
    with psycopg.connect(task.conninfo, autocommit=True) as connection:
        return store(connection, task, STORED)


def store(connection: psycopg.Connection, task: Race, queries: Mapping[str, str]) -> int:
    """What the queries say, as tables by name; how many rows the first has."""
    connection.execute(f"drop table if exists {', '.join(STORED)}")
    rows = [
        connection.execute(f"create unlogged table {name} as {query.format(environment=task.environment)}").rowcount
        for name, query in queries.items()
    ]
    return rows[0]


if __name__ == "__main__":
    compete(expand)
