"""dlt reading the same lists with its own REST source into the same PostgreSQL. Runs in an environment of its own.

`merge` keeps one row per payment whatever arrives twice, as Tieout does; `append` only adds rows.
"""

from __future__ import annotations

import os
import tempfile

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt
from dlt.sources.rest_api import rest_api_source
from psycopg.conninfo import conninfo_to_dict

from bench.contestants.wire import PAGE_SIZE, Task, compete


def load(task: Task) -> int:
    """Into the data set `dlt_revio`, made anew."""
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=folder,
            destination=dlt.destinations.postgres(_credentials(task.conninfo)),
            dataset_name="dlt_revio",
        )
        pipeline.run(_source(task), write_disposition=task.mode).raise_on_failed_jobs()
        counts = pipeline.last_trace.last_normalize_info.row_counts
    return int(counts["payments"])


def _source(task: Task) -> object:
    revio = task.revio
    paginator = {"type": "page_number", "base_page": 1, "page_param": "search.page", "total_path": None}
    return rest_api_source(
        {
            "client": {
                "base_url": f"{revio['url']}/",
                "headers": {"ocp-apim-subscription-key": revio["subscription_key"]},
                "auth": {
                    "type": "http_basic",
                    "username": f"{revio['login']}@{revio['client_code']}",
                    "password": revio["password"],
                },
                "paginator": {**paginator, "has_more_path": "has_more"},
            },
            "resources": [
                {
                    "name": "payments",
                    "primary_key": "payment_id",
                    "endpoint": {
                        "path": "Payments",
                        "params": {"search.page_size": PAGE_SIZE, "search.sort": "payment_id"},
                        "data_selector": "records",
                    },
                }
            ],
        }
    )


def _credentials(conninfo: str) -> str:
    """dlt insists on a host and a password; libpq lets the socket's directory in the query replace the host."""
    given = conninfo_to_dict(conninfo)
    return f"postgresql://{given['user']}:unused@localhost:{given['port']}/{given['dbname']}?host={given['host']}"


if __name__ == "__main__":
    compete(load)
