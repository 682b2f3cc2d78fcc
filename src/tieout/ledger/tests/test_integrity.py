"""The laws that PostgreSQL itself holds, tried by going around the code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from tieout.audit.models import Entry
from tieout.ledger.models import STEPS, Attempt, Line, Posting, Weighing
from tieout.ledger.tests.books import NOW, Books
from tieout.sync.models import Event, Job, Process

DAY = date(2026, 10, 2)


@pytest.fixture
def process(books: Books) -> Process:
    return books.process("receipts", {})


@pytest.fixture
def entry(books: Books, process: Process) -> Callable[..., Posting]:
    """A journal entry with these debits (positive) and credits, checked at once."""

    def make(*amounts: int, key: str = "TO1", kind: str = "journal", total: int | None = None) -> Posting:
        debits = sum(amount for amount in amounts if amount > 0)
        posting = Posting.objects.create(
            environment_id=books.environment_id,
            process=process,
            target=books.target,
            kind=kind,
            key=key,
            group=key,
            day=DAY,
            currency="USD",
            total_minor=debits if total is None else total,
            planned_at=NOW,
        )
        for number, amount in enumerate(amounts, 1):
            side = "debit" if amount > 0 else "credit"
            posting.lines.create(number=number, account="1", side=side, amount_minor=abs(amount))
        check_now()
        return posting

    return make


def check_now() -> None:
    """What the end of the transaction checks."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")


def refused(act: Callable[[], Any], *, by: type[Exception] = ProgrammingError, says: str = "pgtrigger: Cannot") -> None:
    with pytest.raises(by, match=says), transaction.atomic():
        act()


def test_an_entry_that_does_not_balance_does_not_exist(entry: Callable[..., Posting]) -> None:
    entry(100, -60, -40)
    refused(lambda: entry(100, -99, key="TO2"), by=IntegrityError, says="does not balance: difference 1 minor unit")


def test_a_receipt_whose_total_changes_alone_does_not_balance_any_more(entry: Callable[..., Posting]) -> None:
    receipt = entry(-100, -40, kind="receipt", total=140)

    def change() -> None:
        Posting.objects.filter(pk=receipt.pk).update(total_minor=141)
        check_now()

    refused(change, by=IntegrityError, says="does not balance: difference 1 minor unit")


def test_an_entry_is_summed_up_once_however_many_lines_it_has(entry: Callable[..., Posting]) -> None:
    posting, count = entry(1, -1), 8_000
    posting.lines.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = '2s'")
    lines = [
        Line(posting=posting, number=n, account="1", side=("debit", "credit")[n % 2], amount_minor=5)
        for n in range(count)
    ]
    Line.objects.bulk_create(lines)
    check_now()
    refused(
        lambda: (Line.objects.filter(posting=posting, number=7).delete(), check_now()),
        by=IntegrityError,
        says="balance",
    )
    assert not Weighing.objects.exists()


def test_a_posting_takes_no_step_that_its_life_does_not_allow(entry: Callable[..., Posting]) -> None:
    posting = entry(100, -100)
    refused(lambda: Posting.objects.filter(pk=posting.pk).update(state="verified"))
    for state in ("sending", "unknown", "sent", "verified"):
        Posting.objects.filter(pk=posting.pk).update(state=state)
    refused(lambda: Posting.objects.filter(pk=posting.pk).update(state="planned"))


def test_what_was_sent_stays_as_it_is(entry: Callable[..., Posting]) -> None:
    posting = entry(100, -100)
    Posting.objects.filter(pk=posting.pk).update(state="sending")
    refused(lambda: Posting.objects.filter(pk=posting.pk).update(day=date(2026, 10, 3)))
    refused(lambda: posting.lines.update(amount_minor=99), says="stay as they are")
    refused(lambda: posting.delete(), says="stay as they are")


def test_a_payment_is_in_one_live_receipt_of_its_process(
    books: Books, entry: Callable[..., Posting], process: Process
) -> None:
    paid = books.payment("P1", DAY, 100)
    one, other = entry(100, -100), entry(100, -100, key="TO2")

    def book(posting: Posting) -> None:
        posting.sources.create(
            line=posting.lines.first(),
            process=process,
            record_kind="payment",
            record_id="P1",
            source_record=paid.source_record,
            amount_minor=100,
            exclusive=True,
        )

    book(one)
    refused(lambda: book(other), by=IntegrityError, says="ledger_source_booked_once")
    one.sources.update(live=False)
    book(other)


def test_a_process_has_one_active_job(process: Process) -> None:
    Job.objects.create(process=process, trigger="manual", requested_by="Ann", queued_at=NOW)
    refused(
        lambda: Job.objects.create(process=process, trigger="schedule", requested_by="Schedule", queued_at=NOW),
        by=IntegrityError,
        says="sync_one_active_job",
    )


def test_history_is_only_added_to(books: Books, entry: Callable[..., Posting], process: Process) -> None:
    posting, paid = entry(100, -100), books.payment("P1", DAY, 100)
    job = Job.objects.create(process=process, trigger="manual", requested_by="Ann", queued_at=NOW)
    event = Event.objects.create(job=job, at=NOW, text="Started")
    attempt = Attempt.objects.create(posting=posting, purpose="post", control_id="x", started_at=NOW, finished_at=NOW)
    act = Entry.objects.create(actor="Ann", door="web", action="look", subject="x")
    raw = type(paid.source_record).objects.filter(pk=paid.source_record_id)
    refused(lambda: Event.objects.filter(pk=event.pk).update(text="Never happened"))
    refused(lambda: Attempt.objects.filter(pk=attempt.pk).update(outcome="sent"))
    refused(lambda: attempt.delete())
    refused(lambda: Entry.objects.filter(pk=act.pk).update(actor="Bob"))
    refused(lambda: act.delete())
    refused(lambda: raw.update(payload={"amount": "1000000.00"}))


def test_every_state_of_a_posting_has_a_way_on_or_is_an_end() -> None:
    assert set(STEPS) == set(Posting.State.values)
    assert {after for afters in STEPS.values() for after in afters} <= set(STEPS)
    assert [state for state, afters in STEPS.items() if not afters] == ["reversed", "withdrawn"]
