"""How much is measured: in full, or so little that a test can see within seconds that every row still works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """`pull_scale` is the size of the sandbox's company; the others are counts."""

    pull_scale: float
    rounds: int
    post_scale: float
    documents: int
    payments: int
    requests: int
    uncounted: int
    """Requests of each page before the ones that count."""
    contracts: int
    """Contracts of five lines in the revenue book, and in the large one; how many of them change at a time."""
    many_contracts: int
    changed: int
    journal_lines: int
    beancount_seconds: float
    """A ledger that takes beancount as long is the largest it is given."""
    import_contracts: int
    """Contracts of five lines each in one import file."""


FULL = Size(pull_scale=0.6, rounds=3, post_scale=0.2, documents=30, payments=1_000_000, requests=100, uncounted=10,
            contracts=200_000, many_contracts=2_000_000, changed=1_000, journal_lines=100_000, beancount_seconds=30.0,
            import_contracts=200_000)  # fmt: skip
TINY = Size(pull_scale=0.01, rounds=1, post_scale=0.02, documents=2, payments=2_000, requests=3, uncounted=1,
            contracts=2_000, many_contracts=4_000, changed=20, journal_lines=200, beancount_seconds=1.0,
            import_contracts=200)  # fmt: skip
