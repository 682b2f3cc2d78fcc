"""The Intacct API calls that a run will take, before it starts. Each create counts one, each page of 2,000 read counts one.

Asking which fields an object has counts too; signing in does not. Sage counts calls against the company's tier and bills
what exceeds it, so a site should know its budget.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

PAGE = 2000
BATCH = 200
"""Documents read back at once."""
FIELDS = 2
"""Which fields headers and lines have, asked once a run."""
LISTS = 22
"""Ten objects of up to 2,000 rows each: their fields, their rows, and the two kinds of bank accounts once more."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls by purpose."""

    lists: int = 0
    creates: int = 0
    read_back: int = 0

    @property
    def total(self) -> int:
        return self.lists + self.creates + self.read_back


def forecast(documents: int, lines: int, *, lists_stale: bool) -> Budget:
    """Calls for posting and reading back documents of one kind with that many lines in all, when nothing goes wrong."""
    if not documents:
        return Budget()
    batches = ceil(documents / BATCH)
    line_pages = batches * ceil(lines / batches / PAGE)
    return Budget(
        lists=LISTS if lists_stale else 0, creates=documents, read_back=FIELDS + batches + max(batches, line_pages)
    )
