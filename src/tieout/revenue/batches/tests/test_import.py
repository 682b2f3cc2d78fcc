"""A file comes in: read, checked, previewed, applied whole, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tieout.demo.orders import packed, year_of_orders  # noqa: F401
from tieout.people.actors import Actor, Role
from tieout.recognition.tables import KEYS
from tieout.revenue.batches import operations as batches
from tieout.revenue.models import FACTS, Batch

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
APPLIED, READY, REFUSED = Batch.State.APPLIED, Batch.State.READY, Batch.State.REFUSED


@pytest.fixture
def accountant(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.ACCOUNTANT)


def current(table: str) -> list[Any]:
    """Rows in force, in the order of their keys."""
    return list(FACTS[table]._default_manager.filter(until__isnull=True).order_by(*KEYS[table]))


def known() -> dict[str, list[tuple[Any, ...]]]:
    """Everything in force, without which batch brought it."""
    told = ("id", "environment", "since", "until", "row")
    return {
        table: [tuple(getattr(row, f.name) for f in model._meta.fields if f.name not in told) for row in current(table)]
        for table, model in FACTS.items()
    }


def test_a_year_of_orders_is_imported_and_the_same_file_changes_nothing_more(accountant: Actor) -> None:
    data = year_of_orders(date(2026, 1, 1))
    batch = batches.receive(accountant, name="orders.zip", source=data, now=NOW)
    assert (batch.state, batch.problems) == (READY, [])
    batches.apply(accountant, batch_id=batch.pk, now=NOW)
    assert len(current("contract")) == 320
    before = known()

    again = batches.receive(accountant, name="orders.zip", source=data, now=NOW)
    assert {(each["new"], each["changed"]) for each in again.counts["tables"].values()} == {(0, 0)}
    assert batches.apply(accountant, batch_id=again.pk, now=NOW).state == APPLIED
    assert known() == before

    batches.undo(accountant, batch_id=again.pk, reason="Twice", now=NOW)
    batches.undo(accountant, batch_id=batch.pk, reason="A trial", now=NOW)
    assert not any(known().values())
