"""A worker: runs queued jobs, queues what is due, and picks up what dead workers left behind.

Any number of workers on any number of machines share one PostgreSQL. Scheduler and reaper are loops of their own, not
jobs, so they work when the queue's own workers are what died. A worker outlives its database: it waits until it is back.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from procrastinate import App
from procrastinate.contrib.django import app as jobs
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from tieout.database.address import resolve
from tieout.kernel.errors import TieoutError
from tieout.people.queries import site_clock
from tieout.sync import queue
from tieout.sync.clock import DatabaseClock
from tieout.sync.runs import BEAT_SECONDS, DATABASE_AWAY, LEASE, draining
from tieout.sync.tasks import defer, worker_name

ROUND_SECONDS = 2.0
TIDY_SECONDS = 15.0
REPEATABLE = "tieout.revenue."
"""Calls of these tasks may be made any number of times: the second one finds nothing to do."""
SWITCH_SECONDS = 0.0005
log = structlog.get_logger("tieout.worker")


def run_worker(concurrency: int = 2, *, once: bool = False) -> None:
    """Work until SIGTERM or SIGINT; `once` works off what is queued and returns."""
    _name_sessions()
    attune()
    end = threading.Event()
    loops = threading.Thread(target=rounds, args=(end,), name="rounds", daemon=True)
    loops.start()
    log.info("worker started", worker=worker_name(), concurrency=concurrency)
    try:
        while not _worked(concurrency, once=once):
            time.sleep(ROUND_SECONDS)
    finally:
        end.set()
        loops.join(timeout=10)
        log.info("worker stopped")


def attune() -> None:
    """Once everything is imported: a thread that waited for PostgreSQL goes on at once although others compute, and the
    garbage collector leaves alone what will never be garbage. A pull takes a fifth less time."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()


def rounds(end: threading.Event) -> None:
    """Scheduler and reaper until `end`. Neither a database that is away nor a fault in one stops the other."""
    clock = None
    while not end.is_set():
        try:
            clock = clock or DatabaseClock()
            clock.set()
            _step("scheduler", lambda now: queue.enqueue_due(now=now, site=site_clock(), defer=defer), clock())
            _step("reaper", lambda now: queue.reap(now=now, defer=defer), clock())
        except DATABASE_AWAY as error:
            log.warning("database away", error=str(error).strip())
            connection.close()
            _revive()
        end.wait(ROUND_SECONDS)
    connection.close()


def _name_sessions() -> None:
    """Sessions of this process carry the worker's name, by which the reaper ends them, and do not sit in a transaction."""
    os.environ["PGAPPNAME"] = worker_name()
    patience = f"-c idle_in_transaction_session_timeout={int(LEASE.total_seconds() * 1000)}"
    os.environ["PGOPTIONS"] = f"{os.environ.get('PGOPTIONS', '')} {patience}".strip()
    connection.close()


def _step(name: str, step: Callable[[datetime], list[int]], now: datetime) -> None:
    try:
        touched = step(now)
    except DATABASE_AWAY:
        raise
    except Exception:
        log.exception(f"{name} failed")
    else:
        if touched:
            log.info(name, jobs=touched)


def _revive() -> None:
    """Start the embedded PostgreSQL again when it was killed; another one is its operator's."""
    if settings.DATABASE_ADDRESS.embedded:
        try:
            resolve(settings.HOME)
        except TieoutError as error:
            log.warning("database does not start", error=error.message)


def _worked(concurrency: int, *, once: bool) -> bool:
    """Whether the work has ended, on request or because nothing is left; not when the queue's database went away."""
    try:
        asyncio.run(_work(concurrency, once=once))
    except (ConnectorException, *DATABASE_AWAY) as error:
        log.warning("queue away", error=str(error).strip())
        return draining.is_set()
    return once or draining.is_set()


async def _work(concurrency: int, *, once: bool) -> None:
    django_side: Any = jobs.connector
    app = jobs.with_connector(django_side.get_worker_connector())
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
                update_heartbeat_interval=BEAT_SECONDS,
                stalled_worker_timeout=LEASE.total_seconds(),
                delete_jobs="always",
                shutdown_graceful_timeout=60,
            )
        )
        _stop_on_signals(working)
        try:
            with suppress(asyncio.CancelledError):
                await working
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
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        with suppress(ConnectorException):  # another worker was quicker, or the database is away
            await tidy(app)


async def tidy(app: App) -> None:
    """Clear the queue's own record of calls whose worker died. The reaper has queued processes' jobs anew; other calls, which
    may be made any number of times, are put back.
    """
    for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=LEASE.total_seconds()):
        if stalled.task_name.startswith(REPEATABLE):
            with suppress(UniqueViolation):  # it was asked for again meanwhile
                await app.job_manager.retry_job(stalled)
                continue
        await app.job_manager.finish_job(stalled, Status.FAILED, delete_job=True)
