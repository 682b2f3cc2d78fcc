"""A second implementation of allocation, recognition over time and modifications: plain Python over fractions, day by day.

It shares nothing with the engine but the words of docs/revenue.md, so that an error would have to be made twice.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """A modification of a line."""

    on: date
    treatment: str
    price: int
    end: date | None = None


@dataclass(frozen=True)
class Line:
    """A line with its allocated amount."""

    amount: int
    start: date
    end: date
    convention: str
    changes: tuple[Change, ...] = ()


def allocate(price: int, weights: Sequence[int]) -> list[int]:
    """Largest remainder, ties to the earlier."""
    exact = [Fraction(abs(price) * weight, sum(weights)) for weight in weights]
    shares = [floor(each) for each in exact]
    while sum(shares) < abs(price):
        neediest = max(range(len(exact)), key=lambda index: (exact[index] - shares[index], -index))
        shares[neediest] += 1
    return [share if price >= 0 else -share for share in shares]


def recognised(line: Line) -> dict[str, int]:
    """Revenue by calendar month."""
    found: Counter[str] = Counter()
    begun, total, end = line.start, line.amount, line.end
    since, amount, start, base = line.start, line.amount, line.start, 0
    for change in (*sorted(line.changes, key=lambda each: each.on), None):
        until = change.on if change else max(since + ONE_DAY, end)
        _walk(found, line.convention, amount, (start, end), (since, min(until, max(since + ONE_DAY, end))), base)
        if change is None:
            break
        done = sum(found.values())
        total += change.price
        end = change.end or end
        catch_up = change.treatment == "catch_up"
        since, base = change.on, done if catch_up else 0
        amount, start = (total, begun) if catch_up else (total - done, max(begun, change.on))
    return {month: found[month] for month in sorted(found) if found[month]}


def _walk(
    found: Counter[str], convention: str, amount: int, term: tuple[date, date], valid: tuple[date, date], base: int
) -> None:
    day, until = valid
    before = base
    while day < until:
        month_end = min(_next_month(day), until)
        reached = _reached(convention, amount, term, month_end)
        found[f"{day:%Y-%m}"] += reached - before
        before, day = reached, month_end


def _reached(convention: str, amount: int, term: tuple[date, date], at: date) -> int:
    start, end = term
    whole = _weight(convention, start, end, end)
    if at <= start:
        return 0
    if whole <= 0:
        return amount
    exact = Fraction(abs(amount)) * _weight(convention, start, end, min(at, end)) / whole
    rounded = floor(exact + Fraction(1, 2))
    return rounded if amount >= 0 else -rounded


def _weight(convention: str, start: date, end: date, at: date) -> Fraction:
    days = (start + ONE_DAY * number for number in range(max((at - start).days, 0)))
    if convention == "even_months":
        return Fraction(min(len({f"{day:%Y-%m}" for day in days}), _service_months(start, end)))
    return sum((_of_a_day(convention, day) for day in days), Fraction(0))


def _of_a_day(convention: str, day: date) -> Fraction:
    if convention == "actual_days":
        return Fraction(1)
    last = monthrange(day.year, day.month)[1]
    if convention == "month_share":
        return Fraction(1, last)
    if day.day == last:  # thirty_360: the last day of a month makes up for what the month lacks of thirty
        return Fraction(1 if last == 31 else 31 - last)
    return Fraction(0 if day.day == 30 else 1)


def _service_months(start: date, end: date) -> int:
    months = 0
    while (end.year * 12 + end.month) - (start.year * 12 + start.month) - months > (
        0 if end.day > start.day else 1
    ) - 1:
        months += 1
    return months


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
