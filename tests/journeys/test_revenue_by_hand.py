"""An accountant's first contract, entered by hand: rule, product, price, contract; its schedule, a figure explained, an upgrade."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from playwright.sync_api import Page, expect

from tieout.people.actors import Role
from tieout.people.models import User
from tieout.revenue import figures

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _that_day() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def go(page: Page, entry: str) -> None:
    page.get_by_label("Main menu").get_by_role("link", name=entry).click()


def begin(page: Page, entry: str, button: str) -> None:
    go(page, entry)
    page.get_by_role("link", name=button).first.click()


def enter(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".alert-success")).to_contain_text("is entered")


def enter_rule(page: Page) -> None:
    begin(page, "Rules", "New rule")
    page.get_by_label("Rule", exact=False).first.fill("MONTHLY")
    page.get_by_label("Method").select_option(label="Ratably over time")
    expect(page.get_by_label("Trigger")).to_be_hidden()
    page.get_by_label("Convention").select_option(label="Even months")
    enter(page)


def enter_product(page: Page, number: str, ssp: str) -> None:
    begin(page, "Products", "New product")
    page.locator("#id_product_id").fill(number)
    page.locator("#id_rule_id").fill("MONTHLY")
    enter(page)
    page.get_by_role("link", name=number, exact=True).click()
    page.get_by_role("link", name="New SSP entry").click()
    expect(page.locator("#id_product_id")).to_have_value(number)
    page.locator("#id_currency").fill("USD")
    page.locator("#id_starts_on").fill("2025-01-01")
    page.locator("#id_amount").fill(ssp)
    expect(page.locator("#id_share")).to_be_hidden()
    enter(page)


def enter_contract(page: Page) -> None:
    begin(page, "Contracts", "New contract")
    for name, value in {"contract_id": "SO-1", "currency": "USD", "signed_on": "2026-01-01"}.items():
        page.locator(f"#id_{name}").fill(value)
    for at, (product, price) in enumerate((("APP", "1,000.00"), ("HELP", "440.oo"))):
        row = {"product_id": product, "price": price, "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
        for name, value in row.items():
            page.locator(f"#id_lines-{at}-{name}").fill(value)
    page.get_by_role("button", name="More rows").click()
    expect(page.locator("#id_lines-3-line_id")).to_be_focused()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".wrong")).to_contain_text("'440.oo' is not an amount")
    page.locator("#id_lines-1-price").fill("440")
    enter(page)


def upgrade(page: Page) -> None:
    page.get_by_role("link", name="Add a change").click()
    for name, value in {"line_id": "1", "effective_on": "2026-07-01", "price": "120"}.items():
        page.locator(f"#id_{name}").fill(value)
    page.get_by_role("button", name="Preview its numbers").click()
    july = page.locator("table.preview tr").filter(has_text="2026-07")
    expect(july).to_contain_text("140.00")
    expect(july).to_contain_text("190.00")
    page.get_by_role("button", name="Enter the change").click()
    expect(page.locator(".alert-success")).to_contain_text("is entered")


def test_a_contract_by_hand_from_its_rule_to_its_upgrade(
    transactional_db: None, person: Callable[..., User], sign_in: Callable[..., Page]
) -> None:
    accountant = person(Role.ACCOUNTANT)
    page = sign_in(accountant)
    enter_rule(page)
    for product, ssp in (("APP", "1200"), ("HELP", "400")):
        enter_product(page, product, ssp)
    enter_contract(page)
    figures.make(accountant.environment_id, cause="data", now=NOW)
    page.get_by_role("link", name="Schedule").click()
    expect(page.locator("svg.chart rect.chart-bar")).to_have_count(12)
    page.get_by_role("link", name="2026-03").nth(1).click()
    expect(page.locator(".arithmetic").first).to_contain_text("1,080.00 USD × 3 ÷ 12 months = 270.00 USD")
    page.get_by_role("link", name="SO-1").first.click()
    upgrade(page)
    figures.make(accountant.environment_id, cause="data", now=NOW)
    page.reload()
    expect(page.locator("main")).to_contain_text("Prospective")
    page.get_by_role("link", name="Schedule").click()
    expect(page.locator("tr").filter(has_text="2026-07").first).to_contain_text("140.00")
