"""Rows from forms and jobs take the same way as files: checked alike, in batches, one version after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection

from tieout.audit.models import Entry
from tieout.connect.models import Connection
from tieout.people.actors import Actor, Role
from tieout.recognition.errors import BadRows
from tieout.revenue import periods
from tieout.revenue.batches import operations as batches
from tieout.revenue.batches.tests.conftest import known
from tieout.revenue.models import FACTS, Batch
from tieout.sync.models import Job, Process

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = date(2026, 1, 5)
CONTRACT = {"contract_id": "SO-1", "currency": "EUR", "signed_on": DAY}
LINE = {"contract_id": "SO-1", "line_id": "1", "product_id": "P", "price": 1200, "starts_on": DAY}


def entered(actor: Actor, **rows: list[dict[str, Any]]) -> Batch:
    return batches.enter(actor, title="By hand", rows=rows, now=NOW)


def test_a_form_makes_a_batch_of_one_that_is_applied_audited_and_can_be_undone(accountant: Actor) -> None:
    batch = entered(accountant, contract=[CONTRACT], line=[LINE])
    assert (batch.state, batch.origin) == (Batch.State.APPLIED, "form")
    entered(accountant, line=[{**LINE, "price": 900}])
    assert FACTS["line"]._default_manager.filter(until__isnull=True).get().price == 900
    batches.enter(
        accountant, title="Removed", rows={}, ends={"line": [{"contract_id": "SO-1", "line_id": "1"}]}, now=NOW
    )
    assert not known("line")["line"]
    last = Batch.objects.latest("pk")
    batches.undo(accountant, batch_id=last.pk, reason="Needed", now=NOW)
    assert FACTS["line"]._default_manager.filter(until__isnull=True).get().price == 900
    assert Entry.objects.filter(subject=f"batch:{batch.pk}", action="apply batch").exists()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update revenue_line set price = 900", "can only be ended, once"),
        ("update revenue_line set price = 900, until_id = since_id", "can only be ended, once"),
        ("update revenue_line set until_id = null", "can only be ended, once"),
        ("delete from revenue_line", "ended, not deleted"),
    ],
)
def test_the_database_itself_keeps_every_version(accountant: Actor, statement: str, said: str) -> None:
    entered(accountant, contract=[CONTRACT], line=[LINE])
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match=said):
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("table", "row", "field"),
    [
        ("line", {**LINE, "price": None}, "price"),
        ("line", {**LINE, "price": 12.5}, "price"),
        ("line", {**LINE, "price": 10**15}, "price"),
        ("line", {**LINE, "quantity": 2**63}, "quantity"),
        ("line", {**LINE, "quantity": 0}, "quantity"),
        ("line", {**LINE, "ends_on": DAY}, "ends_on"),
        ("line", {**LINE, "ends_on": date(9999, 12, 31)}, "ends_on"),
        ("line", {**LINE, "contract_id": "SO-9"}, "contract_id"),
        ("line", {**LINE, "allocated": 5}, "override_reason"),
        ("line", {**LINE, "colour": "red"}, "colour"),
        ("line", {**LINE, "product_id": "a\nb"}, "product_id"),
        ("contract", {**CONTRACT, "currency": "EURO"}, "currency"),
        ("product", {"product_id": "P", "rule_id": "R", "allocation": "some"}, "allocation"),
        ("rule", {"rule_id": "R"}, "method"),
        (
            "commission",
            {"commission_id": "K", "contract_id": "SO-1", "amount": 1, "earned_on": DAY, "life_months": 1201},
            "life_months",
        ),
    ],
)
def test_what_a_file_may_not_say_a_form_may_not_either_and_the_field_is_named(
    accountant: Actor, table: str, row: dict[str, Any], field: str
) -> None:
    entered(accountant, contract=[CONTRACT])
    before = known()
    with pytest.raises(BadRows) as refused:
        entered(accountant, **{table: [row]})
    assert (refused.value.facts["table"], refused.value.facts["field"]) == (table, field)
    assert (known(), Batch.objects.count()) == (before, 1)


@pytest.fixture
def job(actor: Callable[..., Actor]) -> Job:
    place = {"environment_id": actor(Role.CONTROLLER).environment_id, "created_at": NOW}
    billing = Connection.objects.create(connector="revio", name="Billing", **place)
    process = Process.objects.create(kind="receipts", name="Orders", source=billing, target=billing, **place)
    return Job.objects.create(process=process, trigger="manual", requested_by="Test", state="running", queued_at=NOW)


def delivered(job: Job, **tables: list[dict[str, Any]]) -> Batch:
    return batches.deliver(job=job, title="Orders", tables=tables, now=NOW)


def test_what_jobs_deliver_waits_until_a_period_is_set_and_then_loads_by_itself(
    actor: Callable[..., Actor], job: Job
) -> None:
    waiting = delivered(job, contract=[CONTRACT], line=[LINE])
    assert (waiting.state, known("line")["line"]) == (Batch.State.WAITING, set())
    periods.set_up(actor(Role.CONTROLLER), entity="", first=date(2026, 1, 1), calendar="months", years=1, now=NOW)
    loaded = delivered(job, contract=[CONTRACT], line=[{**LINE, "price": 777}])
    assert (loaded.state, loaded.applied_by) == (Batch.State.APPLIED, "Schedule")
    assert FACTS["line"]._default_manager.filter(until__isnull=True).get().price == 777


def test_a_delivery_is_the_file_that_a_person_could_upload_with_every_value_as_it_was(
    accountant: Actor, job: Job
) -> None:
    entered(accountant, contract=[{**CONTRACT, "contract_id": "SO-K", "currency": "KWD"}])
    line = {**LINE, "contract_id": "SO-K", "price": 1_234_567, "quantity": 1_125_000, "ends_on": date(2027, 1, 5)}
    extra = {
        "line": [{**line, "dimensions": "class=SaaS", "start_minute": 61}],
        "customer": [{"customer_id": "Ü 1", "name": 'A "B"'}],
    }
    batch = batches.load(accountant, batch_id=delivered(job, **extra).pk, now=NOW)
    assert batch.counts["problems"] == 0
    row = FACTS["line"]._default_manager.filter(until__isnull=True).get()
    assert {name: getattr(row, name) for name in extra["line"][0]} == extra["line"][0]
    assert FACTS["customer"]._default_manager.filter(until__isnull=True).get().name == 'A "B"'


def test_a_delivery_with_errors_stays_visible_and_stops_nothing(actor: Callable[..., Actor], job: Job) -> None:
    periods.set_up(actor(Role.CONTROLLER), entity="", first=date(2026, 1, 1), calendar="months", years=1, now=NOW)
    batch = delivered(job, line=[{**LINE, "contract_id": "SO-404"}])
    assert (batch.state, batch.problems[0]["code"]) == (Batch.State.REFUSED, "no_currency")
