"""Fiscal calendars against known ones, and what holds for all of them, up to the engine's own figures."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.recognition import engine
from tieout.recognition.tests.story import Story, dollars
from tieout.revenue.fiscal import KINDS, LAST, NEAREST, FiscalCalendar, Span, UnknownCalendar

RETAIL = FiscalCalendar("4-5-4", month=1, weekday=5, rule=NEAREST)
"""The retailers' calendar: the year ends on the Saturday nearest to the end of January."""
SEPTEMBER = FiscalCalendar("4-4-5", month=9, weekday=5, rule=LAST)
"""The year ends on the last Saturday of September."""
calendars = st.builds(
    FiscalCalendar, st.sampled_from(KINDS), st.integers(1, 12), st.integers(0, 6), st.sampled_from((NEAREST, LAST))
)
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))


def _weeks(calendar: FiscalCalendar, year: int) -> list[int]:
    spans = calendar.spans(date(year - 1, 1, 1), date(year + 2, 1, 1))
    return [(each.ends_on - each.starts_on).days // 7 for each in spans if each.label.startswith(f"{year}-")]


def test_the_retailers_calendar_has_its_long_years_where_they_were() -> None:
    long = [year for year in range(2005, 2031) if sum(_weeks(RETAIL, year)) == 53]
    assert long == [2007, 2013, 2018, 2024, 2029]
    assert _weeks(RETAIL, 2024) == [4, 5, 4] * 3 + [4, 5, 5]
    assert next(RETAIL.spans(date(2024, 2, 3), date(2024, 2, 4))) == Span(
        "2024-P12", date(2023, 12, 31), date(2024, 2, 4)
    )


def test_a_year_that_ends_on_the_last_saturday_of_september() -> None:
    assert [year for year in range(2010, 2025) if sum(_weeks(SEPTEMBER, year)) == 53] == [2012, 2017, 2023]
    assert _weeks(SEPTEMBER, 2025) == [4, 4, 5] * 4


def test_a_calendar_is_told_by_the_first_day_of_a_fiscal_year() -> None:
    assert FiscalCalendar.starting("4-5-4", date(2024, 2, 4)) == RETAIL
    made = FiscalCalendar.starting("4-4-5", date(2025, 12, 28)).from_day(date(2025, 12, 28), 13)
    assert [each.label for each in (made[0], made[11], made[12])] == ["2026-P01", "2026-P12", "2027-P01"]
    assert made[0].starts_on == date(2025, 12, 28)


def test_an_unknown_calendar_is_refused_by_name() -> None:
    with pytest.raises(UnknownCalendar):
        FiscalCalendar("4-4-4")
    with pytest.raises(UnknownCalendar, match="2026-06-15"):
        FiscalCalendar.starting("4-4-5", date(2026, 6, 15))


@given(calendars, days, st.integers(1, 900))
def test_periods_cover_every_day_once(calendar: FiscalCalendar, first: date, length: int) -> None:
    until = first + timedelta(days=length)
    spans = list(calendar.spans(first, until))
    assert spans[0].starts_on <= first < spans[0].ends_on
    assert spans[-1].starts_on < until <= spans[-1].ends_on
    assert all(one.ends_on == two.starts_on for one, two in pairwise(spans))
    assert len({each.label for each in spans}) == len(spans)


@given(calendars.filter(lambda each: each.kind != "months"), st.integers(1990, 2100))
def test_a_year_of_weeks_has_fifty_two_or_fifty_three(calendar: FiscalCalendar, year: int) -> None:
    weeks = _weeks(calendar, year)
    assert len(weeks) == 12
    assert weeks[:11] == [4 if each == "4" else 5 for each in calendar.kind.split("-") * 4][:11]
    assert sum(weeks) in (52, 53)


@given(st.sampled_from(KINDS[1:]), days.filter(lambda day: day.day <= 4 or (day + timedelta(days=6)).day < 7))
def test_the_day_named_begins_a_fiscal_year(kind: str, first: date) -> None:
    made = FiscalCalendar.starting(kind, first).from_day(first, 12)
    assert made[0].starts_on == first
    assert made[0].label.endswith("-P01")


def _in_weeks(closed: int = 0) -> Story:
    story = Story(signed="2025-12-28")
    calendar = FiscalCalendar.starting("4-4-5", date(2025, 12, 28))
    for number, span in enumerate(calendar.from_day(date(2025, 12, 28), 14)):
        state = "closed" if number < closed else "open"
        story.add("period", period=span.label, starts_on=span.starts_on, ends_on=span.ends_on, state=state)
    return story


def test_the_engine_recognises_by_the_days_of_four_four_five_weeks() -> None:
    story = _in_weeks().sells("plan", "364", over="2025-12-28..2026-12-26")
    four, five = "28.00", "35.00"
    assert list(story.revenue().values()) == [four, four, five] * 4


def test_closed_weeks_keep_what_they_hold_and_the_rest_is_shown_apart() -> None:
    story = _in_weeks(closed=2).booked("plan", {"2026-P01": "28", "2026-P02": "28"})
    story.sells("plan", "364", over="2025-12-28..2026-12-26").changes("plan", "2025-12-28", "catch_up", "364")
    assert story.revenue(column="adjustment") == {"2026-P03": "56.00"}
    assert story.revenue()["2026-P02"] == "28.00"
    assert story.revenue()["2026-P03"] == "70.00"


def test_months_of_a_line_fall_into_weeks_without_a_cent_lost() -> None:
    story = _in_weeks().sells("plan", "1000", over="2026-01-01..2026-12-31", convention="even_months")
    in_all = sum(row["amount"] for row in engine.rows(story.book, "schedule"))
    assert dollars(in_all) == "1000.00"
