"""Random lines, modifications and arrangements, for the second implementation and as rows of the engine's tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tieout.recognition import engine
from tieout.recognition.tables import CONVENTIONS
from tieout.recognition.tests.reference import MILLION, Change, Line, Units, allocate

FIRST = date(2024, 1, 1)
BY_MONTH = ("even_months", "full_months", "half_month", "months_prorated")
CREDITS = {"catch_up": "price_concession", "prospective": "goodwill", "refund": "refund"}
"""The reason of a credit memo that changes a line in this way."""
Inputs = dict[str, list[dict[str, Any]]]
amounts = st.integers(0, 10**9)
prices = st.integers(-(10**8), 10**8)
days = st.integers(-40, 950)


@dataclass(frozen=True)
class Deal:
    """Lines that share a price and are changed together: price and SSP by line, changes by day and line."""

    lines: tuple[Line | Units, ...]
    ssps: tuple[int, ...]
    rounds: Mapping[date, Mapping[int, Change]]

    @property
    def shares(self) -> list[int]:
        return allocate(sum(line.amount for line in self.lines), self.ssps)


def after(start: date, number: int) -> date:
    return start + timedelta(days=number)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A line of up to 30 months with up to three changes, some of them as credit memos, and up to two holds."""
    convention = draw(st.sampled_from(CONVENTIONS))
    start = after(FIRST, draw(st.integers(0, 200)))
    end = after(start, draw(st.integers(1, 900)))
    drawn = {after(start, each) for each in draw(st.lists(days, max_size=3, unique=True))}
    on = {each.replace(day=1) for each in drawn} if convention in BY_MONTH else drawn
    amount = draw(amounts)
    kinds = draw(st.sampled_from((_free(start), _billed(start, amount))))
    changes = tuple(draw(kinds(each, place)) for place, each in enumerate(sorted(on)))
    held = sorted(after(start, each) for each in draw(st.lists(days, max_size=4, unique=True)))
    holds = tuple(zip(held[::2], held[1::2], strict=False))
    return Line(amount, start, end, convention, changes, draw(st.sampled_from((0, 100_000))), holds)


def _free(start: date) -> Any:
    # Changes of any price and term.
    ends = st.none() | st.integers(-60, 900).map(lambda number: after(start, number))
    return lambda on, _: st.builds(Change, st.just(on), st.sampled_from(("prospective", "catch_up")), prices, ends)


def _billed(start: date, amount: int) -> Any:
    # A refund of part of what was agreed; then cancellations and raised prices.
    kept = st.integers(0, 10**6)
    refund = st.integers(-amount, 0)
    rest = st.sampled_from(("cancel", "prospective", "catch_up"))
    return lambda on, place: (
        st.builds(Change, st.just(on), rest, kept)
        if place
        else st.builds(Change, st.just(on), st.just("refund"), refund)
    )


@st.composite
def units(draw: st.DrawFn) -> Units:
    """Up to forty units, or that many millions, most of them used, with up to two changes that add some or give up the rest."""
    scale = draw(st.sampled_from((1, MILLION)))
    quantities = [scale * each for each in draw(st.lists(st.integers(1, 10 * MILLION), max_size=4))]
    uses = tuple((after(FIRST, draw(st.integers(0, 900))), quantity) for quantity in quantities)
    quantity = sum(quantities) + scale * draw(st.integers(1, 5 * MILLION))
    changes = []
    for number in draw(st.lists(st.integers(0, 900), max_size=2, unique=True)):
        treatment = draw(st.sampled_from(("prospective", "catch_up", "cancel")))
        price, more = draw(prices), scale * draw(st.integers(0, MILLION))
        if treatment == "cancel":
            price, more = abs(price), 0
        changes.append(Change(after(FIRST, number), treatment, price, None, more))
    return Units(draw(amounts), quantity, uses, tuple(sorted(changes, key=lambda each: each.on)))


