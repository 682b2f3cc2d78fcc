"""One tenant's company as of a day: the last day is open, and holds what happened before noon."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from tieout.sandbox.company.agreements import agree
from tieout.sandbox.company.books import Books
from tieout.sandbox.company.customers import found
from tieout.sandbox.company.days import DAY, HOUR, months_later, number
from tieout.sandbox.company.history import History
from tieout.sandbox.company.tenants import TENANTS

MONTHS = 24
WARM_UP = 2
"""Months simulated before the history proper, so that its first days already look like all others."""
NOON = 12 * HOUR


class Company:
    """Built from `seed` for `today`; the same arguments give the same rows. `scale` multiplies the number of customers."""

    def __init__(self, tenant: str, today: date, seed: int = 1, scale: float = 1.0) -> None:
        self.tenant = TENANTS[tenant]
        self.first = months_later(today.replace(day=1), -MONTHS)
        start = number(months_later(self.first, -WARM_UP))
        self.books = Books(found(self.tenant, seed, scale, start, number(today)))
        agree(self.books, self.tenant, seed, start, number(today))
        self._history = History(self.tenant, seed, self.books)
        self._next = start
        self.advance(today)

    def advance(self, today: date) -> None:
        """Let the days pass until noon of `today`. A day in the past changes nothing."""
        last = number(today)
        if self._next > last:
            return
        with _without_collector():
            while self._next <= last:
                self._history.pass_day(self._next)
                self._next += 1
        self._history.release(last * DAY + NOON)

    @property
    def now(self) -> int:
        """The moment up to which the books are written: noon of the last day."""
        return (self._next - 1) * DAY + NOON


@contextmanager
def _without_collector() -> Iterator[None]:
    """A million small objects that all stay: walking them again and again would double the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
