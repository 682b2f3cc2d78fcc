"""Reads of the ledger room: postings with their lines, the way from an amount to its record, totals by state."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from tieout.kernel.errors import NotFound
from tieout.ledger.models import Line, Posting, ReferenceItem, Source
from tieout.sync import queries as sync
from tieout.sync.models import Job, SourceRecord


@dataclass(frozen=True, slots=True)
class StateTotal:
    """How many postings of a currency are in a state, and what they come to in minor units."""

    state: str
    currency: str
    count: int
    total_minor: int


def postings(environment_id: int | None) -> QuerySet[Posting]:
    """Postings of the environment, newest day first."""
    return Posting.objects.filter(environment_id=environment_id).select_related("process", "target")


def posting(environment_id: int | None, posting_id: int) -> Posting:
    """One posting. Raises NotFound."""
    found = postings(environment_id).filter(pk=posting_id).first()
    if found is None:
        raise NotFound(f"There is no posting {posting_id} in this environment.", posting=posting_id)
    return found


def lines(posting: Posting) -> QuerySet[Line]:
    """The lines of a posting with the number of records behind each."""
    return posting.lines.annotate(record_count=Count("sources"))


def sources(posting: Posting, line_id: int | None = None) -> QuerySet[Source]:
    """The records behind a posting, or behind one of its lines, with their raw versions."""
    found = posting.sources.select_related("source_record", "line").order_by("line__number", "pk")
    return found.filter(line_id=line_id) if line_id else found


def uses(record: SourceRecord) -> list[Source]:
    """What was booked from any version of a raw record, newest first; at most the last fifty."""
    versions = sync.versions(record).order_by().values("pk")
    found = Source.objects.filter(source_record__in=versions).select_related("posting")
    return list(found.order_by("-posting__pk", "-pk")[:50])


def postings_of_job(job: Job) -> QuerySet[Posting]:
    """The postings that a job planned last."""
    return Posting.objects.filter(job=job).select_related("target")


def totals(found: QuerySet[Posting]) -> list[StateTotal]:
    """Postings by state and currency."""
    rows = found.order_by("state", "currency").values_list("state", "currency")
    return [StateTotal(*row) for row in rows.annotate(count=Count("pk"), total=Sum("total_minor"))]


def reference_items(connection_id: int, kind: str) -> QuerySet[ReferenceItem]:
    """One list of a ledger as last seen, by code."""
    return ReferenceItem.objects.filter(connection_id=connection_id, kind=kind)
