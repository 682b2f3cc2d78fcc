"""Writes of the ledger room that people ask for: post, reverse, check again, refresh the ledger's lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from tieout.audit import operations as audit
from tieout.connect import queries as connect
from tieout.connectors.kit.capabilities import PostsDocuments
from tieout.kernel.errors import InvalidInput
from tieout.ledger import delivery, queries, reference, reversal
from tieout.ledger.drafts import OPEN_STATES
from tieout.ledger.errors import NotPostable, NotReversible
from tieout.ledger.models import Posting
from tieout.ledger.outbox import Desk
from tieout.people.actors import Actor, Permission
from tieout.sync import operations as sync
from tieout.sync.engine import Defer
from tieout.sync.models import Job


def post_now(*, actor: Actor, posting_ids: Sequence[int], now: datetime, defer: Defer) -> list[Job]:
    """Queue jobs that post exactly these planned or refused postings. Raises NotPostable, AlreadyActive."""
    actor.require(Permission.POST)
    found = list(queries.postings(actor.environment_id).filter(pk__in=posting_ids))
    if not found or any(posting.state not in OPEN_STATES for posting in found):
        states = ", ".join(f"{posting.key} is {posting.state}" for posting in found if posting.state not in OPEN_STATES)
        raise NotPostable(states or "No posting was chosen.")
    by_process: dict[int, list[int]] = {}
    for posting in found:
        by_process.setdefault(posting.process_id, []).append(posting.pk)
    with transaction.atomic():
        refused = [posting.pk for posting in found if posting.state == Posting.State.FAILED]
        _try_again(refused)
        return [
            sync.run_now(actor=actor, process_id=process, now=now, defer=defer, parameters={"post": sorted(ids)})
            for process, ids in by_process.items()
        ]


def reverse(*, actor: Actor, posting_id: int, reason: str, now: datetime, defer: Defer) -> Job:
    """Queue the reversal of a posting that the ledger holds: a receipt is taken out, an entry gets a linked counter-entry.

    Raises NotReversible, AlreadyActive.
    """
    actor.require(Permission.REVERSE)
    posting = queries.posting(actor.environment_id, posting_id)
    if not reason.strip():
        raise InvalidInput("A reversal needs a reason.", remedy="Say why, in a few words; it is kept with the posting.")
    if posting.state not in (Posting.State.SENT, Posting.State.VERIFIED) or posting.reverses_id:
        raise NotReversible(f"{posting.key} is {posting.state}.", posting=posting_id)
    with transaction.atomic():
        reversal.begin(posting, now, reason.strip())
        details = {"reason": reason.strip()[:500], "key": posting.key}
        audit.record(actor=actor, action="reverse posting", subject=f"posting:{posting.pk}", details=details)
        parameters = {"post": [], "reverse": [posting.pk]}
        return sync.run_now(actor=actor, process_id=posting.process_id, now=now, defer=defer, parameters=parameters)


def check_again(*, actor: Actor, posting_id: int, now: datetime) -> Posting:
    """Read one posting back from the ledger now and compare it. Raises NotPostable and the faults of a read."""
    actor.require(Permission.POST)
    posting = queries.posting(actor.environment_id, posting_id)
    if posting.state not in (Posting.State.SENT, Posting.State.VERIFIED):
        raise NotPostable(f"{posting.key} is {posting.state}; only what was sent can be read back.")
    with connect.pinned_session(posting.target) as session:
        assert isinstance(session, PostsDocuments)
        delivery.verify_batch(Desk(posting.target, session, lambda: now, lambda: None), [posting])
    audit.record(actor=actor, action="check posting", subject=f"posting:{posting.pk}")
    return queries.posting(actor.environment_id, posting_id)


def refresh_lists(*, actor: Actor, connection_id: int, now: datetime) -> int:
    """Read the ledger's lists again. Returns how many rows there are."""
    actor.require(Permission.EDIT_PROCESS)
    target = connect.connection(actor.environment_id, connection_id)
    reference.refresh(target, now, at_least=timedelta())
    return len(reference.chart(target).items)


def _try_again(posting_ids: Sequence[int]) -> None:
    for posting in Posting.objects.select_for_update().filter(pk__in=posting_ids):
        posting.state, posting.problem, posting.revision = Posting.State.PLANNED, None, posting.revision + 1
        posting.save(update_fields=["state", "problem", "revision"])
