"""The tie-out on one page: inputs, subledger, journals and Intacct come to the same, or the difference is named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tieout.connect.models import Connection
from tieout.ledger.journals.tests.books import NOW, RevenueBooks
from tieout.ledger.models import AccountMapping
from tieout.reports import tie_out
from tieout.reports.answers import Report
from tieout.reports.questions import Question
from tieout.reports.sets import When
from tieout.reports.tests.asking import lines
from tieout.reports.tests.books import company, computed

WHEN = When(date(2026, 11, 20), ZoneInfo("UTC"))
SEPTEMBER = Question(as_of=date(2026, 9, 30))


@pytest.fixture
def books(environments: dict[str, Any]) -> RevenueBooks:
    """One contract over 1,200.00, billed at once, with September frozen."""
    where = environments["production"].pk
    target = Connection.objects.create(environment_id=where, connector="intacct", name="Intacct", created_at=NOW)
    made = RevenueBooks(where, target)
    made.sell("A", 120_000)
    made.freeze("2026-09")
    return made


def tied(books: RevenueBooks, question: Question = SEPTEMBER) -> Report:
    return tie_out.report(books.environment_id, question, WHEN).report


def test_what_was_posted_and_read_back_ties_to_the_source(books: RevenueBooks) -> None:
    names = ("account", "subledger", "journals", "posted", "verified", "to_post", "difference")
    before = tied(books)
    assert not before.ties
    assert lines(before.tables[1].rows[1:2], *names) == [
        ["23000", "-1100.00", "-1100.00", "0.00", "0.00", "-1100.00", "-1100.00"]
    ]
    books.accept(*books.plan())
    after = tied(books)
    assert after.ties
    assert lines(after.tables[0].rows, "what", "source", "aside", "subledger", "difference") == [
        ["Billed: invoices less credit memos", "1200.00", "0.00", "1200.00", "0.00"],
        ["Contract prices: lines and changes at fixed prices", "1200.00", "0.00", "1200.00", "0.00"],
    ]
    assert lines(after.tables[1].rows, *names) == [
        ["12000", "None", "1200.00", "1200.00", "1200.00", "0.00", "0.00"],
        ["23000", "-1100.00", "-1100.00", "-1100.00", "-1100.00", "0.00", "0.00"],
        ["40100", "-100.00", "-100.00", "-100.00", "-100.00", "0.00", "0.00"],
    ]


def test_what_is_sent_and_not_read_back_is_posted_but_not_in_intacct(books: RevenueBooks) -> None:
    [entry] = books.plan()
    for state in ("sending", "sent"):
        type(entry).objects.filter(pk=entry.pk).update(state=state)
    row = tied(books).tables[1].rows[0]
    assert lines([row], "posted", "verified", "to_post", "difference") == [["1200.00", "0.00", "0.00", "1200.00"]]


def test_a_contract_that_a_gap_keeps_out_is_named_as_set_aside(books: RevenueBooks) -> None:
    books.accept(*books.plan())
    books.close("2026-09")
    books.sell("B", 50_000, product="unheard")
    books.freeze("2026-10")
    rows = tied(books, Question(as_of=date(2026, 10, 31))).tables[0].rows
    assert lines(rows, "source", "aside", "subledger", "difference") == [["1700.00", "500.00", "1200.00", "0.00"]] * 2


def test_a_role_without_an_account_stands_by_its_name(books: RevenueBooks) -> None:
    AccountMapping.objects.filter(role="revenue").delete()
    rows = tied(books).tables[1].rows
    assert [row.values["account"] for row in rows] == ["12000", "23000", "not mapped: revenue"]


def test_each_currency_ties_for_itself(environments: dict[str, Any]) -> None:
    environment = environments["production"].pk
    computed(environment, company(), datetime(2026, 4, 2, tzinfo=UTC))
    found = tie_out.report(environment, Question(as_of=date(2026, 3, 31)), WHEN).report
    told = [
        (row.currency, *line)
        for row, line in zip(
            found.tables[0].rows, lines(found.tables[0].rows, "what", "source", "difference"), strict=True
        )
    ]
    assert told == [
        ("USD", "Billed: invoices less credit memos", "1750.00", "0.00"),
        ("EUR", "Contract prices: lines and changes at fixed prices", "500.00", "0.00"),
        ("USD", "Contract prices: lines and changes at fixed prices", "3900.00", "0.00"),
        ("USD", "Commissions incurred", "120.00", "0.00"),
    ]
