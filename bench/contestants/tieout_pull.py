"""Tieout's own pull of payments: exact bytes, versions, canonical rows, counts and cursor, as a worker does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

import django

from bench.contestants.wire import Task, compete


def prepared() -> Callable[[Task], int]:
    """Everything imported, as in a worker that waits for jobs. The vendor's call limits are off on both sides."""
    django.setup()
    from bench import site
    from tieout.config.worker import attune
    from tieout.connectors.revio import client
    from tieout.records.models import Payment
    from tieout.sync.pulling import Wanted, pull
    from tieout.sync.runs import Heartbeat

    attune()
    client.CALLS_PER_MINUTE = client.CALLS_PER_DAY = 1_000_000

    def load(_: Task) -> int:
        run = site.run_of(site.process("receipts", "Pull", {"start_on": "2020-01-01"}))
        with Heartbeat(run):
            pull(run, [Wanted("payments")], UTC)
        return Payment.objects.count()

    return load


if __name__ == "__main__":
    compete(prepared())