@st.composite
def deals(draw: st.DrawFn) -> Deal:
    """One to three lines without changes of their own, and up to three days on which some are changed, or all are blended."""
    plain = lines().map(lambda x: Line(x.amount, x.start, x.end, x.convention, (), x.upfront, x.holds))
    used = units().map(lambda x: Units(x.amount, x.quantity, x.uses))
    several = tuple(draw(st.lists(plain | used, min_size=1, max_size=3)))
    ssps = tuple(draw(st.integers(1, 10**9)) for _ in several)
    months = draw(st.lists(st.integers(0, 30), max_size=3, unique=True))
    on = [date(2024 + month // 12, month % 12 + 1, 1) for month in sorted(months)]
    return Deal(several, ssps, {each: draw(_round(each, several)) for each in on})


@st.composite
def _round(draw: st.DrawFn, on: date, several: Sequence[Line | Units]) -> dict[int, Change]:
    changed = draw(st.lists(st.integers(0, len(several) - 1), min_size=1, max_size=2, unique=True))
    found = {}
    for at in changed:
        treatment = draw(st.sampled_from(("blend", "blend", "prospective", "catch_up")))
        extends = treatment == "blend" and isinstance(several[at], Line) and draw(st.booleans())
        end = after(on, draw(st.integers(1, 500))) if extends else None
        ssp = draw(st.integers(1, 10**9)) if extends else None
        found[at] = Change(on, treatment, draw(st.integers(0, 10**8)), end, 0, ssp)
    return found


def rows(contracts: Sequence[Sequence[Line | Units]]) -> Inputs:
    """Contracts as the engine's input; each line keeps its amount whatever its contract's price."""
    given: Inputs = defaultdict(list)
    for number, promised in enumerate(contracts):
        _contract(given, f"C{number}")
        for place, line in enumerate(promised):
            key = {"contract_id": f"C{number}", "line_id": str(place)}
            _line(given, key, line, {"allocated": line.amount, "override_reason": "allocation is tested apart"})
            for change in line.changes:
                _change(given, key, line, change)
    return given


def deal_rows(several: Sequence[Deal]) -> Inputs:
    """Deals as the engine's input, allocated by SSP."""
    given: Inputs = defaultdict(list)
    for number, deal in enumerate(several):
        _contract(given, f"C{number}")
        for place, line in enumerate(deal.lines):
            key = {"contract_id": f"C{number}", "line_id": str(place)}
            _line(given, key, line, {"ssp": deal.ssps[place], "override_reason": "drawn"})
            for changes in deal.rounds.values():
                if place in changes:
                    _change(given, key, line, changes[place])
    return given


def together(contracts: Sequence[Sequence[Line | Units]], several: Sequence[Deal]) -> Inputs:
    """Contracts and deals in one book."""
    made = rows(contracts)
    for table, more in deal_rows(several).items():
        for row in more:
            named = ("contract_id", "event_id", "change_id", "invoice_id") if "contract_id" in row else ()
            row |= {name: f"D{row[name]}" for name in named if name in row}
        made[table] += [row for row in more if row not in made[table]]
    return made


def _contract(given: Inputs, contract: str) -> None:
    given["contract"].append({"contract_id": contract, "currency": "USD", "signed_on": FIRST})


def _line(given: Inputs, key: dict[str, str], line: Line | Units, more: dict[str, Any]) -> None:
    if isinstance(line, Units):
        rule: dict[str, Any] = {"rule_id": "usage", "method": "usage"}
        row: dict[str, Any] = {"starts_on": FIRST, "quantity": line.quantity}
        for on, quantity in line.uses:
            _event(given, key, {"kind": "usage", "happened_on": on, "quantity": quantity})
    else:
        name = f"{line.convention} {line.upfront}"
        rule = {"rule_id": name, "method": "ratable", "convention": line.convention, "upfront": line.upfront}
        row = {"starts_on": line.start, "ends_on": line.end}
        for held, resumed in line.holds:
            _event(given, key, {"kind": "hold", "happened_on": held})
            _event(given, key, {"kind": "resume", "happened_on": resumed})
    if rule not in given["rule"]:
        given["rule"].append(rule)
        given["product"].append({"product_id": rule["rule_id"], "rule_id": rule["rule_id"]})
    given["line"].append(key | {"product_id": rule["rule_id"], "price": line.amount} | row | more)


def _event(given: Inputs, key: dict[str, str], row: dict[str, Any]) -> None:
    given["event"].append(key | row | {"event_id": f"E{len(given['event'])}"})


def _change(given: Inputs, key: dict[str, str], line: Line | Units, change: Change) -> None:
    # As a credit memo where one says the same; else as changes, in two rows when the price is even.
    by_memo = change.treatment in CREDITS and change.price < 0 and change.end is None and not change.quantity
    if change.treatment == "refund" or (by_memo and isinstance(line, Line) and change.price % 3 == 0):
        day = change.on + timedelta(days=20) if isinstance(line, Line) and line.convention in BY_MONTH else change.on
        row = {"kind": "credit_memo", "issued_on": day, "amount": -change.price, "treatment": CREDITS[change.treatment]}
        given["invoice"].append(key | row | {"invoice_id": f"M{len(given['invoice'])}"})
        return
    in_two = change.price % 2 == 0 and change.treatment not in ("cancel", "blend")
    for place, part in enumerate((1, change.price - 1) if in_two else (change.price,)):
        row = {"effective_on": change.on, "treatment": change.treatment, "price": part, "ends_on": change.end}
        extra = {"quantity": 0 if place else change.quantity, "ssp": change.ssp}
        given["change"].append(key | row | extra | {"change_id": f"X{len(given['change'])}"})


def computed(given: Inputs, *tables: str) -> list[list[dict[str, Any]]]:
    """Tables of the engine's result, each in one order."""
    with engine.new_book(threads=1) as book:
        for name, each in given.items():
            engine.put(book, name, each)
        engine.compute(book)
        return [
            sorted(engine.rows(book, table), key=lambda row: [str(value) for value in row.values()]) for table in tables
        ]
