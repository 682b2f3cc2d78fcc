"""What a batch that is ready would do to the figures: revenue, deferred revenue and journals by period, before and after."""

from __future__ import annotations

from tieout.kernel.errors import TieoutError
from tieout.recognition.tables import KEYS
from tieout.revenue.batches.applying import ENDS
from tieout.revenue.figures.impacts import Staged, impact
from tieout.revenue.models import FACTS, Batch
from tieout.revenue.store import store

AT_ONCE_LINES = 20_000
"""With more lines than this in force or in the batch, a worker weighs it."""


def weigh(batch: Batch) -> Batch:
    """Compute the impact of a batch that is ready and was not weighed yet; why that failed is kept in its place."""
    if batch.state == Batch.State.READY and not batch.impact:
        try:
            batch.impact = impact(batch.environment_id, staged(batch)).as_dict()
        except TieoutError as error:
            batch.impact = {"failed": error.message, "remedy": error.advice}
        Batch.objects.filter(pk=batch.pk, progress=batch.progress).update(impact=batch.impact)
    return batch


def staged(batch: Batch) -> Staged:
    """The rows of a batch that differ from what is known, as the engine takes them."""
    rows = {table: store().path(sha) for table, sha in batch.files.items() if table in KEYS}
    ended = {name.removesuffix(ENDS): store().path(sha) for name, sha in batch.files.items() if name.endswith(ENDS)}
    return Staged(rows, ended)


def is_quick(batch: Batch) -> bool:
    """Whether weighing takes no longer than a person waits for a page."""
    lines = FACTS["line"]._default_manager.filter(environment_id=batch.environment_id, until__isnull=True)
    return is_quickly_applied(batch) and lines[: AT_ONCE_LINES + 1].count() <= AT_ONCE_LINES


def is_quickly_applied(batch: Batch) -> bool:
    """Whether applying takes no longer than a person waits for a page."""
    return sum(told.get("rows", 0) for told in batch.counts.get("tables", {}).values()) <= AT_ONCE_LINES
