"""Writing planned documents: a document that was never accepted is brought up to date, one that was sent is left alone.

Planning again with the same records and mapping changes nothing. What is no longer needed is deleted when nothing was
ever sent about it, else withdrawn.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection as database
from django.db.models import QuerySet

from tieout.connectors.kit.documents import Dimensions, Document, Journal, JournalLine, Receipt, ReceiptLine
from tieout.kernel.money import Money
from tieout.ledger.errors import PreflightFailed
from tieout.ledger.models import Attempt, Line, Posting, Source
from tieout.sync.models import Process
from tieout.sync.runs import Run

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
OPEN_STATES = (Posting.State.PLANNED, Posting.State.FAILED)
"""States in which nothing is booked and the content may still change."""


_MISPLACED = """
    select distinct posting.id
      from ledger_posting posting
      join ledger_source booked on booked.posting_id = posting.id and booked.live and booked.exclusive
      join records_payment payment
        on payment.connection_id = %(connection)s and payment.external_id = booked.record_id
     where posting.process_id = %(process)s and posting.kind = 'receipt' and posting.state in ('planned', 'failed')
       and booked.record_kind = 'payment' and payment.received_on <> posting.day
"""


def new_key() -> str:
    """A reference that no other posting has: `TO` and fourteen characters without look-alikes (70 bits)."""
    return "TO" + "".join(secrets.choice(_ALPHABET) for _ in range(14))


@dataclass(frozen=True, slots=True)
class SourceRef:
    """The record that put an amount into a line. `amount_minor` is signed, see ledger.models.Source."""

    record_kind: str
    record_id: str
    source_record_id: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A document to be planned, and per line the records behind it (in the order of the document's lines)."""

    group: str
    document: Document
    sources: Sequence[Sequence[SourceRef]]
    exclusive: bool
    components: Sequence[str] = ()
    header: Mapping[str, Any] = field(default_factory=dict)
    """What the posting remembers besides the document's own header, for example its month."""


def save(run: Run, drafts: Sequence[Draft], among: QuerySet[Posting], *, again: bool) -> int:
    """Make `among` (open postings of this process) match the drafts, in the caller's transaction. Returns how many.

    `again` lets an unchanged posting that the ledger refused be sent once more, once in a job however often the job is taken
    up; one that only the preflight held back is always tried again.
    """
    open_now = {posting.group: posting for posting in among.filter(state__in=OPEN_STATES).select_for_update()}
    _drop([posting for group, posting in open_now.items() if group not in {draft.group for draft in drafts}])
    for draft in drafts:
        _write(run, draft, open_now.get(draft.group), again=again)
    return len(drafts)


def drop_misplaced(process: Process) -> int:
    """Drop open receipts that hold a payment which moved to another day in the source; its day is planned afresh."""
    with database.cursor() as cursor:
        cursor.execute(_MISPLACED, {"process": process.pk, "connection": process.source_id})
        ids = [row[0] for row in cursor.fetchall()]
    _drop(list(Posting.objects.filter(pk__in=ids).select_for_update()))
    return len(ids)


def document_of(posting: Posting) -> Document:
    """The document as it is (to be) sent."""
    rows = list(posting.lines.all())
    return _receipt_of(posting, rows) if posting.kind == Posting.Kind.RECEIPT else _journal_of(posting, rows)


def _write(run: Run, draft: Draft, before: Posting | None, *, again: bool) -> None:
    fresh = _as_posting(run.process, draft, run.clock())
    fresh.job = run.job
    if before is None:
        fresh.key = new_key()
        fresh.save()
        _write_lines(fresh, draft)
        return
    if _content(document_of(before)) == _content(draft.document) and not _tried_again(run, before, again=again):
        Posting.objects.filter(pk=before.pk, state=Posting.State.PLANNED).update(job=run.job)
        return
    was_refused = before.state == Posting.State.FAILED
    Posting.objects.filter(pk=before.pk).update(
        state=Posting.State.PLANNED,
        job=run.job,
        revision=before.revision + (1 if was_refused else 0),
        day=fresh.day,
        currency=fresh.currency,
        entity=fresh.entity,
        header=fresh.header,
        total_minor=fresh.total_minor,
        problem=None,
        planned_at=fresh.planned_at,
    )
    before.lines.all().delete()
    _write_lines(before, draft)


def _tried_again(run: Run, before: Posting, *, again: bool) -> bool:
    """Whether an unchanged posting is to be sent although it was held back or refused."""
    if before.state != Posting.State.FAILED:
        return False
    foreseen = (before.problem or {}).get("code") == PreflightFailed.code
    return foreseen or (again and before.job_id != run.job.pk)


