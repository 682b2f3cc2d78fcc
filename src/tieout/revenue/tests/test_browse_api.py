"""Revenue data seen by a program: rows entered, the contract read, a figure explained, a change tried."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tieout.api.tests.test_api import Program
from tieout.people.actors import Actor, Role
from tieout.people.models import Environment
from tieout.revenue import figures

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
YEAR = {"starts_on": "2026-01-01", "ends_on": "2027-01-01"}
ROWS: dict[str, list[dict[str, Any]]] = {
    "rule": [{"rule_id": "MONTHS", "method": "ratable", "convention": "even_months"}],
    "product": [{"product_id": "APP", "rule_id": "MONTHS"}],
    "contract": [{"contract_id": "SO/1", "currency": "USD", "signed_on": "2026-01-01"}],
    "line": [{"contract_id": "SO/1", "line_id": "1", "product_id": "APP", "price": 120_000, **YEAR}],
}


@pytest.fixture
def program(actor: Callable[..., Actor]) -> Program:
    return Program(actor(Role.ACCOUNTANT))


@pytest.fixture
def entered(program: Program, environments: dict[str, Environment]) -> Program:
    reply = program("POST", "/revenue/entries", {"title": "Order SO/1", "rows": ROWS})
    assert (reply.status_code, reply.json()["state"]) == (201, "applied")
    figures.make(environments["production"].pk, cause="data", now=NOW)
    return program


def test_a_contract_is_read_with_its_schedule(entered: Program) -> None:
    assert [each["contract_id"] for each in entered.get("/revenue/contracts?currency=USD")["items"]] == ["SO/1"]
    found = entered.get("/revenue/contracts/SO/1")
    assert found["rows"]["line"][0]["ends_on"] == "2027-01-01"
    assert found["obligations"][0]["allocated"]["amount"] == "1200.00"
    assert [each["revenue"]["amount"] for each in found["schedule"]] == ["100.00"] * 12
    assert entered.get("/revenue/gaps")["items"] == []


def test_a_figure_is_explained(entered: Program) -> None:
    found = entered.get("/revenue/explain?contract=SO/1&line=1&period=2026-05")
    assert found["revenue"]["amount"] == "100.00"
    assert "1,200.00 USD × 5 ÷ 12 months = 500.00 USD" in found["layers"][0]["arithmetic"][0]
    assert found["rule"] == "MONTHS, version 1"
    assert {each["table"] for each in found["sources"]} == {"contract", "line"}


def test_a_change_is_tried_before_it_is_made(entered: Program) -> None:
    change = {"contract_id": "SO/1", "line_id": "1", "effective_on": "2026-07-01", "price": 12_000}
    found = {each["treatment"]: each for each in entered("POST", "/revenue/changes/preview", change).json()}
    july = {name: each["schedule"][6]["revenue"]["amount"] for name, each in found.items() if each["schedule"]}
    assert (july[""], july["prospective"], july["catch_up"]) == ("100.00", "120.00", "170.00")
    assert "a separate contract must be a new line" in found["separate"]["refused"][0]
    assert "change" not in entered.get("/revenue/contracts/SO/1")["rows"]


def test_what_cannot_be_used_is_named_and_nothing_is_entered(program: Program) -> None:
    wrong = {**ROWS, "line": [{**ROWS["line"][0], "starts_on": "2026-13-01"}]}
    reply = program("POST", "/revenue/entries", {"title": "Wrong", "rows": wrong})
    assert reply.status_code == 422
    assert reply.json()["facts"] == {"table": "line", "row": 1, "field": "starts_on"}
    assert program("POST", "/revenue/entries", {"title": "Wrong", "rows": {"nothing": [{}]}}).status_code == 422
    assert program.get("/revenue/contracts")["items"] == []
