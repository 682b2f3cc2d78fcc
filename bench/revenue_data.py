"""Contracts to measure with: five lines each of 1 to 36 months, forty products in two SSP pools, one in twenty modified.

Every number follows from the contract's, so each run measures the same. Rows go into PostgreSQL by COPY, as one batch.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection
from django.utils import timezone

from tieout.recognition.tables import INPUTS, ddl
from tieout.revenue.models import FACTS, Batch

LINES = 5
"""Lines of each contract."""
_FILL = {
    "rule": """SELECT * FROM (VALUES ('daily', 'ratable', 'actual_days'), ('share', 'ratable', 'month_share'),
        ('even', 'ratable', 'even_months')) v(rule_id, method, convention)""",
    "product": """SELECT 'P' || i AS product_id, ['daily', 'daily', 'share', 'even'][i % 4 + 1] AS rule_id
        FROM range(40) t(i)""",
    "ssp": """SELECT 'P' || i AS product_id, 'USD' AS currency, DATE '2015-01-01' AS starts_on, 'amount' AS basis,
        10000 + i * 731 AS amount FROM range(40) t(i)""",
    "contract": """SELECT 'C' || lpad(i::VARCHAR, 8, '0') AS contract_id, 'K' || (i % 50000) AS customer_id, 'USD' AS currency,
        DATE '2022-01-01' + (i * 7919 % 1400)::INTEGER AS signed_on FROM range({contracts}) t(i)""",
    "line": """SELECT contract_id, n::VARCHAR AS line_id, 'P' || (h % 40) AS product_id, 5000 + h % 1000003 AS price,
        signed_on + (h % 30)::INTEGER AS starts_on,
        (signed_on + (h % 30)::INTEGER + to_months((h // 64 % 36 + 1)::INTEGER))::DATE AS ends_on,
        ['', 'class=SaaS;location=100', 'class=SaaS;location=200', 'class=Services;location=100'][h // 4096 % 4 + 1]
            AS dimensions
        FROM (SELECT *, (substr(contract_id, 2)::BIGINT * 5 + n) * 2654435761 % 4294967296 AS h FROM contract, range(1, 6) r(n))""",
    "change": """SELECT 'M' || contract_id AS change_id, contract_id, '1' AS line_id,
        (date_trunc('month', signed_on) + INTERVAL 3 MONTH)::DATE AS effective_on,
        CASE WHEN i // 20 % 2 = 0 THEN 'prospective' ELSE 'catch_up' END AS treatment, i * 7907 % 20000 - 8000 AS price
        FROM (SELECT *, substr(contract_id, 2)::BIGINT AS i FROM contract) WHERE i % 20 = 7""",
    "invoice": """SELECT 'I' || contract_id || line_id AS invoice_id, contract_id, line_id, starts_on AS issued_on, price AS amount
        FROM line WHERE {invoiced}""",
}


def book(contracts: int, *, invoiced: bool = False) -> duckdb.DuckDBPyConnection:
    """The input tables in DuckDB; with `invoiced` every line is billed on its first day."""
    made = duckdb.connect()
    made.execute(ddl())
    for table, query in _FILL.items():
        made.execute(f'INSERT INTO "{table}" BY NAME {query.format(contracts=contracts, invoiced=invoiced)}')
    return made


def bring(environment_id: int | None, given: duckdb.DuckDBPyConnection) -> Batch:
    """Put the tables into PostgreSQL as an applied batch."""
    now = timezone.now()
    batch = Batch.objects.create(
        environment_id=environment_id, origin="upload", state="applied", title="Bench", created_at=now, applied_at=now
    )
    with tempfile.TemporaryDirectory() as folder, connection.cursor() as cursor:
        for table in _FILL:
            names = ", ".join(f'"{name}"' for name in INPUTS[table])
            copy = Path(folder) / table
            given.execute(
                f'COPY (SELECT {environment_id}, {batch.pk}, row_number() OVER () + 1, {names} FROM "{table}")'  # noqa: S608
                f" TO '{copy}' (FORMAT csv, HEADER false, FORCE_QUOTE ({names}))"
            )
            _copy_in(cursor, table, names, copy)
        cursor.execute("analyze")
    return batch


def _copy_in(cursor: Any, table: str, names: str, source: Path) -> None:
    rows = FACTS[table]._meta.db_table
    statement = f'copy {rows} (environment_id, since_id, "row", {names}) from stdin (format csv)'
    with source.open("rb") as content, cursor.copy(statement) as copy:
        while lot := content.read(1 << 20):
            copy.write(lot)
