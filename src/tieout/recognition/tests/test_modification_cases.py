"""Published cases of contract modifications (606-10-25-10 to 13)."""

from __future__ import annotations

from tieout.recognition.tests.conformance import case
from tieout.recognition.tests.story import Amounts, Story, cents, day, units

HALF_YEAR = "2019-01-01..2019-06-30"


def _half_year() -> Story:
    return Story().sells("plan", "600", over=HALF_YEAR, convention="even_months")


@case("D16")
def test_a_future_discount_leaves_earned_revenue_alone() -> None:
    assert list(_half_year().revenue().values()) == ["100.00"] * 6
    by_change = _half_year().changes("plan", "2019-04-01", "prospective", "-60")
    by_credit_memo = _half_year().credits("plan", "2019-04-17", "60", "goodwill")
    for discounted in (by_change, by_credit_memo):
        assert list(discounted.revenue().values()) == ["100.00"] * 3 + ["80.00"] * 3


@case("D17")
def test_a_full_refund_reverses_closed_months_in_the_first_open_one() -> None:
    expected = {"2019-01": "100.00", "2019-02": "100.00", "2019-03": "100.00", "2019-04": "-300.00"}
    by_change = _half_year().changes("plan", "2019-04-01", "catch_up", "-600")
    by_credit_memo = _half_year().credits("plan", "2019-04-10", "600", "price_concession")
    for story in (by_change, by_credit_memo):
        story.months("2019-01", "2019-06", closed=3)
        story.booked("plan", {"2019-01": "100", "2019-02": "100", "2019-03": "100"})
        assert story.revenue() == expected
        assert story.revenue(column="adjustment") == {}


@case("D19")
def test_an_upgrade_in_mid_month_ends_one_plan_and_begins_the_other() -> None:
    story = Story().sells("plan 1", "90", over="2019-04-01..2019-04-30")
    story.changes("plan 1", "2019-04-21", "prospective", "-30")
    story.add("rule", rule_id="daily", method="ratable").add("product", product_id="plan 2", rule_id="daily")
    ends = story.inputs["line"][0]["ends_on"]
    story.changes("plan 2", "2019-04-21", "prospective", "40", product_id="plan 2", ends_on=ends)
    assert story.revenue("plan 1") == {"2019-04": "60.00"}
    assert story.revenue("plan 2") == {"2019-04": "40.00"}
    assert story.revenue() == {"2019-04": "100.00"}


def _sixty_of_120_units_delivered() -> Story:
    story = Story().sells("units", "12000", method="usage", quantity=units(120))
    return story.happens("usage", "units", "2019-01-15", quantity=units(60))


@case("D23")
def test_added_units_at_their_ssp_are_a_contract_of_their_own() -> None:
    story = _sixty_of_120_units_delivered().happens("usage", "units", "2019-02-15", quantity=units(60))
    story.changes("more", "2019-02-01", "separate", "2850", product_id="units", quantity=units(30))
    story.happens("usage", "more", "2019-03-15", quantity=units(30))
    assert story.revenue("units") == {"2019-01": "6000.00", "2019-02": "6000.00"}
    assert story.revenue("more") == {"2019-03": "2850.00"}


@case("D24")
def test_remaining_units_take_a_blended_price_and_past_ones_a_credit() -> None:
    story = _sixty_of_120_units_delivered()
    story.changes("units", "2019-02-01", "prospective", "2400", quantity=units(30), at_once=-cents("900"))
    story.happens("usage", "units", "2019-03-15", quantity=units(1)).happens(
        "usage", "units", "2019-04-15", quantity=units(89)
    )
    expected = {"2019-01": "6000.00", "2019-02": "-900.00", "2019-03": "93.33", "2019-04": "8306.67"}
    assert story.revenue() == expected


def _by_year(amounts: Amounts) -> dict[str, float]:
    found: dict[str, float] = {}
    for period, amount in amounts.items():
        found[period[:4]] = round(found.get(period[:4], 0) + float(amount), 2)
    return found


@case("D25")
def test_blending_and_extending_spreads_the_rest_over_the_new_term() -> None:
    story = Story().sells("service", "300000", over="2019-01-01..2021-12-31", convention="even_months")
    years_later = story.inputs["line"][0]["ends_on"].replace(year=2025)
    story.changes("service", "2021-01-01", "prospective", "180000", ends_on=years_later)
    expected = {"2019": 100000.0, "2020": 100000.0, "2021": 70000.0, "2022": 70000.0, "2023": 70000.0, "2024": 70000.0}
    assert _by_year(story.revenue()) == expected


def _catch_up(**rule: int) -> str:
    story = Story().sells("building", "1000000", method="percent_complete", **rule)
    spent = cents("420000")
    for on, total in (("2019-06-30", "700000"), ("2019-07-01", "820000")):
        story.happens("progress", "building", on, cost_to_date=spent, cost_in_total=cents(total))
    story.changes("building", "2019-07-01", "catch_up", "350000")
    assert story.revenue()["2019-06"] == "600000.00"
    return story.revenue()["2019-07"]


@case("D26")
def test_a_change_of_a_partly_built_thing_is_caught_up_with() -> None:
    assert _catch_up(progress_step=units("0.001")) == "91200.00"
    assert _catch_up() == "91463.41"


@case("D27")
def test_a_lower_price_for_all_units_takes_back_part_of_the_first_quarter() -> None:
    story = Story().sells("units", "120000", method="usage", quantity=units(1200))
    for name, discount, columns in (
        ("at first", "0", {}),
        ("more than 1,000 units", "-12000", {"replaces": "at first", "estimated_on": day("2019-04-01")}),
    ):
        row = {"line_id": "units", "method": "most_likely", "amount": cents(discount), "probability": units(1)}
        story.add("estimate", estimate_id=name, contract_id="C", **row, **columns)
    story.happens("usage", "units", "2019-03-31", quantity=units(75))
    story.happens("usage", "units", "2019-06-30", quantity=units(500))
    found = story.revenue()
    assert found["2019-03"] == "7500.00"
    assert float(found["2019-04"]) + float(found["2019-06"]) == 44250


def test_lines_of_one_contract_may_be_changed_in_different_ways() -> None:
    rule = {"over": HALF_YEAR, "convention": "even_months", "ssp": "600"}
    story = Story().sells("a", "600", **rule).sells("b", "600", **rule)
    story.changes("a", "2019-04-01", "prospective", "-60").changes("b", "2019-04-01", "catch_up", "-60")
    assert list(story.revenue("a").values()) == ["100.00"] * 3 + ["80.00"] * 3
    assert list(story.revenue("b").values()) == ["100.00"] * 3 + ["60.00"] + ["90.00"] * 2


def test_a_line_can_be_changed_again_and_again() -> None:
    story = _half_year().changes("plan", "2019-02-01", "prospective", "-50")
    story.changes("plan", "2019-03-01", "catch_up", "50").changes("plan", "2019-04-01", "prospective", "30")
    assert list(story.revenue().values()) == ["100.00", "90.00", "110.00", "110.00", "110.00", "110.00"]
