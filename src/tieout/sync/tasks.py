"""The queue's door: the one task that a worker runs, and how a job is put into the queue."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tieout.sync import engine


def worker_name() -> str:
    """Machine and process, as a job's page shows them."""
    return f"{socket.gethostname()}:{os.getpid()}"


def defer(job_id: int, when: datetime | None) -> None:
    """Queue the job, now or not before `when`. Part of the caller's transaction: rolled back with it.

    A job that waits in the queue already is left as it is.
    """
    with suppress(AlreadyEnqueued), transaction.atomic():
        run_job.configure(schedule_at=when, queueing_lock=f"job:{job_id}").defer(job_id=job_id)


@app.task(name="tieout.sync.run_job", queue="jobs")
def run_job(job_id: int) -> None:
    """Run one job in a worker's thread."""
    try:
        engine.run_job(job_id, worker=worker_name(), clock=timezone.now, defer=defer)
    finally:
        connection.close()
