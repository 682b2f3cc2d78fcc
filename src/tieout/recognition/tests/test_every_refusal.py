"""Every refusal has a story that ends in it; those that one run finds together share one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import tieout.recognition
from tieout.recognition.errors import Refused
from tieout.recognition.tests import test_refusals
from tieout.recognition.tests.story import EVER, Story, cents, day, units
from tieout.recognition.tests.test_refusals import YEAR

SQL = Path(tieout.recognition.__file__).parent / "sql"
ELSEWHERE = {"arrangement_currencies", "rate_missing"}
"""Told where they belong: with orders, with rates."""


def _orders() -> Story:
    story = Story().sells("plan", "100", over=YEAR, ssp="1").sells("none", "1", quantity=0, ssp="1")
    story.sells("late", "1", start_minute=1440, ssp="-1").invoices("unheard-of", "2019-01-01", "1")
    for contract, product in (("X", "plan"), ("C", "unheard-of"), ("C", "ruleless")):
        row = {"line_id": f"{contract} {product}", "product_id": product, "price": 1, "starts_on": EVER}
        story.add("line", contract_id=contract, **row)
    story.add("product", product_id="ruleless", rule_id="none").add("rule", rule_id="plan", version=2, method="ratable")
    story.add("payment", payment_id="P", contract_id="X", paid_on=EVER, amount=1)
    for name, contract, columns in (
        ("of nobody", "X", {}),
        ("after the term", "C", {"earned_on": day("2020-06-01")}),
        ("written off early", "C", {"written_off_on": day("2018-01-01")}),
    ):
        row = {"commission_id": name, "contract_id": contract, "amount": 1, "earned_on": day("2019-01-01")}
        story.add("commission", **row | columns)
    return story


def _bundles() -> Story:
    story = Story().sells("a", "4").sells("b", "4").sells("c", "4").sells("d", "9", allocation="residual")
    for product in "abc":
        story.priced(product, "5")
    for bundle, product, price in (("1", "a", "8"), ("1", "b", "9"), ("2", "b", "8"), ("2", "c", "8")):
        story.add("bundle", bundle_id=bundle, product_id=product, currency="USD", price=cents(price))
    return story


def _events() -> Story:
    story = (
        Story().sells("units", "1", method="usage", quantity=units(2), ssp="1").sells("plan", "1", over=YEAR, ssp="1")
    )
    story.sells("works", "1", method="percent_complete", ssp="1").happens("expiry", "units", "2019-02-01")
    story.happens("usage", "units", "2019-03-01", quantity=units(1))
    for on in ("2019-02-01", "2019-03-01"):
        story.happens("hold", "plan", on).happens("progress", "works", "2019-02-01", share=units("0.5"))
    return story


def _estimates() -> Story:
    story = Story().sells("a", "1", ssp="1").sells("billed", "1", method="billing", ssp="1")
    for name, line, method, probability, columns in (
        ("tie", "a", "most_likely", "0.5", {"limit": 2}),
        ("tie", "a", "most_likely", "0.5", {"limit": 1}),
        ("small", "billed", "expected", "0.9", {}),
        ("nowhere", "b", "expected", "1", {}),
        ("later", "a", "expected", "1", {"replaces": "nothing"}),
    ):
        row = {"estimate_id": name, "line_id": line, "method": method, "probability": units(probability)}
        story.add("estimate", contract_id="C", amount=len(story.inputs.get("estimate", ())), **row, **columns)
    story.add("financing", contract_id="C", line_id="b", rate=1, starts_on=EVER, ends_on=EVER)
    return story.add("return_right", contract_id="C", line_id="billed", share=1)


def _currencies() -> Story:
    story = (
        Story(entity="US")
        .sells("goods", "1")
        .add("entity", entity="US", functional_currency="USD")
        .pays("2019-01-01", "1")
    )
    story.inputs["contract"][0]["currency"] = "ABC"
    return story.add("return_right", contract_id="C", line_id="goods", share=1)


def _changes() -> Story:
    story = Story().sells("plan", "1", over=YEAR, ssp="1", end_minute=60)
    for line in ("returned", "financed"):
        story.sells(line, "1", ssp="1").changes(line, "2019-02-01", "catch_up", "1")
    story.add("return_right", contract_id="C", line_id="returned", share=1)
    story.add("financing", contract_id="C", line_id="financed", rate=1, starts_on=EVER, ends_on=day("2019-01-01"))
    story.changes("plan", "2019-02-01", "cancel", "-1").changes(
        "plan", "2019-03-01", "blend", ends_on=day("2019-05-01")
    )
    for on in ("2019-04-01", "2019-05-01"):
        story.changes("new", on, "separate", "1", product_id="plan", ends_on=day("2020-01-01"), at_once=1)
    story.changes("newer", "2019-04-01", "prospective", "1", product_id="plan", ends_on=day("2020-01-01"))
    return story.changes("newer", "2019-03-01", "prospective", "1")


def _periods() -> Story:
    story = Story().sells("plan", "1", over="2019-01-01..2019-02-28").months("2019-01", "2019-03", closed=1)
    story.inputs["period"][2]["state"] = "closed"
    story.add("contract", contract_id="D", entity="UK", currency="USD", signed_on=EVER)
    story.add("period", entity="UK", period="P1", starts_on=EVER, ends_on=day("2030-01-01"), state="closed")
    return story.booked("unheard-of", {"2019-01": "1"})


def _accounts() -> Story:
    story = Story(entity="US").sells("plan", "1", over=YEAR, dimensions="class=A;location=1").rate("2019-01-01", "1.1")
    story.inputs["contract"][0]["currency"] = "EUR"
    story.add("entity", entity="US", functional_currency="USD")
    for period in ("2019-01", "1999-01"):
        story.add("posted", entity="US", currency="EUR", period=period, account="4", amount=1)
    for place in ("class=A", "location=1"):
        story.add("account", role="revenue", dimension=place, account=place)
    return story


STORIES: dict[Callable[[], Story], set[str]] = {
    _orders: {
        "unknown_contract",
        "unknown_product",
        "unknown_rule",
        "rule_ambiguous",
        "quantity_not_positive",
        "time_of_day",
        "ssp_negative",
        "invoice_line",
        "payment_contract",
        "commission_contract",
        "commission_term",
        "commission_written_off",
    },
    _bundles: {"bundle_price", "bundles_overlap"},
    _events: {"event_after_expiry", "holds_overlap", "progress_twice"},
    _estimates: {
        "estimate_tie",
        "estimate_differs",
        "estimate_probabilities",
        "estimate_billing",
        "estimate_line",
        "estimate_replaces",
        "financing_line",
        "return_line",
    },
    _currencies: {"currency_unknown", "payments_elsewhere", "foreign_financing"},
    _changes: {
        "cancel_price",
        "blend_ssp",
        "change_time_of_day",
        "return_changed",
        "financing_changed",
        "line_added_twice",
        "separate_at_once",
        "change_before_adding",
    },
    _periods: {"closed_after_open", "nothing_open", "booked_line"},
    _accounts: {"account_ambiguous", "posted_functional", "posted_period"},
}


@pytest.mark.parametrize("tell", STORIES, ids=lambda tell: tell.__name__.strip("_"))
def test_what_is_inconsistent_is_refused_by_name(tell: Callable[[], Story]) -> None:
    with pytest.raises(Refused) as caught:
        tell().rows("journal")
    assert STORIES[tell] - {each.name for each in caught.value.refusals} == set()


def test_every_refusal_has_a_story() -> None:
    names: set[str] = set()
    for step in ("checks", "change_checks", "exchange", "journals"):
        text = (SQL / f"{step}.sql").read_text("utf-8")
        names |= set(re.findall(r"^SELECT '([a-z_]+)'", text, re.MULTILINE))
    assert len(names) > 70
    assert names - set().union(*STORIES.values()) - set(test_refusals.STORIES) - ELSEWHERE == set()
