"""Random histories: data becomes known, is taken back, and months are closed and posted in between. The ledger ends where it would
have without any of that, and every part of every journal balances."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout.recognition.tables import NANO
from tieout.recognition.tests.drawn import FIRST, Deal, Inputs, after, computed, deals, lines, together, units
from tieout.recognition.tests.reference import Line, Units

few = settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
books = st.tuples(
    st.lists(st.lists(lines() | units(), min_size=1, max_size=3), min_size=2, max_size=6),
    st.lists(deals(), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
MONTHS = [date(2023 + number // 12, number % 12 + 1, 1) for number in range(96)]
ENTITIES = {"": "USD", "US": "EUR"}
"""Entities with the currency of their contracts; all books are kept in dollars."""
Book = tuple[list[list[Line | Units]], list[Deal], random.Random]
Row = dict[str, Any]


@dataclass
class Ledger:
    """What was closed so far: what periods hold of each line, and what was posted to accounts."""

    closed: str = ""
    booked: Counter[tuple[str, ...]] = field(default_factory=Counter)
    posted: Counter[tuple[str, ...]] = field(default_factory=Counter)
    functional: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def rows(self) -> Inputs:
        """As the engine's input."""
        return {
            "period": [
                {
                    "entity": entity,
                    "period": f"{start:%Y-%m}",
                    "starts_on": start,
                    "ends_on": end,
                    "state": "closed" if f"{start:%Y-%m}" <= self.closed else "open",
                }
                for entity in ENTITIES
                for start, end in pairwise(MONTHS)
            ],
            "booked": [
                dict(zip(("kind", "contract_id", "line_id", "period"), key, strict=True)) | {"amount": amount}
                for key, amount in self.booked.items()
            ],
            "posted": [
                dict(zip(("entity", "currency", "period", "account"), key, strict=True))
                | {"amount": amount, "functional": self.functional[key]}
                for key, amount in self.posted.items()
            ],
        }

    def close(self, until: str, schedule: Sequence[Row], journal: Sequence[Row]) -> None:
        """Keep what the open months up to `until` recognise, and post their journals."""
        for row in schedule:
            if self.closed < row["period"] <= until:
                key = (row["kind"], row["contract_id"], row["line_id"], row["period"])
                self.booked[key] += row["amount"] + row["adjustment"]
        self.post(row for row in journal if row["period"] <= until)
        self.closed = until

    def post(self, journal: Any) -> None:
        """Book journals."""
        for row in journal:
            key = (row["entity"], row["currency"], row["period"], row["account"])
            self.posted[key] += row["amount"]
            self.functional[key] += row["functional"]

    def balances(self) -> dict[tuple[str, str, str], int]:
        """What accounts hold."""
        found: Counter[tuple[str, str, str]] = Counter()
        for (entity, currency, _, account), amount in self.posted.items():
            found[entity, currency, account] += amount
        return {key: amount for key, amount in found.items() if amount}


def _drawn(book: Book) -> Inputs:
    # Contracts with bills, payments and commissions, half of them in euro.
    contracts, several, chance = book
    made = together(contracts, several)
    for contract in made["contract"]:
        entity = chance.choice(list(ENTITIES))
        contract |= {"entity": entity, "currency": ENTITIES[entity]}
    made["entity"] = [{"entity": "US", "functional_currency": "USD", "receivables": "here"}]
    _settle(made, chance)
    return made


def _settle(made: Inputs, chance: random.Random) -> None:
    for number, line in enumerate(made["line"]):
        key = {"contract_id": line["contract_id"], "line_id": line["line_id"]}
        for part in range(chance.randrange(3)):
            row = {"invoice_id": f"I{number}.{part}", "issued_on": after(FIRST, chance.randrange(900))}
            made["invoice"].append(key | row | {"amount": chance.randrange(10**8)})
    for number, contract in enumerate(made["contract"]):
        key = {"contract_id": contract["contract_id"]}
        kind = chance.choice(("cash", "customer_balance", "refund"))
        row = {"payment_id": f"P{number}", "kind": kind, "paid_on": after(FIRST, chance.randrange(900))}
        made["payment"].append(key | row | {"amount": chance.randrange(10**8)})
        row = {
            "commission_id": f"K{number}",
            "earned_on": after(FIRST, chance.randrange(200)),
            "life_months": chance.randrange(1, 40),
        }
        made["commission"].append(key | row | {"amount": chance.randrange(10**7)})


def _rates(chance: random.Random | None) -> list[Row]:
    # Of each month; one for one without chance.
    pair = {"from_currency": "EUR", "to_currency": "USD"}
    return [
        pair | {"starts_on": each, "rate": chance.randrange(NANO // 2, 2 * NANO) if chance else NANO} for each in MONTHS
    ]


def _known(made: Inputs, chance: random.Random) -> list[Inputs]:
    # What is known at three moments: of what happens to contracts some comes later, and some is taken back.
    known: list[Inputs] = [defaultdict(list), defaultdict(list), defaultdict(list)]
    for table, each in made.items():
        for row in each:
            moments = (0, 1, 2)
            if table in ("change", "event", "invoice", "payment"):
                moments = chance.choice(((0, 1, 2), (1, 2), (2,), (0,), (1,)))
            for moment in moments:
                known[moment][table].append(row)
    return known


def _mended(known: Inputs) -> Inputs:
    # Holds without an end, and resumptions without a beginning, are left to other tests.
    kept = deepcopy(known)
    paired = Counter((row["contract_id"], row["line_id"], row["kind"]) for row in known["event"])
    kept["event"] = [
        row
        for row in known["event"]
        if row["kind"] == "usage"
        or all(paired[row["contract_id"], row["line_id"], kind] == 1 for kind in ("hold", "resume"))
    ]
    return kept


def _parts(journal: Sequence[Row], column: str) -> set[int]:
    # What every part of every journal comes to.
    sums: Counter[tuple[str, ...]] = Counter()
    for row in journal:
        sums[row["entity"], row["currency"], row["period"], row["part"]] += row[column]
    return set(sums.values())


def _run(known: Inputs, ledger: Ledger) -> tuple[list[Row], list[Row]]:
    given: Mapping[str, list[Row]] = {**_mended(known), **ledger.rows()}
    schedule, journal = computed(dict(given), "schedule", "journal")
    assert _parts(journal, "amount") <= {0}
    assert _parts(journal, "functional") <= {0}
    return schedule, journal


@few
@given(books, st.integers(12, 40), st.integers(1, 20))
def test_the_ledger_ends_where_it_would_have_without_any_close(book: Book, first: int, more: int) -> None:
    made = _drawn(book) | {"rate": _rates(None)}
    known = _known(made, book[2])
    ledger = Ledger()
    for moment, until in enumerate((MONTHS[first], MONTHS[first + more])):
        ledger.close(f"{until:%Y-%m}", *_run(known[moment], ledger))
    ledger.post(_run(known[2], ledger)[1])
    at_once = Ledger()
    at_once.post(_run(known[2], Ledger())[1])
    assert ledger.balances() == at_once.balances()
    assert ledger.functional == ledger.posted  # a euro is a dollar here
    assert "fx_gain_loss" not in {account for _, _, _, account in ledger.posted}


@few
@given(books, st.integers(0, 40))
def test_every_part_balances_whatever_the_rates(book: Book, closed: int) -> None:
    made = _drawn(book) | {"rate": _rates(book[2])}
    _run(made, Ledger(closed=f"{MONTHS[closed]:%Y-%m}"))
