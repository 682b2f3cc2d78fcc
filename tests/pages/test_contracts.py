"""Revenue data by hand: rule, product, SSP and contract entered, looked at, explained and changed, all on pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.pages.conftest import NOW
from tieout.people.actors import Actor, Role
from tieout.people.models import Environment
from tieout.revenue import figures, queries
from tieout.revenue.batches import operations as batches
from tieout.revenue.models import Gap

Text = Callable[..., str]
RATABLE = {"method": "ratable", "trigger": "delivery", "convention": "even_months", "residual": "cumulative"}
PRICED = {"currency": "USD", "starts_on": "2025-01-01", "basis": "amount", "point": "mid"}
YEAR = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
HEAD = {"contract_id": "C-1", "customer_id": "ACME", "currency": "USD", "signed_on": "2026-01-01"}
UPGRADE = {"change_id": "UP", "line_id": "1", "effective_on": "2026-07-01", "price": "120", "treatment": "prospective"}


@pytest.fixture
def here(environments: dict[str, Environment]) -> int:
    return environments["production"].pk


@pytest.fixture
def accountant(client_as: Callable[..., Client]) -> Client:
    return client_as(Role.ACCOUNTANT)


def enter(client: Client, table: str, **values: str) -> None:
    page = client.post(reverse("enter", args=[table]), values)
    assert page.status_code == 302, dict(page.context["form"].errors)


def lines(*rows: dict[str, str]) -> dict[str, str]:
    """The lines of a contract as its form sends them, with an empty one at the end."""
    sent = {"lines-TOTAL_FORMS": str(len(rows) + 1), "lines-INITIAL_FORMS": "0"}
    for at, row in enumerate(rows):
        sent |= {f"lines-{at}-{name}": value for name, value in row.items()}
    return sent


TWO = lines({"product_id": "APP", "price": "1,000.00", **YEAR}, {"product_id": "HELP", "price": "440.00", **YEAR})


def compute(environment_id: int) -> None:
    figures.make(environment_id, cause="data", now=NOW)


RULE = {"rule_id": "MONTHS", "version": 1, "method": "ratable", "convention": "even_months"}
TERM = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 1, 1)}


def product(number: str, ssp: int) -> dict[str, list[dict[str, Any]]]:
    priced = {"product_id": number, "currency": "USD", "starts_on": date(2025, 1, 1), "basis": "amount", "amount": ssp}
    return {"product": [{"product_id": number, "rule_id": "MONTHS"}], "ssp": [priced]}


@pytest.fixture
def book(accountant: Client, actor: Callable[..., Actor], here: int) -> Client:
    """A rule, a customer, two products with SSPs, and a contract with a line of each."""
    app, help_desk = product("APP", 120_000), product("HELP", 40_000)
    sold = (("1", "APP", 100_000), ("2", "HELP", 44_000))
    of_line = [
        {"contract_id": "C-1", "line_id": line, "product_id": p, "price": price, **TERM} for line, p, price in sold
    ]
    rows = {
        "rule": [RULE],
        "customer": [{"customer_id": "ACME", "name": "Acme Corporation"}],
        **{table: app[table] + help_desk[table] for table in app},
        "contract": [{**HEAD, "signed_on": date(2026, 1, 1)}],
        "line": of_line,
    }
    batches.enter(actor(Role.ACCOUNTANT), title="Orders", rows=rows, now=NOW)
    compute(here)
    return accountant


def tab(client: Client, name: str, **asked: str) -> Any:
    return client.get(reverse("contract", args=["C-1"]), {"tab": name, **asked})


def test_rule_customer_product_price_and_contract_are_entered_by_hand(
    accountant: Client, here: int, text: Text
) -> None:
    enter(accountant, "rule", rule_id="MONTHS", version="1", **RATABLE)
    enter(accountant, "customer", customer_id="ACME", name="Acme Corporation")
    for number, price in (("APP", "1,200.00"), ("HELP", "400.00")):
        enter(accountant, "product", product_id=number, rule_id="MONTHS", allocation="relative")
        enter(accountant, "ssp", product_id=number, amount=price, **PRICED)
    page = accountant.post(reverse("contract_new"), {**HEAD, **TWO}, follow=True)
    assert "Contract C-1 is entered" in text(page)
    stored = queries.values_of(queries.keyed(here, "line", "C-1", "2"), "line")
    assert (stored["price"], stored["quantity"], stored["ends_on"]) == (44_000, 1_000_000, date(2027, 1, 1))
    assert "1,200.00 USD" in text(accountant.get(reverse("product", args=["APP"])))
    assert "200.00" in text(accountant.get(reverse("rule", args=["MONTHS"])), ".worked")


def test_the_allocation_of_a_contract_is_shown_to_sum(book: Client, text: Text) -> None:
    rows = text(tab(book, "obligations"), "table")
    assert "1,000.00 1,200.00 1,080.00 80.00" in rows
    assert "440.00 400.00 360.00 -80.00" in rows
    proof = text(tab(book, "obligations"), ".figures")
    assert "Transaction price 1,440.00 USD" in proof
    assert "Allocated 1,440.00 USD Difference 0.00 USD" in proof


def test_the_schedule_stands_by_period_and_by_line(book: Client, text: Text) -> None:
    page = text(tab(book, "schedule"))
    assert "2026-03 Open 120.00 — 360.00" in page
    assert "Line 2" in page
    assert "2026-12 30.00 — 360.00" in page


def test_any_figure_is_explained_down_to_its_source(book: Client, text: Text) -> None:
    asked = {"contract": "C-1", "line": "1", "period": "2026-03"}
    page = text(book.get(reverse("explain"), asked))
    assert "1,080.00 USD × 3 ÷ 12 months = 270.00 USD" in page
    assert "270.00 USD − 180.00 USD reached before = 90.00 USD" in page
    assert "1,440.00 USD × 1,200.00 USD ÷ 1,600.00 USD = 1,080.00 USD" in page
    assert "Rule MONTHS, version 1" in page
    assert "Amount: 1,200.00 USD for one unit" in page
    assert "Line C-1 · 1 Orders by hand" in page
    assert "2026-12" in text(book.get(reverse("explain"), {"contract": "C-1", "line": "2"}))


def test_a_wrong_cell_of_a_line_is_named_where_it_stands_and_nothing_is_entered(accountant: Client, here: int) -> None:
    page = accountant.post(reverse("contract_new"), {**HEAD, **lines({"product_id": "APP", "price": "12.345", **YEAR})})
    assert page.status_code == 422
    assert "more decimals than USD allows" in str(page.context["lines"].forms[0].errors["price"])
    assert not queries.rows(here, "contract").exists()


def test_what_the_import_refuses_the_form_refuses_too(book: Client) -> None:
    twice = lines({"line_id": "1", "product_id": "APP", "price": "1", **YEAR}, {"line_id": "1", "price": "2", **YEAR})
    page = book.post(reverse("contract_new"), {**HEAD, **twice})
    assert page.status_code == 422
    event = {"contract_id": "C-9", "event_id": "E", "line_id": "1", "kind": "hold", "happened_on": "2026-05-01"}
    page = book.post(reverse("enter", args=["event"]), {**event, "cost_to_date": "5"})
    assert "no contract &#x27;C-9&#x27;" in str(page.context["form"].errors["contract_id"])


def test_more_rows_come_without_scripts(accountant: Client) -> None:
    page = accountant.post(reverse("contract_new"), {**HEAD, **TWO, "more": "lines"})
    assert page.status_code == 200
    assert len(page.context["lines"].forms) == 6
    assert b'value="1,000.00"' in page.content


def test_a_change_shows_its_numbers_under_each_treatment_before_it_is_entered(
    book: Client, here: int, text: Text
) -> None:
    there = reverse("contract_change", args=["C-1"])
    page = text(book.post(there, {**UPGRADE, "preview": "yes"}))
    assert "2026-07 120.00 140.00 190.00" in page
    assert "Separate contract: not possible" in page
    assert not queries.rows(here, "change").exists()
    assert book.post(there, UPGRADE).status_code == 302
    compute(here)
    assert "2026-07 Open 140.00 — 860.00" in text(tab(book, "schedule"))
    assert "Prospective 120.00" in text(tab(book, "changes"))


def test_history_tells_what_differed_and_as_known_on_shows_what_was_known(
    book: Client, client_as: Callable[..., Client], text: Text
) -> None:
    with time_machine.travel(NOW + timedelta(days=3)):
        later = client_as(Role.ACCOUNTANT)
        changed = lines({"line_id": "1", "product_id": "APP", "price": "900.00", **YEAR})
        assert later.post(reverse("contract_edit", args=["C-1"]), {**HEAD, **changed}).status_code == 302
        page = text(tab(later, "history"))
    assert "Price 1,000.00 USD → 900.00 USD" in page
    assert "Line C-1 · 2 Ended" in page
    page = text(tab(book, "obligations"))
    assert "Figures are being computed" in page
    assert "HELP" not in page
    known = tab(book, "obligations", known=f"{NOW:%Y-%m-%d}")
    assert "HELP" in text(known, "table")
    assert "Figures are being computed" not in text(known)


def test_two_people_do_not_overwrite_each_other(book: Client, here: int) -> None:
    seen = queries.keyed(here, "customer", "ACME").pk
    there = reverse("amend", args=["customer", seen])
    assert book.post(there, {"customer_id": "ACME", "name": "Acme Inc."}).status_code == 302
    page = book.post(there, {"customer_id": "ACME", "name": "Acme Ltd."})
    assert page.status_code == 409
    assert queries.keyed(here, "customer", "ACME").name == "Acme Inc."
    page = book.post(reverse("enter", args=["customer"]), {"customer_id": "ACME", "name": "Another"})
    assert "already" in str(page.context["form"].errors["customer_id"])


def test_a_gap_leads_to_the_form_that_mends_it(book: Client, here: int, text: Text) -> None:
    price = queries.rows(here, "ssp").get(product_id="HELP")
    assert "Remove it?" in text(book.get(reverse("end_row", args=["ssp", price.pk])))
    assert book.post(reverse("end_row", args=["ssp", price.pk])).status_code == 302
    compute(here)
    gap = Gap.objects.get(resolved_at=None)
    assert "no SSP is in force for product HELP" in text(book.get(reverse("gaps")))
    assert text(tab(book, "obligations"), "h1").endswith("Incomplete")
    mend = next(button for button in book.get(reverse("gap", args=[gap.pk])).context["buttons"])
    form = book.get(mend.url).context["form"]
    assert (form["product_id"].value(), form["currency"].value()) == ("HELP", "USD")
    enter(book, "ssp", product_id="HELP", amount="400", **{**PRICED, "starts_on": form["starts_on"].value()})
    compute(here)
    assert text(book.get(reverse("gap", args=[gap.pk])), "h1").endswith("Resolved")


def test_who_may_only_read_sees_everything_and_is_offered_no_form(
    book: Client, client_as: Callable[..., Client], text: Text
) -> None:
    viewer = client_as(Role.VIEWER)
    for name in ("obligations", "billing", "events", "commissions"):
        page = tab(viewer, name)
        assert page.status_code == 200
        assert b"/revenue/enter/" not in page.content
    assert viewer.get(reverse("contract_edit", args=["C-1"])).status_code == 403


def test_contracts_are_found_by_customer_state_and_amount(book: Client, text: Text) -> None:
    def found(**asked: str) -> bool:
        return "C-1" in text(book.get(reverse("contracts"), asked), "#list")

    assert "Acme Corporation (ACME)" in text(book.get(reverse("contracts")))
    assert "2 1,440.00 USD Running" in text(book.get(reverse("contracts")))
    assert found(q="corporation acme")
    assert found(state="running", currency="USD", customer="ACME", at_least="1,440")
    assert not found(state="ended")
    assert not found(state="incomplete")
    assert not found(at_least="1440.01")
