"""Revenue data by hand: rule, product, SSP and contract entered, looked at, explained and changed, all on pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tieout.people.actors import Role
from tieout.people.models import Environment
from tieout.revenue import figures, queries
from tieout.revenue.models import Gap
from tests.pages.conftest import NOW

Text = Callable[..., str]
RATABLE = {"method": "ratable", "trigger": "delivery", "convention": "even_months", "residual": "cumulative"}


@pytest.fixture
def accountant(client_as: Callable[..., Client]) -> Client:
    return client_as(Role.ACCOUNTANT)


@pytest.fixture
def here(environments: dict[str, Environment]) -> int:
    return environments["production"].pk


def enter(client: Client, table: str, **values: str) -> Any:
    page = client.post(reverse("enter", args=[table]), values)
    assert page.status_code == 302, [str(error) for error in page.context["form"].errors.items()]
    return page


def lines(*rows: dict[str, str]) -> dict[str, str]:
    """The lines of a contract as its form sends them."""
    sent = {"lines-TOTAL_FORMS": str(len(rows) + 1), "lines-INITIAL_FORMS": "0"}
    for at, row in enumerate(rows):
        sent |= {f"lines-{at}-{name}": value for name, value in row.items()}
    return sent


YEAR = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
HEAD = {"contract_id": "C-1", "customer_id": "ACME", "currency": "USD", "signed_on": "2026-01-01"}


@pytest.fixture
def book(accountant: Client, here: int) -> Client:
    """A rule, two products with SSPs, and a contract with a line of each; the figures are computed."""
    enter(accountant, "rule", rule_id="MONTHS", version="1", **RATABLE)
    enter(accountant, "customer", customer_id="ACME", name="Acme Corporation")
    for product, price in (("APP", "1,200.00"), ("HELP", "400.00")):
        enter(accountant, "product", product_id=product, rule_id="MONTHS", allocation="relative")
        told = {"product_id": product, "currency": "USD", "starts_on": "2025-01-01", "basis": "amount", "point": "mid"}
        enter(accountant, "ssp", amount=price, **told)
    two = lines({"product_id": "APP", "price": "1,080.00", **YEAR}, {"product_id": "HELP", "price": "360.00", **YEAR})
    page = accountant.post(reverse("contract_new"), {**HEAD, **two})
    assert page.status_code == 302, page.context["form"].errors
    figures.make(here, cause="data", now=NOW)
    return accountant


def test_pages(book: Client, here: int, text: Text) -> None:
    for tab in "obligations schedule billing changes events commissions history source".split():
        page = book.get(reverse("contract", args=["C-1"]), {"tab": tab})
        assert page.status_code == 200
        print(tab, text(page))
    for name in "contracts products ssp_book rules customers entities rates bundles estimates gaps ssp_history".split():
        page = book.get(reverse(name))
        assert page.status_code == 200
        print(name, text(page))
    print(text(book.get(reverse("product", args=["APP"]))))
    print(text(book.get(reverse("rule", args=["MONTHS"]))))
    print(text(book.get(reverse("explain"), {"contract": "C-1"})))
    print(text(book.get(reverse("explain"), {"contract": "C-1", "line": "1", "period": "2026-03"})))
    line = queries.keyed(here, "line", "C-1", "1")
    print(text(book.get(reverse("source_row", args=["line", line.pk]))))
    page = book.get(reverse("contract_edit", args=["C-1"]))
    print(text(page))
    import time
    t = time.time()
    page = book.post(reverse("contract_change", args=["C-1"]), {"change_id": "X", "line_id": "1", "effective_on": "2026-07-01", "price": "120", "treatment": "prospective", "preview": "yes"})
    print(text(page), time.time() - t)
    assert 0
