"""What the inputs themselves say, summed in PostgreSQL as they were known to a set of figures: the first column of a tie-out.

The engine is not asked: that its sums agree with these is what the tie-out shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import duckdb
from django.db import connection as database

from tieout.revenue.models import FACTS, FigureSet

_KNOWN = """
    {table}.environment_id = %(environment)s and came.applied_at <= %(known)s
    and (went.applied_at is null or went.applied_at > %(known)s)
"""
_JOINS = """
    join revenue_batch came on came.id = {table}.since_id left join revenue_batch went on went.id = {table}.until_id
"""


def _rows(name: str, columns: str) -> str:
    table = FACTS[name]._meta.db_table
    join, known = _JOINS.format(table=table), _KNOWN.format(table=table)
    return f"select {columns} from {table} {join} where {known}"  # noqa: S608


_SIGNED = "case kind when 'credit_memo' then -amount else amount end"
_ADJUSTED = " union ".join(
    _rows(table, "contract_id") + extra
    for table, extra in (
        ("estimate", ""),
        ("financing", ""),
        ("return_right", ""),
        ("change", " and treatment = 'cancel'"),
        ("invoice", " and treatment not in ('billing_correction', 'bad_debt')"),
    )
)
"""Contracts whose transaction price is more than their prices added up."""
_SUMS = f"""
    with contract as ({_rows("contract", "contract_id, entity, currency")}),
    adjusted as ({_ADJUSTED}),
    amount as (
        {_rows("invoice", f"contract_id, 'billed' as what, {_SIGNED} as minor")}
            and issued_on <= %(as_of)s
        union all {_rows("commission", "contract_id, 'incurred', amount")} and earned_on <= %(as_of)s
        union all {_rows("line", "contract_id, 'priced', price")}
            and contract_id not in (select contract_id from adjusted)
        union all {_rows("change", "contract_id, 'priced', price + at_once")}
            and contract_id not in (select contract_id from adjusted)
    )
    select contract_id, entity, currency, what, sum(minor)::bigint from amount join contract using (contract_id)
     group by contract_id, entity, currency, what
"""  # noqa: S608
_FIGURES = {
    "billed": "SELECT contract_id, entity, currency, sum(billed) AS minor FROM standing WHERE starts_on <= $as_of GROUP BY ALL",
    "incurred": "SELECT contract_id, entity, currency, sum(incurred) AS minor FROM cost WHERE starts_on <= $as_of GROUP BY ALL",
    "priced": "SELECT contract_id, entity, currency, sum(total) AS minor FROM promise GROUP BY ALL",
}
LABELS = {
    "billed": "Billed: invoices less credit memos",
    "priced": "Contract prices: lines and changes at fixed prices",
    "incurred": "Commissions incurred",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One input of one entity and currency: its own sum, what of it is set aside by gaps, and the subledger's sum."""

    what: str
    entity: str
    currency: str
    source: int
    aside: int
    subledger: int

    @property
    def difference(self) -> int:
        """Zero when what is not set aside is in the figures."""
        return self.source - self.aside - self.subledger


def compared(book: duckdb.DuckDBPyConnection, figure_set: FigureSet, as_of: date) -> list[Compared]:
    """Every input that there is, as known to the set, against the set."""
    known = (figure_set.known and figure_set.known.applied_at) or figure_set.made_at
    book.execute(
        "CREATE OR REPLACE TEMP TABLE given (contract_id VARCHAR, entity VARCHAR, currency VARCHAR, what VARCHAR, minor BIGINT)"
    )
    _take(book, figure_set.environment_id, known, as_of)
    return [row for what in LABELS for row in _compared(book, what, as_of)]


def _take(book: duckdb.DuckDBPyConnection, environment_id: int, known: datetime, as_of: date) -> None:
    with database.cursor() as cursor:
        cursor.execute(_SUMS, {"environment": environment_id, "known": known, "as_of": as_of})
        while rows := cursor.fetchmany(50_000):
            columns = [list(column) for column in zip(*rows, strict=True)]
            book.execute(
                "INSERT INTO given SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]),"
                " unnest(?::VARCHAR[]), unnest(?::BIGINT[])",
                columns,
            )


def _compared(book: duckdb.DuckDBPyConnection, what: str, as_of: date) -> list[Compared]:
    """Prices are compared for the contracts that the source sums; the other inputs for all contracts."""
    among = "AND contract_id IN (SELECT contract_id FROM mine)" if what == "priced" else ""
    values = {"what": what} | ({"as_of": as_of} if "$as_of" in _FIGURES[what] else {})
    rows = book.execute(
        f"""
        WITH mine AS (SELECT * FROM given WHERE what = $what),
        figures AS (SELECT * FROM ({_FIGURES[what]}) WHERE minor <> 0 {among})
        SELECT entity, currency, sum(source)::BIGINT, sum(aside)::BIGINT, sum(subledger)::BIGINT FROM (
            SELECT entity, currency, minor AS source,
                CASE WHEN contract_id IN (SELECT contract_id FROM contract) THEN 0 ELSE minor END AS aside, 0 AS subledger
            FROM mine
            UNION ALL SELECT entity, currency, 0, 0, minor FROM figures
        ) GROUP BY ALL ORDER BY ALL
        """,  # noqa: S608
        values,
    ).fetchall()
    return [Compared(what, *row) for row in rows]
