"""A set-up that would book the same money twice is refused with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from tieout.ledger.double_booking import check_gl_reports, check_receipts
from tieout.ledger.errors import BookedTwice, parse_settings
from tieout.ledger.gl_reports.settings import GlSettings
from tieout.ledger.receipts.settings import ReceiptSettings
from tieout.ledger.tests.books import Books
from tieout.ledger.tests.test_gl_reports import MAPPING
from tieout.sync.models import Process

ROW = {"method": "ACH", "bank_account": "B", "account": "10920"}
CLEARING = {"cash": "clearing", "clearing": {"account": "10920"}}


def receipts(books: Books, *rows: dict[str, Any], name: str = "Receipts") -> Process:
    return books.process("receipts", {"start_on": "2026-10-01", "methods": list(rows or [ROW])}, name)


def journal(books: Books, **changes: Any) -> Process:
    return books.process("gl_reports", {**MAPPING, **changes}, "Journal")


def check(process: Process) -> None:
    if process.kind == "receipts":
        check_receipts(process, parse_settings(ReceiptSettings, process.settings))
    else:
        check_gl_reports(process, parse_settings(GlSettings, process.settings))


class TestIsRefused:
    def test_cash_in_the_journal_beside_receipts(self, books: Books) -> None:
        receipts(books)
        with pytest.raises(BookedTwice, match="would book the cash that 'Receipts' books"):
            check(journal(books, cash="include"))

    def test_a_clearing_account_that_the_receipts_do_not_credit(self, books: Books) -> None:
        made = journal(books, **{**CLEARING, "clearing": {"account": "10910"}})
        with pytest.raises(BookedTwice, match="receipts by ACH credit 10920"):
            check(receipts(books))
        assert made.enabled

    def test_receipts_that_credit_the_revenue_which_billing_credits(self, books: Books) -> None:
        receipts(books, {**ROW, "account": "40100"})
        with pytest.raises(BookedTwice, match="40100"):
            check(journal(books))

    def test_two_processes_for_the_same_method(self, books: Books) -> None:
        receipts(books)
        with pytest.raises(BookedTwice, match="payments by ACH"):
            check(receipts(books, {**ROW, "currency": "USD"}, name="More receipts"))

    def test_the_same_company_through_another_connection(self, books: Books) -> None:
        receipts(books)
        other = Books.__new__(Books)
        other.environment_id = books.environment_id
        for part in ("source", "target"):
            mine = getattr(books, part)
            type(mine).objects.filter(pk=mine.pk).update(tenant=f"the {part}")
            twin = type(mine).objects.create(
                environment_id=mine.environment_id, connector=mine.connector, name=f"Twin {part}",
                settings=mine.settings, tenant=f"the {part}", created_at=mine.created_at,
            )  # fmt: skip
            setattr(other, part, twin)
        with pytest.raises(BookedTwice, match="payments by ACH"):
            check(receipts(other, name="Through the twin"))


class TestIsAllowed:
    def test_cash_through_the_clearing_account(self, books: Books) -> None:
        receipts(books)
        check(journal(books, **CLEARING))

    def test_cash_left_out(self, books: Books) -> None:
        receipts(books)
        check(journal(books))

    def test_another_currency_of_the_same_method(self, books: Books) -> None:
        receipts(books, {**ROW, "currency": "USD"})
        check(receipts(books, {**ROW, "currency": "JPY"}, name="Yen"))

    def test_anything_beside_a_process_that_is_off(self, books: Books) -> None:
        made = receipts(books)
        Process.objects.filter(pk=made.pk).update(enabled=False)
        check(journal(books, cash="include"))
