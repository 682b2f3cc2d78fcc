"""A small worked example of a recognition rule, computed by the engine itself: 1,200.00 under that rule, period by period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from tieout.recognition import engine
from tieout.recognition.errors import Refused
from tieout.recognition.tables import MICRO
from tieout.revenue.contract_figures import Recognised, by_period

PRICE = 120_000
CURRENCY = "USD"
FIRST, AFTER = date(2026, 1, 15), date(2026, 7, 10)
"""A term that begins and ends inside a month, where conventions differ."""
_EVENTS: Mapping[str, Sequence[tuple[str, date, dict[str, int]]]] = {
    "milestone": (
        ("milestone", date(2026, 2, 10), {"share": 400_000}),
        ("milestone", date(2026, 5, 20), {"share": 600_000}),
    ),
    "percent_complete": (
        ("progress", date(2026, 2, 28), {"share": 230_000}),
        ("progress", date(2026, 4, 30), {"share": 710_000}),
        ("progress", date(2026, 6, 30), {"share": 1_000_000}),
    ),
    "usage": (
        ("usage", date(2026, 1, 31), {"quantity": 300 * MICRO}),
        ("usage", date(2026, 3, 31), {"quantity": 700 * MICRO}),
    ),
}


@dataclass(frozen=True, slots=True)
class Example:
    """What was assumed, in words, and what the engine made of it; or why it refuses the rule."""

    assumed: str
    recognised: Sequence[Recognised]
    refused: str = ""


def example(rule: Mapping[str, Any]) -> Example:
    """The example of one version of a rule, given as engine values by column."""
    return _example(tuple(sorted((name, value) for name, value in rule.items() if name != "starts_on")))


@lru_cache(maxsize=256)
def _example(items: tuple[tuple[str, Any], ...]) -> Example:
    rule = dict(items)
    assumed, rows = _assumed(rule)
    with engine.new_book() as book:
        for table, given in rows.items():
            engine.put(book, table, given)
        try:
            engine.recognise(book)
        except Refused as error:
            return Example(assumed, (), "; ".join(each.said for each in error.refusals))
        found = book.execute("SELECT period, amount, adjustment FROM schedule").fetchall()
    named = [
        {"period": period, "starts_on": date.fromisoformat(f"{period}-01"), "amount": amount, "adjustment": late}
        for period, amount, late in found
    ]
    return Example(assumed, tuple(by_period(named)))


def _assumed(rule: Mapping[str, Any]) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    said, happened = _happenings(rule)
    quantity = 1000 * MICRO if rule["method"] == "usage" else MICRO
    of_line = {"contract_id": "example", "line_id": "1"}
    line = {"product_id": "P", "quantity": quantity, "price": PRICE, "starts_on": FIRST, "ends_on": AFTER}
    rows = {
        "rule": [{**rule, "rule_id": "R"}],
        "product": [{"product_id": "P", "rule_id": "R"}],
        "contract": [{"contract_id": "example", "currency": CURRENCY, "signed_on": FIRST}],
        "line": [{**of_line, **line}],
        **{table: [{**of_line, **row} for row in given] for table, given in happened.items()},
    }
    last = AFTER - timedelta(days=1)
    return f"1,200.00 {CURRENCY} from {FIRST.day} {FIRST:%b %Y} to {last.day} {last:%b %Y}{said}", rows


def _happenings(rule: Mapping[str, Any]) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """What happens to the line besides time, in words and as rows."""
    if rule["method"] == "billing" or (rule["method"] == "point_in_time" and rule["trigger"] == "invoice"):
        days = ((date(2026, 1, 31), 40_000), (date(2026, 4, 30), 80_000))
        bills = [{"invoice_id": f"I{at}", "issued_on": day, "amount": amount} for at, (day, amount) in enumerate(days)]
        return "; invoiced 400.00 on 31 Jan and 800.00 on 30 Apr", {"invoice": bills}
    if rule["method"] == "point_in_time" and rule["trigger"] in ("delivery", "acceptance"):
        day = date(2026, 3, 10)
        event = {"event_id": "E", "kind": rule["trigger"], "happened_on": day}
        return f"; {rule['trigger']} on 10 Mar", {"event": [event]}
    found = _EVENTS.get(rule["method"], ())
    events = [
        {"event_id": f"E{at}", "kind": kind, "happened_on": day, **more} for at, (kind, day, more) in enumerate(found)
    ]
    said = ", ".join(_said(kind, day, more) for kind, day, more in found)
    return (f"; {said}" if said else ""), {"event": events}


def _said(kind: str, day: date, more: Mapping[str, int]) -> str:
    much = f"{more['share'] // 10_000}%" if "share" in more else f"{more['quantity'] // MICRO} of 1,000"
    return f"{kind} {much} on {day.day} {day:%b}"
