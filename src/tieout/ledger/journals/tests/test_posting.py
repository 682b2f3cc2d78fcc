"""A month of revenue in the ledger's sandbox: exactly once whatever the network does, taken back, and watched every night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx2
import pytest

from tieout.connect import operations as connect
from tieout.connect.models import Connection
from tieout.connect.queries import pinned_session
from tieout.connectors.kit import registry
from tieout.connectors.kit.documents import Dimensions, Journal, JournalLine
from tieout.kernel.money import Money
from tieout.ledger import operations
from tieout.ledger.drafts import document_of
from tieout.ledger.journals import operations as accounting
from tieout.ledger.journals.tests.books import NOW, SETTINGS, RevenueBooks, lines
from tieout.ledger.models import Line, Posting
from tieout.people import operations as people
from tieout.people.actors import Actor, Role
from tieout.people.models import Environment
from tieout.people.queries import site_clock
from tieout.sandbox.intacct.app import IntacctSandbox
from tieout.sandbox.kit.server import RunningSandbox, build
from tieout.sync import engine
from tieout.sync import operations as sync
from tieout.sync.models import Finding, Job

pytestmark = pytest.mark.django_db(transaction=True)
WRITES = {"function": "create"}


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    """A ledger of this file's own, because its nights look at everything that stands in a journal."""
    with RunningSandbox(build(IntacctSandbox(seed=7, today=NOW.date(), scale=0.02), today=NOW.date())) as running:
        yield running


@pytest.fixture
def ledger(running: RunningSandbox) -> RunningSandbox:
    """As on its first day."""
    running.control.reset()
    running.app.vendors[0].reset()
    return running


@pytest.fixture
def live(ledger: RunningSandbox) -> RevenueBooks:
    """Books with one contract, posting into the sandbox; September is closing."""
    people.prepare_site()
    where = Environment.objects.get(slug="production")
    actor = Actor(where.pk, None, "Controller", frozenset(Role), "cli")
    told = ledger.credentials()["intacct"]
    names = {"gateway_url": "url"}
    fields = [field.name for field in registry.get("intacct").fields]
    values = {name: told[names.get(name, name)] for name in fields if names.get(name, name) in told}
    target = connect.add(
        actor=actor, connector="intacct", name="Intacct", values=values | {"settle_seconds": "1"}, now=NOW
    )
    assert connect.test(actor=actor, connection_id=target.pk, now=NOW).ok
    books = RevenueBooks(where.pk, Connection.objects.get(pk=target.pk))
    accounting.set_up(actor=actor, connection_id=target.pk, told=SETTINGS, now=NOW, site=site_clock())
    books.sell("A", 120_000, dimensions="class=BUS;location=US-NYC;GLDIMSEGMENT=1;REVENUE_KIND=recurring")
    books.freeze("2026-09")
    return books


def work(job: Job) -> Job:
    """Run the job as a worker would, as often as it asks for it."""
    waiting, times = [job.pk], [NOW]

    def later(pk: int, when: datetime | None) -> None:
        waiting.append(pk)
        times.append(max(times[-1], when or NOW))

    while waiting:
        engine.run_job(waiting.pop(), worker="test", clock=lambda: times[-1], defer=later)
    job.refresh_from_db()
    return job


def run(books: RevenueBooks) -> Job:
    return work(sync.run_now(actor=books.actor, process_id=books.process.pk, now=NOW, defer=lambda *_: None))


def nightly(books: RevenueBooks) -> dict[str, str]:
    """Open findings of the check, by rule: their cause."""
    job = work(accounting.check_now(actor=books.actor, now=NOW, defer=lambda *_: None))
    assert job.state in (Job.State.SUCCEEDED, Job.State.ATTENTION), job.error
    found = Finding.objects.filter(process=job.process, state="open")
    return {finding.rule: finding.cause for finding in found}


def test_a_month_with_its_dimensions_is_posted_and_verified(live: RevenueBooks) -> None:
    assert run(live).state == Job.State.SUCCEEDED
    [entry] = Posting.objects.all()
    assert (entry.state, entry.header["symbol"]) == ("verified", "APJ")
    revenue = entry.lines.get(account="40100")
    custom = {"GLDIMSEGMENT": "1", "REVENUE_KIND": "recurring"}
    assert revenue.dimensions == {"location": "US-NYC", "department": "100", "class_id": "BUS", "custom": custom}
    assert nightly(live) == {}


