"""What follows a change of revenue data: the figures are computed anew, soon after the change is committed."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tieout.revenue.models import Batch

TASK = "tieout.revenue.compute_figures"


def after(batch: Batch) -> None:
    """Ask for new figures of the batch's environment, in the caller's transaction; what is asked already is asked once."""
    name = f"figures:{batch.environment_id}"
    with suppress(AlreadyEnqueued), transaction.atomic():
        queue = app.configure_task(TASK, queue="jobs", lock=name, queueing_lock=name)
        queue.defer(environment_id=batch.environment_id)
