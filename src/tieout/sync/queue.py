"""What is due, and what was left behind: called by every worker's loop, safe to call from many at once.

The reaper is not itself a queued job: it works when the queue's own worker is what died. It ends the database sessions of a
worker that it declares dead, so that a frozen one holds neither a row nor a slot, and writes nothing when it wakes up.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from tieout.kernel.calendar import Calendar
from tieout.people.queries import SiteClock
from tieout.sync.engine import MOST_RETRIES, Defer
from tieout.sync.errors import WorkersLost
from tieout.sync.models import ACTIVE, Event, Job, Process
from tieout.sync.runs import LEASE
from tieout.sync.schedule import Schedule, missed, next_runs

_END_SESSIONS = """
select pg_terminate_backend(pid) from pg_stat_activity
 where application_name = left(%s, 63) and application_name <> '' and datname = current_database()
   and usename = current_user and pid <> pg_backend_pid()
"""


def next_run(process: Process, after: datetime, site: SiteClock) -> datetime | None:
    """When the process runs next after that moment; None when it is off or on demand only."""
    if not process.enabled:
        return None
    runs = next_runs(Schedule.parse(process.schedule), after, site.zone, Calendar(site.country), 1)
    return runs[0] if runs else None


def enqueue_due(*, now: datetime, site: SiteClock, defer: Defer) -> list[int]:
    """Queue every process whose time has come, by its catch-up policy. Returns the jobs made."""
    due = Process.objects.filter(enabled=True, next_run_at__lte=now).values_list("pk", flat=True)
    made = [_enqueue(pk, now, site, defer) for pk in due]
    return [job for job in made if job is not None]


def _enqueue(process_id: int, now: datetime, site: SiteClock, defer: Defer) -> int | None:
    try:
        with transaction.atomic():
            return _enqueue_one(process_id, now, site, defer)
    except IntegrityError:
        return None  # somebody asked for a run in this very moment; the slot is looked at again when that run has ended


def _enqueue_one(process_id: int, now: datetime, site: SiteClock, defer: Defer) -> int | None:
    process = (
        Process.objects.select_for_update(skip_locked=True)
        .filter(pk=process_id, enabled=True, next_run_at__lte=now)
        .first()
    )
    if process is None or process.next_run_at is None:
        return None
    if Job.objects.filter(process=process, state__in=ACTIVE).exists():
        return None
    slots = missed(Schedule.parse(process.schedule), process.next_run_at, now, site.zone, Calendar(site.country))
    slot = slots[0] if process.catch_up == Process.CatchUp.EACH else slots[-1]
    process.next_run_at = next_run(process, slot, site)
    process.save(update_fields=["next_run_at"])
    job = Job.objects.create(
        process=process, trigger=Job.Trigger.SCHEDULE, requested_by="Schedule", scheduled_for=slot, queued_at=now
    )
    defer(job.pk, None)
    return job.pk


@transaction.atomic
def reap(*, now: datetime, defer: Defer) -> list[int]:
    """Put back the jobs whose worker gave no sign of life for a lease, and queued ones that fell out of the queue.

    A job whose row is locked belongs to a worker that is in the middle of a transaction, and is left to it. (Workers have
    the server end a transaction in which they do nothing for a lease.)
    """
    silent = Q(state__in=("running", "stopping"), heartbeat_at__lt=now - LEASE)
    lost = Q(state="queued", queued_at__lt=now - LEASE, heartbeat_at=None) & (
        Q(run_after=None) | Q(run_after__lt=now - LEASE)
    )
    dead = list(Job.objects.select_for_update(skip_locked=True).filter(silent))
    waiting = list(Job.objects.select_for_update(skip_locked=True).filter(lost))
    for job in dead:
        _bury(job, now, defer)
    for job in waiting:
        Job.objects.filter(pk=job.pk).update(queued_at=now)
        defer(job.pk, None)
    return [job.pk for job in (*dead, *waiting)]


def _bury(job: Job, now: datetime, defer: Defer) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_END_SESSIONS, [job.worker])
    Event.objects.create(job=job, at=now, level="warning", text=f"Worker {job.worker} gave no sign of life.")
    left = {"heartbeat_at": None, "worker": "", "retries": job.retries + 1}
    if job.retries < MOST_RETRIES:
        Job.objects.filter(pk=job.pk).update(**left)
        defer(job.pk, None)
        return
    error = WorkersLost(job=job.pk)
    Event.objects.create(job=job, at=now, level="error", text=error.message)
    Job.objects.filter(pk=job.pk).update(**left, state=Job.State.FAILED, finished_at=now, error=error.as_dict())
