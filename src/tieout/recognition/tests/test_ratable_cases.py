"""Published cases of recognition over time, each under the convention that its source names."""

from __future__ import annotations

import pytest

from tieout.recognition.tests.conformance import case
from tieout.recognition.tests.story import Amounts, Story, day, units

MONTHS_2019 = ("2019-06", "2019-07", "2019-08", "2019-09", "2019-10")


def _journal_of(story: Story, account: str, *periods: str) -> list[str]:
    return [story.journal(period).get(account, "0.00") for period in periods]


@case("D07")
def test_a_month_that_crosses_a_month_end_is_recognised_by_days() -> None:
    story = Story().sells("plan", "31", over="2019-01-15..2019-02-14").invoices("plan", "2019-01-15", "31")
    assert story.revenue() == {"2019-01": "17.00", "2019-02": "14.00"}
    assert _journal_of(story, "contract_liability", "2019-01", "2019-02") == ["-14.00", "14.00"]


@case("D08")
def test_an_annual_subscription_is_recognised_day_by_day() -> None:
    story = Story().sells("plan", "365", over="2019-01-01..2019-12-31").invoices("plan", "2019-01-01", "365")
    quarter = ("2019-01", "2019-02", "2019-03")
    assert [story.revenue()[month] for month in quarter] == ["31.00", "28.00", "31.00"]
    assert _journal_of(story, "contract_liability", *quarter) == ["-334.00", "28.00", "31.00"]


def _noon_to_noon(**rule: str) -> list[str]:
    noon = 12 * 60
    story = Story().sells("plan", "120", over="2019-06-15..2019-10-12", start_minute=noon, end_minute=noon, **rule)
    found = story.revenue()
    return [found.get(month, "-") for month in MONTHS_2019]


@case("D09")
def test_one_invoice_under_four_granularities() -> None:
    assert _noon_to_noon(convention="actual_minutes") == ["15.50", "31.00", "31.00", "30.00", "12.50"]
    assert _noon_to_noon(convention="actual_days") == ["16.00", "31.00", "31.00", "30.00", "12.00"]
    assert _noon_to_noon(convention="even_months") == ["30.00", "30.00", "30.00", "30.00", "-"]
    ends_prorated = _noon_to_noon(convention="months_prorated", residual="truncate_last")
    assert ends_prorated == ["15.50", "30.66", "30.66", "30.68", "12.50"]


def _ten_weeks(residual: str) -> list[str]:
    story = Story().sells("plan", "100", over="2019-01-10..2019-03-15", residual=residual)
    return list(story.revenue().values())


@case("D10")
def test_the_cent_that_does_not_divide_goes_where_the_policy_says() -> None:
    assert _ten_weeks("last") == ["33.85", "43.08", "23.07"]
    assert _ten_weeks("cumulative") == ["33.85", "43.07", "23.08"]


def _from_mid_january(convention: str) -> list[str]:
    story = Story().sells("plan", "50000", over="2019-01-16..2019-03-31", convention=convention)
    return list(story.revenue().values())


@case("D11")
def test_half_a_month_or_its_exact_share() -> None:
    assert _from_mid_january("half_month") == ["10000.00", "20000.00", "20000.00"]
    assert _from_mid_january("month_share") == ["10256.41", "19871.80", "19871.79"]


def _by_month_share(price: str, over: str) -> Amounts:
    story = Story(signed="2022-12-01").months("2022-12", "2023-03", closed=1)
    story.sells("plan", price, over=over, convention="month_share", residual="first")
    amounts, late = story.revenue(), story.revenue(column="adjustment")
    january = float(amounts["2023-01"]) + float(late.get("2023-01", 0))
    return amounts | {"2023-01": f"{january:.2f}"}


@case("D13")
def test_months_by_their_share_with_the_remainder_in_the_first() -> None:
    thirds = {"2023-02": "1710.34", "2023-03": "1710.34"}
    assert _by_month_share("4800", "2023-01-07..2023-03-31") == {"2023-01": "1379.32", **thirds}
    assert set(_by_month_share("120", "2023-01-01..2023-03-31").values()) == {"40.00"}
    assert _by_month_share("260", "2023-01-01..2023-02-28") == {"2023-01": "130.00", "2023-02": "130.00"}
    assert _by_month_share("777", "2022-12-01..2023-02-28") == {"2023-01": "518.00", "2023-02": "259.00"}


@case("D14")
def test_a_flat_year_and_what_is_left_in_august() -> None:
    story = Story(signed="2023-01-01").sells("plan", "1200", over="2023-01-01..2023-12-31", convention="even_months")
    story.invoices("plan", "2023-01-01", "1200")
    august = next(row for row in story.rows("position") if row["period"] == "2023-08")
    assert (august["recognised_to_date"], august["contract_liability"]) == (80000, 40000)


@case("D36")
def test_a_share_up_front_and_the_rest_evenly() -> None:
    rule = {"convention": "even_months", "upfront": units("0.1")}
    story = Story(signed="2026-01-01").sells("plan", "1200", over="2026-01-01..2026-12-31", **rule)
    assert list(story.revenue().values()) == ["210.00"] + ["90.00"] * 11


@pytest.mark.parametrize(
    ("convention", "january"),
    [("thirty_360", "53.33"), ("full_months", "50.00"), ("even_months", "100.00"), ("actual_days", "54.84")],
)
def test_every_convention_has_its_own_january(convention: str, january: str) -> None:
    story = Story().sells("plan", "100", over="2019-01-15..2019-02-14", convention=convention)
    assert story.revenue()["2019-01"] == january
    assert sum(float(amount) for amount in story.revenue().values()) == 100


def test_weeks_of_a_retail_calendar_are_periods_too() -> None:
    story = Story()
    for name, start, end in (("P1", "2019-01-01", "2019-01-29"), ("P2", "2019-01-29", "2019-03-05")):
        story.add("period", period=name, starts_on=day(start), ends_on=day(end))
    story.sells("plan", "63", over="2019-01-01..2019-03-04")
    assert story.revenue() == {"P1": "28.00", "P2": "35.00"}


def test_a_held_line_stands_still_and_catches_up_when_it_is_resumed() -> None:
    story = Story().sells("plan", "365", over="2019-01-01..2019-12-31")
    story.happens("hold", "plan", "2019-01-11").happens("resume", "plan", "2019-03-01")
    found = story.revenue()
    assert (found["2019-01"], found.get("2019-02"), found["2019-03"]) == ("10.00", None, "80.00")
