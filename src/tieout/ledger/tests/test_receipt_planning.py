"""Planning receipts from the database: each payment once, late ones apart, and nothing changes by planning again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db.models import Sum

from tieout.kernel.calendar import Calendar
from tieout.ledger import reversal
from tieout.ledger.errors import parse_settings
from tieout.ledger.models import Posting, Source
from tieout.ledger.receipts import planning
from tieout.ledger.receipts.settings import ReceiptSettings
from tieout.ledger.tests.books import Books
from tieout.ledger.tests.test_gl_reports import accept
from tieout.sync.models import Finding, Job, Process

FRIDAY, LAST = date(2026, 10, 2), date(2026, 11, 19)
MAPPING: dict[str, Any] = {
    "start_on": "2026-10-01",
    "methods": [{"method": "ACH", "bank_account": "B", "account": "10920"}],
}


def plan(books: Books, process: Process, *, trigger: str = Job.Trigger.MANUAL, **changes: Any) -> dict[str, Posting]:
    settings = parse_settings(ReceiptSettings, {**MAPPING, **changes})
    planning.plan(books.run(process, trigger), settings, LAST, Calendar("US"))
    return {posting.group: posting for posting in Posting.objects.filter(process=process)}


@pytest.fixture
def process(books: Books) -> Process:
    books.customer("7", "Ann")
    return books.process("receipts", MAPPING)


def test_each_day_is_a_receipt_of_its_own(books: Books, process: Process) -> None:
    books.payment("1", FRIDAY, 100)
    books.payment("2", FRIDAY, 200)
    books.payment("3", date(2026, 10, 3), 400)
    books.payment("4", date(2026, 9, 30), 800)
    assert {group: posting.total_minor for group, posting in plan(books, process).items()} == {
        "2026-10-02 · ACH · USD": 300,
        "2026-10-03 · ACH · USD": 400,
    }


def test_planning_again_changes_nothing(books: Books, process: Process) -> None:
    books.payment("1", FRIDAY, 100)
    [first] = plan(books, process).values()
    [second] = plan(books, process).values()
    assert (first.pk, first.key, first.revision) == (second.pk, second.key, second.revision)
    assert Source.objects.count() == 1


def test_a_payment_that_comes_late_joins_a_receipt_that_was_not_sent(books: Books, process: Process) -> None:
    books.payment("1", FRIDAY, 100)
    [before] = plan(books, process).values()
    books.payment("2", FRIDAY, 50)
    [after] = plan(books, process).values()
    assert (after.pk, after.key, after.total_minor) == (before.pk, before.key, 150)


def test_a_payment_that_comes_late_makes_a_second_receipt_when_the_first_was_sent(
    books: Books, process: Process
) -> None:
    books.payment("1", FRIDAY, 100)
    accept(plan(books, process)["2026-10-02 · ACH · USD"])
    books.payment("2", FRIDAY, 50)
    planned = plan(books, process)
    assert planned["2026-10-02 · ACH · USD · #2"].total_minor == 50
    assert Source.objects.aggregate(total=Sum("amount_minor"))["total"] == 150


def test_a_receipt_that_is_not_needed_any_more_is_taken_away(books: Books, process: Process) -> None:
    books.payment("1", FRIDAY, 100)
    plan(books, process)
    books.payment("1", FRIDAY, 100, bounced=True)
    assert plan(books, process) == {}
    assert Finding.objects.get().rule == "bounced"


def test_a_refused_receipt_waits_for_a_person_or_a_change(books: Books, process: Process) -> None:
    books.payment("1", FRIDAY, 100)
    [posting] = plan(books, process).values()
    Posting.objects.filter(pk=posting.pk).update(state="failed", problem={"code": "connectors.refused"})
    assert plan(books, process, trigger=Job.Trigger.SCHEDULE)[posting.group].state == "failed"
    other_bank = [{**MAPPING["methods"][0], "bank_account": "C"}]
    again = plan(books, process, trigger=Job.Trigger.SCHEDULE, methods=other_bank)[posting.group]
    assert (again.state, again.revision, again.key) == ("planned", 2, posting.key)


def test_a_decision_about_one_payment_is_followed(books: Books, process: Process) -> None:
    books.payment("1", FRIDAY, 100, bounced=True)
    books.payment("2", FRIDAY, 200, bounced=True)
    assert plan(books, process) == {}
    Finding.objects.filter(record_id="2").update(decision="book", state="dismissed")
    [posting] = plan(books, process).values()
    assert posting.total_minor == 200
    assert dict(Finding.objects.values_list("record_id", "state")) == {"1": "open", "2": "dismissed"}


def test_the_entity_comes_from_the_customers_field(books: Books, process: Process) -> None:
    books.customer("7", "Ann", Entity="UK")
    books.payment("1", FRIDAY, 100)
    [posting] = plan(books, process, entity_field="Entity", entities={"UK": "200-UK"}).values()
    assert (posting.entity, posting.group) == ("200-UK", "2026-10-02 · ACH · USD · 200-UK")


def test_a_payment_of_an_unknown_customer_is_held_and_freed_when_the_customer_arrives(
    books: Books, process: Process
) -> None:
    books.payment("1", FRIDAY, 100, customer_id_external="99")
    assert plan(books, process) == {}
    books.customer("99", "阮 Kon Tum")
    [posting] = plan(books, process).values()
    assert posting.header["payer"] == "阮 Kon Tum"
    assert Finding.objects.get().state == "resolved"


def test_a_payment_that_moved_to_another_day_is_planned_there_alone(books: Books, process: Process) -> None:
    books.payment("1", FRIDAY, 100)
    books.payment("2", FRIDAY, 50)
    plan(books, process)
    books.payment("1", date(2026, 10, 1), 100)
    assert {group: posting.total_minor for group, posting in plan(books, process).items()} == {
        "2026-10-01 · ACH · USD": 100,
        "2026-10-02 · ACH · USD": 50,
    }


def test_a_payment_whose_receipt_a_person_reversed_waits_for_that_person(books: Books, process: Process) -> None:
    books.payment("1", FRIDAY, 100)
    [posting] = plan(books, process).values()
    accept(posting)
    reversal.begin(posting, books.run(process).clock(), "Wrong bank")
    Posting.objects.filter(pk=posting.pk).update(state="reversed")
    posting.sources.update(live=False)
    assert [each.state for each in plan(books, process).values()] == ["reversed"]
    Finding.objects.filter(rule="reversed").update(decision="book", state="dismissed")
    assert plan(books, process)["2026-10-02 · ACH · USD · #2"].total_minor == 100
