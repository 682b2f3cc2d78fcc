"""Writes of the close: sign, freeze, thaw, close, reopen, and who answers for what.

Figures are computed and packages written before the transaction that makes them count; what is left behind when a process
dies in between is a file or a set of figures that nothing refers to. Moves of one entity's periods stand in a queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from tieout.audit import operations as audit
from tieout.close import package, proof, queries
from tieout.close.errors import (
    AlreadyPosted,
    FiguresMoved,
    FourEyes,
    NotDone,
    NoteMissing,
    NotFrozen,
    NotOver,
    NotSignable,
    NotSigned,
    ReasonMissing,
    UnderWay,
    UnknownStep,
)
from tieout.close.models import Closing, Policy, Signature, StepOwner
from tieout.close.queries import Checklist
from tieout.close.steps import SIGNABLE, Proof, Step, StepState, approved_by_another
from tieout.ledger import reversal
from tieout.ledger.models import Posting
from tieout.people import queries as people
from tieout.people.actors import Actor, Permission
from tieout.revenue import figures, periods
from tieout.revenue.models import FigureSet, Period
from tieout.sync import operations as sync
from tieout.sync.engine import Defer

State = Posting.State
IN_LEDGER = (State.SENT, State.VERIFIED)
UNSENT = (State.PLANNED, State.FAILED)


def sign(actor: Actor, *, period_id: int, step: str, note: str = "", now: datetime) -> Signature:
    """Sign a step as it stands. Raises UnknownStep, NotSignable, NoteMissing."""
    actor.require(Permission.SIGN_OFF)
    asked = step_of(step)
    with transaction.atomic():
        found = queries.checklist(actor.environment_id, period_id)
        state = found.step(asked)
        _check_signable(found, state, note)
        made = _signature(actor, found.period, state, note.strip()[:1000], now, withdrawn=False)
        _note(actor, "sign step", found.period, step=asked.value, note=made.note, said=state.facts.said)
    return made


def withdraw(actor: Actor, *, period_id: int, step: str, now: datetime) -> Signature:
    """Take one's own signature back. Raises UnknownStep, NotSigned, NotSignable."""
    actor.require(Permission.SIGN_OFF)
    with transaction.atomic():
        found = queries.checklist(actor.environment_id, period_id)
        state = found.step(step_of(step))
        if found.period.state == Period.State.CLOSED:
            raise NotSignable(f"{found.period.label} is closed.")
        if _who(actor) not in {each.who for each in state.signatures}:
            raise NotSigned
        made = _signature(actor, found.period, state, "", now, withdrawn=True)
        _note(actor, "withdraw signature", found.period, step=state.step.value)
    return made


def change_settings(
    actor: Actor, *, owners: Mapping[str, int | None] | None = None, four_eyes: bool | None = None, now: datetime
) -> None:
    """Say who answers for the steps named (None for nobody), and whether whoever froze a period may close it alone.

    What is left out stays as it is. Raises UnknownStep, NotFound.
    """
    actor.require(Permission.CLOSE_PERIOD)
    where = actor.environment_id
    with transaction.atomic():
        for step, user_id in (owners or {}).items():
            StepOwner.objects.filter(environment_id=where, step=step_of(step)).delete()
            if user_id is not None:
                owner = people.person(where, user_id)
                StepOwner.objects.create(environment_id=where, step=step, user_id=owner.pk)
        if four_eyes is not None:
            Policy.objects.update_or_create(environment_id=where, defaults={"four_eyes": four_eyes})
        details = {"owners": dict(owners or {}), "four_eyes": four_eyes, "at": now.isoformat()}
        audit.record(actor=actor, action="set up close", subject="close:settings", details=details)


def step_of(name: str) -> Step:
    """A step that people sign, by its name. Raises UnknownStep."""
    if name not in SIGNABLE:
        raise UnknownStep(f"The close has no step '{name}' that people sign.", step=name)
    return Step(name)


