"""Published cases of splitting a transaction price over obligations."""

from __future__ import annotations

import pytest

from tieout.recognition.errors import Refused
from tieout.recognition.tests.conformance import case
from tieout.recognition.tests.story import Story, cents, units


@case("D01")
def test_three_obligations_share_one_price_by_their_ssp() -> None:
    story = Story().sells("A", "100", ssp="50").sells("B", "0", ssp="25").sells("C", "0", ssp="75")
    assert story.allocation() == {"A": "33.33", "B": "16.67", "C": "50.00"}


@case("D02")
def test_prices_that_differ_from_ssp_are_carved() -> None:
    story = Story().sells("A", "35").sells("B", "20").sells("C", "65")
    story.priced("A", "50").priced("B", "25").priced("C", "75")
    assert story.allocation() == {"A": "40.00", "B": "20.00", "C": "60.00"}
    assert {row["line_id"]: row["carve"] for row in story.rows("allocation")} == {"A": 500, "B": 0, "C": -500}


@case("D03")
def test_a_free_item_receives_revenue() -> None:
    story = Story().sells("A", "20").sells("B", "10").sells("C", "0")
    story.priced("A", "20").priced("B", "10").priced("C", "10")
    assert story.allocation() == {"A": "15.00", "B": "7.50", "C": "7.50"}


def _sold_together() -> Story:
    story = Story().priced("A", "40").priced("B", "55").priced("C", "45")
    for product in ("B", "C"):
        story.add("bundle", bundle_id="B+C", product_id=product, currency="USD", price=cents("60"))
    return story


@case("D04")
def test_a_discount_that_a_bundle_explains_stays_in_the_bundle() -> None:
    story = _sold_together().sells("A", "40").sells("B", "30").sells("C", "30")
    assert story.allocation() == {"A": "40.00", "B": "33.00", "C": "27.00"}


def test_a_discount_that_a_bundle_does_not_explain_is_shared_by_all() -> None:
    story = _sold_together().sells("A", "10").sells("B", "30").sells("C", "30")
    assert story.allocation() == {"A": "20.00", "B": "27.50", "C": "22.50"}


@case("D05")
def test_what_the_others_leave_goes_to_the_residual_obligation() -> None:
    story = _sold_together().sells("A", "40").sells("B", "30").sells("C", "30").sells("D", "30", allocation="residual")
    assert story.allocation() == {"A": "40.00", "B": "33.00", "C": "27.00", "D": "30.00"}


@case("D06")
def test_ssp_may_be_a_share_of_the_list_price() -> None:
    story = Story().sells("Hardware", "800", quantity=units(2), list_price=cents("1000"))
    story.sells("Software", "600", quantity=units(2), list_price=cents("800"))
    for product, share in (("Hardware", "0.75"), ("Software", "0.70")):
        story.priced(product, "0", basis="percent_of_list", share=units(share))
    assert story.allocation() == {"Hardware": "801.53", "Software": "598.47"}
    assert {row["line_id"]: row["ssp"] for row in story.rows("allocation")} == {"Hardware": 75000, "Software": 56000}


@case("D29")
def test_a_voucher_is_an_obligation_at_the_discount_it_will_bring() -> None:
    story = Story().sells("Product A", "100").priced("Product A", "100").sells("Voucher", "0", quantity=units(1))
    story.priced("Voucher", "50", basis="option", share=units("0.3"), likelihood=units("0.8"))
    assert story.allocation() == {"Product A": "89.29", "Voucher": "10.71"}


def test_an_option_is_recognised_when_it_is_used_and_the_rest_when_it_expires() -> None:
    story = Story().sells("A", "100", ssp="88").sells("voucher", "0", ssp="12", quantity=units(4))
    story.happens("delivery", "A", "2019-01-05").happens("delivery", "voucher", "2019-02-05", quantity=units(1))
    story.happens("expiry", "voucher", "2019-06-30")
    assert story.revenue("voucher") == {"2019-02": "3.00", "2019-06": "9.00"}


def _bonus(*outcomes: tuple[str, str], limit: str) -> Story:
    story = Story().sells("works", "100000")
    for amount, probability in outcomes:
        row = {"line_id": "works", "amount": cents(amount), "probability": units(probability), "limit": cents(limit)}
        story.add("estimate", estimate_id="bonus", contract_id="C", method="most_likely", **row)
    return story


@case("D37")
def test_a_bonus_counts_up_to_what_meets_the_constraint() -> None:
    story = _bonus(("20000", "0.6"), ("0", "0.4"), limit="12000")
    assert story.allocation() == {"works": "112000.00"}
    (bonus,) = story.rows("estimated")
    assert (bonus["estimate"], bonus["constrained_out"]) == (cents("20000"), cents("8000"))
    for name, uncertain in (
        ("estimate_tie", _bonus(("20000", "0.5"), ("0", "0.5"), limit="0")),
        ("estimate_probabilities", _bonus(("20000", "0.6"), ("0", "0.5"), limit="0")),
    ):
        with pytest.raises(Refused, match=name):
            uncertain.allocation()


def test_an_expected_value_weighs_every_outcome() -> None:
    story = Story().sells("goods", "0")
    for amount, probability in (("100", "0.25"), ("50", "0.75")):
        row = {"line_id": "goods", "amount": cents(amount), "probability": units(probability)}
        story.add("estimate", estimate_id="rebate", contract_id="C", method="expected", **row)
    assert story.allocation() == {"goods": "62.50"}
