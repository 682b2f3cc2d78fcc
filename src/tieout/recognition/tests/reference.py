"""A second implementation of allocation, recognition and modifications: plain Python over fractions, day by day.

It shares nothing with the engine but the words of docs/revenue.md, so that an error would have to be made twice.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Protocol

ONE_DAY = timedelta(days=1)
MILLION = 1_000_000


@dataclass(frozen=True)
class Change:
    """A modification of a line; `ssp` is what remains is worth, when a blend says so."""

    on: date
    treatment: str
    price: int = 0
    end: date | None = None
    quantity: int = 0
    ssp: int | None = None


@dataclass(frozen=True)
class Line:
    """A line over time, with its allocated amount. `upfront` is in millionths; holds are days of holding and of resuming."""

    amount: int
    start: date
    end: date
    convention: str
    changes: tuple[Change, ...] = ()
    upfront: int = 0
    holds: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True)
class Units:
    """A line of units that are used one after another."""

    amount: int
    quantity: int
    uses: tuple[tuple[date, int], ...]
    changes: tuple[Change, ...] = ()


def allocate(price: int, weights: Sequence[int]) -> list[int]:
    """Largest remainder, ties to the earlier."""
    exact = [Fraction(abs(price) * weight, sum(weights)) for weight in weights]
    shares = [floor(each) for each in exact]
    while sum(shares) < abs(price):
        neediest = max(range(len(exact)), key=lambda index: (exact[index] - shares[index], -index))
        shares[neediest] += 1
    return [share if price >= 0 else -share for share in shares]


def half_up(exact: Fraction) -> int:
    """To a whole number; a negative one is the mirror of the positive."""
    size = floor(abs(exact) + Fraction(1, 2))
    return size if exact >= 0 else -size


class Promise(Protocol):
    """A line as time passes."""

    total: int
    earned: Counter[str]
    refunded: Counter[str]

    def live(self, until: date | None) -> None:
        """Recognise what is reached before that day, or all there is."""

    def take(self, change: Change) -> None:
        """Go on as the change says; it was lived up to the change's day."""

    def worth(self, ssp: int, change: Change) -> int:
        """What remains of it on the day of a blend, by its SSP."""


class Timed:
    """A line over time."""

    def __init__(self, line: Line) -> None:
        self.line, self.total, self.end = line, line.amount, line.end
        self.earned: Counter[str] = Counter()
        self.refunded: Counter[str] = Counter()
        self._open(line.start, line.start, line.amount, half_up(Fraction(line.amount * line.upfront, MILLION)))

    def _open(self, since: date, start: date, amount: int, upfront: int = 0, base: int = 0) -> None:
        self.since, self.start, self.amount, self.upfront, self.base = since, start, amount, upfront, base

    def live(self, until: date | None) -> None:
        last = max([self.since + ONE_DAY, self.end, *(resumed + ONE_DAY for _, resumed in self.line.holds)])
        day, before, until = self.since, self.base, min(until or last, last)
        while day < until:
            month_end = min(_next_month(day), until)
            reached = self._reached(month_end)
            self.earned[_month(day)] += reached - before
            before, day = reached, month_end

    def _reached(self, at: date) -> int:
        at = next((held for held, resumed in self.line.holds if held < at <= resumed), at)
        if at <= self.start:
            return 0
        whole = _weight(self.line.convention, self.start, self.end, self.end)
        if whole <= 0:
            return self.amount
        share = _weight(self.line.convention, self.start, self.end, min(at, self.end)) / whole
        return self.upfront + half_up((self.amount - self.upfront) * share)

    def take(self, change: Change) -> None:
        done = sum(self.earned.values())
        if change.treatment == "refund":
            given_back = half_up(Fraction(-change.price * done, self.total)) if self.total else -change.price
            self.refunded[_month(change.on)] -= given_back
            self.total += given_back
        self.total = done + change.price if change.treatment == "cancel" else self.total + change.price
        self.end = change.on if change.treatment == "cancel" else change.end or self.end
        start = change.on if self.end <= self.line.start else self.line.start
        if change.treatment == "catch_up":
            self._open(change.on, start, self.total, half_up(Fraction(self.total * self.line.upfront, MILLION)), done)
        else:
            self._open(change.on, max(start, change.on), self.total - done)

    def worth(self, ssp: int, change: Change) -> int:
        if (change.end or self.end) <= change.on:
            return 0
        return _left(self, ssp, change)


