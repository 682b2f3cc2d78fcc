"""What holds for any books: rolls chain, splits sum to the waterfall, and every amount is the sum of what it opens."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest

from tieout.people.models import Environment
from tieout.recognition.tests.story import EVER
from tieout.reports.answers import Report
from tieout.reports.catalogue import KINDS
from tieout.reports.drill import measure_of
from tieout.reports.queries import Answer
from tieout.reports.tests.asking import ask, open_cell
from tieout.reports.tests.books import FIRST, applied
from tieout.revenue import figures

SEEDS = (1, 2)
DAYS = ("span=36", "span=36&as_of=2025-06-30", "span=36&as_of=2026-02-11")
METHODS = (
    ("ratable", "actual_days"),
    ("ratable", "even_months"),
    ("point_in_time", "actual_days"),
    ("usage", "actual_days"),
)


def random_books(seed: int) -> dict[str, list[dict[str, Any]]]:
    """Contracts of every kind in two entities and currencies, with deliveries, changes, invoices, credits and commissions."""
    draw = random.Random(seed)
    tables: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("contract", "line", "event", "invoice", "change", "commission")
    }
    tables["rule"] = [
        {"rule_id": f"R{n}", "method": method, "convention": how} for n, (method, how) in enumerate(METHODS)
    ]
    tables["product"] = [{"product_id": f"P{n}", "rule_id": f"R{n % 4}"} for n in range(6)]
    tables["ssp"] = [
        {"product_id": f"P{n}", "currency": currency, "starts_on": EVER, "basis": "amount", "amount": 1000 + 317 * n}
        for n in range(6)
        for currency in ("USD", "JPY")
    ]
    for number in range(24):
        _contract(draw, tables, f"C{number:02}")
    return tables


def _contract(draw: random.Random, tables: dict[str, list[dict[str, Any]]], name: str) -> None:
    signed = date(2025, 1, 1) + timedelta(days=draw.randrange(450))
    tables["contract"].append(
        {
            "contract_id": name,
            "customer_id": f"K{draw.randrange(9)}",
            "entity": draw.choice(("US", "DE")),
            "currency": draw.choice(("USD", "USD", "JPY")),
            "signed_on": signed,
            "region": draw.choice(("East", "West", "")),
            "customer_class": draw.choice(("Small", "Large")),
        }
    )
    for line in range(draw.randrange(1, 4)):
        _line(draw, tables, name, str(line), signed)
    if draw.random() < 0.4:
        paid = {
            "commission_id": f"{name}K",
            "contract_id": name,
            "amount": draw.randrange(1, 90_000),
            "earned_on": signed,
        }
        tables["commission"].append({**paid, "amortised_until": signed + timedelta(days=draw.randrange(30, 900))})


def _line(draw: random.Random, tables: dict[str, list[dict[str, Any]]], name: str, line: str, signed: date) -> None:
    product, key = draw.randrange(6), {"contract_id": name, "line_id": line}
    starts = signed + timedelta(days=draw.randrange(24))
    ends = starts + timedelta(days=draw.randrange(1, 900))
    price = draw.randrange(1, 5_000_000)
    tables["line"].append({**key, "product_id": f"P{product}", "price": price, "starts_on": starts, "ends_on": ends})
    if product % 4 >= 2 and draw.random() < 0.7:
        row = {"event_id": f"{name}{line}", **key, "kind": "usage" if product % 4 == 3 else "delivery"}
        tables["event"].append(
            {**row, "happened_on": starts + timedelta(days=draw.randrange(200)), "quantity": 1_000_000}
        )
    if product % 4 < 2 and draw.random() < 0.3:
        how = draw.choice(("prospective", "catch_up"))
        when = starts + (ends - starts) // 2
        change = {"change_id": f"{name}{line}", **key, "effective_on": when, "treatment": how}
        tables["change"].append({**change, "price": draw.randrange(-price // 2, price)})
    for number in range(draw.randrange(3)):
        kind = "credit_memo" if number and draw.random() < 0.4 else "invoice"
        bill = {"invoice_id": f"{name}{line}{number}", **key, "kind": kind, "amount": draw.randrange(1, price + 1)}
        tables["invoice"].append({**bill, "issued_on": starts + timedelta(days=draw.randrange(300))})


@pytest.fixture(params=SEEDS)
def books(request: pytest.FixtureRequest, environments: dict[str, Environment]) -> int:
    """An environment with random books."""
    environment = environments["production"].pk
    applied(environment, random_books(request.param), FIRST)
    figures.make(environment, cause="data", now=FIRST)
    return environment


@pytest.mark.slow
def test_every_report_of_any_books_ties_and_opens_to_the_same_amounts(books: int) -> None:
    for day in DAYS:
        found = {name: ask(books, name, day) for name in KINDS}
        for name, answer in found.items():
            assert answer.report.ties, (name, day, [check for check in answer.report.checks if check.difference])
        _splits_sum_to_the_waterfall(found)
        _rolls_sum_to_the_whole(books, day, found)
        _remaining_is_contracted_less_recognised(found["remaining-obligations"])
        for answer in found.values():
            _opens_to_itself(books, answer)


def _rolls_sum_to_the_whole(books: int, day: str, found: dict[str, Answer]) -> None:
    for name, by in (("deferred-revenue", "customer"), ("contract-assets", "region"), ("commissions", "entity")):
        split = ask(books, name, f"{day}&by={by}&size=500").report
        assert split.ties, (name, by)
        for amount in ("opening", "closing"):
            assert _by_period(split, amount) == _by_period(found[name].report, amount), (name, by, amount)


def _by_period(report: Report, amount: str) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for row in report.tables[0].rows:
        sums[row.currency + row.values["period"]] += row.values[amount]
    return sums


def _splits_sum_to_the_waterfall(found: dict[str, Answer]) -> None:
    recognised: dict[str, int] = defaultdict(int)
    for row in found["waterfall"].report.tables[0].totals:
        recognised[row.currency] += row.values["to_date"]
    for table in found["disaggregated-revenue"].report.tables:
        totals = {row.currency: row.values["total"] for row in table.totals}
        assert totals == {currency: amount for currency, amount in recognised.items() if currency in totals}, (
            table.title
        )
        assert not any(amount for currency, amount in recognised.items() if currency not in totals)


def _remaining_is_contracted_less_recognised(found: Answer) -> None:
    for row in (*found.report.tables[0].rows, *found.report.tables[0].totals):
        values = row.values
        bands = sum(values[name] for name in values if name.startswith("band"))
        assert values["remaining"] == values["contracted"] - values["recognised"] == bands + values["unscheduled"]


def _opens_to_itself(books: int, found: Answer) -> None:
    """Every amount that leads somewhere, sampled: what is opened comes to it."""
    draw = random.Random(0)
    for table in found.report.tables:
        cells = [
            (column, row)
            for row in (*table.rows, *table.totals)
            for column in table.columns
            if column.kind == "money" and row.values.get(column.name) and measure_of(column, row)
        ]
        for column, row in draw.sample(cells, min(len(cells), 6)):
            opened = open_cell(books, found, column, row)
            amounts = {each.currency: each.values["amount"] for each in opened.table.totals}
            assert amounts == {row.currency: row.values[column.name]}, (found.report.name, column.name, row.place)
            if not opened.table.more:
                assert sum(each.values["amount"] for each in opened.table.rows) == row.values[column.name]
