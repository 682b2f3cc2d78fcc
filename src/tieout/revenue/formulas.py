"""The arithmetic behind a figure, written out with its numbers. Arithmetic that does not give the figure is never shown: where
holds, minutes of the day or other rounding are at work, the formula stands in words and the amounts speak for themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import duckdb

from tieout.kernel.money import Money
from tieout.kernel.rounding import divide_half_up
from tieout.recognition import engine
from tieout.recognition.tables import MICRO
from tieout.revenue import words

Row = Mapping[str, Any]
FOREVER = date(9999, 12, 31)
_UNITS = {
    "actual_days": "days",
    "actual_minutes": "minutes",
    "even_months": "months",
    "full_months": "months",
    "half_month": "half-months",
    "thirty_360": "days of a 360-day year",
}
_WEIGHTS = """
    WITH placed AS (
        SELECT $convention AS convention, $starts_on::DATE AS s, $ends_on::DATE AS e, $reached::DATE AS t,
            service_months($starts_on::DATE, $ends_on::DATE) AS months, next_month($starts_on::DATE) AS head,
            month_start(day_before($ends_on::DATE)) AS tail
    ),
    counted AS (SELECT *, month_number(tail) - month_number(head) AS middle FROM placed),
    weighed AS (
        SELECT weight(convention, s, 0, e, 0, months, head, tail, middle, least(t, e)) AS part,
            weight(convention, s, 0, e, 0, months, head, tail, middle, e) AS whole
        FROM counted
    )
    SELECT part, whole, $upfront + portion($amount - $upfront, part, whole) FROM weighed
"""


@dataclass(frozen=True, slots=True)
class Formula:
    """One figure: what it says in words, the arithmetic with its numbers (perhaps none), and the result."""

    title: str
    words: str
    arithmetic: Sequence[str]
    amount: int


def allocation(line: Row, pool: Sequence[Row]) -> Formula:
    """How a line's allocated amount follows from its pool, all rows as the view `line` of a set of figures has them."""
    money = _money(line["currency"])
    said, amount = _ALLOCATED.get(line["part"], line["part"]), line["allocated"]
    sharing = [each for each in pool if each["part"] == "relative" and each["bundle_id"] == line["bundle_id"]]
    arithmetic: list[str] = []
    if line["part"] == "relative" and line["ssp"] is not None:
        whole, to_split = sum(each["ssp"] for each in sharing), sum(each["allocated"] for each in sharing)
        arithmetic = [f"{money(to_split)} × {money(line['ssp'])} ÷ {money(whole)} = {money(amount)}"]
    elif line["part"] == "residual":
        price = sum(each["price"] for each in pool)
        arithmetic = [f"{money(price)} − {money(price - amount)} = {money(amount)}"]
    carve = f"Carve: {money(amount)} − {money(line['price'])} = {money(amount - line['price'])}"
    return Formula("Allocated amount", str(said), [*arithmetic, carve], amount)


def layer(rows: Sequence[Row], until: date | None, currency: str, happened: Mapping[str, int]) -> Formula:
    """What one layer recognises in the period of the last of `rows`, which are its slices up to then.

    `until` is the end of that period; `happened` gives progress to date as `done` of `whole`, where it is not time that counts.
    """
    last, money = rows[-1], _money(currency)
    reached = sum(row["amount"] for row in rows) + last["base"] - last["at_once"]
    before = reached - last["amount"]
    arithmetic = [
        *_reached(last, until, reached, currency, happened),
        f"In this period: {money(reached)} − {money(before)} reached before = {money(last['amount'])}",
    ]
    if last["at_once"]:
        arithmetic.append(f"Of the change, {money(last['at_once'])} was recognised on the day that it took effect.")
    told = words.METHODS.get(last["method"], "")
    if last["method"] == "ratable":
        told = f"{words.choice(last['convention'])}: {words.CONVENTIONS.get(last['convention'], '')}"
    title = f"Layer {last['version']}" + (f", opened by change {last['change_id']}" if last["change_id"] else "")
    return Formula(title, told, arithmetic, last["amount"])


