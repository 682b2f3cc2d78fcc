"""Months closed one after another: what is late lands in the next one and is told apart, and reopening restores."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError

from tieout.audit.models import Entry
from tieout.close import operations, proof, queries
from tieout.close.errors import AlreadyPosted, NotDone, NotFrozen, NotOver, ReasonMissing, UnderWay
from tieout.close.models import Closing
from tieout.close.tests.conftest import Desk, Dying
from tieout.ledger import journals
from tieout.ledger.journals.tests.books import lines
from tieout.ledger.models import Posting
from tieout.people.actors import Role, RoleMissing
from tieout.revenue import figures, periods
from tieout.revenue.models import Batch
from tieout.sync.models import Job
from tieout.sync.operations import AlreadyActive

pytestmark = pytest.mark.django_db
CHANGE = {
    "change_id": "M1",
    "contract_id": "A",
    "line_id": "1",
    "effective_on": date(2026, 9, 1),
    "treatment": "catch_up",
    "price": -12_000,
}


def _held(desk: Desk) -> dict[str, int]:
    """What the ledger holds by account, in cents."""
    found: dict[str, int] = {}
    for row in journals.posted(desk.books.environment_id):
        found[row.account] = found.get(row.account, 0) + row.held + row.under_way
    return {account: amount for account, amount in found.items() if amount}


def _three_months(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    for label in ("2026-09", "2026-10", "2026-11"):
        desk.month(label)


def test_a_backdated_change_lands_in_the_fourth_month_apart(desk: Desk) -> None:
    _three_months(desk)
    assert _held(desk) == {"12000": 120_000, "23000": -90_000, "40100": -30_000}
    before = [each.figures_id for each in Closing.objects.order_by("pk")]
    desk.books.bring(change=[CHANGE])
    [entry] = desk.month("2026-12")
    assert lines(entry) == {
        ("40100", "current"): -9_000,
        ("40100", "prior_period"): 3_000,
        ("23000", "current"): 9_000,
        ("23000", "prior_period"): -3_000,
    }
    assert _held(desk) == {"12000": 120_000, "23000": -84_000, "40100": -36_000}
    assert [each.figures_id for each in Closing.objects.order_by("pk")][:3] == before


def test_reopening_takes_the_entries_back_keeps_both_versions_and_closes_again(desk: Desk) -> None:
    _three_months(desk)
    desk.books.bring(change=[CHANGE])
    jobs: list[int] = []
    first = desk.reopen("2026-11", defer=lambda job, _: jobs.append(job))
    job = Job.objects.get(pk=jobs[0])
    assert job.parameters == {"post": [], "reverse": first.reversals}
    desk.finish_reversals()
    assert _held(desk) == {"12000": 120_000, "23000": -100_000, "40100": -20_000}
    [entry] = desk.month("2026-11")
    assert lines(entry)["40100", "current"] == -9_000
    assert lines(entry)["40100", "prior_period"] == 2_000
    assert _held(desk)["40100"] == -27_000
    second, kept = queries.history(desk.period("2026-11"))
    assert (second.number, second.state, kept.number, kept.state) == (2, "closed", 1, "reopened")
    assert (kept.figures_id, kept.package) == (first.figures_id, first.package)
    assert kept.package.keys() == second.package.keys()
    assert kept.content_sha256 != second.content_sha256


def test_reopening_and_closing_without_a_change_restores_every_balance(desk: Desk) -> None:
    _three_months(desk)
    held = _held(desk)
    desk.reopen("2026-11")
    desk.finish_reversals()
    desk.month("2026-11")
    assert _held(desk) == held


def test_what_reopening_would_do_is_told_before(desk: Desk) -> None:
    _three_months(desk)
    desk.books.bring(change=[CHANGE])
    figures.make(desk.books.environment_id, cause="data", now=desk.at())
    told = queries.reopening(desk.books.environment_id, desk.period("2026-11").pk)
    assert [each.group for each in told.entries] == ["2026-11 · APJ · USD · US · 1"]
    assert {(each.account, each.amount) for each in told.lines} == {("23000", -10_000), ("40100", 10_000)}
    [changed] = told.restated
    assert (changed.kind, changed.frozen, changed.now) == ("revenue", 10_000, 7_000)
    assert queries.live(desk.period("2026-11")) is not None


def test_the_next_month_opens_with_the_freeze_and_late_data_goes_there(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    desk.freeze("2026-09")
    desk.books.sell("B", 24_000)
    assert [desk.period(label).state for label in ("2026-09", "2026-10", "2026-11")] == ["closing", "open", "future"]
    [entry] = desk.post("2026-09")
    assert lines(entry)["40100", "current"] == -10_000


def test_a_period_is_thawed_while_nothing_of_it_was_sent(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    desk.freeze("2026-09")
    [planned] = desk.books.plan()
    desk.books.sell("B", 24_000)
    desk.thaw("2026-09")
    planned.refresh_from_db()
    assert (planned.state, desk.period("2026-09").state) == ("withdrawn", "open")
    assert desk.freeze("2026-09").number == 2
    [entry] = desk.post("2026-09")
    assert lines(entry)["40100", "current"] == -12_000
    with pytest.raises(AlreadyPosted):
        desk.thaw("2026-09")
    with pytest.raises(ReasonMissing):
        desk.thaw("2026-09", reason=" ")


def test_what_is_not_done_is_refused_by_name(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    with pytest.raises(NotFrozen, match="2026-09 is open"):
        desk.close("2026-09")
    desk.freeze("2026-09")
    with pytest.raises(NotDone, match=r"Data in: .*; Journals previewed: 3 lines to post; Posted: 3 lines") as refused:
        desk.close("2026-09")
    assert [each["step"] for each in refused.value.facts["steps"]] == ["data", "preview", "posted"]
    with pytest.raises(periods.OutOfOrder, match="2026-09 is closing"):
        desk.freeze("2026-10")
    with pytest.raises(periods.OutOfOrder, match="2026-09 is closing, not closed"):
        desk.reopen("2026-09")


def test_a_month_that_is_not_over_is_not_frozen(desk: Desk) -> None:
    with pytest.raises(NotOver, match="2026-10-01"):
        operations.freeze(
            desk.actor, period_id=desk.period("2026-09").pk, now=datetime(2026, 9, 30, 23, 59, tzinfo=UTC)
        )


def test_only_the_last_closed_month_is_reopened_and_not_while_entries_move(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    desk.month("2026-09")
    [entry] = desk.month("2026-10")
    with pytest.raises(periods.OutOfOrder, match="2026-10 is closed; it is reopened before 2026-09"):
        desk.reopen("2026-09")
    Posting.objects.filter(pk=entry.pk).update(state="reversing")
    with pytest.raises(UnderWay):
        desk.reopen("2026-10")
    assert desk.period("2026-10").state == "closed"


def test_reopening_waits_for_a_run_that_is_under_way(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    [entry] = desk.month("2026-09")
    desk.books.run()
    with pytest.raises(AlreadyActive):
        desk.reopen("2026-09")
    entry.refresh_from_db()
    assert (entry.state, desk.period("2026-09").state) == ("verified", "closed")


def test_a_process_that_dies_leaves_nothing_half_done(desk: Desk, dying: Dying) -> None:
    desk.books.sell("A", 120_000)
    desk.freeze("2026-09")
    desk.sign("2026-09", "data", "preview")
    desk.post("2026-09")

    with dying():
        desk.close("2026-09")
    closing = queries.live(desk.period("2026-09"))
    assert closing is not None
    assert (closing.state, closing.package, desk.period("2026-09").state) == ("frozen", {}, "closing")
    assert desk.close("2026-09").state == "closed"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.ACCOUNTANT, Role.COLLECTOR, Role.VIEWER])
def test_only_a_controller_moves_periods(desk: Desk, actor, role: Role) -> None:  # type: ignore[no-untyped-def]
    other = Desk(desk.books, actor(role))
    for act in (other.freeze, other.close, other.thaw, other.reopen):
        with pytest.raises(RoleMissing):
            act("2026-09")


def _insert(desk: Desk, posting: Posting, reverses: Posting | None) -> None:
    posting.pk, posting._state.adding, posting.key = None, True, f"K{posting.pk}"
    posting.state, posting.reverses = "planned", reverses
    with transaction.atomic():
        posting.save()


def test_postgresql_lets_only_its_own_counter_entries_into_a_closed_month(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    [entry] = desk.month("2026-09")
    with pytest.raises(IntegrityError, match="2026-09 is closed"):
        _insert(desk, Posting.objects.get(pk=entry.pk), None)
    _insert(desk, Posting.objects.get(pk=entry.pk), entry)
    assert proof.postings_of(desk.period("2026-09")).count() == 2


def test_postgresql_keeps_the_history_of_closings(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    desk.month("2026-09")
    kept = Closing.objects.filter(period=desk.period("2026-09"))
    for changed in ({"package": {}}, {"closed_by": "Somebody"}, {"frozen_by": "Somebody"}, {"checklist": []}):
        with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
            kept.update(**changed)
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        kept.delete()


def test_every_act_is_in_the_audit_trail(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    desk.month("2026-09")
    desk.reopen("2026-09")
    subject = f"period:{desk.period('2026-09').pk}"
    acts = Entry.objects.filter(subject=subject).order_by("pk").values_list("action", flat=True)
    assert list(acts) == ["freeze period", "sign step", "sign step", "close period", "reopen period"]


def test_batches_that_wait_since_the_freeze_do_not_stop_the_close(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    waits = {"environment_id": desk.books.environment_id, "origin": "upload", "state": "ready", "created_by": "T"}
    early = Batch.objects.create(title="Orders", created_at=desk.at(), **waits)
    assert not desk.checklist("2026-09").step(operations.Step.DATA).facts.clear
    early.state = "discarded"
    early.save()
    desk.freeze("2026-09")
    Batch.objects.create(title="Late orders", created_at=desk.at(), **waits)
    assert desk.checklist("2026-09").step(operations.Step.DATA).facts.clear
