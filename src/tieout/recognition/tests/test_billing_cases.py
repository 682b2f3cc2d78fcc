"""Published cases of billing against recognition, and of the costs of obtaining a contract."""

from __future__ import annotations

from tieout.recognition.tests.conformance import case
from tieout.recognition.tests.story import Story, cents, day


@case("D32")
def test_an_invoice_first_bills_what_was_unbilled() -> None:
    story = Story().sells("used", "500", ssp="500").sells("renewal", "200", over="2019-03-01..2019-12-31", ssp="200")
    story.happens("delivery", "used", "2019-01-15").invoices("used", "2019-02-01", "500").invoices(
        "renewal", "2019-02-01", "200"
    )
    assert story.journal("2019-02") == {
        "contract_asset": "-500.00",
        "contract_liability": "-200.00",
        "receivable": "700.00",
    }


@case("D33")
def test_the_first_product_is_a_contract_asset_until_the_second_is_delivered() -> None:
    story = Story().sells("A", "400", ssp="400").sells("B", "600", ssp="600")
    story.happens("delivery", "A", "2019-01-15").happens("delivery", "B", "2019-02-15")
    story.invoices("A", "2019-02-15", "400").invoices("B", "2019-02-15", "600")
    assert story.journal("2019-01") == {"contract_asset": "400.00", "revenue": "-400.00"}
    expected = {"contract_asset": "-400.00", "receivable": "1000.00", "revenue": "-600.00"}
    assert story.journal("2019-02") == expected


@case("D30")
def test_only_incremental_costs_are_capitalised() -> None:
    story = Story().sells("service", "100000", over="2019-01-01..2019-12-31")
    costs = (("legal", "15000", "expense"), ("travel", "25000", "expense"), ("commission", "10000", "capitalise"))
    for name, amount, treatment in costs:
        row = {
            "commission_id": name,
            "earned_on": day("2018-12-31"),
            "treatment": treatment,
            "convention": "actual_days",
        }
        story.add("commission", contract_id="C", amount=cents(amount), **row)
    on_signing = story.journal("2018-12")
    first_day = cents("10000") * 1 // 366
    assert cents(on_signing["commission_asset"]) == cents("10000") - first_day
    assert cents(on_signing["commission_expense"]) == cents("40000") + first_day
    assert on_signing["commission_payable"] == "-50000.00"


@case("D31")
def test_a_commission_is_amortised_over_the_life_of_the_customer() -> None:
    story = Story().sells("plan", "12000", over="2019-01-01..2019-12-31", convention="even_months")
    story.invoices("plan", "2019-01-01", "12000")
    row = {"commission_id": "K", "earned_on": day("2019-01-01"), "amortised_until": day("2021-01-01")}
    story.add("commission", contract_id="C", amount=cents("600"), **row)
    assert list(story.revenue(kind="commission").values()) == ["25.00"] * 24
    assert list(story.revenue().values()) == ["1000.00"] * 12
    assert story.journal("2019-01")["commission_asset"] == "575.00"
    assert story.journal("2019-02") == {
        "commission_asset": "-25.00",
        "commission_expense": "25.00",
        "contract_liability": "1000.00",
        "revenue": "-1000.00",
    }


def test_every_period_of_every_journal_balances() -> None:
    story = Story().sells("a", "1000", over="2019-01-10..2019-04-20", ssp="700").sells("b", "0", ssp="400")
    story.happens("delivery", "b", "2019-02-10").invoices("a", "2019-01-10", "600").invoices("a", "2019-03-10", "400")
    story.invoices("a", "2019-04-10", "50", kind="credit_memo").changes("a", "2019-03-05", "catch_up", "-50")
    for period in ("2019-01", "2019-02", "2019-03", "2019-04"):
        assert sum(map(cents, story.journal(period).values())) == 0
