"""The Intacct API calls that a run will take, before it starts. Each create counts one, each page of 2,000 read counts one.

Sage counts calls against the company's tier and bills what exceeds it, so a site should know its budget.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from tieout.ledger.reference import WANTED

PAGE = 2000
KEYS = 1000


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls by purpose."""

    sign_in: int
    lists: int
    creates: int
    read_back: int

    @property
    def total(self) -> int:
        return self.sign_in + self.lists + self.creates + self.read_back


def forecast(documents: int, lines: int, *, connections: int, lists_stale: bool) -> Budget:
    """Calls for posting and reading back that many documents with that many lines in all, when nothing goes wrong."""
    batches = ceil(documents / 200)
    return Budget(
        sign_in=(connections + 1) if documents else 0,
        lists=len(WANTED) if lists_stale and documents else 0,
        creates=documents,
        read_back=batches + max(batches, ceil(lines / PAGE)) if documents else 0,
    )
