"""From a file of orders to closed months in Sage Intacct: what the demo does, with a worker and a real sandbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from tieout.demo import orders, revenue
from tieout.demo.site import connection, intacct_values
from tieout.ledger.models import Posting
from tieout.people.actors import Actor, Role
from tieout.revenue.models import Period
from tieout.sandbox.kit.server import RunningSandbox
from tieout.sync import engine
from tieout.sync.models import Job, Process

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIRST = date(2025, 11, 1)


@pytest.mark.django_db(transaction=True)
def test_three_months_close_and_a_late_change_is_adjusted_in_the_fourth(
    actor: Callable[..., Actor], vendors: RunningSandbox
) -> None:
    who = actor(Role.ADMIN, Role.CONTROLLER)
    target = connection(who, "intacct", "Sage Intacct", intacct_values(vendors.credentials()), NOW)
    process = revenue.set_up(who, target.pk, now=NOW)
    revenue.import_orders(who, FIRST, now=NOW)
    months = ["2025-11", "2025-12", "2026-01"]
    for month in months:
        assert revenue.close_month(who, process, month, _work, now=NOW).state == Period.State.CLOSED
    late = orders.retroactive_upgrade(orders.year_of_orders(FIRST), date(2025, 12, 10))
    revenue.bring_in(who, "late.zip", late, now=NOW)
    months.append("2026-02")
    revenue.close_month(who, process, "2026-02", _work, now=NOW)

    ties = list(revenue.ties(who, months))
    assert [tie for tie in ties if tie.difference] == []
    assert {tie.period for tie in ties if tie.late} == {
        "2026-02"
    }  # the late change stands apart, in the first open month
    assert {tie.account for tie in ties if tie.late} == {
        revenue.REVENUE["SEAT"],
        revenue.ACCOUNTS["contract_liability"],
        revenue.ACCOUNTS["contract_asset"],
    }
    entries = Posting.objects.filter(process=process)
    assert set(entries.values_list("state", flat=True)) == {"verified"}
    assert {entry.header["symbol"] for entry in entries} == {"APJ"}
    dimensions = [line.dimensions for entry in entries for line in entry.lines.all()]
    assert all({"location", "department", "class_id"} <= set(each) for each in dimensions)


def _work(process: Process) -> None:
    job = Job.objects.create(process=process, trigger="manual", requested_by="Test", queued_at=NOW)
    waiting = [job.pk]
    while waiting:
        engine.run_job(waiting.pop(), worker="test", clock=lambda: NOW, defer=lambda pk, when: waiting.append(pk))
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED, (job.error, list(process.findings.values_list("cause", flat=True)))
