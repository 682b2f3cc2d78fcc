"""Runs one job from wherever it stands: takes the lease, lets the kind do the work, and records how it ended.

A passing fault puts the job back in the queue by itself, later each time; a killed worker's job is picked up by the reaper,
and so is one whose worker lost the database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from tieout.kernel.errors import Retriable, TieoutError
from tieout.people.queries import site_clock
from tieout.sync import kinds
from tieout.sync.errors import LeaseLost, StopRequested, WorkerDraining
from tieout.sync.models import ACTIVE, Event, Finding, Job, Process
from tieout.sync.runs import DATABASE_AWAY, Heartbeat, Run

log = structlog.get_logger("tieout.sync")
MOST_RETRIES = 12
"""Tries in a row that may fail without anything lasting done in between."""
Clock = Callable[[], datetime]
Defer = Callable[[int, datetime | None], None]
"""Puts a job into the queue, now or not before a time, inside the caller's transaction."""


def run_job(job_id: int, *, worker: str, clock: Clock, defer: Defer) -> None:
    """Run the job if it is there to be run; a job that ended or that another worker holds is left alone."""
    structlog.contextvars.bind_contextvars(job=job_id)
    try:
        run = _take(job_id, worker, clock)
        if run is not None:
            _work(run, defer)
    except LeaseLost:
        log.warning("lease lost", job=job_id)
    except DATABASE_AWAY as error:
        log.warning("database lost; the job goes on when its lease has ended", job=job_id, error=str(error).strip())
        connection.close()
    finally:
        structlog.contextvars.unbind_contextvars("job")


def _work(run: Run, defer: Defer) -> None:
    try:
        with Heartbeat(run):
            run.checkpoint()
            kinds.get(run.process.kind).run(run, site_clock())
        _finish(run, _verdict(run))
    except (LeaseLost, *DATABASE_AWAY):
        raise
    except StopRequested:
        _finish_stopped(run)
    except Retriable as error:
        _retry_or_fail(run, error, defer)
    except TieoutError as error:
        _finish(run, Job.State.FAILED, error)
    except Exception:
        log.exception("job failed", job=run.job.pk)
        _finish(run, Job.State.FAILED, TieoutError(f"Job {run.job.pk} met a fault of Tieout itself."))


def _take(job_id: int, worker: str, clock: Clock) -> Run | None:
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, state__in=ACTIVE).first()
        now = clock()
        if job is None or (job.heartbeat_at is not None and job.worker):
            return None
        job.state = Job.State.RUNNING if job.state == Job.State.QUEUED else job.state
        job.attempt, job.worker, job.heartbeat_at, job.run_after = job.attempt + 1, worker, now, None
        job.started_at = job.started_at or now
        job.save()
        process = Process.objects.select_related("source", "target").get(pk=job.process_id)
        run = Run(job, process, clock)
        run.note("Started" if job.attempt == 1 else f"Taken up again (attempt {job.attempt})", worker=worker)
        return run


def _verdict(run: Run) -> str:
    open_findings = Finding.objects.filter(process=run.process, state=Finding.State.OPEN).exists()
    counts = Job.objects.values_list("counts", flat=True).get(pk=run.job.pk)
    troubled = open_findings or any(int(counts.get(name, 0)) for name in ("failed", "differences"))
    return Job.State.ATTENTION if troubled else Job.State.SUCCEEDED


def _finish(run: Run, state: str, error: TieoutError | None = None, note: str = "") -> None:
    now = run.clock()
    with transaction.atomic():
        ended = Job.objects.filter(pk=run.job.pk, attempt=run.job.attempt, state__in=ACTIVE).update(
            state=state, finished_at=now, heartbeat_at=None, worker="", error=error.as_dict() if error else None
        )
        if ended:
            if state in (Job.State.SUCCEEDED, Job.State.ATTENTION):
                Process.objects.filter(pk=run.process.pk).update(last_sync_at=now)
            text = note or (error.message if error else Job.State(state).label)
            Event.objects.create(job=run.job, at=now, level="error" if error else "info", text=text[:500])


def _finish_stopped(run: Run) -> None:
    _finish(run, Job.State.STOPPED, note="Stopped on request; a new run goes on from here.")


def _retry_or_fail(run: Run, error: Retriable, defer: Defer) -> None:
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=run.job.pk)
        if job.attempt != run.job.attempt or job.state not in ACTIVE:
            raise LeaseLost(f"Job {job.pk} was taken over.", job=job.pk)
        draining = isinstance(error, WorkerDraining)
        if job.state == Job.State.STOPPING:
            _finish_stopped(run)
        elif job.retries >= MOST_RETRIES and not draining:
            _finish(run, Job.State.FAILED, error)
        else:
            _put_back(job, error, run.clock(), defer, counted=not draining)


def _put_back(job: Job, error: Retriable, now: datetime, defer: Defer, *, counted: bool) -> None:
    pause = error.after if error.after is not None else min(2.0**job.retries * 5, 900)
    when = now + timedelta(seconds=pause)
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.QUEUED, heartbeat_at=None, worker="", run_after=when, retries=job.retries + counted
    )
    text = f"{error.message} Tried again at {when:%H:%M:%S} UTC."
    Event.objects.create(job=job, at=now, level="warning", text=text[:500])
    defer(job.pk, when)
