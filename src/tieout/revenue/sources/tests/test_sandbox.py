"""A whole seeded company goes from its billing system into figures: read, waiting, loaded, and nothing left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from tieout.demo.site import connection, revio_values
from tieout.people.actors import Actor, Role
from tieout.people.queries import site_clock
from tieout.revenue import figures, periods
from tieout.revenue.batches import operations as batches
from tieout.revenue.models import FACTS, Batch, FigureSet, Gap
from tieout.sandbox.kit.server import RunningSandbox
from tieout.sync import engine, operations
from tieout.sync.models import Job, Process

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = date(2026, 10, 1)


def run(actor: Actor, process: Process) -> Job:
    """One run, as a worker does it."""
    job = operations.run_now(actor=actor, process_id=process.pk, now=NOW, defer=lambda *_: None)
    engine.run_job(job.pk, worker="test", clock=lambda: NOW, defer=lambda *_: None)
    job.refresh_from_db()
    return job


@pytest.mark.django_db(transaction=True)
def test_a_company_goes_from_its_billing_system_into_figures(
    actor: Callable[..., Actor], vendors: RunningSandbox
) -> None:
    controller = actor(Role.ADMIN, Role.CONTROLLER)
    source = connection(controller, "revio", "Rev.io", revio_values(vendors.credentials()), NOW)
    settings = {"start_on": START.isoformat(), "prefix": "R-", "look_back_months": 1}
    draft = operations.Draft("Sales", source.pk, None, settings=settings)
    process = operations.create_process(actor=controller, kind="revenue_data", draft=draft, now=NOW, site=site_clock())
    job = run(controller, process)
    assert job.error is None
    batch = batches.load(controller, batch_id=Batch.objects.get(job=job).pk, now=NOW)
    assert batch.state == Batch.State.APPLIED
    assert run(controller, process).counts.get("delivered", 0) == 0
    periods.set_up(controller, entity="", first=START, years=4, now=NOW)
    made = figures.make(controller.environment_id, cause=FigureSet.Cause.DATA, now=NOW)
    assert not Gap.objects.filter(resolved_at=None).exists()
    with figures.open_figures(made) as duck:
        billed = duck.execute("select sum(billed) from position").fetchall()[0][0]
    invoices = FACTS["invoice"]._default_manager.exclude(treatment="bad_debt").values_list("kind", "amount")
    assert billed == sum(amount if what == "invoice" else -amount for what, amount in invoices)
