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


FULL = Size(pull_scale=0.6, rounds=3, post_scale=0.2, documents=30, payments=1_000_000, requests=100, uncounted=10)
TINY = Size(pull_scale=0.01, rounds=1, post_scale=0.02, documents=2, payments=2_000, requests=3, uncounted=1)
