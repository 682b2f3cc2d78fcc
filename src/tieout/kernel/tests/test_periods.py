"""Half-open periods, months and working days."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tieout.kernel.calendar import Calendar, UnknownCountry, month_day, nth_working_day
from tieout.kernel.period import BadPeriod, Period

days = some.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(days)
def test_a_month_holds_its_days_and_not_the_next_first(day: date) -> None:
    month = Period.month_of(day)
    assert day in month
    assert month.end not in month
    assert month.end.day == 1
    assert len(list(month.days())) == month.last_day.day
    assert Period.parse_month(month.label) == month


@given(days, days)
def test_the_months_of_a_period_cover_it_without_gaps(one: date, other: date) -> None:
    if one == other:
        return
    period = Period(min(one, other), max(one, other))
    months = list(period.months())
    assert months[0].start <= period.start
    assert months[-1].end >= period.end
    assert all(before.end == after.start for before, after in pairwise(months))


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(BadPeriod):
        Period(date(2026, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize("text", ["2026-13", "October", "2026"])
def test_what_is_not_a_month_is_refused(text: str) -> None:
    with pytest.raises(BadPeriod, match="not a month"):
        Period.parse_month(text)


def test_working_days_leave_out_weekends_and_holidays() -> None:
    july = Period.month_of(date(2026, 7, 1))
    american = Calendar("US")
    assert nth_working_day(july, 1, american) == date(2026, 7, 1)
    assert nth_working_day(july, 3, american) == date(2026, 7, 6), "the third is observed as Independence Day"
    assert nth_working_day(july, -1, american) == date(2026, 7, 31)
    assert nth_working_day(july, 99, american) == date(2026, 7, 31)


def test_a_deposit_two_working_days_after_friday_is_on_tuesday() -> None:
    assert Calendar("US").add(date(2026, 10, 2), 2) == date(2026, 10, 6)


def test_day_thirty_one_of_a_short_month_is_its_last() -> None:
    assert month_day(Period.month_of(date(2026, 2, 1)), 31) == date(2026, 2, 28)


def test_a_country_without_a_calendar_is_refused() -> None:
    with pytest.raises(UnknownCountry):
        Calendar("ZZ").is_working_day(date(2026, 1, 5))
