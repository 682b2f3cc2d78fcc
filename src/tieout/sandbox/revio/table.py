"""Fast reads over the rows of one resource: indexes, orders and selections are made on first use and kept until a change."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import reduce
from operator import attrgetter
from typing import Any

from tieout.sandbox.revio.query import Selection, Window

KEPT_SELECTIONS = 16


class Table:
    """`read` gives the rows, ascending by `key`; `version` tells when they have changed since."""

    def __init__(self, key: str, read: Callable[[], Sequence[Any]], version: Callable[[], int]) -> None:
        self._key, self._read, self._version = key, read, version
        self._forget()

    def find(self, number: int) -> Any | None:
        """The row with that key."""
        rows = self._rows()
        place = bisect_left(rows, number, key=attrgetter(self._key))
        return rows[place] if place < len(rows) and getattr(rows[place], self._key) == number else None

    def select(self, selection: Selection) -> Sequence[Any]:
        """The rows selected, in the order asked for; equal ones in the order of their keys."""
        rows = self._rows()
        if selection not in self._selections:
            if len(self._selections) >= KEPT_SELECTIONS:
                self._selections.pop(next(iter(self._selections)))
            self._selections[selection] = self._ordered(self._matching(rows, selection), selection)
        return self._selections[selection]

    def _rows(self) -> Sequence[Any]:
        if self._version() != self._seen:
            self._forget()
        return self._all

    def _forget(self) -> None:
        self._seen = self._version()
        self._all = self._read()
        self._orders: dict[str, Sequence[Any]] = {self._key: self._all}
        self._indexes: dict[str, dict[object, list[Any]]] = {}
        self._selections: dict[Selection, Sequence[Any]] = {}

    def _matching(self, rows: Sequence[Any], selection: Selection) -> Sequence[Any]:
        conditions = [self._equal(field, values) for field, values in selection.equals]
        conditions += [self._within(field, window) for field, window in selection.windows]
        return reduce(_both, sorted(conditions, key=len)) if conditions else rows

    def _ordered(self, rows: Sequence[Any], selection: Selection) -> Sequence[Any]:
        if rows is self._all and not selection.descending:
            return self._order(selection.sort)
        by_key = sorted(rows, key=attrgetter(self._key))
        return sorted(by_key, key=attrgetter(selection.sort), reverse=selection.descending)

    def _order(self, field: str) -> Sequence[Any]:
        if field not in self._orders:
            self._orders[field] = sorted(self._all, key=attrgetter(field))
        return self._orders[field]

    def _equal(self, field: str, values: frozenset[object]) -> Sequence[Any]:
        if field not in self._indexes:
            index: dict[object, list[Any]] = {}
            for row in self._all:
                index.setdefault(getattr(row, field), []).append(row)
            self._indexes[field] = index
        return [row for value in values for row in self._indexes[field].get(value, ())]

    def _within(self, field: str, window: Window) -> Sequence[Any]:
        rows, getter = self._order(field), attrgetter(field)
        first = 0 if window[0] is None else bisect_left(rows, window[0], key=getter)
        last = len(rows) if window[1] is None else bisect_right(rows, window[1], key=getter)
        return rows[first:last]


def _both(some: Sequence[Any], others: Sequence[Any]) -> Sequence[Any]:
    wanted = set(map(id, others))
    return [row for row in some if id(row) in wanted]
