"""A site with something on every list, so that a page which asks the database once per row is caught."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tieout.audit import operations as audit
from tieout.connect.models import Connection
from tieout.ledger.models import Posting
from tieout.people import operations as people
from tieout.people.actors import Actor, Role
from tieout.revenue.batches import operations as batches
from tieout.revenue.models import Gap
from tieout.sync.models import Finding, Job, Process

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def fill(actor: Callable[..., Actor]) -> Callable[[int], None]:
    """`fill(12)` puts twelve more of everything into production. A room that adds a list page adds its rows here."""
    admin = actor(Role.ADMIN, Role.ACCOUNTANT)
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
        batches.enter(admin, title="Orders", rows=revenue_rows(made[-rows:]), now=NOW)
        Gap.objects.bulk_create(_gap(admin.environment_id, number) for number in made[-rows:])

    return more


def revenue_rows(numbers: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
    """One row of each table of revenue data for each number."""
    day = NOW.date()
    found: dict[str, list[dict[str, Any]]] = {}
    for number in map(str, numbers):
        product, line = {"product_id": number, "currency": "USD"}, {"contract_id": number, "line_id": "1"}
        outcome = {"method": "expected", "amount": 100, "probability": 1_000_000}
        for table, row in {
            "entity": {"entity": number, "functional_currency": "USD"},
            "customer": {"customer_id": number, "name": f"Customer {number}"},
            "rule": {"rule_id": number, "method": "ratable"},
            "product": {"product_id": number, "rule_id": number},
            "ssp": {**product, "starts_on": day, "basis": "amount", "amount": 100},
            "bundle": {**product, "bundle_id": number, "price": 100},
            "rate": {
                "from_currency": "EUR",
                "to_currency": "USD",
                "starts_on": day + timedelta(int(number)),
                "rate": 1,
            },
            "contract": {
                "contract_id": number,
                "customer_id": number,
                "entity": number,
                "currency": "USD",
                "signed_on": day,
            },
            "line": {**line, "product_id": number, "price": 100, "starts_on": day, "ends_on": day + timedelta(30)},
            "estimate": {**line, **outcome, "estimate_id": number},
        }.items():
            found.setdefault(table, []).append(row)
    return found


def _gap(environment_id: int | None, number: int) -> Gap:
    told = {"cause": "No SSP is in force.", "remedy": "Enter one.", "first_seen_at": NOW, "last_seen_at": NOW}
    return Gap(environment_id=environment_id, rule="ssp_missing", contract_id=str(number), owner="here", **told)


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
