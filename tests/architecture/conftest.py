"""A site with something on every list, so that a page which asks the database once per row is caught."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tieout.audit import operations as audit
from tieout.connect.models import Connection
from tieout.ledger.models import Posting
from tieout.people import operations as people
from tieout.people.actors import Actor, Role
from tieout.sync.models import Finding, Job, Process

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def fill(actor: Callable[..., Actor]) -> Callable[[int], None]:
    """`fill(12)` puts twelve more of everything into production. A room that adds a list page adds its rows here."""
    admin = actor(Role.ADMIN)
    made: list[int] = []

    def more(rows: int) -> None:
        for number in range(len(made), len(made) + rows):
            made.append(number)
            people.create_user(actor=admin, email=f"clerk{number}@example.com", password=None, roles=[Role.VIEWER])
            people.create_token(actor=admin, name=f"Export {number}", now=NOW)
            audit.record(actor=admin, action="look", subject=f"clerk:{number}", details={"number": number})
            connection = Connection.objects.create(
                environment_id=admin.environment_id, connector="revio", name=f"Billing {number}", created_at=NOW
            )
            _work(connection, number)

    return more


def _work(connection: Connection, number: int) -> None:
    """A process with a run, a finding and a posting."""
    process = Process.objects.create(
        environment_id=connection.environment_id,
        kind="receipts",
        name=f"Deposits {number}",
        source=connection,
        target=connection,
        created_at=NOW,
    )
    job = Job.objects.create(process=process, trigger="manual", requested_by="Test", state="attention", queued_at=NOW)
    Finding.objects.create(
        process=process,
        job=job,
        rule="bounced",
        record_kind="payment",
        record_id=str(number),
        label=f"Payment {number}",
        owner="source",
        cause="The payment bounced.",
        remedy="Decide.",
        first_seen_at=NOW,
        last_seen_at=NOW,
    )
    Posting.objects.create(
        environment_id=connection.environment_id,
        process=process,
        target=connection,
        job=job,
        kind="receipt",
        key=f"KEY{number}",
        group=f"Deposit {number}",
        day=NOW.date(),
        currency="USD",
        total_minor=0,
        planned_at=NOW,
    )
