"""Published cases of closed periods: what they hold stays, and what they lack is shown apart in the first open one."""

from __future__ import annotations

from tieout.recognition.tests.conformance import case
from tieout.recognition.tests.story import Story, cents, day


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


def _by_part(story: Story, period: str, column: str = "amount") -> dict[tuple[str, str], int]:
    rows = (row for row in story.rows("journal") if row["period"] == period and row[column])
    return {(row["account"], row["part"]): row[column] for row in rows}


def test_what_is_posted_for_closed_months_is_not_posted_again() -> None:
    story = _corrected_in_march("cumulative")
    assert _by_part(story, "2019-03") == {
        ("revenue", "current"): -13333,
        ("revenue", "prior_period"): -6667,
        ("contract_asset", "current"): 13333,
        ("contract_asset", "prior_period"): 6667,
    }
    assert {row["period"] for row in story.rows("journal")} == {"2019-03", "2019-04", "2019-05", "2019-06"}


def _doubled_in_february(**contract: str) -> Story:
    story = Story(**contract).months("2019-01", "2019-06", closed=1).booked("plan", {"2019-01": "100"})
    story.sells("plan", "600", over="2019-01-01..2019-06-30", convention="even_months")
    story.invoices("plan", "2019-01-01", "150").changes("plan", "2019-01-01", "catch_up", "600")
    row = {"commission_id": "K", "contract_id": "C", "amount": cents("60"), "earned_on": day("2019-01-01")}
    return story.add("commission", **row)


def test_an_adjustment_is_told_apart_on_both_sides() -> None:
    story = _doubled_in_february()
    for account, amount in (("receivable", "150"), ("revenue", "-100"), ("contract_liability", "-50")):
        story.add("posted", currency="USD", period="2019-01", account=account, amount=cents(amount))
    for account, amount in (("commission_payable", "-60"), ("commission_asset", "60")):
        story.add("posted", currency="USD", period="2019-01", account=account, amount=cents(amount))
    assert _by_part(story, "2019-02") == {
        ("revenue", "prior_period"): -10000,
        ("contract_liability", "prior_period"): 5000,
        ("contract_asset", "prior_period"): 5000,
        ("commission_expense", "prior_period"): 1000,
        ("commission_asset", "prior_period"): -1000,
        ("revenue", "current"): -20000,
        ("contract_asset", "current"): 20000,
        ("commission_expense", "current"): 1000,
        ("commission_asset", "current"): -1000,
    }


def test_either_part_balances_in_a_foreign_currency_too() -> None:
    story = _doubled_in_february(entity="US").add("entity", entity="US", functional_currency="USD")
    story.inputs["contract"][0]["currency"] = "EUR"
    for row in story.inputs["period"]:
        row["entity"] = "US"
    story.rate("2019-01-01", "1.2017").rate("2019-02-01", "1.1009").rate("2019-02-28", "1.3003", kind="closing")
    for column in ("amount", "functional"):
        february = _by_part(story, "2019-02", column)
        for part in ("prior_period", "current"):
            assert sum(amount for (_, each), amount in february.items() if each == part) == 0
    adjusted = {account: amount for (account, part), amount in february.items() if part == "prior_period"}
    assert adjusted["revenue"] == -24528  # 150 at the rate of the invoice, 50 at that of February


def test_a_figure_is_explained_by_the_layer_that_made_it() -> None:
    story = Story().sells("plan", "600", over="2019-01-01..2019-06-30", convention="even_months")
    story.changes("plan", "2019-04-01", "catch_up", "-60")
    why = next(row for row in story.rows("explanation") if row["period"] == "2019-04" and row["version"] == 2)
    told = ("amount", "layer_amount", "base", "rule_id", "rule_version", "change_id", "convention", "residual")
    assert [why[name] for name in told] == [6000, 54000, 30000, "plan", 1, "M0", "even_months", "cumulative"]
