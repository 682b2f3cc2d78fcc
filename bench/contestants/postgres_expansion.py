"""The same straight-line expansion by PostgreSQL's generate_series, into an unlogged table without a key."""

from __future__ import annotations

import psycopg

from bench.contestants.race import Race, compete

EXPAND = """
    create unlogged table bare_schedule as
    select item, period, (2 * price * after + days) / (2 * days) - (2 * price * before + days) / (2 * days) as amount
    from (
        select line.id as item, month::date as period, price, ends_on - starts_on as days,
               greatest(month::date - starts_on, 0) as before,
               least((month + interval '1 month')::date, ends_on) - starts_on as after
        from revenue_line line,
             generate_series(date_trunc('month', starts_on::timestamp), (ends_on - 1)::timestamp, interval '1 month') month
        where environment_id = %s and until_id is null
    ) cut
"""


def expand(task: Race) -> int:
    """Every line of the environment."""
    with psycopg.connect(task.conninfo, autocommit=True) as connection:
        connection.execute("drop table if exists bare_schedule")
        return connection.execute(EXPAND.replace("%s", str(int(task.environment)))).rowcount


if __name__ == "__main__":
    compete(expand)
