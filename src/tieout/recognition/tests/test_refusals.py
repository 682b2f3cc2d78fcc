"""What the engine cannot recognise exactly it refuses, and says which row and why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tieout.recognition.errors import Refused, TooLarge
from tieout.recognition.tests.story import EVER, Story, cents, day, units

YEAR = "2019-01-01..2019-12-31"
Teller = Callable[[Story], object]


def _plan(story: Story, **rule: object) -> Story:
    return story.sells("plan", "100", over=YEAR, **rule)


STORIES: dict[str, Teller] = {
    "ssp_missing": lambda s: s.sells("a", "1").sells("b", "1", ssp="1"),
    "ssp_ambiguous": lambda s: _plan(s).priced("plan", "1").priced("plan", "2"),
    "ssp_incomplete": lambda s: _plan(s).add(
        "ssp", product_id="plan", currency="USD", starts_on=EVER, basis="range", low=2, high=1
    ),
    "ssp_all_zero": lambda s: s.sells("a", "1", ssp="0").sells("b", "1", ssp="0"),
    "residual_guard": lambda s: s.sells("a", "1", ssp="5").sells("b", "1", allocation="residual"),
    "residual_twice": lambda s: s.sells("a", "1", allocation="residual").sells("b", "1", allocation="residual"),
    "override_without_reason": lambda s: _plan(s, allocated=cents("1")),
    "duplicate": lambda s: _plan(s).add("contract", contract_id="C", currency="USD", signed_on=EVER),
    "term_missing": lambda s: s.sells("plan", "1", method="ratable"),
    "price_negative": lambda s: s.sells("plan", "-1"),
    "upfront_share": lambda s: _plan(s, upfront=units("0.1"), residual="last"),
    "event_line": lambda s: _plan(s).happens("hold", "other", "2019-02-01"),
    "event_unused": lambda s: _plan(s).happens("milestone", "plan", "2019-02-01", share=1),
    "event_incomplete": lambda s: s.sells("x", "1", method="milestone").happens("milestone", "x", "2019-02-01"),
    "progress_outside": lambda s: s.sells("x", "1", method="percent_complete").happens(
        "progress", "x", "2019-02-01", share=units("1.1")
    ),
    "delivered_too_much": lambda s: s.sells("x", "1", method="usage").happens(
        "usage", "x", "2019-02-01", quantity=units(2)
    ),
    "hold_residual": lambda s: _plan(s, residual="last").happens("hold", "plan", "2019-02-01"),
    "change_line": lambda s: _plan(s).changes("other", "2019-02-01", "prospective"),
    "change_inside_month": lambda s: _plan(s, convention="even_months").changes("plan", "2019-02-10", "prospective"),
    "change_residual": lambda s: _plan(s, residual="first").changes("plan", "2019-02-01", "prospective"),
    "treatments_mixed": lambda s: (
        _plan(s).changes("plan", "2019-02-01", "prospective").changes("plan", "2019-02-01", "catch_up")
    ),
    "change_percent_complete": lambda s: s.sells("x", "1", method="percent_complete").changes(
        "x", "2019-02-01", "prospective"
    ),
    "separate_existing": lambda s: _plan(s).changes("plan", "2019-02-01", "separate"),
    "commission_changed": lambda s: (
        _plan(s)
        .changes("plan", "2019-02-01", "prospective", ends_on=day("2019-06-01"))
        .add("commission", commission_id="K", contract_id="C", amount=1, earned_on=day("2019-01-01"))
    ),
    "outside_periods": lambda s: _plan(s).months("2019-01", "2019-06"),
    "periods_gap": lambda s: (
        _plan(s)
        .months("2019-01", "2019-06")
        .add("period", period="late", starts_on=day("2019-08-01"), ends_on=day("2020-01-01"))
    ),
    "booked_open": lambda s: _plan(s).months("2019-01", "2019-12").booked("plan", {"2019-01": "1"}),
    "account_missing": lambda s: _plan(s).add("account", role="receivable", account="1200"),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_thing_that_cannot_be_recognised_exactly_is_refused_by_name(name: str) -> None:
    story = Story()
    STORIES[name](story)
    with pytest.raises(Refused) as caught:
        story.rows("journal")
    assert name in {each.name for each in caught.value.refusals}
    assert caught.value.remedy


def test_every_row_at_fault_is_told_at_once() -> None:
    story = Story().sells("a", "1").sells("b", "1")
    with pytest.raises(Refused, match=r"line a: no SSP is in force for product a.*line b: no SSP") as caught:
        story.allocation()
    assert len(caught.value.refusals) == 2


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"region": "EU"}, "20.00"),
        ({"customer_class": "school"}, "10.00"),
        ({"signed": "2020-06-01"}, "40.00"),
        ({}, "30.00"),
    ],
)
def test_the_most_specific_entry_of_the_book_in_force_is_taken(columns: dict[str, str], expected: str) -> None:
    story = Story(**columns).sells("a", "100").sells("b", "0", ssp="30")
    story.priced("a", "30", ends_on=day("2020-01-01")).priced("a", "40", starts_on=day("2020-01-01"))
    story.priced("a", "20", region="EU").priced("a", "10", customer_class="school")
    found = {row["line_id"]: row["ssp"] for row in story.rows("allocation")}
    assert found["a"] == cents(expected)


def test_a_price_inside_the_range_is_its_own_ssp_and_outside_the_chosen_point_is() -> None:
    prices = {"plan 1": "90", "plan 2": "120"}
    story = Story()
    for line, price in prices.items():
        story.sells(line, price)
        span = {"low": cents("80"), "mid": cents("95"), "high": cents("110"), "point": "mid"}
        story.priced(line, "0", basis="range", **span)
    found = {row["line_id"]: row["ssp"] for row in story.rows("allocation")}
    assert found == {"plan 1": cents("90"), "plan 2": cents("95")}


def test_excluded_and_overridden_lines_stand_apart() -> None:
    story = (
        Story()
        .sells("tax", "7", allocation="excluded")
        .sells("a", "50", allocated=cents("20"), override_reason="agreed")
    )
    story.sells("b", "30", ssp="10").sells("c", "0", ssp="30")
    assert story.allocation() == {"a": "20.00", "b": "15.00", "c": "45.00", "tax": "7.00"}


def test_what_no_amount_can_hold_is_refused_with_the_line_to_look_at() -> None:
    story = Story().sells("usual", "100", over=YEAR, ssp="1").sells("slip", "92000000000000000", over=YEAR, ssp="1")
    story.sells("more", "90000000000000000", over=YEAR, ssp="1")
    with pytest.raises(TooLarge, match="The largest price is that of contract C, line slip"):
        story.revenue()
