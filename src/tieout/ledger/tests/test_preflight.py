"""What the ledger would refuse, named before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tieout.connectors.kit.documents import Dimensions, Journal, JournalLine, Receipt, ReceiptLine
from tieout.kernel.money import Money
from tieout.ledger.budget import forecast
from tieout.ledger.errors import PreflightFailed
from tieout.ledger.models import ReferenceItem
from tieout.ledger.preflight import check
from tieout.ledger.reference import Chart

DAY = date(2026, 10, 2)


def item(kind: str, code: str, *, active: bool = True, **facts: str) -> ReferenceItem:
    return ReferenceItem(kind=kind, code=code, name=code, active=active, facts=facts)


CHART = Chart(
    {
        (row.kind, row.code): row
        for row in (
            item("account", "10920"),
            item("account", "19000", active=False),
            item("account", "10010", bank="BOA-OPER"),
            item("account", "50000", requires="location,department"),
            item("account_label", "Billing cash"),
            item("bank_account", "BOA-OPER", currency="USD"),
            item("bank_account", "SAKURA", currency="JPY"),
            item("journal", "RVJ"),
            item("journal", "PYRJ", active=False),
            item("location", "NYC"),
            item("department", "900", active=False),
            item("entity", "US"),
            item("period", "2026-09", start="2026-09-01", end="2026-09-30", closed="true"),
        )
    }
)
LINE = ReceiptLine(Money(100, "USD"), "10920", dimensions=Dimensions(location="NYC"))
RECEIPT = Receipt("TO1", DAY, "Ann", "EFT", "USD", (LINE,), bank_account="BOA-OPER", deposit_day=DAY)
JOURNAL = Journal(
    "TO2",
    "RVJ",
    DAY,
    "Billing",
    "USD",
    (JournalLine("10920", "debit", Money(1, "USD")), JournalLine("10920", "credit", Money(1, "USD"))),
)


def test_a_document_that_fits_the_lists_passes() -> None:
    check(RECEIPT, CHART)
    check(JOURNAL, CHART)
    check(replace(RECEIPT, lines=(replace(LINE, account="", account_label="Billing cash"),)), CHART)


def test_nothing_is_foreseen_before_the_lists_were_read() -> None:
    check(replace(RECEIPT, bank_account="NOWHERE"), Chart({}))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"bank_account": "NOWHERE"}, "no bank account 'NOWHERE'"),
        ({"bank_account": "SAKURA"}, "kept in JPY, not USD"),
        ({"bank_account": "", "undeposited_account": "999"}, "no account 999"),
        ({"entity": "MARS"}, "no entity 'MARS'"),
        ({"day": date(2026, 9, 30)}, "period of 2026-09-30 is closed"),
        ({"lines": (replace(LINE, account="999"),)}, "no account 999"),
        ({"lines": (replace(LINE, account="19000"),)}, "Account 19000 is inactive"),
        ({"lines": (replace(LINE, account="10010"),)}, "belongs to the bank account BOA-OPER"),
        ({"lines": (replace(LINE, account="50000"),)}, "Account 50000 requires a department"),
        ({"lines": (replace(LINE, account="", account_label="Nothing"),)}, "no account label 'Nothing'"),
        ({"lines": (replace(LINE, dimensions=Dimensions(location="ROM")),)}, "no location 'ROM'"),
        ({"lines": (replace(LINE, dimensions=Dimensions(department="900")),)}, "department '900' is inactive"),
    ],
)
def test_a_receipt_that_would_be_refused_is_held_back_with_the_reason(change: dict[str, Any], says: str) -> None:
    with pytest.raises(PreflightFailed, match=says):
        check(replace(RECEIPT, **change), CHART)


@pytest.mark.parametrize(("symbol", "says"), [("XYZ", "no journal 'XYZ'"), ("PYRJ", "'PYRJ' is inactive")])
def test_an_entry_needs_an_open_journal(symbol: str, says: str) -> None:
    with pytest.raises(PreflightFailed, match=says):
        check(replace(JOURNAL, symbol=symbol), CHART)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(PreflightFailed) as refusal:
        check(replace(RECEIPT, bank_account="NOWHERE", lines=(replace(LINE, account="999"),)), CHART)
    assert len(refusal.value.facts["problems"]) == 2


def test_nothing_to_post_costs_no_call() -> None:
    assert forecast(0, 0, lists_stale=True).total == 0


def test_a_large_run_reads_back_in_batches_and_pages() -> None:
    quiet = forecast(1000, 30_000, lists_stale=False)
    assert (quiet.lists, quiet.creates, quiet.read_back) == (0, 1000, 2 + 5 + 15)
