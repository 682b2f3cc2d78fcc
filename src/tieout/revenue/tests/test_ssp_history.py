"""SSP from history: which sales count, what their middle is, and that the sample stays with what was entered from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tieout.people.actors import Actor, Role
from tieout.recognition.tables import MICRO
from tieout.revenue import queries, ssp_history
from tieout.revenue.batches import operations as batches
from tieout.revenue.store import store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
YEAR = {"since": date(2026, 1, 1), "before": date(2027, 1, 1)}
ASKED = {"product_id": "SEAT", "currency": "USD"}


def order(number: str, *lines: tuple[str, int, int]) -> dict[str, list[dict[str, Any]]]:
    """A contract with lines of (product, quantity, price)."""
    day = date(2026, 3, 1)
    rows = [
        {"line_id": str(at), "product_id": product, "quantity": count * MICRO, "price": price, "starts_on": day}
        for at, (product, count, price) in enumerate(lines)
    ]
    contract = {"contract_id": number, "currency": "USD", "signed_on": day}
    return {"contract": [contract], "line": [{"contract_id": number, **row} for row in rows]}


@pytest.fixture
def accountant(actor: Callable[..., Actor]) -> Actor:
    """Somebody in whose environment seats were sold alone for 100, 110 (ten of them) and 150, and once in a bundle."""
    made = actor(Role.ACCOUNTANT)
    orders = [
        order("A", ("SEAT", 1, 10_000)),
        order("B", ("SEAT", 10, 110_000)),
        order("C", ("SEAT", 1, 1), ("HELP", 1, 1)),
    ]
    rows: dict[str, list[dict[str, Any]]] = {"rule": [{"rule_id": "R", "method": "ratable"}]}
    rows["product"] = [{"product_id": each, "rule_id": "R"} for each in ("SEAT", "HELP")]
    rows["sale"] = [{**ASKED, "sale_id": "S", "amount": 15_000, "sold_on": date(2026, 5, 1)}]
    for table in ("contract", "line"):
        rows[table] = [row for each in orders for row in each[table]]
    batches.enter(made, title="History", rows=rows, now=NOW)
    return made


def test_only_what_was_sold_alone_counts(accountant: Actor) -> None:
    sold = ssp_history.sample(accountant.environment_id, **ASKED, **YEAR)
    assert [(each.origin, each.number, each.unit) for each in sold] == [
        ("sale", "S", 15_000),
        ("contract", "A", 10_000),
        ("contract", "B", 11_000),
    ]
    assert ssp_history.middles(sold) == {"median": 11_000, "mean": 12_000, "weighted": 11_250}
    before = {"since": date(2025, 1, 1), "before": date(2026, 1, 1)}
    assert ssp_history.sample(accountant.environment_id, **ASKED, **before) == []


def test_the_ssp_is_entered_with_its_sample(accountant: Actor) -> None:
    sold = ssp_history.sample(accountant.environment_id, **ASKED, **YEAR)
    row = {**ASKED, "starts_on": date(2027, 1, 1)}
    batch = ssp_history.adopt(accountant, method="median", row=row, sold=sold, now=NOW)
    entry = queries.rows(accountant.environment_id, "ssp").get()
    assert (entry.amount, entry.since_id, batch.title) == (11_000, batch.pk, "SSP of SEAT: median of 3 sales")
    kept = store().path(batch.files[ssp_history.SAMPLE]).read_text().splitlines()
    assert kept[3] == "contract,B,2026-03-01,10,1100.00,110.00,,"


def test_from_nothing_there_is_no_ssp(accountant: Actor) -> None:
    with pytest.raises(ssp_history.NoHistory):
        ssp_history.adopt(accountant, method="mean", row={**ASKED, "starts_on": date(2027, 1, 1)}, sold=[], now=NOW)
