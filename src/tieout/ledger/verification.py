"""Comparing what the ledger holds with what was planned: amounts, accounts, dimensions and dates. Pure.

Lines are compared as a bag, because ledgers keep their own order. Texts (payer, memo, description) are not compared: a
ledger may shorten them without changing the books.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tieout.connectors.kit.documents import Document, Journal, JournalLine, Receipt, ReceiptLine


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as planned, in words fit for a table with two columns."""

    what: str
    planned: str
    held: str


def differences(planned: Document, held: Document) -> list[Difference]:
    """Everything in which the two differ; empty when the ledger holds exactly what was planned."""
    return [*_header(planned, held), *_lines(planned, held)]


def _header(planned: Document, held: Document) -> Iterator[Difference]:
    names = ["day", "currency"]
    names += ["symbol"] if isinstance(planned, Journal) else ["bank_account", "undeposited_account", "deposit_day"]
    for name in names:
        expected, found = getattr(planned, name), getattr(held, name)
        if expected != found:
            yield Difference(name.replace("_", " "), str(expected or "nothing"), str(found or "nothing"))


def _lines(planned: Document, held: Document) -> Iterator[Difference]:
    labels = isinstance(planned, Receipt) and any(line.account_label for line in planned.lines)
    expected = Counter(_line(line, labels=labels) for line in planned.lines)
    found = Counter(_line(line, labels=labels) for line in held.lines)
    missing, surplus = list((expected - found).elements()), list((found - expected).elements())
    for index in range(max(len(missing), len(surplus))):
        yield Difference(
            "line",
            missing[index] if index < len(missing) else "nothing",
            surplus[index] if index < len(surplus) else "nothing",
        )


def _line(line: ReceiptLine | JournalLine, *, labels: bool) -> str:
    given: dict[str, Any] = {name: value for name, value in asdict(line.dimensions).items() if value}
    custom = given.pop("custom", {})
    dimensions = ", ".join(f"{name.removesuffix('_id')} {value}" for name, value in sorted({**given, **custom}.items()))
    if isinstance(line, JournalLine):
        account = f"{line.side} {line.account}"
    else:
        account = (line.account_label if labels else "") or line.account
    return " · ".join(part for part in (account, str(line.amount), dimensions) if part)
