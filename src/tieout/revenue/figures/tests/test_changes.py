"""Computing only what changed leaves the same figures as computing everything."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from tieout.revenue import figures
from tieout.revenue.figures.changes import changed_since
from tieout.revenue.figures.making import make, refresh
from tieout.revenue.figures.tests.conftest import NOW, PRODUCTS, RULES, Bring, sold, together
from tieout.revenue.models import FigureSet, Gap

pytestmark = pytest.mark.django_db
VIEWS = {
    "schedule": "contract_id, line_id, period, sum(amount), sum(adjustment)",
    "allocation": "contract_id, line_id, allocated, pool, arrangement_id, total",
    "position": "contract_id, period, recognised_to_date, billed_to_date, liability_moved, asset_moved",
    "waterfall": "kind, product_id, period, sum(amount), sum(adjustment)",
    "target": "role, product_id, dimensions, period, sum(amount)",
}


def _all(made: FigureSet) -> dict[str, list[tuple[Any, ...]]]:
    with figures.open_figures(made) as shown:
        return {
            view: [
                row
                for row in shown.execute(f"SELECT {what} FROM {view} GROUP BY ALL ORDER BY ALL").fetchall()
                if any(row[-1:])
            ]
            for view, what in VIEWS.items()
        }


def _company(chance: random.Random) -> dict[str, list[Any]]:
    contracts = [sold(f"C{number}", chance.randrange(10**6), chance.choice(["seat", "desk"])) for number in range(40)]
    given = together(RULES, PRODUCTS, *contracts)
    for row in given["contract"]:
        row["arrangement_id"] = chance.choice(["", "", "joint", "other"])  # type: ignore[index]
    prices = [
        {"product_id": name, "currency": "USD", "starts_on": date(2020, 1, 1), "basis": "amount", "amount": amount}
        for name, amount in (("seat", 500), ("desk", 300))
    ]
    return given | {"ssp": prices}


def _event(chance: random.Random, number: int) -> dict[str, list[dict[str, Any]]]:
    """Something that happens to one contract: a change, an invoice, another arrangement, a refused line, a price in the book."""
    contract = f"C{chance.randrange(40)}"
    key = {"contract_id": contract, "line_id": "1"}
    on = date(2026, chance.randrange(1, 13), 1)
    treatment = chance.choice(["prospective", "catch_up"])
    amount = chance.randrange(1, 10**5)
    return chance.choice(
        [
            {
                "change": [
                    key | {"change_id": f"M{number}", "effective_on": on, "treatment": treatment, "price": amount}
                ]
            },
            {"invoice": [key | {"invoice_id": f"I{number}", "issued_on": on, "amount": amount}]},
            {"contract": [sold(contract)["contract"][0] | {"arrangement_id": chance.choice(["", "joint", "other"])}]},
            {"line": [sold(contract, amount, chance.choice(["seat", "sofa"]))["line"][0]]},
            sold(f"D{number}", amount),
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_recomputing_what_changed_equals_computing_everything(seed: int, environment_id: int, bring: Bring) -> None:
    chance = random.Random(seed)
    bring(_company(chance))
    make(environment_id, cause="data", now=NOW)
    for number in range(1, 6):
        bring(_event(chance, number), hours=number)
        part = refresh(environment_id, now=NOW + timedelta(hours=number))
        gaps = set(Gap.objects.filter(resolved_at=None).values_list("rule", "contract_id"))
        whole = make(environment_id, cause="data", now=NOW + timedelta(hours=number))
        assert _all(part) == _all(whole)
        assert set(Gap.objects.filter(resolved_at=None).values_list("rule", "contract_id")) == gaps


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
