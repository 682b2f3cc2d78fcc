"""The proof after each strike: the source's own totals against what the ledger itself says it holds, payment by payment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from soak.vendors import Books, Controls

_PAYMENT = re.compile(r"payment (\d+)\b")
_NOT_BILLING = frozenset({"12000", "10920"})
"""Receivables and clearing: everything else in the journal is billing."""
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Mark:
    """Where the ledger's numbers stood before."""

    receipts: int
    entries: int


@dataclass
class Finding:
    """What the ledger holds beyond the mark, against the source."""

    documents: int = 0
    duplicates: int = 0
    missing: int = 0
    difference: Decimal = NOTHING


@dataclass(frozen=True)
class Expected:
    """What a receipts process has to bring: days, and payments that a person took out again."""

    first: date
    last: date
    taken_out: Mapping[tuple[str, str], tuple[int, Decimal]] = field(default_factory=dict)
    """By day and method: how many, and how much."""


def mark(books: Books) -> Mark:
    """Where the ledger stands now."""
    return Mark(books.latest("OTHERRECEIPTS"), books.latest("GLBATCH"))


def receipts(books: Books, controls: Controls, before: Mark, expected: Expected) -> Finding:
    """Each payment of the days in exactly one line of one receipt, and the totals by day and method the same."""
    heads = {
        row["RECORDNO"]: row for row in books.since("OTHERRECEIPTS", before.receipts, ["DOCNUMBER", "DESCRIPTION"])
    }
    lines = books.lines("OTHERRECEIPTSENTRY", "RECORDKEY", list(heads), ["TRX_AMOUNT", "DESCRIPTION"])
    held: Counter[tuple[str, str]] = Counter()
    for line in lines:
        day, method = heads[line["RECORDKEY"]]["DESCRIPTION"].split(" · ")[:2]
        held[day, method] += Decimal(line["TRX_AMOUNT"])  # type: ignore[assignment]
    payments = Counter(found[1] for line in lines if (found := _PAYMENT.search(line["DESCRIPTION"])))
    keys = Counter(row["DOCNUMBER"] for row in heads.values())
    count, sums = _paid(controls, expected)
    return Finding(
        documents=len(heads),
        duplicates=sum(keys.values()) - len(keys) + len(lines) - len(payments),
        missing=count - len(payments),
        difference=sum((abs(Decimal(held[key]) - sums.get(key, NOTHING)) for key in {*held, *sums}), NOTHING),
    )


def journal(books: Books, controls: Controls, before: Mark, month: str, entries: int = 1, times: int = 1) -> Finding:
    """So many entries for the month, whose billing comes to `times` the source's."""
    batches = [
        row for row in books.since("GLBATCH", before.entries, ["JOURNAL", "REFERENCENO"]) if row["JOURNAL"] == "RVJ"
    ]
    numbers = [row["RECORDNO"] for row in batches]
    lines = books.lines("GLENTRY", "BATCHNO", numbers, ["ACCOUNTNO", "TR_TYPE", "TRX_AMOUNT"])
    held = sum((_credit(line) for line in lines if line["ACCOUNTNO"] not in _NOT_BILLING), NOTHING)
    return Finding(
        documents=len(batches),
        duplicates=max(0, len(batches) - entries),
        missing=max(0, entries - len(batches)),
        difference=abs(held - times * billed(controls, month)),
    )


def billed(controls: Controls, month: str) -> Decimal:
    """What the source billed in a month, less credits, with taxes."""
    rows = controls.call(f"/revio/control/acme/totals?month={month}")["ledger"]
    return sum((row["charges"] + row["tax"] - row["credits"] - row["credit_tax"] for row in rows), NOTHING)


def paid_by_day(controls: Controls, first: date, last: date) -> Counter[str]:
    """How many payments that move money were received on each day."""
    days: Counter[str] = Counter()
    for row in _tallies(controls, first, last):
        days[row["day"]] += row["count"]
    return days


def _paid(controls: Controls, expected: Expected) -> tuple[int, dict[tuple[str, str], Decimal]]:
    rows = _tallies(controls, expected.first, expected.last)
    sums = {(row["day"], row["method"]): Decimal(row["amount"]) for row in rows}
    for key, (_, amount) in expected.taken_out.items():
        sums[key] -= amount
    out = sum(count for count, _ in expected.taken_out.values())
    return sum(row["count"] for row in rows) - out, sums


def _tallies(controls: Controls, first: date, last: date) -> list[dict[str, object]]:
    months = sorted({f"{first + timedelta(days=n):%Y-%m}" for n in range((last - first).days + 1)})
    rows = [row for month in months for row in controls.call(f"/revio/control/acme/totals?month={month}")["payments"]]
    return [row for row in rows if first.isoformat() <= row["day"] <= last.isoformat()]


def _credit(line: Mapping[str, str]) -> Decimal:
    amount = Decimal(line["TRX_AMOUNT"])
    return amount if line["TR_TYPE"] == "-1" else -amount
