"""Half-open periods of days `[start, end)` and months. Refuses empty or reversed periods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tieout.kernel.errors import InvalidInput


class BadPeriod(InvalidInput):
    """A period must end after it starts."""

    code = "kernel.bad_period"
    remedy = "Give a start and a later end; the end day itself is not part of the period."


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `start` up to but not including `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise BadPeriod(f"{self.start} to {self.end} holds no day")

    @classmethod
    def month_of(cls, day: date) -> Period:
        """The calendar month that holds `day`."""
        start = day.replace(day=1)
        return cls(start, (start + timedelta(days=32)).replace(day=1))

    @classmethod
    def parse_month(cls, text: str) -> Period:
        """`2026-10` is the October of 2026. Raises BadPeriod."""
        try:
            return cls.month_of(date.fromisoformat(f"{text}-01"))
        except ValueError:
            raise BadPeriod(f"'{text}' is not a month", remedy="Write a month as YYYY-MM.") from None

    @property
    def last_day(self) -> date:
        """The last day inside the period."""
        return self.end - timedelta(days=1)

    @property
    def label(self) -> str:
        """`2026-10` for a whole month, else `2026-10-03/2026-10-17`."""
        whole_month = self == Period.month_of(self.start)
        return f"{self.start:%Y-%m}" if whole_month else f"{self.start}/{self.end}"

    def days(self) -> Iterator[date]:
        """Each day, in order."""
        day = self.start
        while day < self.end:
            yield day
            day += timedelta(days=1)

    def months(self) -> Iterator[Period]:
        """The calendar months that the period touches, whole, in order."""
        month = Period.month_of(self.start)
        while month.start < self.end:
            yield month
            month = Period.month_of(month.end)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end
