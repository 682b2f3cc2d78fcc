"""Posting exactly once: the intent is committed, then sent, then the answer is recorded; nothing is sent twice blindly.

The steps of one posting are `planned → sending → sent → verified`. A posting whose answer never arrived is `unknown`: it
is looked up by its key, and sent again only when it is absent and the ledger cannot still be working on the request. The
request's own duplicate protection stands behind that as a second guard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tieout.connect.models import Connection
from tieout.connect.slots import slot
from tieout.connectors.kit.capabilities import Exchange, Held, PostsDocuments
from tieout.connectors.kit.faults import (
    AlreadyExecuted,
    HostUnreachable,
    NotSent,
    OutcomeUnknown,
    VendorBusy,
    WithExchange,
)
from tieout.kernel.errors import Retriable, TieoutError
from tieout.ledger.drafts import document_of
from tieout.ledger.errors import Vanished
from tieout.ledger.models import Attempt, Posting

State = Posting.State
SETTLE_SECONDS = 900
"""How long a ledger may work on a request that nobody waits for any more (Intacct's gateway: 15 minutes)."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What posting needs: the target, a session of its own, the time, and the proof that this worker may still write."""

    target: Connection
    session: PostsDocuments
    clock: Callable[[], datetime]
    prove: Callable[[], None]

    @property
    def settle(self) -> timedelta:
        return timedelta(seconds=int(self.target.settings.get("settle_seconds") or SETTLE_SECONDS))


def control_id(posting: Posting) -> str:
    """The request's own duplicate protection: the same as long as the content is the same."""
    return f"{posting.key}-{posting.revision}"


def deliver(desk: Desk, posting_id: int) -> str:
    """Send one planned posting, or one that is certainly absent. Returns the state it is in afterwards.

    Raises Retriable when nothing was executed and it is worth trying again; the posting is planned again then.
    """
    claimed = _claim(desk, posting_id)
    if claimed is None:
        return Posting.objects.values_list("state", flat=True).get(pk=posting_id)
    posting, attempt = claimed
    try:
        with slot(desk.target):
            posted = desk.session.post(document_of(posting), control_id(posting))
    except OutcomeUnknown as error:
        later = desk.clock() + (desk.settle if error.in_flight else timedelta())
        return _record(desk, posting, attempt, State.UNKNOWN, error, not_before=later)
    except AlreadyExecuted as error:
        return _record(desk, posting, attempt, State.UNKNOWN, error, problem=Vanished(), not_before=desk.clock())
    except (NotSent, VendorBusy, HostUnreachable) as error:
        _record(desk, posting, attempt, State.PLANNED, error)
        raise
    except TieoutError as error:
        return _record(desk, posting, attempt, State.FAILED, error, problem=error)
    return _record(desk, posting, attempt, State.SENT, None, exchange=posted.exchange, record_no=posted.record_no)


def look_up(desk: Desk, postings: Sequence[Posting]) -> None:
    """Find out by key what became of postings whose answer never arrived. Raises the faults of a read."""
    if not postings:
        return
    with slot(desk.target):
        found = desk.session.find([document_of(posting) for posting in postings])
    for posting in postings:
        _settle(desk, posting, found.get(posting.key, ()))


def orphans_to_unknown(postings: Sequence[Posting], desk: Desk) -> None:
    """Postings that a killed worker was sending: their answer will not arrive any more."""
    for posting in postings:
        last = posting.attempts.order_by("-id").first()
        since = last.started_at if last else desk.clock()
        with transaction.atomic():
            desk.prove()
            if last is not None and last.finished_at is None:
                Attempt.objects.filter(pk=last.pk).update(finished_at=desk.clock(), outcome="worker lost")
            Posting.objects.filter(pk=posting.pk, state=State.SENDING).update(
                state=State.UNKNOWN, not_before=since + desk.settle
            )


def remove(desk: Desk, posting: Posting) -> str:
    """Take a receipt out of the ledger again; its payments are free afterwards. Returns the state it is in then."""
    attempt = _begin_removal(desk, posting)
    if attempt is None:
        return Posting.objects.values_list("state", flat=True).get(pk=posting.pk)
    held = Held(record_no=posting.record_no, document=document_of(posting))
    try:
        with slot(desk.target):
            exchange = desk.session.remove(held, f"{control_id(posting)}-R{attempt.pk}")
    except (OutcomeUnknown, AlreadyExecuted) as error:
        _close(attempt, desk.clock(), error=error)
        raise Retriable("Whether the receipt was removed is not known yet.", after=5) from error
    except Retriable as error:
        _close(attempt, desk.clock(), error=error)
        raise
    except TieoutError as error:
        return _record(desk, posting, attempt, State.VERIFIED, error, problem=error)
    return _record(desk, posting, attempt, State.REVERSED, None, exchange=exchange)


def release(posting: Posting) -> None:
    """Free the records of a posting that is not booked any more, in the caller's transaction."""
    posting.sources.filter(live=True).update(live=False)


def _claim(desk: Desk, posting_id: int) -> tuple[Posting, Attempt] | None:
    with transaction.atomic():
        desk.prove()
        posting = Posting.objects.select_for_update().get(pk=posting_id)
        now = desk.clock()
        ready = posting.state == State.PLANNED or (
            posting.state == State.UNKNOWN and posting.not_before is not None and posting.not_before <= now
        )
        if not ready:
            return None
        posting.state = State.SENDING
        posting.save(update_fields=["state"])
        return posting, Attempt.objects.create(
            posting=posting, purpose="post", control_id=control_id(posting), started_at=now
        )


def _begin_removal(desk: Desk, posting: Posting) -> Attempt | None:
    with transaction.atomic():
        desk.prove()
        locked = Posting.objects.select_for_update().get(pk=posting.pk)
        if locked.state not in (State.VERIFIED, State.REVERSING):
            return None
        if locked.state == State.VERIFIED:
            locked.state = State.REVERSING
            locked.save(update_fields=["state"])
        return Attempt.objects.create(
            posting=locked, purpose="remove", control_id=f"{control_id(locked)}-R", started_at=desk.clock()
        )


def _settle(desk: Desk, posting: Posting, held: Sequence[Held]) -> None:
    now = desk.clock()
    with transaction.atomic():
        desk.prove()
        mine = Posting.objects.select_for_update().get(pk=posting.pk)
        if mine.state != State.UNKNOWN:
            return
        if held:
            mine.state, mine.record_no, mine.record_url = State.SENT, held[0].record_no, held[0].url
            mine.sent_at, mine.problem = now, None
        elif mine.problem is not None:
            mine.state = State.FAILED
        mine.save()


def _record(
    desk: Desk,
    posting: Posting,
    attempt: Attempt,
    state: str,
    error: TieoutError | None,
    *,
    exchange: Exchange | None = None,
    record_no: str = "",
    problem: TieoutError | None = None,
    not_before: datetime | None = None,
) -> str:
    now = desk.clock()
    with transaction.atomic():
        _close(attempt, now, error=error, exchange=exchange, outcome=state)
        mine = Posting.objects.select_for_update().get(pk=posting.pk)
        mine.state, mine.not_before = state, not_before
        mine.problem = problem.as_dict() if problem else None
        mine.record_no = record_no or mine.record_no
        mine.sent_at = now if state == State.SENT else mine.sent_at
        mine.reversed_at = now if state == State.REVERSED else None
        mine.save()
        if state == State.REVERSED:
            release(mine)
    return state


def _close(
    attempt: Attempt,
    now: datetime,
    *,
    error: TieoutError | None = None,
    exchange: Exchange | None = None,
    outcome: str = "",
) -> None:
    seen = exchange or (error.exchange if isinstance(error, WithExchange) else None)
    attempt.finished_at = now
    attempt.outcome = outcome or (error.code.split(".")[-1][:20] if error else "")
    attempt.error = error.as_dict() if error else None
    if seen is not None:
        attempt.request, attempt.answer = _text(seen.request), _text(seen.answer)
        attempt.http_status = seen.status
    attempt.save()


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").replace("\x00", "�")
