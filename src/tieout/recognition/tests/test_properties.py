"""What holds for any contract: agreement with the second implementation, sums, order, parts of the whole, reversal, closes."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.recognition import engine
from tieout.recognition.tests.reference import Change, Line, allocate, recognised

CONVENTIONS = ("actual_days", "month_share", "thirty_360", "even_months")
FIRST = date(2024, 1, 1)
few = settings(max_examples=6, deadline=None)
amounts = st.integers(0, 10**9)
Inputs = dict[str, list[dict[str, Any]]]
Schedules = dict[tuple[str, str], dict[str, int]]


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A line of up to 30 months with up to three modifications."""
    convention = draw(st.sampled_from(CONVENTIONS))
    start = FIRST + timedelta(days=draw(st.integers(0, 200)))
    end = start + timedelta(days=draw(st.integers(1, 900)))
    days = draw(st.lists(st.integers(-40, 950), max_size=3, unique=True))
    on = {start + timedelta(days=each) for each in days}
    if convention == "even_months":
        on = {each.replace(day=1) for each in on}
    changes = tuple(draw(_changes(start, each)) for each in sorted(on))
    return Line(draw(amounts), start, end, convention, changes)


@st.composite
def _changes(draw: st.DrawFn, start: date, on: date) -> Change:
    until = draw(st.none() | st.integers(1, 900).map(lambda days: start + timedelta(days=days)))
    return Change(on, draw(st.sampled_from(("prospective", "catch_up"))), draw(st.integers(-(10**8), 10**8)), until)


def _inputs(contracts: Sequence[Sequence[Line]]) -> Inputs:
    given: Inputs = defaultdict(list)
    for convention in CONVENTIONS:
        given["rule"].append({"rule_id": convention, "method": "ratable", "convention": convention})
        given["product"].append({"product_id": convention, "rule_id": convention})
    for number, promised in enumerate(contracts):
        contract = f"C{number}"
        given["contract"].append({"contract_id": contract, "currency": "USD", "signed_on": FIRST})
        for place, line in enumerate(promised):
            _add(given, contract, str(place), line)
    return given


def _add(given: Inputs, contract: str, name: str, line: Line) -> None:
    key = {"contract_id": contract, "line_id": name}
    row = {"product_id": line.convention, "price": line.amount, "starts_on": line.start, "ends_on": line.end}
    given["line"].append(key | row | {"allocated": line.amount, "override_reason": "allocation is tested apart"})
    for change in line.changes:
        row = {"change_id": str(change.on), "effective_on": change.on, "treatment": change.treatment}
        given["change"].append(key | row | {"price": change.price, "ends_on": change.end})


def _computed(given: Inputs, table: str) -> list[dict[str, Any]]:
    book = engine.new_book()
    for name, each in given.items():
        engine.put(book, name, each)
    engine.compute(book)
    return engine.rows(book, table)


def _schedules(given: Inputs) -> Schedules:
    found: Schedules = defaultdict(lambda: defaultdict(int))
    for row in _computed(given, "schedule"):
        found[row["contract_id"], row["line_id"]][row["period"]] += row["amount"] + row["adjustment"]
    return {key: {month: each[month] for month in sorted(each) if each[month]} for key, each in found.items()}


contracts = st.lists(st.lists(lines(), min_size=1, max_size=3), min_size=1, max_size=12)


@few
@given(contracts)
def test_schedules_and_modifications_agree_with_the_second_implementation(given: list[list[Line]]) -> None:
    expected = {
        (f"C{number}", str(place)): recognised(line)
        for number, promised in enumerate(given)
        for place, line in enumerate(promised)
    }
    found = _schedules(_inputs(given))
    assert {key: found.get(key, {}) for key in expected} == expected


@few
@given(contracts)
def test_every_schedule_sums_to_its_price(given: list[list[Line]]) -> None:
    found = _schedules(_inputs(given))
    for number, promised in enumerate(given):
        for place, line in enumerate(promised):
            total = line.amount + sum(change.price for change in line.changes)
            assert sum(found.get((f"C{number}", str(place)), {}).values()) == total


