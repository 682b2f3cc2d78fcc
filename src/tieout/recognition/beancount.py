"""Journals as plain text for beancount, whose own checker then proves them: accounts opened, entries balanced, closing balances.

One entry per entity, currency and period, on its last day; after each period the balances of the accounts that it moved. Refuses
nothing: what a name of beancount cannot hold is replaced, and the account's own name stands beside it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from tieout.kernel.currency import EXPONENTS
from tieout.recognition.steps import text

ROOTS: Mapping[str, str] = {
    "receivable": "Assets",
    "contract_liability": "Liabilities",
    "contract_asset": "Assets",
    "revenue": "Income",
    "refund": "Income",
    "refund_liability": "Liabilities",
    "return_asset": "Assets",
    "cost_of_sales": "Expenses",
    "inventory": "Assets",
    "interest_income": "Income",
    "interest_expense": "Expenses",
    "bad_debt": "Expenses",
    "cash": "Assets",
    "customer_balance": "Liabilities",
    "fx_gain_loss": "Expenses",
    "commission_asset": "Assets",
    "commission_expense": "Expenses",
    "commission_payable": "Liabilities",
}
"""Which of beancount's five kinds an account with a role is."""
OTHER = "Equity"
"""What no role names: accounts that only the ledger holds."""
UNNAMED = "Company"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a journal; the amount in minor units, debits positive."""

    entity: str
    currency: str
    period: str
    starts_on: date
    ends_on: date
    account: str
    dimensions: str
    part: str
    amount: int
    role: str


def write(book: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """`journal.beancount` in the currencies of the contracts, `functional.beancount` in those of the entities; lines by file."""
    found = {name: _lines(book, *columns) for name, columns in _FILES.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in found.items():
        passing = folder / f".{name}.passing"
        passing.write_text("\n".join(_text(lines)), "utf-8")
        passing.replace(folder / f"{name}.beancount")
    return {name: len(lines) for name, lines in found.items()}


_FILES = {"journal": ("currency", "amount"), "functional": ("functional_currency", "functional")}


def _lines(book: duckdb.DuckDBPyConnection, currency: str, amount: str) -> list[Line]:
    step = text("beancount").replace("$currency", currency).replace("$amount", amount)
    return [Line(*row) for row in book.execute(step).fetchall()]


def _text(lines: Sequence[Line]) -> Iterator[str]:
    names = _names(lines)
    yield 'option "title" "Revenue journals"'
    for currency in sorted({each.currency for each in lines}):
        yield f'option "operating_currency" "{currency}"'
    opened = min((each.starts_on for each in lines), default=None)
    for (entity, account), name in sorted(names.items(), key=lambda each: each[1]):
        currencies = sorted({each.currency for each in lines if (each.entity, each.account) == (entity, account)})
        yield f"\n{opened} open {name} {','.join(currencies)}"
        yield f"  account: {_quoted(account)}"
    yield from _entries(lines, names)
    yield ""


def _entries(lines: Sequence[Line], names: Mapping[tuple[str, str], str]) -> Iterator[str]:
    entries: dict[tuple[date, str, str, str], list[Line]] = defaultdict(list)
    for each in lines:
        entries[each.ends_on, each.entity, each.currency, each.period].append(each)
    held: dict[tuple[str, str], int] = defaultdict(int)
    for (ends_on, entity, currency, period), moved in sorted(entries.items()):
        yield f"\n{date.fromordinal(ends_on.toordinal() - 1)} * {_quoted(entity)} {_quoted(f'Revenue of {period}')}"
        for each in moved:
            name = names[entity, each.account]
            held[name, currency] += each.amount
            yield f"  {name}  {_major(each.amount, currency)} {currency}"
            yield from (f"    {key}: {_quoted(value)}" for key, value in _about(each))
        for name in sorted({names[entity, each.account] for each in moved}):
            yield f"{ends_on} balance {name}  {_major(held[name, currency], currency)} {currency}"


def _names(lines: Sequence[Line]) -> dict[tuple[str, str], str]:
    """A name of its own for each account of an entity, also where two differ only in what a name cannot hold."""
    names: dict[tuple[str, str], str] = {}
    for each in lines:
        if (each.entity, each.account) in names:
            continue
        wanted = f"{ROOTS.get(each.role, OTHER)}:{_component(each.entity or UNNAMED)}:{_component(each.account)}"
        alike = sum(name == wanted or name.startswith(f"{wanted}-x") for name in names.values())
        names[each.entity, each.account] = f"{wanted}-x{alike}" if alike else wanted
    return names


def _component(name: str) -> str:
    bare = _NOT_IN_NAMES.sub("-", name).strip("-") or "X"
    return bare[0].upper() + bare[1:]


def _about(line: Line) -> Iterator[tuple[str, str]]:
    if line.part != "current":
        yield "part", line.part
    if line.dimensions:
        yield "dimensions", line.dimensions


def _major(amount: int, currency: str) -> str:
    places = EXPONENTS.get(currency, 2)
    digits = f"{abs(amount):0{places + 1}d}"
    whole = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{whole}" if amount < 0 else whole


def _quoted(said: str) -> str:
    return '"' + said.replace("\\", "\\\\").replace('"', '\\"') + '"'
