"""Tieout whole: tables in PostgreSQL to a stored set of figures and its summarised journals, as a worker does it."""

from __future__ import annotations

from collections.abc import Callable

import django

from bench.contestants.race import Race, compete


def prepared() -> Callable[[Race], int]:
    """Everything imported, as in a worker that waits for jobs."""
    django.setup()
    from django.utils import timezone

    from tieout.config.worker import attune
    from tieout.revenue import figures

    attune()

    def make(task: Race) -> int:
        made = figures.make(task.environment, cause="data", now=timezone.now())
        if not figures.journal(task.environment, made, accounts=()):
            raise RuntimeError("there are no journals")
        return sum(about["rows"] for name, about in made.files.items() if "/movement/" in name)

    return make


if __name__ == "__main__":
    compete(prepared())