@few
@given(st.lists(st.tuples(amounts, st.lists(st.integers(1, 10**9), min_size=2, max_size=9)), min_size=1, max_size=12))
def test_allocations_agree_with_the_second_implementation_and_sum(pools: list[tuple[int, list[int]]]) -> None:
    given = _inputs([[] for _ in pools])
    for number, (price, weights) in enumerate(pools):
        for place, weight in enumerate(weights):
            row = {"contract_id": f"C{number}", "line_id": str(place), "product_id": "actual_days", "ssp": weight}
            dates = {"starts_on": FIRST, "ends_on": FIRST + timedelta(days=30)}
            given["line"].append(row | dates | {"price": 0 if place else price, "override_reason": "drawn"})
    found = {(row["contract_id"], row["line_id"]): row["allocated"] for row in _computed(given, "allocation")}
    for number, (price, weights) in enumerate(pools):
        shares = [found[f"C{number}", str(place)] for place in range(len(weights))]
        assert shares == allocate(price, weights)
        assert sum(shares) == price


@few
@given(contracts, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(given: list[list[Line]], chance: random.Random) -> None:
    shuffled = _inputs(given)
    for rows in shuffled.values():
        chance.shuffle(rows)
    assert _schedules(shuffled) == _schedules(_inputs(given))


@few
@given(contracts)
def test_some_contracts_alone_are_what_they_are_among_all(given: list[list[Line]]) -> None:
    whole, part = _inputs(given), _inputs(given)
    for table in ("contract", "line", "change"):
        part[table] = [row for row in part[table] if row["contract_id"] == "C0"]
    alone = {key: each for key, each in _schedules(whole).items() if key[0] == "C0"}
    assert _schedules(part) == alone


@few
@given(st.lists(lines(), min_size=1, max_size=12), st.integers(1, 10**8))
def test_a_reversed_change_leaves_no_trace_to_date(given: list[Line], price: int) -> None:
    plain = [Line(line.amount, line.start, line.end, line.convention) for line in given]
    on = FIRST.replace(month=9), FIRST.replace(month=11)
    undone = (Change(on[0], "catch_up", price), Change(on[1], "catch_up", -price))
    before = _schedules(_inputs([plain]))
    after = _schedules(_inputs([[Line(x.amount, x.start, x.end, x.convention, undone) for x in plain]]))
    for key in before.keys() | after.keys():
        for month in ("2024-11", "2024-12", "2026-06"):
            assert _to_date(after.get(key, {}), month) == _to_date(before.get(key, {}), month)


def _to_date(schedule: dict[str, int], month: str) -> int:
    return sum(amount for period, amount in schedule.items() if period <= month)


@few
@given(contracts, st.integers(1, 30))
def test_however_often_it_is_closed_the_total_is_the_same(given: list[list[Line]], closed: int) -> None:
    plain = _inputs([[Line(x.amount, x.start, x.end, x.convention) for x in each] for each in given])
    changed = _inputs(given)
    months = [date(2023 + number // 12, number % 12 + 1, 1) for number in range(96)]
    last = f"{months[closed + 11]:%Y-%m}"
    for number, (start, end) in enumerate(pairwise(months)):
        row = {"period": f"{start:%Y-%m}", "starts_on": start, "ends_on": end}
        changed["period"].append(row | {"state": "closed" if number < closed + 12 else "open"})
    for (contract, line), schedule in _schedules(plain).items():
        for month, amount in schedule.items():
            if month <= last:
                row = {"contract_id": contract, "line_id": line, "period": month, "amount": amount}
                changed["booked"].append(row)
    without_closes = {key: sum(each.values()) for key, each in _schedules(_inputs(given)).items()}
    with_closes = {key: sum(each.values()) for key, each in _schedules(changed).items()}
    assert {key: with_closes.get(key, 0) for key in without_closes} == without_closes