def _drop(postings: Sequence[Posting]) -> None:
    ids = [posting.pk for posting in postings]
    tried = set(Attempt.objects.filter(posting__in=ids).values_list("posting_id", flat=True))
    Posting.objects.filter(pk__in=[pk for pk in ids if pk not in tried], state=Posting.State.PLANNED).delete()
    rest = Posting.objects.filter(pk__in=ids)
    Source.objects.filter(posting__in=rest.values("pk")).update(live=False)
    rest.update(state=Posting.State.WITHDRAWN)


def _as_posting(process: Process, draft: Draft, now: datetime) -> Posting:
    document = draft.document
    is_receipt = isinstance(document, Receipt)
    return Posting(
        environment_id=process.environment_id,
        process=process,
        target=process.destination,
        kind=Posting.Kind.RECEIPT if is_receipt else Posting.Kind.JOURNAL,
        group=draft.group,
        day=document.day,
        currency=document.currency,
        entity=document.entity,
        total_minor=_total(document),
        header={**_header(document), **draft.header},
        planned_at=now,
    )


def _total(document: Document) -> int:
    if isinstance(document, Receipt):
        return document.total.minor
    return sum(line.amount.minor for line in document.lines if line.side == "debit")


def _header(document: Document) -> dict[str, Any]:
    kept = asdict(document)
    for name in ("key", "lines", "day", "currency", "entity"):
        kept.pop(name)
    if kept.get("deposit_day"):
        kept["deposit_day"] = kept["deposit_day"].isoformat()
    return kept


def _write_lines(posting: Posting, draft: Draft) -> None:
    components = draft.components or [""] * len(draft.document.lines)
    lines = [
        Line(
            posting=posting,
            number=number,
            component=component,
            side=line.side if isinstance(line, JournalLine) else "credit",
            account=line.account,
            account_label=line.account_label if isinstance(line, ReceiptLine) else "",
            amount_minor=line.amount.minor,
            memo=line.memo[:1000],
            dimensions=_plain(line.dimensions),
        )
        for number, (line, component) in enumerate(zip(_lines_of(draft.document), components, strict=True), 1)
    ]
    Line.objects.bulk_create(lines, batch_size=2000)
    Source.objects.bulk_create(
        [
            Source(
                posting=posting,
                line=line,
                process_id=posting.process_id,
                record_kind=ref.record_kind,
                record_id=ref.record_id,
                source_record_id=ref.source_record_id,
                amount_minor=ref.amount_minor,
                exclusive=draft.exclusive,
            )
            for line, refs in zip(lines, draft.sources, strict=True)
            for ref in refs
        ],
        batch_size=5000,
    )


def _lines_of(document: Document) -> Sequence[ReceiptLine | JournalLine]:
    return document.lines


def _plain(dimensions: Dimensions) -> dict[str, Any]:
    return {name: value for name, value in asdict(dimensions).items() if value}


def _content(document: Document) -> tuple[Any, ...]:
    """What makes two documents the same to the ledger, apart from the key."""
    kept = asdict(document)
    kept.pop("key")
    return tuple(sorted((name, repr(value)) for name, value in kept.items()))


def _receipt_of(posting: Posting, rows: Sequence[Line]) -> Receipt:
    header = posting.header
    deposit = header.get("deposit_day")
    return Receipt(
        key=posting.key,
        day=posting.day,
        payer=header["payer"],
        method=header["method"],
        currency=posting.currency,
        lines=tuple(
            ReceiptLine(
                Money(row.amount_minor, posting.currency),
                row.account,
                row.account_label,
                row.memo,
                Dimensions(**row.dimensions),
            )
            for row in rows
        ),
        bank_account=header["bank_account"],
        undeposited_account=header["undeposited_account"],
        deposit_day=date.fromisoformat(deposit) if deposit else None,
        description=header["description"],
        entity=posting.entity,
    )


def _journal_of(posting: Posting, rows: Sequence[Line]) -> Journal:
    header = posting.header
    return Journal(
        key=posting.key,
        symbol=header["symbol"],
        day=posting.day,
        title=header["title"],
        currency=posting.currency,
        lines=tuple(
            JournalLine(
                row.account,
                "debit" if row.side == "debit" else "credit",
                Money(row.amount_minor, posting.currency),
                row.memo,
                Dimensions(**row.dimensions),
            )
            for row in rows
        ),
        entity=posting.entity,
        description=header["description"],
    )
