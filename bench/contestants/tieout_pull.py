"""Tieout's own pull of payments: exact bytes, versions, canonical rows, counts and cursor, as a worker does it."""

from __future__ import annotations

import os
from datetime import UTC

os.environ["DJANGO_SETTINGS_MODULE"] = "tieout.config.settings"

import django

django.setup()

from bench import site
from bench.contestants.wire import Task, compete
from tieout.connectors.revio import client
from tieout.records.models import Payment
from tieout.sync.pulling import Wanted, pull
from tieout.sync.runs import Heartbeat


def load(task: Task) -> int:
    """Into tables that the caller has emptied. The vendor's call limits are off on both sides."""
    client.CALLS_PER_MINUTE = client.CALLS_PER_DAY = 1_000_000
    run = site.run_of(site.process("receipts", "Pull", {"start_on": "2020-01-01"}))
    with Heartbeat(run):
        pull(run, [Wanted("payments")], UTC)
    return Payment.objects.count()


if __name__ == "__main__":
    compete(load)
