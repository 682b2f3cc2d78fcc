"""A worker: runs queued jobs, queues what is due, and picks up what dead workers left behind.

Any number of workers on any number of machines share one PostgreSQL. Scheduler and reaper are loops of their own, not
jobs, so they work when the queue's own workers are what died.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, connection
from django.utils import timezone
from procrastinate import App
from procrastinate.contrib.django import app as jobs
from procrastinate.jobs import Status

from tieout.people.queries import site_clock
from tieout.sync import queue
from tieout.sync.runs import LEASE, draining
from tieout.sync.tasks import defer, worker_name

ROUND_SECONDS = 2.0
TIDY_SECONDS = 15.0
log = structlog.get_logger("tieout.worker")


class DatabaseClock:
    """The time as PostgreSQL tells it, so that machines whose clocks differ agree on who is alive."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def __call__(self) -> datetime:
        return timezone.now() + self._offset

    def set(self) -> None:
        """Measure the offset again."""
        before = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute("select clock_timestamp()")
            there = cursor.fetchone()[0]
        self._offset = there - before - (timezone.now() - before) / 2


def one_round(clock: Callable[[], datetime]) -> None:
    """Queue what is due and put back what was left behind."""
    now = clock()
    made = queue.enqueue_due(now=now, site=site_clock(), defer=defer)
    reaped = queue.reap(now=now, defer=defer)
    if made or reaped:
        log.info("round", queued=made, picked_up=reaped)


def rounds(end: threading.Event) -> None:
    """Scheduler and reaper until `end`; a database that is briefly away is waited for."""
    clock = DatabaseClock()
    while not end.is_set():
        try:
            clock.set()
            one_round(clock)
        except OperationalError as error:
            log.warning("database away", error=str(error))
            connection.close()
        end.wait(ROUND_SECONDS)
    connection.close()


def run_worker(concurrency: int = 2, *, once: bool = False) -> None:
    """Work until SIGTERM or SIGINT; `once` works off what is queued and returns."""
    end = threading.Event()
    loops = threading.Thread(target=rounds, args=(end,), name="rounds", daemon=True)
    loops.start()
    log.info("worker started", worker=worker_name(), concurrency=concurrency)
    try:
        asyncio.run(_work(concurrency, once=once))
    finally:
        end.set()
        loops.join(timeout=10)


async def _work(concurrency: int, *, once: bool) -> None:
    app = jobs.with_connector(jobs.connector.get_worker_connector())
    async with app.open_async():
        tidying = asyncio.create_task(_tidy(app))
        working = asyncio.create_task(
            app.run_worker_async(
                queues=["jobs"],
                concurrency=concurrency,
                wait=not once,
                install_signal_handlers=False,
                listen_notify=True,
                fetch_job_polling_interval=2.0,
                delete_jobs="always",
                shutdown_graceful_timeout=60,
            )
        )
        _stop_on_signals(working)
        try:
            await working
        except asyncio.CancelledError:
            log.info("worker stopped")
        finally:
            tidying.cancel()


def _stop_on_signals(working: asyncio.Task[None]) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        draining.set()
        working.cancel()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)


async def _tidy(app: App) -> None:
    """Clear the queue's own record of calls whose worker died; the reaper has queued their jobs anew."""
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=LEASE.total_seconds()):
            await app.job_manager.finish_job(stalled, Status.FAILED, delete_job=True)