class Used:
    """A line of units."""

    def __init__(self, line: Units) -> None:
        self.line, self.total, self.units, self.taken = line, line.amount, line.quantity, 0
        self.earned: Counter[str] = Counter()
        self.refunded: Counter[str] = Counter()
        self.amount, self.before, self.reached, self.left = line.amount, 0, 0, sorted(line.uses)

    def live(self, until: date | None) -> None:
        while self.left and (until is None or self.left[0][0] < until):
            day, quantity = self.left.pop(0)
            self.taken += quantity
            self._reach(day)

    def _reach(self, day: date) -> None:
        whole = self.units - self.before
        reached = half_up(Fraction(self.amount * (self.taken - self.before), whole)) if whole > 0 else self.amount
        self.earned[_month(day)] += reached - self.reached
        self.reached = reached

    def take(self, change: Change) -> None:
        done = sum(self.earned.values())
        self.total = done + change.price if change.treatment == "cancel" else self.total + change.price
        self.units = self.taken if change.treatment == "cancel" else self.units + change.quantity
        if change.treatment == "catch_up":
            self.amount, self.before, self.reached = self.total, 0, done
        else:
            self.amount, self.before, self.reached = self.total - done, self.taken, 0
        self._reach(change.on)

    def worth(self, ssp: int, change: Change) -> int:
        return _left(self, ssp, change)


def _left(promise: Promise, ssp: int, change: Change) -> int:
    if change.ssp is not None:
        return change.ssp
    rest = promise.total - sum(promise.earned.values())
    return max(half_up(Fraction(ssp * rest, promise.total)), 0) if promise.total else 0


def promise(line: Line | Units) -> Promise:
    # The line before anything happened.
    return Timed(line) if isinstance(line, Line) else Used(line)


def recognised(line: Line | Units) -> dict[str, int]:
    """Revenue of a line by calendar month; changes of one day and treatment are one."""
    return arrangement([promise(line)], [0], {change.on: {0: change} for change in _folded(line.changes)})[0]


def _folded(changes: Sequence[Change]) -> list[Change]:
    folded: dict[date, Change] = {}
    for each in changes:
        other = folded.get(each.on)
        price, quantity = (other.price, other.quantity) if other else (0, 0)
        folded[each.on] = Change(each.on, each.treatment, each.price + price, each.end, each.quantity + quantity)
    return list(folded.values())


def arrangement(
    promises: Sequence[Promise], ssps: Sequence[int], rounds: Mapping[date, Mapping[int, Change]]
) -> list[dict[str, int]]:
    # Revenue by month of lines that are changed together; `rounds` are changes by day and line.
    for on, changes in sorted(rounds.items()):
        blends = any(change.treatment == "blend" for change in changes.values())
        every = {at: Change(on, "blend") for at in range(len(promises))} if blends else {}
        taken = every | dict(changes)
        for at in taken:
            promises[at].live(on)
        _blend(promises, ssps, taken)
    for each in promises:
        each.live(None)
    return [{month: each.earned[month] for month in sorted(each.earned) if each.earned[month]} for each in promises]


def _blend(promises: Sequence[Promise], ssps: Sequence[int], changes: Mapping[int, Change]) -> None:
    blended = {at: change for at, change in sorted(changes.items()) if change.treatment == "blend"}
    left = {at: promises[at].total - sum(promises[at].earned.values()) for at in blended}
    weights = [promises[at].worth(ssps[at], change) for at, change in blended.items()]
    shares = allocate(sum(left[at] + change.price for at, change in blended.items()), weights) if sum(weights) else []
    prices = {at: share - left[at] for at, share in zip(blended, shares, strict=False)}
    for at, change in changes.items():
        price = prices.get(at, change.price)
        promises[at].take(Change(change.on, change.treatment, price, change.end, change.quantity))


def _weight(convention: str, start: date, end: date, at: date) -> Fraction:
    served = [start + ONE_DAY * number for number in range(max((at - start).days, 0))]
    months = Counter(_month(day) for day in served)
    if convention == "even_months":
        return Fraction(min(len(months), _service_months(start, end)))
    if convention == "full_months":
        return Fraction(len(months))
    if convention == "half_month":
        return Fraction(2 * len(months) - (start.day > 1) - (at.day > 1)) if served else Fraction(0)
    if convention in ("full_at_28", "full_at_30"):
        return Fraction(sum(_of_thirty(month, days, int(convention[-2:])) for month, days in months.items()))
    if convention == "months_prorated":
        return _prorated(start, end, served)
    return sum((_of_a_day(convention, day) for day in served), Fraction(0))


def _of_thirty(month: str, days: int, enough: int) -> int:
    return 30 if days >= min(enough, monthrange(int(month[:4]), int(month[5:]))[1]) else days


def _prorated(start: date, end: date, served: Sequence[date]) -> Fraction:
    first, last = _month(start), _month(end - ONE_DAY)
    inner = Counter(_month(start + ONE_DAY * number) for number in range((end - start).days))
    between = [month for month in inner if month not in (first, last)]
    if not between:
        return Fraction(len(served))
    each = Fraction(sum(inner[month] for month in between), len(between))
    ends = sum(_month(day) in (first, last) for day in served)
    return ends + each * len({_month(day) for day in served} & set(between))


def _of_a_day(convention: str, day: date) -> Fraction:
    if convention in ("actual_days", "actual_minutes"):
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


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
