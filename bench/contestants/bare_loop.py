"""A bare loop: download a page, parse it, COPY it into one plain table, commit, next page.

It keeps no bytes, no versions, no keys and no cursor: the floor of what must be done. `raw` copies each record as JSONB,
`typed` each field into a column.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

import psycopg

from bench.contestants.wire import COLUMNS, Task, compete, pages

Row = Callable[[Mapping[str, Any]], tuple[Any, ...]]
SHAPES: Mapping[str, tuple[Mapping[str, str], Row]] = {
    "raw": (
        {"payment_id": "bigint", "payload": "jsonb"},
        lambda record: (record["payment_id"], json.dumps(record, default=str)),
    ),
    "typed": (COLUMNS, itemgetter(*COLUMNS)),
}


def load(task: Task) -> int:
    """Into the table `bare_payment`, made anew."""
    fields, row = SHAPES[task.mode]
    columns, count = ", ".join(f"{name} {kind}" for name, kind in fields.items()), 0
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
