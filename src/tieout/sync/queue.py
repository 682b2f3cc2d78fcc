"""What is due, and what was left behind: called by every worker's loop, safe to call from many at once.

The reaper is not itself a queued job: it works when the queue's own worker is what died.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from tieout.kernel.calendar import Calendar
from tieout.people.queries import SiteClock
from tieout.sync.engine import Defer
from tieout.sync.models import ACTIVE, Event, Job, Process
from tieout.sync.runs import LEASE
from tieout.sync.schedule import Schedule, missed, next_runs


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


@transaction.atomic
def _enqueue(process_id: int, now: datetime, site: SiteClock, defer: Defer) -> int | None:
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
    """Put back the jobs whose worker gave no sign of life for a lease, and queued ones that fell out of the queue."""
    silent = Q(state__in=("running", "stopping"), heartbeat_at__lt=now - LEASE)
    lost = Q(state="queued", queued_at__lt=now - LEASE, heartbeat_at=None) & (
        Q(run_after=None) | Q(run_after__lt=now - LEASE)
    )
    reaped = []
    for job in Job.objects.select_for_update(skip_locked=True).filter(silent):
        Job.objects.filter(pk=job.pk).update(heartbeat_at=None, worker="")
        Event.objects.create(job=job, at=now, level="warning", text=f"Worker {job.worker} gave no sign of life.")
        defer(job.pk, None)
        reaped.append(job.pk)
    for job in Job.objects.select_for_update(skip_locked=True).filter(lost):
        Job.objects.filter(pk=job.pk).update(queued_at=now)
        defer(job.pk, None)
        reaped.append(job.pk)
    return reaped
