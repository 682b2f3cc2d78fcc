"""Published cases of closed periods: what they hold stays, and what they lack is shown apart in the first open one."""

from __future__ import annotations

from tieout.recognition.tests.conformance import case
from tieout.recognition.tests.story import Story, cents


@case("D12")
def test_revenue_of_a_locked_month_is_recognised_in_the_first_open_one() -> None:
    story = Story(signed="2023-05-01").months("2023-05", "2023-07", closed=1)
    story.sells("plan", "3000", over="2023-05-01..2023-07-31", convention="even_months")
    story.invoices("plan", "2023-07-01", "3000")
    assert story.revenue() == {"2023-06": "1000.00", "2023-07": "1000.00"}
    assert story.revenue(column="adjustment") == {"2023-06": "1000.00"}
    assert story.journal("2023-07")["receivable"] == "3000.00"
    assert story.journal("2023-06")["revenue"] == "-2000.00"


def _corrected_in_march(residual: str) -> Story:
    story = Story().months("2019-01", "2019-06", closed=2).booked("plan", {"2019-01": "100", "2019-02": "100"})
    rule = {"convention": "even_months", "residual": residual}
    story.sells("plan", "600", over="2019-01-01..2019-06-30", **rule)
    for month in ("2019-01", "2019-02"):
        for account, amount in (("revenue", "-100"), ("contract_asset", "100")):
            story.add("posted", currency="USD", period=month, account=account, amount=cents(amount))
    return story.changes("plan", "2019-01-01", "catch_up", "200")


@case("D18")
def test_a_correction_shows_the_prior_periods_apart() -> None:
    story = _corrected_in_march("cumulative")
    assert story.revenue(column="adjustment") == {"2019-03": "66.67"}
    months = list(story.revenue().values())
    assert months[:4] == ["100.00", "100.00", "133.33", "133.33"]
    assert sorted(months[4:]) == ["133.33", "133.34"]
    assert sum(map(cents, [*months, "66.67"])) == cents("800")


def test_what_is_posted_for_closed_months_is_not_posted_again() -> None:
    story = _corrected_in_march("cumulative")
    march = {
        (row["account"], row["part"]): row["amount"] for row in story.rows("journal") if row["period"] == "2019-03"
    }
    assert march == {
        ("revenue", "current"): -13333,
        ("revenue", "prior_period"): -6667,
        ("contract_asset", "current"): 20000,
    }
    assert {row["period"] for row in story.rows("journal")} == {"2019-03", "2019-04", "2019-05", "2019-06"}


def test_a_figure_is_explained_by_the_layer_that_made_it() -> None:
    story = Story().sells("plan", "600", over="2019-01-01..2019-06-30", convention="even_months")
    story.changes("plan", "2019-04-01", "catch_up", "-60")
    why = next(row for row in story.rows("explanation") if row["period"] == "2019-04" and row["version"] == 2)
    told = ("amount", "layer_amount", "base", "rule_id", "rule_version", "change_id", "convention", "residual")
    assert [why[name] for name in told] == [6000, 54000, 30000, "plan", 1, "M0", "even_months", "cumulative"]
