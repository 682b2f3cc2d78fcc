"""Contracts to measure with: five lines each of 1 to 36 months, forty products in two SSP pools, one in twenty modified.

Every number follows from the contract's, so each run measures the same. Rows go into PostgreSQL by COPY, as one batch.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
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


_WIDE = {
    "rule": "SELECT 'even' AS rule_id, 'ratable' AS method, 'even_months' AS convention",
    "product": "SELECT 'P' AS product_id, 'even' AS rule_id",
    "contract": """SELECT 'C' || lpad(i::VARCHAR, 8, '0') AS contract_id, 'USD' AS currency, DATE '2026-09-01' AS signed_on
        FROM range({contracts}) t(i)""",
    "line": """SELECT contract_id, '1' AS line_id, 'P' AS product_id, 120000 AS price, DATE '2026-09-01' AS starts_on,
        DATE '2027-09-01' AS ends_on, 'class=' || contract_id AS dimensions FROM contract""",
    "invoice": """SELECT 'I' || contract_id AS invoice_id, contract_id, line_id, starts_on AS issued_on, price AS amount
        FROM line""",
}
_CHANGES = {
    "change": """SELECT 'N' || i AS change_id, 'C' || lpad(i::VARCHAR, 8, '0') AS contract_id, '2' AS line_id,
        (date_trunc('month', DATE '2022-01-01' + (i * 7919 % 1400)::INTEGER) + INTERVAL 3 MONTH)::DATE AS effective_on,
        'catch_up' AS treatment, 500 AS price
        FROM (SELECT r * {step} + {turn} AS i FROM range({changed}) t(r))""",
}


def book(contracts: int, *, invoiced: bool = False, path: Path | None = None) -> duckdb.DuckDBPyConnection:
    """The input tables in DuckDB, in a file when `path` is given; with `invoiced` every line is billed on its first day."""
    return _filled(_FILL, path, contracts=contracts, invoiced=invoiced)


def wide(contracts: int) -> duckdb.DuckDBPyConnection:
    """Contracts over the twelve months from September 2026 on, billed at their beginning, each with a class of its own."""
    return _filled(_WIDE, contracts=contracts)


def changes(contracts: int, changed: int, turn: int) -> duckdb.DuckDBPyConnection:
    """A change of price in some contracts, evenly spread; other contracts in each turn."""
    return _filled(_CHANGES, step=contracts // changed, changed=changed, turn=turn)


def rows(given: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """The rows of a table, as a batch stages them."""
    found = given.execute(f'SELECT * FROM "{table}"')  # noqa: S608
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


def _filled(queries: Mapping[str, str], path: Path | None = None, **values: Any) -> duckdb.DuckDBPyConnection:
    made = duckdb.connect(str(path or ":memory:"))
    made.execute(ddl())
    for table, query in queries.items():
        made.execute(f'INSERT INTO "{table}" BY NAME {query.format(**values)}')
    return made


def bring(environment_id: int | None, given: duckdb.DuckDBPyConnection, tables: Iterable[str] = tuple(_FILL)) -> Batch:
    """Put the tables into PostgreSQL as an applied batch."""
    now = timezone.now()
    batch = Batch.objects.create(
        environment_id=environment_id, origin="upload", state="applied", title="Bench", created_at=now, applied_at=now
    )
    with tempfile.TemporaryDirectory() as folder, connection.cursor() as cursor:
        for table in tables:
            names = ", ".join(f'"{name}"' for name in INPUTS[table])
            copy = Path(folder) / table
            given.execute(
                f'COPY (SELECT {environment_id}, {batch.pk}, row_number() OVER () + 1, {names} FROM "{table}")'  # noqa: S608
                f" TO '{copy}' (FORMAT csv, HEADER false, FORCE_QUOTE ({names}))"
            )
            _copy_in(cursor, table, names, copy)
        cursor.execute("vacuum (analyze)")  # as autovacuum does within minutes
    return batch


def _copy_in(cursor: Any, table: str, names: str, source: Path) -> None:
    rows = FACTS[table]._meta.db_table
    statement = f'copy {rows} (environment_id, since_id, "row", {names}) from stdin (format csv)'
    with source.open("rb") as content, cursor.copy(statement) as copy:
        while lot := content.read(1 << 20):
            copy.write(lot)
