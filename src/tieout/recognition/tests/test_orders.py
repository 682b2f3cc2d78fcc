"""From orders to contracts: combined orders, entities, versions of rules, net positions, rebates; and the SSP book's dimensions."""

from __future__ import annotations

import pytest

from tieout.recognition.errors import Refused
from tieout.recognition.tests.story import Amounts, Story, cents, day, dollars, units

HALF_YEAR = "2019-01-01..2019-06-30"
EVEN = {"convention": "even_months"}


def _second_order(story: Story, contract: str = "D", **columns: str) -> Story:
    """What is told after this belongs to another order."""
    story.contract = contract
    row = {"currency": "USD", "signed_on": day("2019-01-01")} | columns
    return story.add("contract", contract_id=contract, **row)


def _licence_and_support(**columns: str) -> Story:
    story = Story(arrangement_id="deal").sells("licence", "900", ssp="600").sells("training", "0", ssp="100")
    _second_order(story, arrangement_id="deal", **columns)
    return story.sells("support", "100", over=HALF_YEAR, ssp="300", **EVEN)


def test_orders_that_are_one_contract_share_their_price() -> None:
    assert _licence_and_support().allocation() == {"licence": "600.00", "support": "300.00", "training": "100.00"}


@pytest.mark.parametrize("other", [{"currency": "EUR"}, {"entity": "UK"}])
def test_orders_of_two_currencies_or_entities_are_never_one_contract(other: dict[str, str]) -> None:
    with pytest.raises(Refused, match="arrangement_currencies"):
        _licence_and_support(**other).allocation()


def test_what_is_agreed_later_follows_the_later_version_of_the_rule() -> None:
    story = Story().sells("plan", "600", over=HALF_YEAR, **EVEN)
    story.inputs["rule"][0]["starts_on"] = None
    later = {"version": 2, "starts_on": day("2019-03-01"), "method": "ratable", "convention": "actual_days"}
    story.add("rule", rule_id="plan", **later)
    story.changes("more", "2019-04-01", "prospective", "91", product_id="plan", ends_on=day("2019-07-01"))
    assert list(story.revenue("plan").values()) == ["100.00"] * 6
    assert list(story.revenue("more").values()) == ["30.00", "31.00", "30.00"]
    conventions = {row["line_id"]: (row["rule_version"], row["convention"]) for row in story.rows("explanation")}
    assert conventions == {"plan": (1, "even_months"), "more": (2, "actual_days")}


def test_each_entity_closes_its_own_months() -> None:
    story = Story(entity="US").sells("plan", "600", over=HALF_YEAR, **EVEN)
    _second_order(story, entity="UK").sells("other plan", "600", over=HALF_YEAR, **EVEN)
    for entity, closed in (("US", 2), ("UK", 0)):
        before = len(story.inputs.get("period", ()))
        for row in story.months("2019-01", "2019-06", closed=closed).inputs["period"][before:]:
            row["entity"] = entity
    assert story.revenue("plan", column="adjustment") == {"2019-03": "200.00"}
    assert list(story.revenue("other plan").values()) == ["100.00"] * 6
    entities = {
        (row["entity"], row["account"], row["amount"]) for row in story.rows("journal") if row["period"] == "2019-02"
    }
    assert entities == {("UK", "revenue", -10000), ("UK", "contract_asset", 10000)}


def test_lines_of_a_contract_net_and_contracts_do_not() -> None:
    story = Story().sells("plan", "600", over=HALF_YEAR, ssp="600", **EVEN).sells("goods", "400", ssp="400")
    story.happens("delivery", "goods", "2019-01-20").invoices("plan", "2019-01-01", "600")
    _second_order(story).sells("works", "50").happens("delivery", "works", "2019-01-20")
    january = {
        row["contract_id"]: (dollars(row["contract_liability"]), dollars(row["contract_asset"]))
        for row in story.rows("position")
        if row["period"] == "2019-01"
    }
    assert january == {"C": ("100.00", "0.00"), "D": ("0.00", "50.00")}


