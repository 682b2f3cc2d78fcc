"""The run of one job as its worker sees it: a lease with a fencing number, progress, a timeline, and the stop button.

Every write of a run goes through `advance` in the same transaction, so that a worker that was presumed dead and wakes up
again changes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog
from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError, connection, transaction
from django.db.models import F

from tieout.sync.errors import LeaseLost, StopRequested, WorkerDraining
from tieout.sync.models import Event, Job, Process

LEASE = timedelta(seconds=settings.LEASE_SECONDS)
"""A job without a heartbeat for this long belongs to nobody."""
BEAT_SECONDS = LEASE.total_seconds() / 5
DATABASE_AWAY = (OperationalError, InterfaceError, InternalError)
"""The database or this session of it is gone. Whoever had a run leaves it to its lease; whatever was open is rolled back."""
LASTING = ("new", "changed", "posted", "reversed")
"""Counts of work that is not done again; after it the job's tries are counted anew."""
draining = threading.Event()
"""Set when this worker shuts down: its runs go back into the queue at their next step."""
log = structlog.get_logger("tieout.sync")

_ADVANCE = """
update sync_job
   set heartbeat_at = clock_timestamp(),
       done = done + %s,
       retries = case when %s then 0 else retries end,
       counts = (select coalesce(jsonb_object_agg(key, value), '{}')
                   from (select key, sum(value::bigint) as value
                           from (select * from jsonb_each_text(counts) union all select * from jsonb_each_text(%s)) each
                          group by key) total)
 where id = %s and attempt = %s and state in ('running', 'stopping')
returning state
"""
_HOLD = """
select state from sync_job where id = %s and attempt = %s and state in ('running', 'stopping') for key share
"""


@dataclass
class Run:
    """One attempt at one job. `clock` is handed in by the door; nothing below reads the system's."""

    job: Job
    process: Process
    clock: Callable[[], datetime]
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self.job.parameters)

    @property
    def ending(self) -> bool:
        """Whether the next `stop_here` will raise."""
        return self.stopping.is_set() or draining.is_set()

    def advance(self, *, done: int = 0, **counts: int) -> None:
        """Record progress and prove the lease, inside the caller's transaction. Raises LeaseLost; notes a stop.

        The heartbeat is the database's own time, so that no worker's clock matters. A transaction that goes on after this
        holds the job's row: nobody can take the job over before it ends.
        """
        lasting = any(counts.get(name) for name in LASTING)
        self._check(_ADVANCE, [done, lasting, orjson.dumps(counts).decode()])

    def prove(self, *, done: int = 0, **counts: int) -> None:
        """As `advance`, but when there is nothing to count nothing is written, so that threads of a run do not wait for
        each other's commits. The job's row is held all the same: whoever takes the job over locks it."""
        if done or any(counts.values()):
            self.advance(done=done, **counts)
        else:
            self._check(_HOLD, [])

    def _check(self, statement: str, values: list[Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values, self.job.pk, self.job.attempt])
            row = cursor.fetchone()
        if row is None:
            raise LeaseLost(f"Job {self.job.pk} was taken over.", job=self.job.pk)
        if row[0] == Job.State.STOPPING:
            self.stopping.set()

    def checkpoint(self) -> None:
        """Between two steps: prove the lease and stop here when somebody asked for it. Raises StopRequested."""
        self.advance()
        self.stop_here()

    def stop_here(self) -> None:
        """Raises StopRequested when the last `advance` saw that somebody asked for it, WorkerDraining at shutdown."""
        if self.stopping.is_set():
            raise StopRequested
        if draining.is_set():
            raise WorkerDraining(after=0)

    def enter(self, phase: str, total: int = 0, text: str = "") -> None:
        """Begin a phase of the job, with a new progress bar of `total` (0: unknown), and note it in the timeline."""
        with transaction.atomic():
            self.checkpoint()
            Job.objects.filter(pk=self.job.pk, attempt=self.job.attempt).update(phase=phase, done=0, total=total)
            self.note(text or phase.capitalize())

    def expect(self, more: int) -> None:
        """Make the progress bar `more` longer."""
        Job.objects.filter(pk=self.job.pk, attempt=self.job.attempt).update(total=F("total") + more)

    def note(self, text: str, level: str = "info", **facts: Any) -> None:
        """One line in the job's timeline, and in the log."""
        Event.objects.create(job=self.job, at=self.clock(), level=level, text=text[:500], facts=facts)
        log.info("job", job=self.job.pk, process=self.process.name, text=text, **facts)


class Heartbeat:
    """Keeps the lease alive from a thread while the run waits for a vendor; ends with the block."""

    def __init__(self, run: Run, seconds: float = BEAT_SECONDS) -> None:
        self._run, self._seconds = run, seconds
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{run.job.pk}", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._end.wait(self._seconds):
                self._try()
        except LeaseLost:
            self._run.stopping.set()
        finally:
            connection.close()

    def _try(self) -> None:
        try:
            self._run.advance()
        except DATABASE_AWAY as error:
            log.warning("no heartbeat", job=self._run.job.pk, error=str(error).strip())
            connection.close()
