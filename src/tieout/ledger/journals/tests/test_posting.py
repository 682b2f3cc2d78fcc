"""A month of revenue in the ledger's sandbox: exactly once whatever the network does, taken back, and watched every night."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tieout.connect.queries import pinned_session
from tieout.ledger import operations
from tieout.ledger.drafts import document_of
from tieout.ledger.journals.tests.books import NOW, RevenueBooks, lines
from tieout.ledger.journals.tests.live import by_hand, connected, edit, held, nightly, run, work
from tieout.ledger.models import Posting
from tieout.sandbox.intacct.app import IntacctSandbox
from tieout.sandbox.kit.server import RunningSandbox, build
from tieout.sync import operations as sync
from tieout.sync.models import Finding, Job

pytestmark = pytest.mark.django_db(transaction=True)
WRITES = {"function": "create"}


@pytest.fixture(scope="module")
def ledger() -> Iterator[RunningSandbox]:
    """A ledger of this file's own, because its nights look at everything that stands in a journal."""
    with RunningSandbox(build(IntacctSandbox(seed=7, today=NOW.date(), scale=0.02), today=NOW.date())) as running:
        yield running


@pytest.fixture
def live(ledger: RunningSandbox) -> RevenueBooks:
    """Books with one contract, posting into the sandbox; September is closing."""
    return connected(ledger)


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
    assert held(live, entry) == 1
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
    edit(ledger, entry, "40110")
    found = nightly(live)
    assert set(found) == {"entry_edited", "account_differs"}
    assert "planned credit 40100" in found["entry_edited"]
    edit(ledger, entry, "40100")
    assert nightly(live) == {}
    with pinned_session(live.target) as session:
        session.post(by_hand(entry), "by-hand-1")  # type: ignore[attr-defined]
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
