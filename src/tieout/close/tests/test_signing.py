"""Signatures speak of facts: they lapse when these change, need a note when these are not clear, and prove no figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import ProgrammingError
from hypothesis import given
from hypothesis import strategies as st

from tieout.close import operations, queries
from tieout.close.errors import FourEyes, NotDone, NoteMissing, NotSignable, NotSigned, UnknownStep
from tieout.close.models import Signature
from tieout.close.steps import RULE, RULES, Facts, Proof, Rule, Signed, Step, judge
from tieout.close.tests.conftest import AFTER, Desk
from tieout.kernel.errors import NotFound
from tieout.people.actors import Actor, Role, RoleMissing
from tieout.revenue.models import Gap
from tieout.sync.models import Process

_signed = st.builds(
    Signed, by=st.just("A"), who=st.integers(1, 3), at=st.just(AFTER), note=st.text(), lapsed=st.booleans()
)
_facts = st.builds(Facts, clear=st.booleans(), said=st.just(""), optional=st.booleans())


@given(st.sampled_from(RULES), _facts, st.lists(_signed), st.booleans())
def test_a_step_is_done_only_by_its_own_kind_of_proof(
    rule: Rule, facts: Facts, signed: list[Signed], frozen: bool
) -> None:
    state = judge(rule, facts, signed, frozen=frozen)
    valid = any(not each.lapsed for each in signed)
    if rule.frozen and not frozen:
        assert (state.done, state.state, state.signable) == (False, "later", False)
    elif rule.proof is Proof.SIGNATURE:
        assert state.done == valid
    elif rule.proof is Proof.FIGURES and not facts.optional:
        assert state.done == facts.clear
    else:
        assert state.done == (facts.clear or valid)


@pytest.mark.django_db
def test_a_signature_lapses_when_data_comes_in_after_it(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    desk.sign("2026-09", "data")
    assert desk.checklist("2026-09").step(Step.DATA).done
    desk.books.sell("B", 24_000)
    state = desk.checklist("2026-09").step(Step.DATA)
    assert (state.done, state.state, [each.lapsed for each in state.signatures]) == (False, "ready", [True])


@pytest.mark.django_db
def test_a_signature_before_the_freeze_counts_after_it(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    desk.sign("2026-09", "data")
    desk.freeze("2026-09")
    assert desk.checklist("2026-09").step(Step.DATA).done


@pytest.mark.django_db
def test_what_is_not_clear_is_signed_with_a_note_only(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    Gap.objects.create(
        environment_id=desk.books.environment_id,
        rule="term_missing",
        contract_id="A",
        owner="source",
        cause="No end.",
        remedy="Correct it.",
        first_seen_at=AFTER,
        last_seen_at=AFTER,
    )
    assert desk.checklist("2026-09").step(Step.FINDINGS).facts.said == "1 is open"
    with pytest.raises(NoteMissing, match="Findings resolved"):
        desk.sign("2026-09", "findings")
    desk.sign("2026-09", "findings", note="Cancelled contract; corrected next month.")
    assert desk.checklist("2026-09").step(Step.FINDINGS).done


@pytest.mark.django_db
def test_gaps_of_other_entities_do_not_concern_a_period(desk: Desk) -> None:
    desk.books.bring(contract=[{"contract_id": "X", "currency": "USD", "signed_on": AFTER.date(), "entity": "UK"}])
    gap = {"rule": "ssp_missing", "table": "ssp", "owner": "here", "cause": "c", "remedy": "r"}
    for contract in ("X", "A"):
        Gap.objects.create(
            environment_id=desk.books.environment_id,
            contract_id=contract,
            first_seen_at=AFTER,
            last_seen_at=AFTER,
            **gap,
        )
    state = desk.checklist("2026-09").step(Step.SSP)
    assert ([line.label for line in state.facts.lines], state.facts.said) == (["A"], "1 SSP is missing")


@pytest.mark.django_db
def test_what_figures_prove_cannot_be_signed_away(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    with pytest.raises(NotSignable, match="2026-09 is open"):
        desk.sign("2026-09", "preview")
    desk.freeze("2026-09")
    with pytest.raises(NotSignable, match="Posted: 3 lines are left to post"):
        desk.sign("2026-09", "posted", note="Trust me")
    with pytest.raises(UnknownStep):
        desk.sign("2026-09", "locked")


@pytest.mark.django_db
def test_a_site_that_posts_elsewhere_says_so_in_a_note(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    Process.objects.all().delete()
    desk.freeze("2026-09")
    desk.sign("2026-09", "data", "preview")
    with pytest.raises(NotDone, match="No process posts journals from here"):
        desk.close("2026-09")
    desk.sign("2026-09", "posted", note="Typed into the ledger by hand, entry 4711.")
    assert desk.close("2026-09").state == "closed"


@pytest.mark.django_db
def test_a_signature_is_taken_back_by_whoever_gave_it(desk: Desk, actor: Callable[..., Actor]) -> None:
    desk.sign("2026-09", "data")
    period = desk.period("2026-09").pk
    with pytest.raises(NotSigned):
        operations.withdraw(actor(Role.ACCOUNTANT), period_id=period, step="data", now=desk.at())
    operations.withdraw(desk.actor, period_id=period, step="data", now=desk.at())
    assert not desk.checklist("2026-09").step(Step.DATA).done
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Signature.objects.update(note="Changed")


@pytest.mark.django_db
def test_accountants_sign_and_viewers_do_not(desk: Desk, actor: Callable[..., Actor]) -> None:
    Desk(desk.books, actor(Role.ACCOUNTANT)).sign("2026-09", "data")
    with pytest.raises(RoleMissing):
        Desk(desk.books, actor(Role.VIEWER)).sign("2026-09", "data")


@pytest.mark.django_db
def test_four_eyes_ask_for_somebody_besides_the_one_who_froze(desk: Desk, actor: Callable[..., Actor]) -> None:
    desk.books.sell("A", 120_000)
    operations.change_settings(desk.actor, four_eyes=True, now=AFTER)
    desk.freeze("2026-09")
    desk.sign("2026-09", "data", "preview")
    desk.post("2026-09")
    with pytest.raises(FourEyes, match="froze 2026-09 and alone approved it"):
        desk.close("2026-09")
    Desk(desk.books, actor(Role.ACCOUNTANT), desk.now).sign("2026-09", "preview")
    assert desk.close("2026-09").state == "closed"


@pytest.mark.django_db
def test_steps_have_owners(desk: Desk, person: Callable[..., Any]) -> None:
    clerk = person(Role.ACCOUNTANT, email="clerk@example.com")
    operations.change_settings(desk.actor, owners={"data": clerk.pk}, now=AFTER)
    assert desk.checklist("2026-09").step(Step.DATA).owner == "Clerk"
    assert queries.owners_of(desk.books.environment_id) == {"data": "Clerk"}
    operations.change_settings(desk.actor, owners={"data": None}, now=AFTER)
    assert queries.owners_of(desk.books.environment_id) == {}
    with pytest.raises(NotFound):
        operations.change_settings(desk.actor, owners={"data": 987654321}, now=AFTER)


@pytest.mark.django_db
def test_a_closed_month_shows_its_checklist_as_it_was(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    desk.month("2026-09")
    desk.books.sell("B", 24_000)
    found = desk.checklist("2026-09")
    assert (found.done, found.missing) == (len(RULE), [])
    assert [each.by for each in found.step(Step.LOCKED).signatures] == [desk.actor.name]
    with pytest.raises(NotSignable, match="closed"):
        desk.sign("2026-09", "data")
