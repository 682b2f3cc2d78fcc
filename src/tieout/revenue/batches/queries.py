"""Reads of batches: the lists of the import page, one batch, its timeline and its stored files."""

from __future__ import annotations

from pathlib import Path

from django.db.models import QuerySet

from tieout.audit.models import Entry
from tieout.kernel.errors import NotFound
from tieout.revenue.models import Batch
from tieout.revenue.store import store


def batches(environment_id: int | None) -> QuerySet[Batch]:
    """Every batch, newest first."""
    return Batch.objects.filter(environment_id=environment_id).select_related("job__process", "undoes")


def waiting(environment_id: int | None) -> QuerySet[Batch]:
    """Conversion data: jobs' batches that nobody loaded or discarded yet."""
    return batches(environment_id).filter(state=Batch.State.WAITING)


def batch(environment_id: int | None, batch_id: int, *, lock: bool = False) -> Batch:
    """One batch, for change when `lock` is set. Raises NotFound."""
    rows = Batch.objects.filter(environment_id=environment_id, pk=batch_id)
    found = (
        rows.select_for_update().first() if lock else rows.select_related("job__process", "undoes", "replaces").first()
    )
    if found is None:
        raise NotFound(f"There is no batch {batch_id} in this environment.", batch=batch_id)
    return found


def changes(environment_id: int | None) -> int:
    """How many batches were applied so far, undoing ones included: it grows with each, so equal ones mean equal data."""
    return Batch.objects.filter(environment_id=environment_id, applied_at__isnull=False).count()


def timeline(found: Batch) -> QuerySet[Entry]:
    """Who did what with a batch, oldest first."""
    return Entry.objects.filter(environment_id=found.environment_id, subject=f"batch:{found.pk}").order_by("pk")


def original(found: Batch) -> Path:
    """The exact bytes that were delivered. Raises NotFound for a batch that came without a file."""
    if not found.file_sha256:
        raise NotFound("This batch came without a file.", batch=found.pk)
    return store().path(found.file_sha256)


def problems(found: Batch) -> Path:
    """Every problem of a batch as CSV. Raises NotFound when it has none."""
    sha = found.files.get("problems", "")
    if not sha:
        raise NotFound("This batch has no list of problems.", batch=found.pk)
    return store().path(sha)
