"""Fiscal calendars: calendar months, and quarters of 4-4-5, 4-5-4 or 5-4-4 weeks with a 53rd week when the year needs one.

A calendar names every period of all time from a few facts, so that history before the first accounting period and the
future after the last one have labels too. Refuses calendars that it does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tieout.kernel.errors import InvalidInput
from tieout.kernel.period import Period

MONTHS = "months"
WEEKS: dict[str, tuple[int, int, int]] = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}
KINDS = (MONTHS, *WEEKS)
NEAREST, LAST = "nearest", "last"
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)


class UnknownCalendar(InvalidInput):
    """There is no such fiscal calendar."""

    code = "revenue.unknown_calendar"
    remedy = "Choose months, 4-4-5, 4-5-4 or 5-4-4; a year of weeks ends on a weekday nearest to, or last in, a month."


@dataclass(frozen=True, slots=True)
class Span:
    """One period of a calendar, half-open: `2026-03` for a month, `2026-P03` for weeks of the fiscal year 2026."""

    label: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """A kind, and for weeks how the fiscal year ends: on `weekday` (Monday is 0), nearest to or last in `month`.

    A fiscal year is named by the calendar year of its `month`.
    """

    kind: str = MONTHS
    month: int = 12
    weekday: int = 5
    rule: str = NEAREST

    def __post_init__(self) -> None:
        known = self.kind in KINDS and self.rule in (NEAREST, LAST)
        if not known or not (1 <= self.month <= 12 and 0 <= self.weekday <= 6):
            raise UnknownCalendar(field="calendar")

    @classmethod
    def starting(cls, kind: str, first: date) -> FiscalCalendar:
        """The calendar of which a fiscal year begins on `first`; for months, any day will do.

        Its years end on the weekday nearest to the end of a month if the day before `first` is that, else on the last one
        in the month. Raises UnknownCalendar when it is neither.
        """
        if kind == MONTHS:
            return cls()
        last = first - _DAY
        for ends, rule in ((last, NEAREST), (last - 3 * _DAY, NEAREST), (last, LAST)):
            made = cls(kind, ends.month, last.weekday(), rule)
            if made._year_end(ends.year) == first:
                return made
        raise UnknownCalendar(
            f"No fiscal year of weeks begins on {first}: the day before is too far from a month's end."
        )

    def spans(self, first: date, until: date) -> Iterator[Span]:
        """The periods, whole, that touch `[first, until)`, in order."""
        if self.kind == MONTHS:
            months = Period(first, until).months() if first < until else iter(())
            yield from (Span(month.label, month.start, month.end) for month in months)
            return
        for year in range(first.year - 1, until.year + 2):
            yield from (span for span in self._year(year) if span.ends_on > first and span.starts_on < until)

    def from_day(self, first: date, count: int) -> list[Span]:
        """The period that holds `first`, and the next ones: `count` in all."""
        enough = first + (count + 1) * 6 * _WEEK
        return list(self.spans(first, enough))[:count]

    def _year_end(self, year: int) -> date:
        """The first day after the fiscal year."""
        end = Period.month_of(date(year, self.month, 1)).last_day
        last = end - ((end.weekday() - self.weekday) % 7) * _DAY
        far = self.rule == NEAREST and (end - last).days > 3
        return last + (8 if far else 1) * _DAY

    def _year(self, year: int) -> Iterator[Span]:
        starts_on, end = self._year_end(year - 1), self._year_end(year)
        for number, weeks in enumerate(WEEKS[self.kind] * 4, 1):
            ends_on = end if number == 12 else starts_on + weeks * _WEEK
            yield Span(f"{year}-P{number:02}", starts_on, ends_on)
            starts_on = ends_on
