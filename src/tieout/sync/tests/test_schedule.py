"""Schedules in the site's time zone, across the nights on which the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tieout.kernel.calendar import Calendar
from tieout.sync.schedule import BadSchedule, Schedule, missed, next_runs

NEW_YORK = ZoneInfo("America/New_York")
AMERICAN = Calendar("US")


def local(data: dict[str, Any], after: str, count: int = 3, zone: ZoneInfo = NEW_YORK) -> list[str]:
    start = datetime.fromisoformat(after).replace(tzinfo=zone)
    return [
        f"{run.astimezone(zone):%m-%d %H:%M %z}"
        for run in next_runs(Schedule.parse(data), start, zone, AMERICAN, count)
    ]


class TestTheNextRuns:
    def test_daily_keep_the_wall_clock_when_summer_begins(self) -> None:
        runs = local({"every": "daily", "at": "06:00"}, "2026-03-07T07:00")
        assert runs == ["03-08 06:00 -0400", "03-09 06:00 -0400", "03-10 06:00 -0400"]

    def test_in_the_hour_that_is_skipped_happen_as_the_clocks_jump(self) -> None:
        runs = local({"every": "daily", "at": "02:30"}, "2026-03-07T03:00")
        assert runs == ["03-08 03:00 -0400", "03-09 02:30 -0400", "03-10 02:30 -0400"]

    def test_in_the_hour_that_comes_twice_happen_once(self) -> None:
        runs = local({"every": "daily", "at": "01:30"}, "2026-10-31T02:00")
        assert runs == ["11-01 01:30 -0400", "11-02 01:30 -0500", "11-03 01:30 -0500"]

    def test_by_cron_follow_the_same_rules(self) -> None:
        assert local({"every": "cron", "cron": "30 1 * * *"}, "2026-10-31T02:00") == local(
            {"every": "daily", "at": "01:30"}, "2026-10-31T02:00"
        )

    def test_of_an_interval_count_elapsed_time_through_the_change(self) -> None:
        runs = local({"every": "hours", "n": 1}, "2026-11-01T00:30", count=3)
        assert runs == ["11-01 01:00 -0400", "11-01 01:00 -0500", "11-01 02:00 -0500"]

    def test_on_weekdays_leave_out_the_weekend(self) -> None:
        assert local({"every": "weekdays", "at": "18:00"}, "2026-10-02T19:00", 2) == [
            "10-05 18:00 -0400",
            "10-06 18:00 -0400",
        ]

    def test_monthly_on_the_thirty_first_take_the_last_day_of_short_months(self) -> None:
        runs = local({"every": "monthly", "n": 31, "at": "06:00"}, "2026-01-31T07:00", 2)
        assert runs == ["02-28 06:00 -0500", "03-31 06:00 -0400"]

    def test_on_the_second_working_day_leave_out_new_year(self) -> None:
        assert local({"every": "working_day", "n": 2, "at": "07:00"}, "2026-12-31T00:00", 1) == ["01-05 07:00 -0500"]

    def test_on_the_last_working_day_count_from_the_end(self) -> None:
        assert local({"every": "working_day", "n": -1, "at": "07:00"}, "2026-05-02T00:00", 1) == ["05-29 07:00 -0400"]

    def test_on_demand_are_none(self) -> None:
        assert local({"every": "demand"}, "2026-01-01T00:00") == []


kinds = some.sampled_from(
    [
        {"every": "minutes", "n": 7},
        {"every": "hours", "n": 5},
        {"every": "daily", "at": "02:15"},
        {"every": "weekdays", "at": "01:45"},
        {"every": "monthly", "n": 30, "at": "02:30"},
        {"every": "working_day", "n": 3, "at": "23:59"},
        {"every": "cron", "cron": "*/20 1-3 * * *"},
    ]
)
zones = some.sampled_from(
    [ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe")]
)
moments = some.integers(0, 3 * 366 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(kinds, zones, moments)
def test_runs_go_forward_and_do_not_depend_on_where_one_starts_to_look(
    data: dict[str, Any], zone: ZoneInfo, after: datetime
) -> None:
    schedule = Schedule.parse(data)
    runs = next_runs(schedule, after, zone, AMERICAN, 5)
    assert runs == sorted(set(runs))
    assert all(run > after for run in runs)
    assert next_runs(schedule, runs[0], zone, AMERICAN, 4) == runs[1:]


@given(kinds, zones, moments, some.integers(0, 72))
def test_missed_slots_are_exactly_those_up_to_now(
    data: dict[str, Any], zone: ZoneInfo, after: datetime, hours: int
) -> None:
    schedule = Schedule.parse(data)
    due, now = next_runs(schedule, after, zone, AMERICAN, 1)[0], after + timedelta(hours=hours)
    slots = missed(schedule, due, max(due, now), zone, AMERICAN)
    assert slots[0] == due
    assert all(slot <= max(due, now) for slot in slots)
    assert next_runs(schedule, slots[-1], zone, AMERICAN, 1)[0] > max(due, now) or len(slots) == 500


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"every": "minutes", "n": 0}, "between 1 and 1440"),
        ({"every": "hours", "n": "soon"}, "not a whole number"),
        ({"every": "daily", "at": "25:00"}, "not a time of day"),
        ({"every": "monthly", "n": 32}, "between 1 and 31"),
        ({"every": "working_day", "n": 0}, "Working day 0"),
        ({"every": "cron", "cron": "every day"}, "not a cron expression"),
        ({"every": "fortnightly"}, "not one of"),
        ({"every": "daily", "color": "red"}, "not part of a schedule"),
    ],
)
def test_a_schedule_that_cannot_be_used_is_refused_by_name(data: dict[str, Any], says: str) -> None:
    with pytest.raises(BadSchedule, match=says):
        Schedule.parse(data)


def test_a_schedule_reads_back_what_it_stores() -> None:
    stored = Schedule.parse({"every": "working_day", "n": 2, "at": "07:00"})
    assert Schedule.parse(stored.as_dict()) == stored
    assert stored.label() == "Working day 2 of the month at 07:00"
