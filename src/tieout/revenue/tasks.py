"""The room's tasks, as a worker runs them: reading large batches, weighing their impact, computing figures anew."""

from __future__ import annotations

from contextlib import suppress

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tieout.revenue.batches import reading, weighing
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


@app.task(name=TASK, queue="jobs")
def compute_figures(environment_id: int) -> None:
    """Bring the figures of an environment up to date with what was applied."""
    try:
        refresh(environment_id, now=DatabaseClock()())
    finally:
        connection.close()
