"""Accounting periods from their set-up on: what is allowed, what is refused by name, and what PostgreSQL holds against us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from tieout.audit.models import Entry
from tieout.people.actors import Actor, Role, RoleMissing
from tieout.revenue import periods
from tieout.revenue.models import FigureSet, Period

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
JANUARY = date(2026, 1, 1)


@pytest.fixture
def controller(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.CONTROLLER)


def figures(environment_id: int | None) -> FigureSet:
    """A set of figures of which only its existence matters here."""
    return FigureSet.objects.create(
        environment_id=environment_id, cause="close", made_at=NOW, inputs_hash="i", rules_hash="r", outputs_hash="o"
    )


def _set_up(actor: Actor, entity: str = "", **more: Any) -> list[Period]:
    return periods.set_up(actor, entity=entity, first=more.pop("first", JANUARY), now=NOW, **more)


def _states(actor: Actor) -> list[str]:
    return list(periods.periods(actor.environment_id, "").values_list("state", flat=True))


def _freeze(period: Period) -> None:
    with transaction.atomic():
        periods.freeze(period, figures(period.environment_id))


def _check_now() -> None:
    connection.check_constraints()


def test_the_first_period_opens_and_the_others_wait(controller: Actor) -> None:
    assert not periods.any_set(controller.environment_id)
    made = _set_up(controller)
    assert [each.label for each in made] == [f"2026-{month:02}" for month in range(1, 13)]
    assert _states(controller) == ["open"] + ["future"] * 11
    assert periods.any_set(controller.environment_id)
    assert Entry.objects.filter(action="set up periods").count() == 1


def test_only_a_controller_sets_them_up(actor: Callable[..., Actor]) -> None:
    with pytest.raises(RoleMissing):
        _set_up(actor(Role.ACCOUNTANT))


def test_each_entity_has_a_calendar_of_its_own(controller: Actor) -> None:
    _set_up(controller)
    _set_up(controller, "US", calendar="4-5-4", first=date(2026, 3, 1), year_end=(1, 5, "nearest"))
    assert periods.entities(controller.environment_id) == ["", "US"]
    assert periods.periods(controller.environment_id, "US")[0].label == "2027-P02"


def test_a_set_up_can_be_corrected_until_a_period_was_frozen(controller: Actor) -> None:
    _set_up(controller)
    first = _set_up(controller, first=date(2026, 3, 15))[0]
    assert (first.label, len(_states(controller))) == ("2026-03", 12)
    _freeze(first)
    with pytest.raises(periods.PeriodsInUse):
        _set_up(controller)


def test_more_years_are_added_at_the_end(controller: Actor) -> None:
    _set_up(controller)
    added = periods.extend(controller, entity="", years=2, now=NOW)
    assert (added[0].label, added[-1].label) == ("2027-01", "2028-12")
    with pytest.raises(periods.NoPeriods):
        periods.extend(controller, entity="Elsewhere", now=NOW)
    with pytest.raises(periods.TooManyYears):
        periods.extend(controller, entity="", years=21, now=NOW)


def test_periods_are_frozen_closed_and_reopened_in_order(controller: Actor) -> None:
    january, february, *_ = _set_up(controller)
    _freeze(january)
    assert _states(controller)[:3] == ["closing", "open", "future"]
    february.refresh_from_db()
    with pytest.raises(periods.OutOfOrder, match="2026-01 is closing"):
        _freeze(february)
    with transaction.atomic():
        periods.close(january)
    _freeze(february)
    with pytest.raises(periods.OutOfOrder, match="2026-02 is closing"):
        periods.reopen(january)
    with transaction.atomic():
        periods.thaw(february)
        periods.reopen(january)
    assert _states(controller)[:3] == ["open", "open", "open"]
    assert january.figures is None
    _check_now()


def test_a_move_that_somebody_else_made_is_refused(controller: Actor) -> None:
    january = _set_up(controller)[0]
    stale = Period.objects.get(pk=january.pk)
    _freeze(january)
    with pytest.raises(periods.OutOfOrder, match="is closing, not open"):
        _freeze(stale)


def test_the_last_period_makes_room_for_late_data(controller: Actor) -> None:
    for each in _set_up(controller):
        each.refresh_from_db()
        _freeze(each)
        periods.close(each)
    following = periods.open_first(controller.environment_id, "")
    assert following is not None
    assert (following.label, following.state) == ("2027-01", "open")


def test_the_engine_sees_history_and_future_without_a_gap(controller: Actor) -> None:
    january = _set_up(controller, first=date(2026, 11, 1))[0]
    rows = periods.engine_periods(controller.environment_id, date(2026, 9, 14), date(2028, 1, 10))
    assert [each.period for each in (rows[0], rows[2], rows[-1])] == ["2026-09", "2026-11", "2028-01"]
    assert all(one.ends_on == two.starts_on for one, two in pairwise(rows))
    assert {each.state for each in rows} == {"open"}
    _freeze(january)
    frozen = periods.engine_periods(controller.environment_id, date(2026, 9, 14), date(2028, 1, 10))
    assert [each.period for each in frozen if each.state == "closed"] == ["2026-09", "2026-10", "2026-11"]


def _put(controller: Actor, number: int, **changed: Any) -> None:
    with transaction.atomic():
        found = periods.periods(controller.environment_id, "")[number]
        Period.objects.filter(pk=found.pk).update(**changed)
        _check_now()


@pytest.mark.parametrize(
    ("number", "changed", "law"),
    [
        (2, {"state": "closed"}, "frozen_with"),
        (0, {"state": "future"}, "out of order"),
        (1, {"ends_on": date(2026, 3, 2)}, "overlaps"),
        (5, {"state": "open"}, "out of order"),
    ],
)
def test_postgresql_refuses_what_goes_around_the_code(
    controller: Actor, number: int, changed: dict[str, Any], law: str
) -> None:
    january, february, *_ = _set_up(controller)
    _freeze(january)
    periods.close(january)
    _check_now()
    if changed.get("state") == "future":
        changed = {**changed, "figures": None}
    with pytest.raises(IntegrityError, match=law):
        _put(controller, number, **changed)
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        Period.objects.filter(pk=january.pk).delete()
    assert february.state == "future"


def test_closing_two_at_once_is_impossible_even_by_sql(controller: Actor) -> None:
    january, february, *_ = _set_up(controller)
    _freeze(january)
    with pytest.raises(IntegrityError, match="one_closing"), transaction.atomic():
        Period.objects.filter(pk=february.pk).update(state="closing", figures=figures(january.environment_id))