@pytest.mark.parametrize("fault", ["answer_lost", "commit_lost"])
def test_whatever_happens_to_the_answer_it_is_booked_once(
    live: RevenueBooks, ledger: RunningSandbox, fault: str
) -> None:
    ledger.control.fault("intacct", fault, **WRITES)
    run(live)
    [entry] = Posting.objects.all()
    assert entry.state == "verified"
    with pinned_session(live.target) as session:
        assert len(session.find([document_of(entry)])[entry.key]) == 1  # type: ignore[attr-defined]
    assert run(live).counts.get("posted", 0) == 0


def test_a_reversal_is_a_linked_entry_and_the_difference_is_back(live: RevenueBooks) -> None:
    run(live)
    [entry] = Posting.objects.all()
    work(
        operations.reverse(actor=live.actor, posting_id=entry.pk, reason="Wrong month", now=NOW, defer=lambda *_: None)
    )
    entry.refresh_from_db()
    counter = Posting.objects.get(reverses=entry)
    assert (entry.state, counter.state) == ("reversed", "verified")
    assert lines(counter) == {key: -amount for key, amount in lines(entry).items()}
    assert nightly(live) == {}


def test_what_somebody_does_in_the_ledger_is_found_the_next_night(live: RevenueBooks, ledger: RunningSandbox) -> None:
    run(live)
    [entry] = Posting.objects.all()
    _edit(ledger, entry, "40110")
    found = nightly(live)
    assert set(found) == {"entry_edited", "account_differs"}
    assert "planned credit 40100" in found["entry_edited"]
    _edit(ledger, entry, "40100")
    assert nightly(live) == {}
    with pinned_session(live.target) as session:
        session.post(_by_hand(entry), "by-hand-1")  # type: ignore[attr-defined]
    found = nightly(live)
    assert "credit 40100 5.00 USD" in found["entry_added"]
    assert "5.00 USD apart" in found["account_differs"]
    finding = Finding.objects.get(rule="entry_added", state="open")
    sync.decide(actor=live.actor, finding_ids=[finding.pk], decision="accept", reason="Agreed", now=NOW)
    assert nightly(live) == {}
    with pinned_session(live.target) as session:
        session.remove(session.find([document_of(entry)])[entry.key][0], "by-hand-2")  # type: ignore[attr-defined]
    found = nightly(live)
    assert set(found) == {"entry_deleted", "account_differs"}
    assert entry.key in found["entry_deleted"]


def _by_hand(entry: Posting) -> Journal:
    """A top-side entry in the same journal and month."""
    here, amount = Dimensions(location="US"), Money(500, "USD")
    debit = JournalLine("23000", "debit", amount, dimensions=here)
    credit = JournalLine("40100", "credit", amount, dimensions=here)
    return Journal("BYHAND-1", "APJ", entry.day, "Top-side entry", "USD", (debit, credit))


def _edit(ledger: RunningSandbox, entry: Posting, revenue: str) -> None:
    """As a person in the ledger: the same lines, with revenue on this account."""
    told: dict[str, Any] = ledger.credentials()["intacct"]
    rows = "".join(_line(line, revenue) for line in entry.lines.all())
    batch = f"<GLBATCH><RECORDNO>{entry.record_no}</RECORDNO><ENTRIES>{rows}</ENTRIES></GLBATCH>"
    login = (
        f"<login><userid>{told['user_id']}</userid><companyid>{told['company_id']}</companyid>"
        f"<password>{told['user_password']}</password></login>"
    )
    body = (
        f"<request><control><senderid>{told['sender_id']}</senderid><password>{told['sender_password']}</password>"
        "<controlid>hand</controlid><uniqueid>false</uniqueid><dtdversion>3.0</dtdversion></control><operation>"
        f"<authentication>{login}</authentication><content><function controlid='f'><update>{batch}</update></function>"
        "</content></operation></request>"
    )
    answer = httpx2.post(told["url"], content=body.encode(), headers={"content-type": "application/xml"})
    assert "<status>failure</status>" not in answer.text, answer.text


def _line(line: Line, revenue: str) -> str:
    given = {
        "ACCOUNTNO": revenue if line.account == "40100" else line.account,
        "TR_TYPE": "1" if line.side == "debit" else "-1",
        "TRX_AMOUNT": f"{line.amount_minor / 100:.2f}",
        "CURRENCY": "USD",
        "LOCATION": line.dimensions["location"],
        "DEPARTMENT": line.dimensions["department"],
        "CLASSID": line.dimensions.get("class_id", ""),
        **line.dimensions.get("custom", {}),
    }
    return "<GLENTRY>" + "".join(f"<{name}>{value}</{name}>" for name, value in given.items() if value) + "</GLENTRY>"