def freeze(actor: Actor, *, period_id: int, now: datetime) -> Closing:
    """Compute the figures and freeze the period with them; the next period opens. Raises NotOver, OutOfOrder."""
    actor.require(Permission.CLOSE_PERIOD)
    period = periods.period(actor.environment_id, period_id)
    if now.astimezone(people.site_clock().zone).date() < period.ends_on:
        raise NotOver(f"{period.label} ends before {period.ends_on}.", period=period.label)
    periods.check_freezable(period)
    made = figures.make(actor.environment_id, cause=FigureSet.Cause.CLOSE, now=now)
    with transaction.atomic():
        periods.lock(actor.environment_id, period.entity)
        period = periods.period(actor.environment_id, period_id)
        periods.freeze(period, made)
        last = Closing.objects.filter(period=period).aggregate(last=Max("number"))["last"] or 0
        closing = Closing.objects.create(
            environment_id=actor.environment_id,
            period=period,
            number=last + 1,
            figures=made,
            frozen_by=actor.name,
            frozen_by_user_id=actor.user_id,
            frozen_at=now,
        )
        _note(actor, "freeze period", period, closing=closing.pk, figures=made.pk, outputs=made.outputs_hash)
    return closing


def thaw(actor: Actor, *, period_id: int, reason: str, now: datetime) -> Closing:
    """Open a frozen period again while nothing of it is in the ledger; what was planned is withdrawn.

    Raises NotFrozen, AlreadyPosted, ReasonMissing.
    """
    actor.require(Permission.CLOSE_PERIOD)
    said = _reason(reason)
    with transaction.atomic():
        period, closing = _frozen(actor, period_id)
        planned = proof.postings_of(period)
        if planned.exclude(state__in=UNSENT).exists():
            raise AlreadyPosted(f"Entries of {period.label} were sent.", period=period.label)
        Posting.objects.filter(pk__in=planned.values("pk")).update(state=State.WITHDRAWN)
        periods.thaw(period)
        closing.thawed_by, closing.thawed_at, closing.reason = actor.name, now, said
        closing.save(update_fields=["thawed_by", "thawed_at", "reason"])
        _note(actor, "thaw period", period, closing=closing.pk, reason=said)
    figures.make(actor.environment_id, cause=FigureSet.Cause.DATA, now=now)
    return closing


def close(actor: Actor, *, period_id: int, now: datetime) -> Closing:
    """Lock a frozen period of which every step is done, and keep its package. All or nothing.

    Raises NotFrozen, NotDone naming every step that is missing, FourEyes, FiguresMoved.
    """
    actor.require(Permission.CLOSE_PERIOD)
    before = queries.checklist(actor.environment_id, period_id)
    _check_closable(actor, before)
    contents = package.contents(before, closed_by=actor.name, now=now)
    kept = package.store_files(contents, before.period)
    with transaction.atomic():
        period, closing = _frozen(actor, period_id)
        after = queries.checklist(actor.environment_id, period_id)
        if queries.fingerprint(after) != queries.fingerprint(before):
            raise FiguresMoved(period=period.label)
        periods.close(period)
        closing.closed_by, closing.closed_at = actor.name, now
        closing.content_sha256, closing.package = contents.digest, kept
        closing.checklist = queries.record(after.steps, closed_by=actor.name, who=_who(actor), now=now)
        closing.save(update_fields=["closed_by", "closed_at", "content_sha256", "package", "checklist"])
        _note(actor, "close period", period, closing=closing.pk, content=contents.digest, package=kept)
    return closing


def reopen(actor: Actor, *, period_id: int, reason: str, now: datetime, defer: Defer) -> Closing:
    """Open the last closed period again: its entries get linked counter-entries, and both versions of it are kept.

    Raises OutOfOrder, UnderWay, ReasonMissing, AlreadyActive.
    """
    actor.require(Permission.CLOSE_PERIOD)
    actor.require(Permission.REVERSE)
    said = _reason(reason)
    with transaction.atomic():
        periods.lock(actor.environment_id, periods.period(actor.environment_id, period_id).entity)
        period = periods.period(actor.environment_id, period_id)
        closing = queries.live(period)
        periods.reopen(period)
        assert closing is not None
        taken_back = _take_back(actor, period, now, defer)
        closing.reopened_by, closing.reopened_at, closing.reason = actor.name, now, said
        closing.reversals = taken_back
        closing.save(update_fields=["reopened_by", "reopened_at", "reason", "reversals"])
        _note(actor, "reopen period", period, closing=closing.pk, reason=said, reversed=taken_back)
    figures.make(actor.environment_id, cause=FigureSet.Cause.REOPEN, now=now)
    return closing


