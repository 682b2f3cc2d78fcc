"""What a document must be before it is sent. One that fails here was certainly not booked."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.connectors.kit.documents import Journal, JournalLine, Receipt, ReceiptLine
from tieout.connectors.kit.faults import Refused
from tieout.connectors.kit.text import plain
from tieout.kernel.money import Money

TEXT_LIMITS: Mapping[str, int] = {"key": 45, "payer": 80, "title": 80, "memo": 1000, "description": 1000}
"""Characters. A longer key is refused; the others only inform people and are cut, with an ellipsis."""
METHODS = ("Printed Check", "Cash", "EFT", "Credit Card")


def check_receipt(receipt: Receipt, confined_to: str) -> None:
    """Raises Refused naming what is wrong."""
    _common(receipt, confined_to)
    _require(bool(plain(receipt.payer)), "The receipt has no payer")
    _require(receipt.method in METHODS, f"'{receipt.method}' is not one of Sage's methods: {', '.join(METHODS)}")
    _require(
        bool(receipt.bank_account) != bool(receipt.undeposited_account),
        "A receipt goes to a bank account or to an undeposited-funds account, not to both or neither",
    )
    _require(bool(receipt.lines), "The receipt has no line")
    for line in receipt.lines:
        _require(bool(line.account) != bool(line.account_label), "Each line has an account or an account label")


def check_journal(journal: Journal, confined_to: str) -> None:
    """Raises Refused naming what is wrong."""
    _common(journal, confined_to)
    _require(bool(plain(journal.title)), "The entry has no title")
    _require(len(journal.lines) >= 2, "An entry has at least two lines")
    _require(all(line.amount.minor > 0 for line in journal.lines), "Each line's amount is above zero")
    balance = sum(line.amount.minor if line.side == "debit" else -line.amount.minor for line in journal.lines)
    _require(balance == 0, f"The entry is out of balance by {Money(balance, journal.currency)}")


def _common(document: Receipt | Journal, confined_to: str) -> None:
    lines: tuple[ReceiptLine | JournalLine, ...] = document.lines
    limit = TEXT_LIMITS["key"]
    _require(len(document.key) <= limit, f"The key has {len(document.key)} characters, {limit} fit")
    _require(
        bool(document.key) and document.key == plain(document.key), "The key is empty or holds what XML cannot carry"
    )
    _require(all(line.amount.currency == document.currency for line in lines), f"Every line is in {document.currency}")
    elsewhere = bool(confined_to) and document.entity not in ("", confined_to)
    _require(
        not elsewhere, f"The connection is confined to entity {confined_to}, the document is for {document.entity}"
    )


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Refused(
            f"Not sent: {otherwise}", remedy="Change the mapping or the template that made it, then plan it again."
        )
