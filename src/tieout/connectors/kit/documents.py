"""What a ledger system is asked to hold: other receipts and journal entries, as plain values.

The same types come back from a read-back, so that verification is a comparison of two values. Amounts are integer minor
units. `key` is the reference that the ledger keeps in the record and by which a posting is found again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tieout.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Where a line belongs. Ids as the ledger writes them; empty means not given. `custom` holds user-defined ones."""

    location: str = ""
    department: str = ""
    class_id: str = ""
    customer: str = ""
    item: str = ""
    project: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line of a receipt: credited to `account` or to `account_label`, exactly one of them."""

    amount: Money
    account: str = ""
    account_label: str = ""
    memo: str = ""
    dimensions: Dimensions = Dimensions()


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money received that is tied to no customer. Debits `bank_account` or `undeposited_account`, exactly one."""

    key: str
    day: date
    payer: str
    method: str
    """As the ledger names it: Printed Check, Cash, EFT or Credit Card."""
    currency: str
    lines: tuple[ReceiptLine, ...]
    bank_account: str = ""
    undeposited_account: str = ""
    deposit_day: date | None = None
    description: str = ""
    entity: str = ""

    @property
    def total(self) -> Money:
        return Money.total((line.amount for line in self.lines), self.currency)


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One side of an entry. `amount` is positive; `side` says debit or credit."""

    account: str
    side: Literal["debit", "credit"]
    amount: Money
    memo: str = ""
    dimensions: Dimensions = Dimensions()


@dataclass(frozen=True, slots=True)
class Journal:
    """A balanced entry in one journal, currency and entity."""

    key: str
    symbol: str
    day: date
    title: str
    currency: str
    lines: tuple[JournalLine, ...]
    entity: str = ""
    description: str = ""


Document = Receipt | Journal


@dataclass(frozen=True, slots=True)
class Held:
    """A document as the ledger holds it: its record number, its content, and the page where a person can see it."""

    record_no: str
    document: Document
    url: str = ""
    state: str = ""
