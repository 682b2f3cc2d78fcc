"""Which contracts have to be computed again since a set of figures was made: those that newer batches touched.

Rows without a contract concern those that use them: a product's or an SSP's the contracts with lines of it, a rule's those of
its products, a customer's the customer's. Rates, entities, settings and periods concern all.
"""

from __future__ import annotations

from django.db import connection

from tieout.recognition.tables import INPUTS
from tieout.revenue.models import FACTS, FigureSet

IDLE = {"account", "sale"}
"""Tables that no figure depends on: accounts are looked up when journals are made."""
_USERS = {
    "product": "select l.contract_id from revenue_line l join touched t on t.product_id = l.product_id",
    "ssp": "select l.contract_id from revenue_line l join touched t on t.product_id = l.product_id",
    "bundle": "select l.contract_id from revenue_line l join touched t on t.product_id = l.product_id",
    "rule": """select l.contract_id from revenue_line l join revenue_product p
        on p.product_id = l.product_id and p.environment_id = l.environment_id join touched t on t.rule_id = p.rule_id""",
    "customer": "select l.contract_id from revenue_contract l join touched t on t.customer_id = l.customer_id",
}
_TOUCHED = """
    select * from {rows} where environment_id = %(environment)s and since_id in (select id from newer)
    union all select * from {rows} where environment_id = %(environment)s and until_id in (select id from newer)
"""
_NEWER = """
    with newer as materialized (
        select id from revenue_batch where environment_id = %(environment)s and applied_at > %(known)s
    ), touched as materialized ({touched})
"""


def changed_since(environment_id: int | None, base: FigureSet) -> frozenset[str] | None:
    """The contracts that rows of batches applied after the base touch; None when these may be any."""
    if base.known is None:
        return None
    given = {"environment": environment_id, "known": base.known.applied_at}
    found: set[str] = set()
    for table in FACTS.keys() - IDLE:
        users = _users(table)
        with connection.cursor() as cursor:
            cursor.execute(_query(table, users or "select '' from touched limit 1"), given)
            rows = cursor.fetchall()
        if rows and not users:
            return None
        found |= {name for (name,) in rows}
    return frozenset(found)


def _users(table: str) -> str | None:
    if "contract_id" in INPUTS[table]:
        return "select distinct contract_id from touched"
    users = _USERS.get(table)
    return users and f"select distinct contract_id from ({users} where l.environment_id = %(environment)s) u"  # noqa: S608


def _query(table: str, users: str) -> str:
    touched = _TOUCHED.format(rows=FACTS[table]._meta.db_table)
    return f"{_NEWER.format(touched=touched)} {users}"
