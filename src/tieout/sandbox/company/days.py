"""Days as numbers and moments as milliseconds, both counted from 1970-01-01 in the company's own local time, without a zone."""

from __future__ import annotations

from datetime import date

HOUR = 3_600_000
DAY = 24 * HOUR

_EPOCH = date(1970, 1, 1).toordinal()


def number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def date_of(day: int) -> date:
    """The calendar day with that number."""
    return date.fromordinal(day + _EPOCH)


def day_of(moment: int) -> date:
    """The calendar day that holds the moment."""
    return date_of(moment // DAY)


def is_weekend(day: int) -> bool:
    """Saturday or Sunday."""
    return (day + 3) % 7 > 4


def months_later(day: date, months: int) -> date:
    """The same day of the month `months` later (or earlier); `day` lies between the 1st and the 28th."""
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)
