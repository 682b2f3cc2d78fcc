"""The queue's door: the one task that a worker runs, and how a job is put into the queue."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from datetime import datetime

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tieout.sync import engine
from tieout.sync.clock import DatabaseClock

_BIRTH = secrets.token_hex(2)
"""Tells this process from an earlier one on the same machine with the same number, as containers have them."""


def worker_name() -> str:
    """Machine and process, as a job's page shows them; also the name of the process's database sessions."""
    return f"{socket.gethostname()[:48]}:{os.getpid()}-{_BIRTH}"


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
        engine.run_job(job_id, worker=worker_name(), clock=DatabaseClock(), defer=defer)
    finally:
        connection.close()
