"""Cuts a balanced list of lines into entries of limited length, each balanced in itself. Pure and deterministic.

Debits and credits are laid along one axis, each side in its order, and the axis is cut where an entry is full: both sides
of every piece have the same length. A cut divides at most one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Share:
    """One line, or a part of one, in an entry: `index` is the line's place in the list, debits positive."""

    index: int
    amount: int


def split(amounts: Sequence[int], most: int) -> list[list[Share]]:
    """Entries of at most `most` lines (two or more), which together hold every amount. The amounts must sum to zero."""
    if sum(amounts) != 0 or most < 2:
        raise ValueError("lines that do not balance cannot be cut into entries that do")
    if sum(map(bool, amounts)) <= most:
        whole = [Share(index, amount) for index, amount in enumerate(amounts) if amount]
        return [whole] if whole else []
    return [[Share(index, entry[index]) for index in sorted(entry)] for entry in _entries(amounts, most)]


def _entries(amounts: Sequence[int], most: int) -> Iterator[dict[int, int]]:
    debits, credits_ = _Side(amounts, 1), _Side(amounts, -1)
    entry: dict[int, int] = {}
    while debits.left and credits_.left:
        sides = (debits.left.index, credits_.left.index)
        if len(entry) + sum(index not in entry for index in sides) > most:
            yield entry
            entry = {}
        step = min(debits.left.amount, -credits_.left.amount)
        for share in (debits.take(step), credits_.take(step)):
            entry[share.index] = entry.get(share.index, 0) + share.amount
    if entry:
        yield entry


class _Side:
    def __init__(self, amounts: Sequence[int], sign: int) -> None:
        self._sign = sign
        self._waiting = iter([Share(index, amount) for index, amount in enumerate(amounts) if amount * sign > 0])
        self.left = next(self._waiting, None)

    def take(self, size: int) -> Share:
        assert self.left is not None
        taken = Share(self.left.index, size * self._sign)
        rest = self.left.amount - taken.amount
        self.left = replace(self.left, amount=rest) if rest else next(self._waiting, None)
        return taken
