"""Revenue books that post into a sandbox of the ledger, with the work of a worker and what a person does there by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx2

from tieout.connect import operations as connect
from tieout.connect.models import Connection
from tieout.connect.queries import pinned_session
from tieout.connectors.kit import registry
from tieout.connectors.kit.documents import Dimensions, Journal, JournalLine
from tieout.kernel.money import Money
from tieout.ledger.drafts import document_of
from tieout.ledger.journals import operations as accounting
from tieout.ledger.journals.tests.books import NOW, SETTINGS, RevenueBooks
from tieout.ledger.models import Line, Posting
from tieout.people import operations as people
from tieout.people.actors import Actor, Role
from tieout.people.models import Environment
from tieout.people.queries import site_clock
from tieout.sandbox.kit.server import RunningSandbox
from tieout.sync import engine
from tieout.sync import operations as sync
from tieout.sync.models import Finding, Job


def connected(ledger: RunningSandbox) -> RevenueBooks:
    """Books with one contract, posting into the sandbox as it was on its first day; September is closing."""
    ledger.control.reset()
    ledger.app.vendors[0].reset()
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
    """Post what is planned, on demand of the controller."""
    return work(sync.run_now(actor=books.actor, process_id=books.process.pk, now=NOW, defer=lambda *_: None))


def nightly(books: RevenueBooks) -> dict[str, str]:
    """Open findings of the check, by rule: their cause."""
    job = work(accounting.check_now(actor=books.actor, now=NOW, defer=lambda *_: None))
    assert job.state in (Job.State.SUCCEEDED, Job.State.ATTENTION), job.error
    found = Finding.objects.filter(process=job.process, state="open")
    return {finding.rule: finding.cause for finding in found}


def held(books: RevenueBooks, entry: Posting) -> int:
    """How many entries the ledger holds under the posting's key."""
    with pinned_session(books.target) as session:
        return len(session.find([document_of(entry)])[entry.key])  # type: ignore[attr-defined]


def by_hand(entry: Posting) -> Journal:
    """A top-side entry in the same journal and month."""
    here, amount = Dimensions(location="US"), Money(500, "USD")
    debit = JournalLine("23000", "debit", amount, dimensions=here)
    credit = JournalLine("40100", "credit", amount, dimensions=here)
    return Journal("BYHAND-1", "APJ", entry.day, "Top-side entry", "USD", (debit, credit))


def edit(ledger: RunningSandbox, entry: Posting, revenue: str) -> None:
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
