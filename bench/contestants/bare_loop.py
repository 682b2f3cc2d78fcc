"""A bare loop: download a page, parse it, COPY it into one plain typed table, commit, next page.

It keeps no bytes, no versions, no keys and no cursor: the floor of what must be done.
"""

from __future__ import annotations

from operator import itemgetter

import psycopg

from bench.contestants.wire import COLUMNS, Task, compete, pages


def load(task: Task) -> int:
    """Into the table `bare_payment`, made anew."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    row, count = itemgetter(*COLUMNS), 0
    with psycopg.connect(task.conninfo) as connection, connection.cursor() as cursor:
        cursor.execute(f"drop table if exists bare_payment; create table bare_payment ({columns})")
        for records in pages(task.revio):
            with cursor.copy("copy bare_payment from stdin") as copy:
                for record in records:
                    copy.write_row(row(record))
            connection.commit()
            count += len(records)
    return count


if __name__ == "__main__":
    compete(load)
