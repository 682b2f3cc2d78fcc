"""The posting part of a run: settle what is unknown, send what is planned over several connections, read back, compare.

Leaves nothing in between: what cannot be decided yet makes the job wait and go on by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime

from django.db import connection as database
from django.db import transaction
from django.db.models import F, Q, QuerySet

from tieout.connect import queries as connect
from tieout.connect.slots import slot
from tieout.connectors.kit.capabilities import PostsDocuments
from tieout.connectors.kit.documents import Held
from tieout.kernel.counting import counted
from tieout.kernel.errors import Retriable
from tieout.ledger import outbox, preflight, reference
from tieout.ledger.drafts import document_of
from tieout.ledger.errors import Differs, HeldTwice, PreflightFailed, Vanished
from tieout.ledger.models import Posting
from tieout.ledger.outbox import Desk
from tieout.ledger.verification import differences
from tieout.sync.runs import Run

State = Posting.State
Problem = Differs | HeldTwice | Vanished
BATCH = 200
PAUSES = (1.0, 4.0)
"""Seconds for which a busy ledger is waited for in the run, before the run itself is put off."""


def postings_of(run: Run) -> QuerySet[Posting]:
    """Every posting of the run's process."""
    return Posting.objects.filter(process=run.process)


def settle(run: Run) -> None:
    """Before anything else: find out what became of postings that an earlier run was sending."""
    orphans = list(postings_of(run).filter(state=State.SENDING))
    unknown = postings_of(run).filter(state=State.UNKNOWN, not_before__isnull=False)
    if not orphans and not unknown.exists():
        return
    run.enter("settle", text="Looking up postings whose answer never arrived")
    with desk(run) as open_desk:
        outbox.orphans_to_unknown(orphans, open_desk)
        for batch in _batches(unknown.order_by("pk")):
            outbox.look_up(open_desk, batch)


def post(run: Run, only: Q | None = None) -> None:
    """Send every planned posting. Raises Retriable when some could not be sent or decided yet."""
    ready = Q(state=State.UNKNOWN, not_before=None) | (Q(state=State.PLANNED) & (only or Q()))
    ids = list(dict.fromkeys(postings_of(run).filter(ready).order_by("day", "pk").values_list("pk", flat=True)))
    if ids:
        reference.refresh(run.process.destination, run.clock())
        over = counted(run.process.destination.concurrency, "connection")
        run.enter("post", len(ids), f"Posting {counted(len(ids), 'document')} over {over}")
        _hold_back_refusals(run, ids)
        troubles = _send_all(run, ids)
        settle(run)
        run.checkpoint()
        if troubles:
            raise troubles[0]
    _wait_for_unknown(run)


def verify(run: Run) -> None:
    """Read back what was sent and compare it with what was planned."""
    sent = postings_of(run).filter(state=State.SENT)
    count = sent.count()
    if not count:
        return
    run.enter("verify", count, f"Reading back {counted(count, 'document')}")
    for kind in Posting.Kind.values:
        with desk(run) as open_desk:
            for batch in _batches(sent.filter(kind=kind).order_by("pk")):
                run.advance(done=len(batch), differences=verify_batch(open_desk, batch))
                run.stop_here()


def verify_batch(open_desk: Desk, batch: Sequence[Posting]) -> int:
    """Read back one batch of one kind and record the comparisons. Returns how many are not as planned."""
    with slot(open_desk.target):
        found = open_desk.session.find([document_of(posting) for posting in batch])
    return len(compare(open_desk, batch, found))


@contextmanager
def desk(run: Run) -> Iterator[Desk]:
    """A session with the target for this thread, signed in. Raises OtherTenant and the faults of a read."""
    target = run.process.destination
    with ExitStack() as open_now:
        with slot(target):
            session = open_now.enter_context(connect.pinned_session(target))
        assert isinstance(session, PostsDocuments)
        yield Desk(target, session, run.clock, run.prove)


def _batches(postings: QuerySet[Posting]) -> Iterator[list[Posting]]:
    last = 0
    while batch := list(postings.filter(pk__gt=last).prefetch_related("lines")[:BATCH]):
        kinds = {posting.kind for posting in batch}
        for kind in sorted(kinds):
            yield [posting for posting in batch if posting.kind == kind]
        last = batch[-1].pk


