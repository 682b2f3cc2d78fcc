"""Undoing a posting in the ledger: receipts are taken out again, journal entries get a linked counter-entry.

A reversal touches only its own posting. The counter-entry is the exact negative, whatever the settings are by then.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tieout.ledger import outbox
from tieout.ledger.delivery import desk
from tieout.ledger.drafts import new_key
from tieout.ledger.models import Line, Posting
from tieout.sync.runs import Run

State = Posting.State
_OTHER_SIDE = {"debit": "credit", "credit": "debit"}


def begin(posting: Posting, now: datetime, reason: str = "") -> None:
    """Mark the posting as being reversed; for a journal entry, plan the counter-entry. In the caller's transaction.

    With a person's `reason`, what it booked is not booked again until somebody says so. A posting that is being reversed
    already, or was, is left alone.
    """
    begun = Posting.objects.filter(pk=posting.pk, state__in=(State.SENT, State.VERIFIED)).update(
        state=State.REVERSING, reversal_reason=reason[:500]
    )
    if begun and posting.kind == Posting.Kind.JOURNAL:
        _counter_entry(posting, now)


def carry_on(run: Run) -> None:
    """Finish what was begun: take receipts out; entries are reversed once their counter-entry is verified."""
    waiting = Posting.objects.filter(process=run.process, state=State.REVERSING).prefetch_related("lines")
    receipts = list(waiting.filter(kind=Posting.Kind.RECEIPT).order_by("pk"))
    if receipts:
        run.enter("reverse", len(receipts), f"Taking {len(receipts)} receipts out of the ledger")
        with desk(run) as open_desk:
            for posting in receipts:
                outbox.remove(open_desk, posting)
                run.stop_here()
    finish_entries(run)


def finish_entries(run: Run) -> None:
    """Mark reversed every entry whose counter-entry the ledger verifiably holds, and free its records."""
    done = Posting.objects.filter(
        process=run.process, state=State.REVERSING, reversed_by__state=State.VERIFIED
    ).distinct()
    for posting in done:
        with transaction.atomic():
            run.advance(reversed=1)
            Posting.objects.filter(pk=posting.pk).update(state=State.REVERSED, reversed_at=run.clock())
            outbox.release(posting)


def _counter_entry(posting: Posting, now: datetime) -> None:
    lines = list(posting.lines.all())
    counter = Posting.objects.create(
        environment_id=posting.environment_id,
        process_id=posting.process_id,
        target_id=posting.target_id,
        kind=posting.kind,
        key=new_key(),
        group=f"Reversal of {posting.group}"[:300],
        day=posting.day,
        currency=posting.currency,
        entity=posting.entity,
        total_minor=posting.total_minor,
        header={**posting.header, "title": f"Reversal of {posting.header['title']}"},
        reverses=posting,
        planned_at=now,
    )
    Line.objects.bulk_create(
        [
            Line(
                posting=counter,
                number=line.number,
                component=line.component,
                side=_OTHER_SIDE[line.side],
                account=line.account,
                amount_minor=line.amount_minor,
                memo=line.memo,
                dimensions=line.dimensions,
            )
            for line in lines
        ]
    )
