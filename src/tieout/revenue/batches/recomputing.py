"""What follows a change of revenue data: the figures are computed anew, soon after the change is committed."""

from __future__ import annotations

from tieout.revenue.models import Batch


def after(batch: Batch) -> None:
    """Ask for new figures of the batch's environment once the caller's transaction is committed."""
