"""A month of billing as journal entries: target minus booked, to the cent, and never a second copy."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection as database

from tieout.kernel.errors import InvalidInput
from tieout.ledger.errors import parse_settings
from tieout.ledger.gl_reports import planning
from tieout.ledger.gl_reports.settings import GlSettings
from tieout.ledger.models import Posting
from tieout.ledger.tests.books import Books
from tieout.records.models import Invoice
from tieout.sync.models import Finding, Process

OCTOBER, TODAY = date(2026, 10, 15), date(2026, 11, 20)
MAPPING: dict[str, Any] = {
    "start_month": "2026-10",
    "journal": "RVJ",
    "receivable": {"account": "12000"},
    "tax": {"account": "22100"},
    "bad_debt": {"account": "62000"},
    "codes": [
        {"code": "VOICE", "account": "40100", "location": "US"},
        {"code": "DATA", "account": "40200", "location": "US"},
    ],
}


def plan(books: Books, process: Process, **changes: Any) -> list[Posting]:
    settings = parse_settings(GlSettings, {**MAPPING, **process.settings, **changes})
    planning.plan(books.run(process), settings, TODAY)
    return list(Posting.objects.filter(process=process, state="planned").order_by("pk"))


def lines(posting: Posting) -> dict[str, int]:
    """Debit positive, by account."""
    found: dict[str, int] = {}
    for line in posting.lines.all():
        found[line.account] = found.get(line.account, 0) + (1 if line.side == "debit" else -1) * line.amount_minor
    return found


def accept(posting: Posting) -> None:
    """As if the ledger had taken it."""
    for state in ("sending", "sent", "verified"):
        Posting.objects.filter(pk=posting.pk).update(state=state)


@pytest.fixture
def process(books: Books) -> Process:
    books.customer("7", "Ann")
    books.product("1", "VOICE")
    books.product("2", "DATA")
    return books.process("gl_reports", MAPPING)


class TestAClosedMonth:
    def test_is_one_balanced_entry_by_ledger_code(self, books: Books, process: Process) -> None:
        books.bill("B1", OCTOBER, {"C1": ("1", 10000, 800), "C2": ("2", 5000, 400)})
        books.credit("M1", OCTOBER, "1", 2000, 160)
        books.credit("M2", OCTOBER, "2", 700, bad_debt=True)
        [entry] = plan(books, process)
        assert lines(entry) == {"40100": -8000, "40200": -5000, "22100": -1040, "62000": 700, "12000": 13340}
        assert (entry.day, entry.group, entry.header["symbol"]) == (date(2026, 10, 31), "2026-10 · RVJ · USD", "RVJ")

    def test_leads_from_every_amount_back_to_its_record(self, books: Books, process: Process) -> None:
        books.bill("B1", OCTOBER, {"C1": ("1", 10000, 800)})
        [entry] = plan(books, process)
        revenue = entry.lines.get(account="40100")
        assert [(source.record_id, source.amount_minor) for source in revenue.sources.all()] == [("C1", -10000)]
        assert sum(source.amount_minor for source in entry.sources.all()) == 0

    def test_is_planned_once_however_often_it_is_planned(self, books: Books, process: Process) -> None:
        books.bill("B1", OCTOBER, {"C1": ("1", 10000, 800)})
        [first] = plan(books, process)
        [second] = plan(books, process)
        assert (first.pk, first.key) == (second.pk, second.key)
        assert entry_sources(second) == [("C1", -10000), ("C1", -800), ("C1", 10800)]

    def test_that_was_posted_posts_nothing_more(self, books: Books, process: Process) -> None:
        books.bill("B1", OCTOBER, {"C1": ("1", 10000, 800)})
        accept(plan(books, process)[0])
        assert plan(books, process) == []

    def test_that_changed_posts_the_difference(self, books: Books, process: Process) -> None:
        books.bill("B1", OCTOBER, {"C1": ("1", 10000, 800)})
        accept(plan(books, process)[0])
        books.bill("B1", OCTOBER, {"C1": ("1", 10000, 800), "C9": ("2", 3000, 0)})
        [difference] = plan(books, process)
        assert lines(difference) == {"40200": -3000, "12000": 3000}
        assert difference.group == "2026-10 · RVJ · USD · #2"

    def test_whose_bill_moved_away_is_taken_back_to_zero(self, books: Books, process: Process) -> None:
        books.bill("B1", OCTOBER, {"C1": ("1", 10000, 800)})
        accept(plan(books, process)[0])
        books.bill("B1", date(2026, 11, 2), {"C1": ("1", 10000, 800)})
        [difference] = plan(books, process)
        assert lines(difference) == {"40100": 10000, "22100": 800, "12000": -10800}

    def test_mapped_anew_moves_what_was_booked(self, books: Books, process: Process) -> None:
        books.bill("B1", OCTOBER, {"C1": ("1", 10000, 0)})
        accept(plan(books, process)[0])
        [difference] = plan(books, process, codes=[{**MAPPING["codes"][0], "account": "40110"}])
        assert lines(difference) == {"40100": 10000, "40110": -10000}

    def test_is_split_by_the_customers_entity(self, books: Books, process: Process) -> None:
        books.customer("7", "Ann", Entity="US")
        books.customer("8", "Bob", Entity="UK")
        books.bill("B1", OCTOBER, {"C1": ("1", 100, 0)})
        books.bill("B2", OCTOBER, {"C2": ("1", 250, 0)}, customer="8")
        entries = plan(books, process, entity_field="Entity", entities={"US": "100", "UK": "200"})
        assert {entry.entity: lines(entry)["12000"] for entry in entries} == {"100": 100, "200": 250}


def entry_sources(entry: Posting) -> list[tuple[str, int]]:
    return sorted((source.record_id, source.amount_minor) for source in entry.sources.all())


class TestAMonthInQuestion:
    def test_is_not_planned_while_a_ledger_code_has_no_account(self, books: Books, process: Process) -> None:
        books.product("3", "FAX")
        books.bill("B1", OCTOBER, {"C1": ("1", 100, 0), "C2": ("3", 50, 0)})
        assert plan(books, process) == []
        finding = Finding.objects.get(process=process)
        assert (finding.rule, finding.label, finding.owner) == ("unmapped_code", "2026-10: charges of FAX", "here")
        assert "0.50 USD" in finding.cause

    def test_is_planned_as_soon_as_it_is_mended(self, books: Books, process: Process) -> None:
        books.product("3", "FAX")
        books.bill("B1", OCTOBER, {"C1": ("3", 50, 0)})
        plan(books, process)
        [entry] = plan(books, process, codes=[*MAPPING["codes"], {"code": "FAX", "account": "40300"}])
        assert lines(entry) == {"40300": -50, "12000": 50}
        assert Finding.objects.get(process=process).state == "resolved"

    def test_waits_for_charges_that_a_bill_lacks(self, books: Books, process: Process) -> None:
        books.bill("B1", OCTOBER, {"C1": ("1", 100, 0)})
        Invoice.objects.filter(external_id="B1").update(amount_minor=150)
        assert plan(books, process) == []
        assert "1.50 USD, its charges come to 1.00 USD" in Finding.objects.get(process=process).cause
        assert len(plan(books, process, rules={"bill_differs": "accept"})) == 1


class TestCash:
    def test_is_left_out_unless_the_site_says_otherwise(self, books: Books, process: Process) -> None:
        books.payment("P1", OCTOBER, 5000)
        assert plan(books, process) == []

    def test_is_booked_by_method_when_no_receipts_are(self, books: Books, process: Process) -> None:
        books.payment("P1", OCTOBER, 5000)
        books.payment("P2", OCTOBER, 900, bounced=True)
        books.payment("P3", OCTOBER, 800, method="Credit")
        row = {"component": "payment", "code": "ACH", "account": "10900"}
        [entry] = plan(books, process, cash="include", no_money_methods=["Credit"], codes=[*MAPPING["codes"], row])
        assert lines(entry) == {"10900": 5000, "12000": -5000}

    def test_passes_the_clearing_account_exactly_as_the_receipts_did(self, books: Books, process: Process) -> None:
        paid = books.payment("P1", OCTOBER, 5000)
        books.payment("P2", OCTOBER, 700)
        receipts = books.process("receipts", {})
        booked_receipt(books, receipts, paid)
        clearing = {"cash": "clearing", "clearing": {"account": "10920"}}
        [entry] = plan(books, process, **clearing)
        assert lines(entry) == {"10920": 5000, "12000": -5000}


def booked_receipt(books: Books, receipts: Process, paid: Any) -> None:
    """As if the payment's receipt had been posted."""
    with database.cursor() as cursor:
        cursor.execute("set constraints all deferred")
    posting = Posting.objects.create(
        environment_id=books.environment_id,
        process=receipts,
        target=books.target,
        kind="receipt",
        key="TOX",
        group="x",
        day=OCTOBER,
        currency="USD",
        total_minor=paid.amount_minor,
        planned_at=books.run(receipts).clock(),
    )
    line = posting.lines.create(number=1, account="10920", amount_minor=paid.amount_minor)
    posting.sources.create(
        line=line,
        process=receipts,
        record_kind="payment",
        record_id=paid.external_id,
        source_record=paid.source_record,
        amount_minor=paid.amount_minor,
        exclusive=True,
    )
    accept(posting)


def test_only_months_that_are_over_are_closed() -> None:
    settings = parse_settings(GlSettings, {**MAPPING, "start_month": "2026-08", "days_after": 3})
    assert [month.label for month in planning.closed_months(settings, date(2026, 11, 3))] == ["2026-08", "2026-09"]
    assert [month.label for month in planning.closed_months(settings, date(2026, 11, 4))][-1] == "2026-10"
    assert planning.closed_months(settings, date(2026, 7, 1)) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cash": "clearing"}, "clearing account, but none is chosen"),
        ({"codes": [MAPPING["codes"][0]] * 2}, "mapped twice"),
        ({"start_month": "2026-13"}, "not a month"),
        ({"journal": ""}, "journal"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        parse_settings(GlSettings, {**MAPPING, **changes})
