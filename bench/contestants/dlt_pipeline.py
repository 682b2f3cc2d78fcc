"""dlt loading the same pages into the same PostgreSQL, as its documentation shows. Runs in an environment of its own.

`merge` keeps one row per payment whatever arrives twice, as Tieout does; `append` only adds rows.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt
from psycopg.conninfo import conninfo_to_dict

from bench.contestants.wire import Task, compete, pages


def load(task: Task) -> int:
    """Into the data set `dlt_revio`, made anew."""
    count = 0

    @dlt.resource(name="payments", primary_key="payment_id", write_disposition=task.mode)
    def payments() -> Iterator[list[dict[str, Any]]]:
        nonlocal count
        for records in pages(task.revio):
            count += len(records)
            yield records

    with tempfile.TemporaryDirectory() as folder:
        destination = dlt.destinations.postgres(_credentials(task.conninfo))
        pipeline = dlt.pipeline("bench", pipelines_dir=folder, destination=destination, dataset_name="dlt_revio")
        pipeline.run(payments()).raise_on_failed_jobs()
    return count


def _credentials(conninfo: str) -> str:
    """dlt insists on a host and a password; libpq lets the socket's directory in the query replace the host."""
    given = conninfo_to_dict(conninfo)
    return f"postgresql://{given['user']}:unused@localhost:{given['port']}/{given['dbname']}?host={given['host']}"


if __name__ == "__main__":
    compete(load)
