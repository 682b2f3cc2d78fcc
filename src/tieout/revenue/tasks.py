"""The room's tasks, as a worker runs them: reading large batches, weighing their impact, applying them, new figures."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tieout.people.actors import Actor, Role
from tieout.revenue.batches import operations, reading, weighing
from tieout.revenue.batches.recomputing import TASK
from tieout.revenue.figures.making import refresh
from tieout.revenue.models import Batch
from tieout.sync.clock import DatabaseClock


def defer_reading(batch_id: int) -> None:
    """Queue the reading of a batch, in the caller's transaction; one that waits already is left as it is."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        read_batch.configure(queueing_lock=f"batch:{batch_id}").defer(batch_id=batch_id)


@app.task(name="tieout.revenue.read_batch", queue="jobs")
def read_batch(batch_id: int) -> None:
    """Read and weigh a batch, as far as that was not done yet and nobody discarded it meanwhile."""
    try:
        batch = Batch.objects.get(pk=batch_id)
        weighing.weigh(reading.read(batch) if batch.state == Batch.State.READING else batch)
    finally:
        connection.close()


def defer_applying(actor: Actor, batch_id: int) -> None:
    """Queue the applying of a batch in the name of who asked, in the caller's transaction."""
    told: Any = {"user_id": actor.user_id, "name": actor.name, "roles": sorted(actor.roles), "door": actor.door}
    with suppress(AlreadyEnqueued), transaction.atomic():
        apply_batch.configure(queueing_lock=f"apply:{batch_id}").defer(batch_id=batch_id, actor=told)


@app.task(name="tieout.revenue.apply_batch", queue="jobs")
def apply_batch(batch_id: int, actor: dict[str, Any]) -> None:
    """Apply a batch for somebody who had leave to when asking; nothing is done when it is not to be applied any more."""
    try:
        batch = Batch.objects.get(pk=batch_id)
        asked = Actor(
            batch.environment_id, actor["user_id"], actor["name"], frozenset(map(Role, actor["roles"])), actor["door"]
        )
        if batch.state == Batch.State.APPLYING:
            operations.finish_applying(asked, batch_id=batch_id, now=DatabaseClock()())
    finally:
        connection.close()


@app.task(name=TASK, queue="jobs")
def compute_figures(environment_id: int) -> None:
    """Bring the figures of an environment up to date with what was applied."""
    try:
        refresh(environment_id, now=DatabaseClock()())
    finally:
        connection.close()