def test_a_rebate_that_is_expected_is_owed_until_it_is_credited() -> None:
    story = (
        Story()
        .sells("goods", "1000")
        .happens("delivery", "goods", "2019-01-10")
        .invoices("goods", "2019-01-10", "1000")
    )
    for amount, probability in (("-100", "0.8"), ("0", "0.2")):
        row = {"line_id": "goods", "amount": cents(amount), "probability": units(probability)}
        story.add("estimate", estimate_id="rebate", contract_id="C", method="expected", **row)
    story.credits("goods", "2019-12-31", "80")
    assert story.journal("2019-01") == {"receivable": "1000.00", "revenue": "-920.00", "contract_liability": "-80.00"}
    assert story.journal("2019-12") == {"receivable": "-80.00", "contract_liability": "80.00"}


def test_a_downgrade_lowers_what_remains_only() -> None:
    story = Story().sells("pro", "1200", over=HALF_YEAR, ssp="1200", **EVEN)
    story.changes("pro", "2019-04-01", "blend", "-600", ends_on=day("2019-04-01"))
    story.changes("basic", "2019-04-01", "blend", "300", product_id="pro", ends_on=day("2019-07-01"), ssp=cents("300"))
    assert list(story.revenue("pro").values()) == ["200.00"] * 3
    assert list(story.revenue("basic").values()) == ["100.00"] * 3


def test_what_is_kept_of_a_line_cancelled_before_it_began_is_recognised_at_once() -> None:
    story = Story().sells("plan", "600", over=HALF_YEAR, **EVEN).changes("plan", "2018-11-01", "cancel", "50")
    assert story.revenue() == {"2018-11": "50.00"}


def _ssp_of(story: Story) -> Amounts:
    return {row["line_id"]: dollars(row["ssp"]) for row in story.rows("allocation")}


def test_the_book_knows_currencies_and_bands_of_quantity() -> None:
    story = Story().sells("few", "90", quantity=units(9)).sells("many", "100", quantity=units(10))
    for line in ("few", "many"):
        story.priced(line, "10", quantity_below=units(10)).priced(line, "8", quantity_from=units(10))
        story.priced(line, "99", currency="EUR")
    assert _ssp_of(story) == {"few": "90.00", "many": "80.00"}


@pytest.mark.parametrize(("point", "expected"), [("low", "80.00"), ("mid", "95.00"), ("high", "110.00")])
def test_a_price_outside_its_range_is_taken_at_the_chosen_point(point: str, expected: str) -> None:
    story = Story().sells("plan", "120").sells("other", "1", ssp="1")
    story.priced("plan", "0", basis="range", low=cents("80"), mid=cents("95"), high=cents("110"), point=point)
    assert _ssp_of(story)["plan"] == expected


def test_a_residual_outside_what_was_observed_is_refused() -> None:
    for price, fits in (("150", True), ("110", False), ("190", False)):
        story = Story().sells("plan", price).sells("addon", "0", allocation="residual").priced("plan", "100")
        story.priced("addon", "0", basis="range", low=cents("15"), mid=cents("40"), high=cents("60"))
        if fits:
            assert story.allocation()["addon"] == "50.00"
        else:
            with pytest.raises(Refused, match="residual_guard"):
                story.allocation()


@pytest.mark.parametrize(
    ("convention", "from_day", "january"),
    [
        ("full_at_28", "2019-01-04", "300.00"),
        ("full_at_28", "2019-01-05", "279.31"),
        ("full_at_30", "2019-01-02", "300.00"),
        ("full_at_30", "2019-01-03", "293.26"),
        ("thirty_360", "2019-01-16", "180.00"),
    ],
)
def test_enough_days_of_a_month_are_the_whole_month(convention: str, from_day: str, january: str) -> None:
    story = Story().sells("plan", "900", over=f"{from_day}..2019-03-31", convention=convention)
    assert story.revenue()["2019-01"] == january
