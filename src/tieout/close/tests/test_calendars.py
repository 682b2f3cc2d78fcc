"""Entities close for themselves: one by calendar months, another by quarters of 4-4-5 weeks, with what is late told apart."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tieout.close import operations, queries
from tieout.close.errors import NotDone
from tieout.close.tests.conftest import AFTER, Desk, Dying
from tieout.ledger.journals.tests.books import lines
from tieout.ledger.models import Posting
from tieout.revenue import periods
from tieout.revenue.models import Period
from tieout.sync.models import Process

pytestmark = pytest.mark.django_db
YEAR = {"starts_on": date(2025, 12, 28), "ends_on": date(2026, 12, 27)}
PLACES = {name: {"entity": name, "location": name} for name in ("US", "UK")}


@pytest.fixture
def weeks(desk: Desk) -> Desk:
    """Beside the months of US, UK's fiscal year of weeks from 28 December 2025: 364.00 over 364 days, a pound a day."""
    periods.set_up(desk.actor, entity="UK", first=YEAR["starts_on"], calendar="4-4-5", years=1, now=AFTER)
    desk.books.settings = {"journal": "APJ", "entities": PLACES}
    Process.objects.update(settings=desk.books.settings)
    desk.books.bring(
        rule=[{"rule_id": "daily", "method": "ratable", "convention": "actual_days"}],
        product=[{"product_id": "plan", "rule_id": "daily"}],
    )
    _sell(desk, "W", 36_400)
    return desk


def _sell(desk: Desk, contract: str, price: int) -> None:
    head: dict[str, Any] = {"contract_id": contract, "currency": "GBP", "signed_on": YEAR["starts_on"], "entity": "UK"}
    line = {"contract_id": contract, "line_id": "1", "product_id": "plan", "price": price, **YEAR}
    desk.books.bring(contract=[head], line=[line])


def _uk(desk: Desk, label: str) -> Period:
    return periods.find(desk.actor.environment_id, "UK", label)


def _close(desk: Desk, label: str) -> Posting:
    period = _uk(desk, label)
    operations.freeze(desk.actor, period_id=period.pk, now=desk.at())
    for step in ("data", "preview"):
        operations.sign(desk.actor, period_id=period.pk, step=step, now=desk.at())
    [entry] = desk.post(label)
    operations.close(desk.actor, period_id=period.pk, now=desk.at())
    return entry


def test_weeks_close_in_order_on_their_own_days_and_months_stay_open(weeks: Desk) -> None:
    first, second = _close(weeks, "2026-P01"), _close(weeks, "2026-P02")
    assert (first.day, first.currency, first.entity) == (date(2026, 1, 24), "GBP", "UK")
    assert lines(first) == {("12150", "current"): 2_800, ("40100", "current"): -2_800}
    assert second.day == date(2026, 2, 21)
    _sell(weeks, "L", 36_400)
    third = _close(weeks, "2026-P03")
    assert lines(third) == {
        ("12150", "current"): 7_000,
        ("12150", "prior_period"): 5_600,
        ("40100", "current"): -7_000,
        ("40100", "prior_period"): -5_600,
    }
    assert [weeks.period(label).state for label in ("2026-09", "2026-10")] == ["open", "future"]
    assert (_uk(weeks, "2026-P03").state, _uk(weeks, "2026-P04").state) == ("closed", "open")


def test_each_entity_has_its_own_checklist(weeks: Desk) -> None:
    weeks.books.sell("A", 120_000)
    _close(weeks, "2026-P01")
    weeks.freeze("2026-09")
    with pytest.raises(NotDone, match="Posted: 3 lines"):
        weeks.close("2026-09")
    weeks.sign("2026-09", "data", "preview")
    [entry] = weeks.post("2026-09")
    assert (entry.entity, lines(entry)["40100", "current"]) == ("US", -10_000)
    weeks.close("2026-09")
    told = queries.reopening(weeks.books.environment_id, _uk(weeks, "2026-P01").pk)
    assert {each.account: each.amount for each in told.lines} == {"12150": -2_800, "40100": 2_800}


def test_a_reopening_that_dies_in_the_middle_leaves_the_period_closed(desk: Desk, dying: Dying) -> None:
    desk.books.sell("A", 120_000)
    [entry] = desk.month("2026-09")

    with dying():
        desk.reopen("2026-09")
    entry.refresh_from_db()
    assert (entry.state, Posting.objects.count(), desk.period("2026-09").state) == ("verified", 1, "closed")
    assert desk.reopen("2026-09").state == "reopened"
