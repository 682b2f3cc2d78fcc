"""beancount with the plugin beancount-periodic, which amortises a posting over months by days. Runs in an environment of its own.

It reads ledgers of a thousand lines each until its time is up, so that nothing is held against it that grows with a ledger.
"""

from __future__ import annotations

import time
from datetime import date

import duckdb
from beancount import loader
from beancount.core.data import Transaction

from bench.contestants.race import Race, compete

LOT = 1_000
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


def amortise(task: Race) -> int:
    """As many lines as fit into the time."""
    started, done = time.perf_counter(), 0
    with duckdb.connect(task.book, read_only=True) as book:
        lines = book.execute("SELECT contract_id || ' ' || line_id, price, starts_on, ends_on FROM line")
        while time.perf_counter() - started < task.seconds and (lot := lines.fetchmany(LOT)):
            _load(lot)
            done += len(lot)
    return done


def _load(lot: list[tuple[str, int, date, date]]) -> None:
    entries, errors, _ = loader.load_string(HEAD + "".join(map(_entry, lot)))
    if errors or sum(isinstance(each, Transaction) for each in entries) <= len(lot):
        raise RuntimeError(f"beancount did not amortise: {errors[:3]}")


def _entry(line: tuple[str, int, date, date]) -> str:
    name, price, starts_on, ends_on = line
    whole = f"{price // 100}.{price % 100:02}"
    return ENTRY.format(day=starts_on, name=name, price=whole, starts_on=starts_on, ends_on=ends_on)


if __name__ == "__main__":
    compete(amortise)
