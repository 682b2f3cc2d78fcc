"""beancount with the plugin beancount-periodic, which amortises a posting over months by days. Runs in an environment of its own.

It reads one ledger, as a company has one, of as many lines as it manages: twice as many each time, until its time is up.
"""

from __future__ import annotations

import time
from datetime import date

import duckdb
from beancount import loader
from beancount.core.data import Transaction

from bench.contestants.race import Race, report, task

FIRST = 1_000
HEAD = """\
option "operating_currency" "USD"
plugin "beancount_periodic.amortize"
2000-01-01 open Assets:Receivable
2000-01-01 open Income:Revenue
2000-01-01 open Equity:Received:Revenue
"""
ENTRY = """
{day} * "{name}"
  Assets:Receivable  {price} USD
  Income:Revenue  -{price} USD
    amortize: "@{starts_on} ~{ends_on} /Monthly!"
"""


def amortise(given: Race) -> tuple[int, float]:
    """The lines of the first ledger that takes it at least as long as it may, and the seconds that took."""
    taken, lines = 0.0, FIRST // 2
    with duckdb.connect(given.book, read_only=True) as book:
        while taken < given.seconds:
            lines *= 2
            found = book.execute(
                "SELECT contract_id || ' ' || line_id, price, starts_on, ends_on FROM line LIMIT ?", [lines]
            )
            ledger = HEAD + "".join(map(_entry, found.fetchall()))
            started = time.perf_counter()
            _load(ledger, lines)
            taken = time.perf_counter() - started
    return lines, taken


def _load(ledger: str, lines: int) -> None:
    entries, errors, _ = loader.load_string(ledger)
    if errors or sum(isinstance(each, Transaction) for each in entries) <= lines:
        raise RuntimeError(f"beancount did not amortise {lines} lines: {errors[:3]}")


def _entry(line: tuple[str, int, date, date]) -> str:
    name, price, starts_on, ends_on = line
    whole = f"{price // 100}.{price % 100:02}"
    return ENTRY.format(day=starts_on, name=name, price=whole, starts_on=starts_on, ends_on=ends_on)


if __name__ == "__main__":
    report(*amortise(task()))
