"""The arithmetic that explains a figure gives that figure, under every convention and method; examples of rules sum up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from tieout.kernel.money import Money
from tieout.recognition import engine
from tieout.recognition.tables import CONVENTIONS, METHODS
from tieout.revenue import formulas, worked

TERM = {"starts_on": date(2026, 1, 17), "ends_on": date(2026, 9, 5)}
LINE = {"contract_id": "C", "line_id": "1", "product_id": "P", "price": 100_001, **TERM}
SUM = re.compile(r"= (-?[\d,.]+) USD$")


def explained(rule: dict[str, Any], *changes: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """The engine's explanation of a line, in order."""
    rows = {
        "rule": [{"rule_id": "R", **rule}],
        "product": [{"product_id": "P", "rule_id": "R"}],
        "contract": [{"contract_id": "C", "currency": "USD", "signed_on": date(2026, 1, 1)}],
        "line": [LINE],
        "change": [{"change_id": "M", "contract_id": "C", "line_id": "1", **each} for each in changes],
    }
    with engine.new_book() as book:
        for table, given in rows.items():
            engine.put(book, table, given)
        engine.recognise(book)
        return sorted(engine.rows(book, "explanation"), key=lambda row: (row["version"], row["period"]))


def month_after(period: str) -> date:
    return (date.fromisoformat(f"{period}-01") + timedelta(days=32)).replace(day=1)


def check(rows: Sequence[dict[str, Any]]) -> int:
    """Every figure's arithmetic ends in the figure; how many show what was reached."""
    reached = 0
    for at, row in enumerate(rows):
        of_layer = [each for each in rows[: at + 1] if each["version"] == row["version"]]
        found = formulas.layer(of_layer, month_after(row["period"]), "USD", {})
        reached += any(line.startswith("Reached at the end") for line in found.arithmetic)
        last = SUM.search(next(line for line in found.arithmetic if line.startswith("In this period")))
        assert last
        assert Money.parse(last[1].replace(",", ""), "USD").minor == row["amount"] == found.amount
    return reached


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_each_convention_shows_its_weights(convention: str) -> None:
    rows = explained({"method": "ratable", "convention": convention, "upfront": 100_000})
    assert sum(row["amount"] for row in rows) == LINE["price"]
    assert check(rows) == len(rows)


@pytest.mark.parametrize("treatment", ["prospective", "catch_up"])
def test_a_layer_that_a_change_opens_shows_what_was_recognised_before(treatment: str) -> None:
    change = {"effective_on": date(2026, 5, 11), "price": 33_333, "treatment": treatment}
    rows = explained({"method": "ratable"}, change)
    assert {row["version"] for row in rows} == {1, 2}
    assert check(rows) == len(rows)


def test_rounding_that_the_formula_cannot_follow_is_left_to_words() -> None:
    assert check(explained({"method": "ratable", "residual": "first"})) == 0


@pytest.mark.parametrize("method", METHODS)
def test_every_rule_has_an_example_that_sums(method: str) -> None:
    rule = {"rule_id": "R", "version": 1, "method": method, "trigger": "delivery", "convention": "actual_days"}
    found = worked.example({**rule, "residual": "cumulative", "upfront": 0, "progress_step": 0})
    assert not found.refused
    assert found.recognised[-1].to_date == worked.PRICE
