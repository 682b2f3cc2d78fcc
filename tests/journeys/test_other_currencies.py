"""Yen without decimals and dinars with three: payments of such companies reach the ledger to the last unit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tieout.demo import mappings
from tieout.demo.site import connection, intacct_values, revio_values
from tieout.kernel.period import Period
from tieout.ledger import tie_out
from tieout.ledger.models import Posting
from tieout.people.actors import Actor, Role
from tieout.people.queries import SiteClock, site_clock
from tieout.sandbox.kit.server import RunningSandbox
from tieout.sync import engine, operations
from tieout.sync.models import Job, Process

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAYS = 5
BANKS = {"JPY": ("acme_jp", "SAKURA-JPY", "JP-TYO"), "KWD": ("acme_kw", "GULF-KWD", "KW-KWI")}


@pytest.mark.parametrize("currency", BANKS)
@pytest.mark.django_db(transaction=True)
def test_a_company_that_bills_in_another_currency_ties_out(
    currency: str, actor: Callable[..., Actor], vendors: RunningSandbox
) -> None:
    process = _process(currency, actor(Role.ADMIN, Role.CONTROLLER), vendors, site_clock())
    job = _work_off(process)
    assert job.state == Job.State.SUCCEEDED, job.error
    assert set(Posting.objects.filter(process=process).values_list("state", "currency")) == {("verified", currency)}
    rows = tie_out.receipts(process, Period(NOW.date() - timedelta(days=DAYS), NOW.date()))
    assert rows
    assert all(not row.difference for row in rows)
    assert any(row.held for row in rows)


def _process(currency: str, who: Actor, vendors: RunningSandbox, site: SiteClock) -> Process:
    code, bank, location = BANKS[currency]
    given = vendors.credentials()
    values = {**revio_values(given), "client_code": code, "currency": currency}
    source = connection(who, "revio", f"Rev.io {code}", values, NOW)
    target = connection(who, "intacct", "Sage Intacct", intacct_values(given), NOW)
    settings = mappings.receipts(NOW.date() - timedelta(days=DAYS))
    for row in settings["methods"]:
        row.update({"location": location} | ({"bank_account": bank} if row["treatment"] == "bank" else {}))
    draft = operations.Draft(f"Receipts in {currency}", source.pk, target.pk, settings=settings)
    return operations.create_process(actor=who, kind="receipts", draft=draft, now=NOW, site=site)


def _work_off(process: Process) -> Job:
    job = Job.objects.create(process=process, trigger="manual", requested_by="Test", queued_at=NOW)
    waiting = [job.pk]
    while waiting:
        engine.run_job(waiting.pop(), worker="test", clock=lambda: NOW, defer=lambda pk, when: waiting.append(pk))
    job.refresh_from_db()
    return job
