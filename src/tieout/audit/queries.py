"""Reads of the audit trail."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from tieout.audit.models import Entry


def entries(environment_id: int | None) -> QuerySet[Entry]:
    """What was done in this environment and to the site as a whole, newest first."""
    return Entry.objects.filter(Q(environment_id=environment_id) | Q(environment_id=None))
