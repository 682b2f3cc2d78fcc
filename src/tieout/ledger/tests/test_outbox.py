"""Stories of one posting whose answer does not arrive, told to the ledger's sandbox over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from tieout.connectors.intacct.session import open_session
from tieout.connectors.kit.faults import NotSent
from tieout.demo.site import intacct_values
from tieout.ledger import outbox
from tieout.ledger.drafts import document_of, new_key
from tieout.ledger.models import Line, Posting
from tieout.ledger.outbox import Desk
from tieout.ledger.tests.books import NOW, Books
from tieout.sandbox.kit.server import RunningSandbox

State = Posting.State
RECEIPT = {"function": "record_otherreceipt"}


@dataclass
class Counter:
    """One receipt, the desk that posts it, and a clock that the story turns."""

    desk: Desk
    posting: Posting
    now: list[datetime]
    counted: list[dict[str, int]] = field(default_factory=list)

    def deliver(self) -> str:
        return outbox.deliver(self.desk, self.posting.pk)

    def look_up(self, *, after: timedelta = timedelta()) -> str:
        """The state after a look-up at a later time."""
        self.now[0] += after
        outbox.look_up(self.desk, [self.posting])
        self.posting.refresh_from_db()
        return self.posting.state

    def held(self) -> int:
        """How many records the ledger holds under the key."""
        return len(self.desk.session.find([document_of(self.posting)])[self.posting.key])


@pytest.fixture
def counter(books: Books, vendors: RunningSandbox) -> Iterator[Counter]:
    now, counted = [NOW], []
    session = open_session(intacct_values(vendors.credentials()) | {"timeout": "20"})
    desk = Desk(books.target, session, lambda: now[0], lambda **counts: counted.append(counts))
    yield Counter(desk, _planned(books), now, counted)
    session.close()
    vendors.control.faults.clear()


def test_an_absent_record_proves_nothing_before_the_settle_window_is_over(
    counter: Counter, vendors: RunningSandbox
) -> None:
    vendors.control.fault("intacct", "commit_lost", **RECEIPT)
    assert counter.deliver() == State.UNKNOWN
    assert counter.look_up() == State.UNKNOWN
    assert counter.deliver() == State.UNKNOWN
    assert counter.look_up(after=counter.desk.settle - timedelta(seconds=1)) == State.UNKNOWN
    assert counter.deliver() == State.UNKNOWN
    counter.look_up(after=timedelta(seconds=2))
    assert outbox.certainly_absent(counter.posting)
    assert counter.held() == 0
    assert counter.deliver() == State.SENT
    assert counter.held() == 1


def test_a_window_that_ends_after_the_look_up_does_not_count(counter: Counter, vendors: RunningSandbox) -> None:
    vendors.control.fault("intacct", "commit_lost", **RECEIPT)
    counter.deliver()
    counter.look_up()
    counter.now[0] += counter.desk.settle * 2
    assert counter.deliver() == State.UNKNOWN


def test_what_was_booked_without_an_answer_is_found_and_counted_once(counter: Counter, vendors: RunningSandbox) -> None:
    vendors.control.fault("intacct", "answer_lost", **RECEIPT)
    assert counter.deliver() == State.UNKNOWN
    assert counter.look_up() == State.SENT
    assert counter.deliver() == State.SENT
    assert counter.held() == 1
    assert sum(counts.get("posted", 0) for counts in counter.counted) == 1


def test_a_busy_ledger_leaves_the_posting_planned(counter: Counter, vendors: RunningSandbox) -> None:
    vendors.control.fault("intacct", "status_429", **RECEIPT)
    with pytest.raises(NotSent):
        counter.deliver()
    counter.posting.refresh_from_db()
    assert counter.posting.state == State.PLANNED
    assert counter.held() == 0


def test_a_posting_that_the_ledger_says_it_knows_but_does_not_hold_waits_for_a_person(counter: Counter) -> None:
    desk, posting = counter.desk, counter.posting
    document = document_of(posting)
    desk.session.post(document, outbox.control_id(posting))
    desk.session.remove(desk.session.find([document])[posting.key][0], f"{posting.key}-by-hand")
    assert counter.deliver() == State.UNKNOWN
    assert counter.look_up() == State.UNKNOWN
    assert counter.look_up(after=desk.settle) == State.FAILED
    assert counter.posting.problem is not None
    assert counter.posting.problem["code"] == "ledger.vanished"


def _planned(books: Books) -> Posting:
    day = date(2026, 11, 19)
    header = {
        "payer": "Ada",
        "method": "EFT",
        "bank_account": "BOA-OPER",
        "undeposited_account": "",
        "description": "One",
    }
    posting = Posting.objects.create(
        environment_id=books.environment_id,
        process=books.process("receipts", {}),
        target=books.target,
        kind=Posting.Kind.RECEIPT,
        key=new_key(),
        group="One",
        day=day,
        currency="USD",
        total_minor=1250,
        header={**header, "deposit_day": day.isoformat()},
        planned_at=NOW,
    )
    place = {"location": "US-NYC", "department": "410", "class_id": "BUS"}
    Line.objects.create(posting=posting, number=1, account="10920", amount_minor=1250, dimensions=place)
    return posting
