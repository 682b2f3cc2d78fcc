"""Posting exactly once: the intent is committed, then sent, then the answer is recorded; nothing is sent twice blindly.

The steps of one posting are `planned → sending → sent → verified`. A posting whose answer never arrived is `unknown`: it
is looked up by its key, and sent again only when it is absent at a time when the ledger cannot be working on the request any
more. The request's own duplicate protection stands behind that as a second guard. Every write proves the lease.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tieout.connect.models import Connection
from tieout.connect.slots import slot
from tieout.connectors.kit.capabilities import Exchange, PostsDocuments
from tieout.connectors.kit.documents import Held
from tieout.connectors.kit.faults import (
    AlreadyExecuted,
    HostUnreachable,
    NotSent,
    OutcomeUnknown,
    VendorBusy,
    WithExchange,
    WrongCredentials,
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
    prove: Callable[..., None]
    """`Run.prove`: raises LeaseLost, and counts what is given in the same transaction."""

    @property
    def settle(self) -> timedelta:
        return timedelta(seconds=int(self.target.settings.get("settle_seconds") or SETTLE_SECONDS))


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of one call, as it is recorded."""

    state: str
    error: TieoutError | None = None
    problem: TieoutError | None = None
    exchange: Exchange | None = None
    record_no: str = ""
    not_before: datetime | None = None


def certainly_absent(posting: Posting) -> bool:
    """Whether a look-up after the settle window did not find it: then, and only then, it is sent again."""
    return posting.state == State.UNKNOWN and posting.not_before is None


def control_id(posting: Posting) -> str:
    """The request's own duplicate protection: the same as long as the content is the same."""
    return f"{posting.key}-{posting.revision}"


def deliver(desk: Desk, posting_id: int) -> str:
    """Send one planned posting, or one that is certainly absent. Returns the state it is in afterwards.

    Raises Retriable when nothing was executed and it is worth trying again, WrongCredentials when nothing can be sent at
    all; the posting is planned again then. Raises LeaseLost when the answer came too late to be this worker's to record.
    """
    with slot(desk.target):
        claimed = _claim(desk, posting_id)
        came = _send(desk, claimed[0]) if claimed else None
    if claimed is None or came is None:
        return Posting.objects.values_list("state", flat=True).get(pk=posting_id)
    _record(desk, *claimed, came)
    if came.state == State.PLANNED and came.error is not None:
        raise came.error
    return came.state


def look_up(desk: Desk, postings: Sequence[Posting]) -> None:
    """Find out by key what became of postings whose answer never arrived. Raises the faults of a read.

    Only a question asked after the settle window proves that a record is absent: before, it may still be on its way.
    """
    if not postings:
        return
    asked = desk.clock()
    with slot(desk.target):
        found = desk.session.find([document_of(posting) for posting in postings])
    for posting in postings:
        _settle(desk, posting, found.get(posting.key, ()), asked)


def orphans_to_unknown(postings: Sequence[Posting], desk: Desk) -> None:
    """Postings that a killed worker was sending: their answer will not arrive any more.

    When exactly it sent them nobody knows, so the settle window begins now.
    """
    for posting in postings:
        last = posting.attempts.order_by("-id").first()
        with transaction.atomic():
            desk.prove()
            if last is not None and last.finished_at is None:
                Attempt.objects.filter(pk=last.pk).update(finished_at=desk.clock(), outcome="worker lost")
            Posting.objects.filter(pk=posting.pk, state=State.SENDING).update(
                state=State.UNKNOWN, not_before=desk.clock() + desk.settle
            )


