"""Changes of whole arrangements: blends, upgrades, early renewal, cancellation, and what they do to commissions."""

from __future__ import annotations

from tieout.recognition.tests.story import Story, cents, day, units

HALF_YEAR = "2019-01-01..2019-06-30"
EVEN = {"convention": "even_months"}


def _two_plans() -> Story:
    return (
        Story()
        .sells("a", "600", over=HALF_YEAR, ssp="600", **EVEN)
        .sells("b", "600", over=HALF_YEAR, ssp="300", **EVEN)
    )


def test_what_remains_of_an_arrangement_is_shared_anew_by_what_it_is_worth() -> None:
    story = _two_plans().changes("a", "2019-04-01", "blend", "-90")
    assert list(story.revenue("a").values()) == ["133.33", "133.34", "133.33", "113.33", "113.34", "113.33"]
    assert list(story.revenue("b").values()) == ["66.67", "66.66", "66.67", "56.67", "56.66", "56.67"]


def test_a_line_that_is_added_takes_its_share_of_what_remains() -> None:
    story = _two_plans()
    added = {"product_id": "a", "ends_on": day("2019-07-01"), "ssp": cents("450")}
    story.changes("c", "2019-04-01", "blend", "300", **added)
    later = {line: sum(map(cents, list(story.revenue(line).values())[-3:])) for line in "abc"}
    assert later == {"a": cents("300"), "b": cents("150"), "c": cents("450")}


def test_an_upgrade_carries_what_is_left_over_to_the_new_plan() -> None:
    story = Story().sells("basic", "600", over=HALF_YEAR, ssp="600", **EVEN)
    story.changes("basic", "2019-04-01", "blend", ends_on=day("2019-04-01"))
    added = {"product_id": "basic", "ends_on": day("2019-07-01"), "ssp": cents("450")}
    story.changes("pro", "2019-04-01", "blend", "150", **added)
    assert list(story.revenue("basic").values()) == ["100.00"] * 3
    assert list(story.revenue("pro").values()) == ["150.00"] * 3


def test_an_early_renewal_spreads_old_and_new_price_over_the_new_term() -> None:
    story = Story().sells("plan", "1200", over="2019-01-01..2019-12-31", ssp="1200", **EVEN)
    story.changes("plan", "2019-10-01", "blend", "900", ends_on=day("2021-01-01"), ssp=cents("1500"))
    assert list(story.revenue().values()) == ["100.00"] * 9 + ["80.00"] * 15


def test_a_line_may_be_changed_in_its_own_way_beside_a_blend() -> None:
    story = _two_plans().changes("a", "2019-04-01", "blend", "-90").changes("b", "2019-04-01", "catch_up", "-60")
    assert sum(map(cents, story.revenue("a").values())) == cents("710")
    assert sum(map(cents, story.revenue("b").values())) == cents("340")
    assert list(story.revenue("b").values())[3:] == ["26.67", "56.66", "56.67"]


def test_units_and_time_blend_by_what_is_left_of_each() -> None:
    story = Story().sells("plan", "600", over=HALF_YEAR, ssp="600", **EVEN)
    story.sells("units", "400", ssp="400", method="usage", quantity=units(40))
    story.happens("usage", "units", "2019-02-10", quantity=units(30)).happens(
        "usage", "units", "2019-05-10", quantity=units(10)
    )
    story.changes("plan", "2019-04-01", "blend", "-100")
    assert story.revenue("units") == {"2019-02": "300.00", "2019-05": "75.00"}
    assert list(story.revenue("plan").values()) == ["100.00"] * 3 + ["75.00"] * 3


def test_a_cancelled_line_keeps_what_was_recognised() -> None:
    story = Story().sells("plan", "600", over=HALF_YEAR, **EVEN).changes("plan", "2019-04-01", "cancel")
    assert list(story.revenue().values()) == ["100.00"] * 3
    kept = Story().sells("plan", "600", over=HALF_YEAR, **EVEN).changes("plan", "2019-04-01", "cancel", "50")
    assert list(kept.revenue().values()) == ["100.00"] * 3 + ["50.00"]


def test_units_that_are_cancelled_are_not_waited_for() -> None:
    story = Story().sells("units", "400", method="usage", quantity=units(40))
    story.happens("usage", "units", "2019-02-10", quantity=units(30)).changes("units", "2019-04-01", "cancel", "25")
    assert story.revenue() == {"2019-02": "300.00", "2019-04": "25.00"}


def _with_commission(**columns: object) -> Story:
    row = {"commission_id": "K", "contract_id": "C", "amount": cents("60"), "earned_on": day("2019-01-01")}
    return Story().sells("plan", "600", over=HALF_YEAR, **EVEN).add("commission", **row, **columns)


def test_a_commission_is_written_off_when_its_contract_is_cancelled() -> None:
    story = _with_commission().changes("plan", "2019-04-01", "cancel")
    assert story.revenue(kind="commission") == {
        "2019-01": "10.00",
        "2019-02": "10.00",
        "2019-03": "10.00",
        "2019-04": "30.00",
    }


def test_a_commission_lasts_as_long_as_the_customer_or_the_renewals_expected() -> None:
    for columns, months in (
        ({"life_months": 12}, 12),
        ({"renewals": 2}, 18),
        ({"life_months": 12, "written_off_on": day("2019-02-01")}, 2),
    ):
        assert len(_with_commission(**columns).revenue(kind="commission")) == months


def test_a_commission_for_a_year_or_less_may_be_expensed() -> None:
    short = _with_commission(treatment="capitalise_over_a_year")
    assert short.revenue(kind="commission") == {"2019-01": "60.00"}
    long = _with_commission(treatment="capitalise_over_a_year", life_months=15)
    assert set(long.revenue(kind="commission").values()) == {"4.00"}