def _reached(last: Row, until: date | None, reached: int, currency: str, happened: Mapping[str, int]) -> list[str]:
    """The amount reached at the end of the period, if the arithmetic gives it."""
    money = _money(currency)
    if last["method"] != "ratable":
        done, whole = happened.get("done", 0), happened.get("whole", 0)
        if whole <= 0 or divide_half_up(last["layer_amount"] * done, whole) != reached:
            return []
        return [f"Reached: {money(last['layer_amount'])} × {_ratio(done, whole)} = {money(reached)}"]
    if until is None or last["residual"] != "cumulative" or last["ends_on"] is None:
        return []
    part, whole, found = _weighed(last, min(until, last["valid_to"]))
    if found != reached:
        return []
    unit = _UNITS.get(last["convention"], "parts")
    spread = last["layer_amount"] - last["upfront"]
    front = f"{money(last['upfront'])} up front + " if last["upfront"] else ""
    return [f"Reached at the end: {front}{money(spread)} × {part:,} ÷ {whole:,} {unit} = {money(reached)}"]


def _weighed(last: Row, until: date) -> tuple[int, int, int]:
    asked = {name: last[name] for name in ("convention", "starts_on", "ends_on", "upfront")}
    with _functions().cursor() as asking:
        row = asking.execute(_WEIGHTS, {**asked, "reached": until, "amount": last["layer_amount"]}).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


@cache
def _functions() -> duckdb.DuckDBPyConnection:
    """A book that is only asked for the engine's functions; each question takes a cursor of its own."""
    return engine.new_book()


def candidate(entry: Row, currency: str) -> str:
    """An entry of the SSP book that fitted, in one line."""
    money = _money(currency)
    if entry["basis"] == "percent_of_list":
        return f"{words.choice('percent_of_list')}: {entry['share'] / 10_000:g}% of {money(entry['list_price'] or 0)}"
    if entry["basis"] == "range":
        low, high = money(entry["low"]), money(entry["high"])
        return f"Range from {low} to {high} for one unit; outside it the {entry['point']} point"
    return f"{words.choice(entry['basis'])}: {money(entry['amount'] or 0)} for one unit"


def progress(method: str, trigger: str, rows: Mapping[str, Sequence[Any]], line: Any, until: date) -> dict[str, int]:
    """Progress of a line to date, from the events and invoices before `until`, as `done` of `whole`."""
    events = [row for row in rows["event"] if row.happened_on < until]
    quantity = line.quantity if line is not None else 0
    if method == "milestone":
        return {"done": sum(row.share or 0 for row in events if row.kind == "milestone"), "whole": MICRO}
    if method == "percent_complete":
        return _latest([row for row in events if row.kind == "progress"])
    if method == "usage" or (method == "point_in_time" and trigger == "delivery"):
        kind = "usage" if method == "usage" else "delivery"
        done = sum(row.quantity or quantity for row in events if row.kind == kind)
        return {"done": done, "whole": quantity}
    if method == "billing":
        billed = [row for row in rows["invoice"] if row.issued_on < until and row.kind == "invoice"]
        return {"done": sum(row.amount for row in billed), "whole": line.price if line is not None else 0}
    return {"done": 1, "whole": 1}


def _latest(measures: Sequence[Any]) -> dict[str, int]:
    if not measures:
        return {"done": 0, "whole": MICRO}
    last = max(measures, key=lambda row: row.happened_on)
    if last.share is not None:
        return {"done": last.share, "whole": MICRO}
    return {"done": last.cost_to_date or 0, "whole": last.cost_in_total or 0}


def _ratio(done: int, whole: int) -> str:
    if whole == MICRO:
        return f"{done / 10_000:g}%"
    if done == whole == 1:
        return "all of it"
    return f"{done:,} ÷ {whole:,}" if whole % MICRO or done % MICRO else f"{done // MICRO:,} ÷ {whole // MICRO:,}"


def _money(currency: str) -> Any:
    return lambda minor: str(Money(minor, currency))


_ALLOCATED = {
    "alone": "The line shares its transaction price with no other, so it keeps its own price.",
    "relative": "By relative stand-alone selling price; the odd cent goes by largest remainder (606-10-32-31).",
    "residual": "What the other lines leave of the transaction price (606-10-32-34c).",
    "excluded": "The product takes no part in allocation and keeps its own price.",
    "override": "Given with a reason, instead of being computed.",
}
