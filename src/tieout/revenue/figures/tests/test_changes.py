"""Computing only what changed leaves the same figures as computing everything."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout.people.models import Environment
from tieout.revenue import figures
from tieout.revenue.figures.changes import changed_since
from tieout.revenue.figures.making import make, refresh
from tieout.revenue.figures.tests.conftest import NOW, PRODUCTS, RULES, Bring, brought, sold, together
from tieout.revenue.models import FigureSet, Gap

pytestmark = pytest.mark.django_db
VIEWS = {
    "schedule": "kind, contract_id, line_id, entity, currency, dimensions, period, sum(amount), sum(adjustment)",
    "allocation": "contract_id, line_id, product_id, price, ssp, allocated, pool, arrangement_id, total",
    "position": "contract_id, period, recognised, billed, contract_liability, contract_asset, liability_moved, asset_moved",
    "waterfall": "kind, entity, currency, product_id, period, sum(amount), sum(adjustment)",
    "target": "role, entity, currency, product_id, dimensions, period, late, sum(amount), sum(functional)",
}
SUMS = {"schedule": 2, "waterfall": 2, "target": 2}
"""How many of the last columns are sums: rows of which all are zero say nothing."""
CONTRACTS = 30


def _all(made: FigureSet) -> dict[str, list[tuple[Any, ...]]]:
    with figures.open_figures(made) as shown:
        return {
            view: [
                row
                for row in shown.execute(f"SELECT {what} FROM {view} GROUP BY ALL ORDER BY ALL").fetchall()
                if view not in SUMS or any(row[-SUMS[view] :])
            ]
            for view, what in VIEWS.items()
        }


def _gaps(environment_id: int) -> set[tuple[str, str, str]]:
    found = Gap.objects.filter(environment_id=environment_id, resolved_at=None)
    return set(found.values_list("rule", "contract_id", "cause"))


def _company(chance: random.Random) -> dict[str, list[Any]]:
    """Contracts in two currencies, some of them one arrangement, and a book of prices."""
    contracts = [
        sold(f"C{number}", chance.randrange(10**6), chance.choice(["seat", "desk"])) for number in range(CONTRACTS)
    ]
    given = together(RULES, PRODUCTS, *contracts)
    for row in given["contract"]:
        row["arrangement_id"] = chance.choice(["", "", "joint", "other"])  # type: ignore[index]
        if not row["arrangement_id"] and chance.random() < 0.3:
            row |= {"currency": "EUR", "entity": "north"}  # type: ignore[operator]
    prices = [
        {"product_id": name, "currency": "USD", "starts_on": date(2020, 1, 1), "basis": "amount", "amount": amount}
        for name, amount in (("seat", 500), ("desk", 300))
    ]
    rate = {"from_currency": "EUR", "to_currency": "USD", "starts_on": date(2020, 1, 1), "rate": 1_083_700_000}
    return given | {"ssp": prices, "rate": [rate], "entity": [{"entity": "north", "functional_currency": "USD"}]}


def _event(chance: random.Random, number: int) -> dict[str, list[dict[str, Any]]]:
    """Something that happens to one contract: a change, a bill, another arrangement, a refused line, a new contract, a price."""
    contract = f"C{chance.randrange(CONTRACTS)}"
    key = {"contract_id": contract, "line_id": "1"}
    on = date(2026, chance.randrange(1, 13), 1)
    amount = chance.randrange(1, 10**5)
    change = {"change_id": f"M{number}", "effective_on": on, "price": amount - 50_000}
    bill = {"invoice_id": f"I{number}", "issued_on": on, "amount": amount}
    memo = {"kind": "credit_memo", "treatment": chance.choice(["price_concession", "refund", "billing_correction"])}
    group = {"arrangement_id": chance.choice(["", "joint", "other"])}
    price = {"product_id": "desk", "currency": "USD", "starts_on": date(2020, 1, 1), "basis": "amount"}
    return chance.choice(
        [
            {"change": [key | change | {"treatment": chance.choice(["prospective", "catch_up"])}]},
            {"invoice": [key | bill]},
            {"invoice": [key | bill | memo]},
            {"contract": [sold(contract)["contract"][0] | group]},
            {"line": [sold(contract, amount, chance.choice(["seat", "sofa"]))["line"][0]]},
            sold(f"D{number}", amount),
            {"ssp": [price | {"amount": amount}]},
        ]
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
@given(st.randoms(use_true_random=False))
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_recomputing_what_changed_equals_computing_everything(db: None, chance: random.Random) -> None:
    """To the row, gaps included, also when what was recomputed is the base of the next."""
    home = Environment.objects.create(slug=f"drawn-{Environment.objects.count()}", name="Drawn").pk
    brought(home, _company(chance))
    make(home, cause="data", now=NOW)
    for number in range(1, 4):
        events = [_event(chance, 10 * number + each) for each in range(chance.randrange(1, 3))]
        for each in events:
            brought(home, each, hours=number)
        later = NOW + timedelta(hours=number)
        part = refresh(home, now=later)
        found = _all(part), _gaps(home)
        whole = _everything(home)
        assert found == whole


def _everything(home: int) -> tuple[dict[str, list[tuple[Any, ...]]], set[tuple[str, str, str]]]:
    """Computed anew, without a trace: the next change builds on what was recomputed."""
    with transaction.atomic():
        whole = _all(make(home, cause="data", now=NOW + timedelta(days=9))), _gaps(home)
        transaction.set_rollback(True)
    return whole


def test_only_the_files_of_what_changed_are_new(environment_id: int, bring: Bring) -> None:
    bring(together(RULES, PRODUCTS, *(sold(f"C{number}") for number in range(20))))
    first = make(environment_id, cause="data", now=NOW)
    bring(sold("C7", 60_000), hours=1)
    second = refresh(environment_id, now=NOW + timedelta(hours=1))
    assert second.base == first
    assert {name: second.files[name] for name in first.files if "/" in name} == {
        name: about for name, about in first.files.items() if "/" in name
    }
    assert second.files["1/contract/0000"]["rows"] == 1
    assert refresh(environment_id, now=NOW) == second


def test_a_product_concerns_the_contracts_that_have_it_and_a_rate_concerns_all(
    environment_id: int, bring: Bring
) -> None:
    bring(together(RULES, PRODUCTS, sold("A"), sold("B", product="desk")))
    first = make(environment_id, cause="data", now=NOW)
    bring({"product": [{"product_id": "desk", "rule_id": "monthly", "dimensions": "class=D"}]}, hours=1)
    assert changed_since(environment_id, first) == {"B"}
    rate = {"from_currency": "EUR", "to_currency": "USD", "starts_on": date(2026, 1, 1), "rate": 1_100_000_000}
    bring({"rate": [rate]}, hours=2)
    assert changed_since(environment_id, first) is None
