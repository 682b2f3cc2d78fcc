"""Working days: which days are worked in a country, and the n-th one of a month. Refuses unknown countries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

from tieout.kernel.errors import InvalidInput
from tieout.kernel.period import Period


class UnknownCountry(InvalidInput):
    """There is no holiday calendar for this country."""

    code = "kernel.unknown_country"
    remedy = "Use a two-letter ISO 3166 country code, for example US."


@cache
def _holidays(country: str) -> holidays.HolidayBase:
    if country not in holidays.list_supported_countries():
        raise UnknownCountry(f"'{country}' has no holiday calendar.", country=country)
    return holidays.country_holidays(country)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days of a country: neither Saturday, nor Sunday, nor a public holiday."""

    country: str = "US"

    def is_working_day(self, day: date) -> bool:
        """Whether banks and offices work on `day`."""
        return day.weekday() < 5 and day not in _holidays(self.country)

    def working_days(self, period: Period) -> Iterator[date]:
        """The working days of the period, in order."""
        return (day for day in period.days() if self.is_working_day(day))

    def add(self, day: date, count: int) -> date:
        """`count` working days after `day`; with 0, `day` itself or the next working day."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        for _ in range(count):
            day += timedelta(days=1)
            while not self.is_working_day(day):
                day += timedelta(days=1)
        return day


def nth_working_day(month: Period, n: int, calendar: Calendar) -> date:
    """The n-th working day of the month, from 1; from the end when negative (-1 is the last).

    A month with fewer working days gives its last (or first) one.
    """
    days = list(calendar.working_days(month))
    position = n - 1 if n > 0 else n
    return days[max(-len(days), min(len(days) - 1, position))]


def month_day(month: Period, day: int) -> date:
    """Day `day` of the month, or its last day when the month is shorter."""
    return min(month.start + timedelta(days=day - 1), month.last_day)
