"""A read-back shows every difference that touches the books, and no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tieout.connectors.kit.documents import Dimensions, Journal, JournalLine, Receipt, ReceiptLine
from tieout.kernel.money import Money
from tieout.ledger.verification import differences

DAY = date(2026, 10, 2)
RECEIPT = Receipt(
    key="TO1",
    day=DAY,
    payer="ACH: 2 payments",
    method="EFT",
    currency="USD",
    lines=(
        ReceiptLine(Money(1000, "USD"), "10920", memo="Ann", dimensions=Dimensions(location="US-NYC")),
        ReceiptLine(
            Money(2000, "USD"), "10920", memo="Bob", dimensions=Dimensions(location="US-NYC", custom={"GLDIMX": "4"})
        ),
    ),
    bank_account="BOA-OPER",
    deposit_day=DAY,
)
JOURNAL = Journal(
    key="TO2",
    symbol="RVJ",
    day=DAY,
    title="Billing",
    currency="USD",
    lines=(JournalLine("12000", "debit", Money(5, "USD")), JournalLine("40100", "credit", Money(5, "USD"))),
)


def test_the_order_of_lines_and_the_texts_do_not_matter() -> None:
    held = replace(
        RECEIPT,
        payer="ACH",
        description="shortened",
        lines=tuple(replace(line, memo="") for line in RECEIPT.lines[::-1]),
    )
    assert differences(RECEIPT, held) == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"day": date(2026, 10, 3)}, "day"),
        ({"bank_account": "BOA-LOCKBOX"}, "bank account"),
        ({"deposit_day": None}, "deposit day"),
        ({"lines": RECEIPT.lines[:1]}, "line"),
        ({"lines": (*RECEIPT.lines, RECEIPT.lines[0])}, "line"),
        ({"lines": (RECEIPT.lines[0], replace(RECEIPT.lines[1], amount=Money(2001, "USD")))}, "line"),
        ({"lines": (RECEIPT.lines[0], replace(RECEIPT.lines[1], dimensions=Dimensions(location="US-AUS")))}, "line"),
    ],
)
def test_a_change_that_touches_the_books_is_shown_in_two_columns(change: dict[str, object], what: str) -> None:
    [difference] = differences(RECEIPT, replace(RECEIPT, **change))
    assert difference.what == what
    assert difference.planned != difference.held


def test_sides_of_a_journal_entry_count() -> None:
    turned = replace(
        JOURNAL,
        lines=tuple(replace(line, side="debit" if line.side == "credit" else "credit") for line in JOURNAL.lines),
    )
    assert [(row.planned, row.held) for row in differences(JOURNAL, turned)] == [
        ("debit 12000 · 0.05 USD", "credit 12000 · 0.05 USD"),
        ("credit 40100 · 0.05 USD", "debit 40100 · 0.05 USD"),
    ]


def test_a_line_given_by_account_label_is_compared_by_it() -> None:
    planned = replace(RECEIPT, lines=(ReceiptLine(Money(1, "USD"), account_label="Other income"),))
    held = replace(RECEIPT, lines=(ReceiptLine(Money(1, "USD"), account="49900", account_label="Other income"),))
    assert differences(planned, held) == []
