"""Revenue data straight into the tables, as a batch brings it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tieout.people.models import Environment
from tieout.recognition.tables import KEYS
from tieout.revenue.models import FACTS, Batch

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
Bring = Callable[..., Batch]
RULES = {"rule": [{"rule_id": "monthly", "method": "ratable", "convention": "even_months"}]}
PRODUCTS = {"product": [{"product_id": "seat", "rule_id": "monthly"}, {"product_id": "desk", "rule_id": "monthly"}]}


@pytest.fixture
def environment_id(environments: dict[str, Environment]) -> int:
    return environments["production"].pk


@pytest.fixture
def bring(environment_id: int) -> Bring:
    """`brought` for the environment of the test."""
    return lambda tables, hours=0: brought(environment_id, tables, hours)


def brought(environment_id: int, tables: Mapping[str, Sequence[Mapping[str, Any]]], hours: int = 0) -> Batch:
    """Apply rows by table at a moment counted in hours; a row with the key of a current one takes its place."""
    at = NOW + timedelta(hours=hours)
    batch = Batch.objects.create(
        environment_id=environment_id, origin="upload", state="applied", title="T", created_at=at, applied_at=at
    )
    for table, rows in tables.items():
        model = FACTS[table]._default_manager
        for number, row in enumerate(rows, 2):
            key = {name: row[name] for name in KEYS[table] if name in row}
            model.filter(environment_id=environment_id, until=None, **key).update(until=batch)
            model.create(environment_id=environment_id, since=batch, row=number, **row)
    return batch


def sold(contract: str, price: int = 120_000, product: str = "seat", **columns: Any) -> dict[str, list[dict[str, Any]]]:
    """A contract with one line over the year 2026."""
    contract_row = {"contract_id": contract, "currency": "USD", "signed_on": date(2026, 1, 1)}
    row = {"contract_id": contract, "line_id": "1", "product_id": product, "price": price}
    term = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 1, 1)}
    return {"contract": [contract_row], "line": [row | term | columns]}


def together(*tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[Mapping[str, Any]]]:
    """Several deliveries as one."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for each in tables:
        for table, rows in each.items():
            found.setdefault(table, []).extend(rows)
    return found
