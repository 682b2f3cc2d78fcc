"""Findings about the user's data: values that point at a record and name who can mend it. Written set-based."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tieout.sync.models import Finding, Job, Process
from tieout.sync.noted import Noted


def note_all(process: Process, job: Job, noted: Iterable[Noted], now: datetime) -> int:
    """Store findings; one seen before is brought up to date, keeping what a person decided. Returns how many."""
    rows = [_row(process, job, each, now) for each in {(n.rule, n.record_kind, n.record_id): n for n in noted}.values()]
    Finding.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["process", "rule", "record_kind", "record_id"],
        update_fields=["job", "label", "source_record", "owner", "cause", "remedy", "facts", "state", "last_seen_at"],
        batch_size=1000,
    )
    return len(rows)


def resolve_absent(
    process: Process, kind: str, records: Iterable[str], still: Iterable[tuple[str, str]], now: datetime
) -> int:
    """Mark resolved the open findings about these records of a kind whose (rule, record id) is not there any more."""
    kept = set(still)
    open_now = Finding.objects.filter(
        process=process, record_kind=kind, record_id__in=list(records), state=Finding.State.OPEN
    )
    gone = [pk for pk, rule, record in open_now.values_list("pk", "rule", "record_id") if (rule, record) not in kept]
    return Finding.objects.filter(pk__in=gone).update(state=Finding.State.RESOLVED, last_seen_at=now)


def _row(process: Process, job: Job, noted: Noted, now: datetime) -> Finding:
    return Finding(
        process=process,
        job=job,
        rule=noted.rule,
        record_kind=noted.record_kind,
        record_id=noted.record_id,
        label=noted.label[:300],
        source_record_id=noted.source_record_id,
        owner=noted.owner,
        cause=noted.cause[:1000],
        remedy=noted.remedy[:500],
        facts=dict(noted.facts),
        state=noted.state,
        first_seen_at=now,
        last_seen_at=now,
    )
