"""What holds for any contract: agreement with the second implementation, sums, order, parts of the whole, reversal."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout.kernel.rounding import divide_half_up
from tieout.recognition.engine import new_book
from tieout.recognition.tables import OUTPUTS
from tieout.recognition.tests.drawn import (
    FIRST,
    Deal,
    Inputs,
    after,
    amounts,
    computed,
    deal_rows,
    deals,
    lines,
    rows,
    together,
    units,
)
from tieout.recognition.tests.reference import Change, Line, Units, allocate, arrangement, promise, recognised

few = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
contracts = st.lists(st.lists(lines() | lines() | units(), min_size=1, max_size=3), min_size=1, max_size=12)
any_amount = st.integers(-9, 9) | st.integers(-(10**9), 10**9)
Contracts = list[list[Line | Units]]
Schedules = dict[tuple[str, str], Counter[str]]
BY_CONTRACT = ("allocation", "schedule", "position", "explanation")


def _schedules(given: Inputs) -> tuple[Schedules, Schedules]:
    # Revenue by line and month, and what was refunded of it.
    found: dict[str, Schedules] = {"revenue": {}, "refund": {}}
    for row in computed(given, "schedule")[0]:
        months = found[row["kind"]].setdefault((row["contract_id"], row["line_id"]), Counter())
        months[row["period"]] += row["amount"] + row["adjustment"]
    kept = ({key: _some(months) for key, months in found[kind].items()} for kind in ("revenue", "refund"))
    return next(kept), next(kept)


def _some(months: Counter[str]) -> Counter[str]:
    return Counter({month: amount for month, amount in months.items() if amount})


def _lines_of(given: Contracts) -> dict[tuple[str, str], Line | Units]:
    return {(f"C{number}", str(place)): line for number, each in enumerate(given) for place, line in enumerate(each)}


@few
@given(contracts)
def test_schedules_and_modifications_agree_with_the_second_implementation(given: Contracts) -> None:
    expected = {key: Counter(recognised(line)) for key, line in _lines_of(given).items()}
    revenue, refunds = _schedules(rows(given))
    assert {key: revenue.get(key, {}) for key in expected} == expected
    for key, line in _lines_of(given).items():
        if isinstance(line, Line) and not any(change.treatment == "cancel" for change in line.changes):
            total = line.amount + sum(change.price for change in line.changes)
            assert sum(revenue.get(key, {}).values()) + sum(refunds.get(key, {}).values()) == total


@few
@given(st.lists(deals(), min_size=1, max_size=12))
def test_lines_that_are_blended_agree_with_the_second_implementation(given: list[Deal]) -> None:
    expected: Schedules = {}
    for number, deal in enumerate(given):
        shared = zip(deal.lines, deal.shares, strict=True)
        promises = [promise(_priced(line, share)) for line, share in shared]
        for place, months in enumerate(arrangement(promises, deal.ssps, deal.rounds)):
            expected[f"C{number}", str(place)] = Counter(months)
    found, _ = _schedules(deal_rows(given))
    assert {key: found.get(key, {}) for key in expected} == expected


def _priced(line: Line | Units, amount: int) -> Line | Units:
    if isinstance(line, Units):
        return Units(amount, line.quantity, line.uses)
    return Line(amount, line.start, line.end, line.convention, (), line.upfront, line.holds)


@few
@given(st.lists(st.tuples(amounts, st.lists(st.integers(1, 10**9), min_size=2, max_size=9)), min_size=1, max_size=12))
def test_allocations_agree_with_the_second_implementation_and_sum(pools: list[tuple[int, list[int]]]) -> None:
    day = after(FIRST, 30)
    several = [
        Deal(
            tuple(Line(0 if at else price, FIRST, day, "actual_days") for at in range(len(weights))), tuple(weights), {}
        )
        for price, weights in pools
    ]
    found = {
        (row["contract_id"], row["line_id"]): row["allocated"] for row in computed(deal_rows(several), "allocation")[0]
    }
    for number, (price, weights) in enumerate(pools):
        shares = [found[f"C{number}", str(place)] for place in range(len(weights))]
        assert shares == allocate(price, weights)
        assert sum(shares) == price


@few
@given(st.lists(st.tuples(any_amount, any_amount, any_amount.filter(bool)), min_size=20, max_size=90))
def test_shares_are_rounded_as_by_hand_whatever_their_signs(given: list[tuple[int, int, int]]) -> None:
    by_hand = [(divide_half_up(a * b, c), divide_half_up(a * b, abs(c))) for a, b, c in given]
    columns = "unnest($1::BIGINT[]) AS a, unnest($2::BIGINT[]) AS b, unnest($3::BIGINT[]) AS c"
    asked = f"SELECT split_off(a, b, c), portion(a, b, abs(c)) FROM (SELECT {columns})"
    with new_book() as book:
        assert book.execute(asked, [list(each) for each in zip(*given, strict=True)]).fetchall() == by_hand


@settings(few, max_examples=2)
@given(contracts, st.lists(deals(), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_neither_order_nor_company_matters(some: Contracts, others: list[Deal], chance: random.Random) -> None:
    made = together(some, others)
    before = computed(made, *OUTPUTS)
    for table in made.values():
        chance.shuffle(table)
    assert computed(made, *OUTPUTS) == before
    chosen = {row["contract_id"] for row in made["contract"] if chance.randrange(2)}
    for table, each in made.items():
        made[table] = [row for row in each if row.get("contract_id", "") in ("", *chosen)]
    for table, alone in zip(BY_CONTRACT, computed(made, *BY_CONTRACT), strict=True):
        assert alone == [row for row in before[OUTPUTS.index(table)] if row["contract_id"] in chosen]


@few
@given(st.lists(lines(), min_size=1, max_size=12), st.integers(1, 10**8))
def test_a_reversed_change_leaves_no_trace_to_date(given: list[Line], price: int) -> None:
    plain = [Line(x.amount, x.start, x.end, x.convention, (), x.upfront) for x in given]
    on = FIRST.replace(month=9), FIRST.replace(month=11)
    undone = (Change(on[0], "catch_up", price), Change(on[1], "catch_up", -price))
    changed = [Line(x.amount, x.start, x.end, x.convention, undone, x.upfront) for x in plain]
    found, _ = _schedules(rows([plain, changed]))
    for place in range(len(plain)):
        before, after_all = (found.get((contract, str(place)), {}) for contract in ("C0", "C1"))
        for month in ("2024-11", "2024-12", "2026-06"):
            assert _to_date(after_all, month) == _to_date(before, month)


def _to_date(schedule: Mapping[str, int], month: str) -> int:
    return sum(amount for period, amount in schedule.items() if period <= month)