def _hold_back_refusals(run: Run, ids: Sequence[int]) -> None:
    """Mark failed what the ledger's lists foretell to be refused; lists that say so are read again before they are believed."""
    refused, now = _refusals(run, ids), run.clock()
    if refused and reference.refresh(run.process.destination, now, at_least=now - (run.job.started_at or now)):
        refused = _refusals(run, list(refused))
    for posting_id, error in refused.items():
        with transaction.atomic():
            run.advance(failed=1, done=1)
            Posting.objects.filter(pk=posting_id).update(state=State.FAILED, problem=error.as_dict())


def _refusals(run: Run, ids: Sequence[int]) -> dict[int, PreflightFailed]:
    chart, found = reference.chart(run.process.destination), {}
    waiting = Posting.objects.filter(pk__in=ids, state=State.PLANNED).prefetch_related("lines").order_by("pk")
    for posting in waiting.iterator(chunk_size=BATCH):
        try:
            preflight.check(document_of(posting), chart)
        except PreflightFailed as error:
            found[posting.pk] = error
    return found


def _send_all(run: Run, ids: Sequence[int]) -> list[Retriable]:
    """Deliver over the connection's own number of threads. Trouble in one ends all, after what they have under way."""
    queue, troubles = iter(ids), []
    taking, enough = threading.Lock(), threading.Event()

    def work() -> None:
        try:
            with desk(run) as open_desk:
                while not enough.is_set() and not run.ending:
                    with taking:
                        taken = next(queue, None)
                    if taken is None:
                        return
                    _deliver_patiently(run, open_desk, taken)
        except Retriable as trouble:
            troubles.append(trouble)
        finally:
            enough.set()
            database.close()

    with ThreadPoolExecutor(run.process.destination.concurrency, thread_name_prefix="post") as pool:
        for done in [pool.submit(work) for _ in range(run.process.destination.concurrency)]:
            done.result()
    return troubles


def _deliver_patiently(run: Run, open_desk: Desk, posting_id: int) -> None:
    """Deliver, and when nothing was executed because the ledger is busy, do so again after a moment, in this run."""
    for pause in PAUSES:
        try:
            outbox.deliver(open_desk, posting_id)
            return
        except Retriable as trouble:
            if run.ending or (trouble.after or 0) > pause:
                raise
        run.stopping.wait(pause)
    outbox.deliver(open_desk, posting_id)


def _wait_for_unknown(run: Run) -> None:
    waiting = postings_of(run).filter(state=State.UNKNOWN).order_by(F("not_before").asc(nulls_first=True)).first()
    if waiting is None:
        return
    if waiting.not_before is None:
        raise Retriable(f"{waiting.key} was not booked and is sent again.")
    pause = max(0.2, (waiting.not_before - run.clock()).total_seconds())
    raise Retriable(f"Whether {waiting.key} was booked is not certain yet.", after=pause)


def compare(open_desk: Desk, batch: Sequence[Posting], found: Mapping[str, Sequence[Held]]) -> dict[int, Problem]:
    """Record how what the ledger holds, by key, compares with postings that were sent; all in one transaction.

    Answers what is wrong, by the posting's id; what is exactly as planned, or not booked any more, is not in it.
    """
    wrong = {posting.pk: _problem_of(posting, found.get(posting.key, ())) for posting in batch}
    now, booked = open_desk.clock(), Posting.objects.filter(state__in=(State.SENT, State.VERIFIED))
    with transaction.atomic():
        open_desk.prove()
        mine = list(booked.filter(pk__in=wrong).select_for_update().order_by("pk"))
        for posting in mine:
            _record(posting, wrong[posting.pk], found.get(posting.key, ()), now)
    return {posting.pk: problem for posting in mine if (problem := wrong[posting.pk]) is not None}


def _record(posting: Posting, problem: Problem | None, held: Sequence[Held], now: datetime) -> None:
    posting.problem = problem.as_dict() if problem else None
    posting.state = State.SENT if problem else State.VERIFIED
    posting.verified_at = None if problem else now
    if held:
        posting.record_no, posting.record_url = held[0].record_no, held[0].url
    posting.save(update_fields=["problem", "state", "verified_at", "record_no", "record_url"])


def _problem_of(posting: Posting, held: Sequence[Held]) -> Problem | None:
    if not held:
        return Vanished(f"The ledger holds no record under the key {posting.key}.")
    if len(held) > 1:
        return HeldTwice(f"Records {', '.join(each.record_no for each in held)} carry the key {posting.key}.")
    found = differences(document_of(posting), held[0].document)
    if found:
        return Differs(
            f"{found[0].what}: planned {found[0].planned}, held {found[0].held}.", rows=[asdict(row) for row in found]
        )
    return None