def remove(desk: Desk, posting: Posting) -> str:
    """Take a receipt out of the ledger again; its payments are free afterwards. Returns the state it is in then.

    Removing is repeatable: a record that is not there any more counts as removed.
    """
    attempt = _begin_removal(desk, posting)
    if attempt is None:
        return Posting.objects.values_list("state", flat=True).get(pk=posting.pk)
    held = Held(record_no=posting.record_no, document=document_of(posting))
    try:
        with slot(desk.target):
            exchange = desk.session.remove(held, attempt.control_id)
    except Retriable as error:
        _record_try(desk, attempt, error)
        if isinstance(error, OutcomeUnknown | AlreadyExecuted):
            raise Retriable("Whether the receipt was removed is not known yet.", after=5) from error
        raise
    except TieoutError as error:
        came = _Came(State.VERIFIED, error=error, problem=error)
    else:
        came = _Came(State.REVERSED, exchange=exchange)
    _record(desk, posting, attempt, came)
    return came.state


def release(posting: Posting) -> None:
    """Free the records of a posting that is not booked any more, in the caller's transaction."""
    posting.sources.filter(live=True).update(live=False)


def _claim(desk: Desk, posting_id: int) -> tuple[Posting, Attempt] | None:
    with transaction.atomic():
        desk.prove()
        posting = Posting.objects.select_for_update().get(pk=posting_id)
        now = desk.clock()
        if posting.state != State.PLANNED and not certainly_absent(posting):
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
        number = locked.attempts.filter(purpose="remove").count() + 1
        return Attempt.objects.create(
            posting=locked, purpose="remove", control_id=f"{control_id(locked)}-R{number}", started_at=desk.clock()
        )


def _send(desk: Desk, posting: Posting) -> _Came:
    """The one call that writes, and what its answer or the lack of one proves about the posting."""
    try:
        posted = desk.session.post(document_of(posting), control_id(posting))
    except OutcomeUnknown as error:
        later = desk.clock() + (desk.settle if error.in_flight else timedelta())
        return _Came(State.UNKNOWN, error=error, not_before=later)
    except AlreadyExecuted as error:
        return _Came(State.UNKNOWN, error=error, problem=Vanished(), not_before=desk.clock() + desk.settle)
    except (NotSent, VendorBusy, HostUnreachable, WrongCredentials) as error:
        return _Came(State.PLANNED, error=error)
    except TieoutError as error:
        return _Came(State.FAILED, error=error, problem=error)
    return _Came(State.SENT, exchange=posted.exchange, record_no=posted.record_no)


def _settle(desk: Desk, posting: Posting, held: Sequence[Held], asked: datetime) -> None:
    with transaction.atomic():
        mine = Posting.objects.select_for_update().get(pk=posting.pk)
        if mine.state != State.UNKNOWN:
            return
        if held:
            mine.state, mine.record_no, mine.record_url = State.SENT, held[0].record_no, held[0].url
            mine.sent_at, mine.problem = desk.clock(), None
        elif mine.not_before is not None and asked >= mine.not_before:
            mine.not_before = None
            mine.state = State.FAILED if mine.problem else State.UNKNOWN
        mine.save()
        desk.prove(**_counts(mine.state))


def _record(desk: Desk, posting: Posting, attempt: Attempt, came: _Came) -> None:
    now = desk.clock()
    with transaction.atomic():
        _close(attempt, now, error=came.error, exchange=came.exchange, outcome=came.state)
        mine = Posting.objects.select_for_update().get(pk=posting.pk)
        mine.state, mine.not_before = came.state, came.not_before
        mine.problem = came.problem.as_dict() if came.problem else None
        mine.record_no = came.record_no or mine.record_no
        mine.sent_at = now if came.state == State.SENT else mine.sent_at
        mine.reversed_at = now if came.state == State.REVERSED else None
        mine.save()
        if came.state == State.REVERSED:
            release(mine)
        # Last, because the job's row is what the threads of a run have in common.
        desk.prove(done=int(came.state != State.PLANNED), **_counts(came.state))


def _record_try(desk: Desk, attempt: Attempt, error: TieoutError) -> None:
    with transaction.atomic():
        desk.prove()
        _close(attempt, desk.clock(), error=error)


def _counts(state: str) -> dict[str, int]:
    """How the job's counts grow when a posting gets into this state."""
    names: dict[str, str] = {State.SENT: "posted", State.FAILED: "failed", State.REVERSED: "reversed"}
    return {names[state]: 1} if state in names else {}


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