def _take_back(actor: Actor, period: Period, now: datetime, defer: Defer) -> list[int]:
    """Begin the reversal of every entry of the period, and queue the one job that carries it to the ledger."""
    found = list(proof.postings_of(period))
    if any(each.state not in IN_LEDGER for each in found):
        raise UnderWay(period=period.label)
    entries = [each for each in found if each.reverses_id is None]
    for each in entries:
        # Without a person's reason of its own, so that the next close may book the period again.
        reversal.begin(each, now)
    numbers = [each.pk for each in entries]
    for process_id in sorted({each.process_id for each in entries}):
        parameters = {"post": [], "reverse": numbers}
        sync.run_now(actor=actor, process_id=process_id, now=now, defer=defer, parameters=parameters)
    return numbers


def _frozen(actor: Actor, period_id: int) -> tuple[Period, Closing]:
    """A closing period and its closing, locked with the entity's other periods."""
    periods.lock(actor.environment_id, periods.period(actor.environment_id, period_id).entity)
    period = periods.period(actor.environment_id, period_id)
    closing = queries.live(period)
    if closing is None or period.state != Period.State.CLOSING:
        raise NotFrozen(f"{period.label} is {period.state}.", period=period.label, state=period.state)
    return period, closing


def _check_closable(actor: Actor, found: Checklist) -> None:
    period = found.period
    if found.closing is None or period.state != Period.State.CLOSING:
        raise NotFrozen(f"{period.label} is {period.state}.", period=period.label, state=period.state)
    if left := found.missing:
        named = "; ".join(f"{each.rule.label}: {each.facts.said}" for each in left)
        steps = [{"step": each.step.value, "said": each.facts.said, "owner": each.owner} for each in left]
        raise NotDone(f"{period.label} cannot be closed. {named}.", steps=steps)
    preparer = found.closing.frozen_by_user_id or found.closing.frozen_by
    alone = not approved_by_another(found.steps, preparer, _who(actor))
    if alone and queries.four_eyes(actor.environment_id):
        raise FourEyes(f"{found.closing.frozen_by} froze {period.label} and alone approved it.")


def _check_signable(found: Checklist, state: StepState, note: str) -> None:
    closed = found.period.state == Period.State.CLOSED
    if closed or not state.signable:
        why = f"{found.period.label} is {found.period.state}" if closed or not state.reachable else state.facts.said
        raise NotSignable(f"{state.rule.label}: {why}.", step=state.step.value)
    needs_note = not state.facts.clear or (state.rule.proof is Proof.FIGURES and state.facts.optional)
    if needs_note and not note.strip():
        raise NoteMissing(f"{state.rule.label}: {state.facts.said}.", field="note", step=state.step.value)


def _signature(
    actor: Actor, period: Period, state: StepState, note: str, now: datetime, *, withdrawn: bool
) -> Signature:
    return Signature.objects.create(
        environment_id=actor.environment_id,
        period=period,
        step=state.step,
        withdrawn=withdrawn,
        note=note,
        digest=state.facts.digest,
        signed_by=actor.name,
        user_id=actor.user_id,
        at=now,
    )


def _reason(text: str) -> str:
    if not text.strip():
        raise ReasonMissing(field="reason")
    return text.strip()[:500]


def _who(actor: Actor) -> int | str:
    return actor.user_id or actor.name


def _note(actor: Actor, action: str, period: Period, **details: object) -> None:
    told = {"period": period.label, "entity": period.entity, **details}
    audit.record(actor=actor, action=action, subject=f"period:{period.pk}", details=told)
