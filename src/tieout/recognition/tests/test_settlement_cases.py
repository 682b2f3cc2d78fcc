"""Published cases around revenue: period-end entries, payments, refunds, returns, financing and foreign exchange."""

from __future__ import annotations

from tieout.recognition.tests.conformance import case
from tieout.recognition.tests.story import Amounts, Story, cents, day, dollars, units


@case("D15")
def test_a_grouped_entry_of_the_period_end_is_reversed_on_the_next_day() -> None:
    story = Story(signed="2023-01-01").months("2023-01", "2024-12")
    for line, price, over in (("A", "1200", "2023"), ("B", "600", "2023"), ("C", "600", "2024")):
        columns = {"convention": "even_months", "ssp": price}
        story.sells(line, price, over=f"{over}-01-01..{over}-12-31", **columns).invoices(line, "2023-01-15", price)
    grouped: dict[tuple[str, str], Amounts] = {}
    for row in story.rows("reversing"):
        dates = (f"{row['entered_on']}", f"{row['reversed_on']}")
        into = grouped.setdefault(dates, {"invoiced_income": "0", "revenue": "0", "contract_liability": "0"})
        if row["amount"]:
            into[row["role"]] = dollars(cents(into[row["role"]]) + row["amount"])
    january = {"invoiced_income": "2400.00", "revenue": "-150.00", "contract_liability": "-2250.00"}
    february = {"invoiced_income": "2400.00", "revenue": "-300.00", "contract_liability": "-2100.00"}
    assert grouped["2023-01-31", "2023-02-01"] == january
    assert grouped["2023-02-28", "2023-03-01"] == february


@case("D20")
def test_credit_of_the_customer_pays_part_of_an_invoice() -> None:
    story = Story().sells("plan", "31", over="2019-01-15..2019-02-14").invoices("plan", "2019-01-15", "31")
    story.pays("2019-01-15", "11", kind="customer_balance").pays("2019-02-09", "20")
    assert story.journal("2019-01") == {
        "receivable": "20.00",
        "customer_balance": "11.00",
        "revenue": "-17.00",
        "contract_liability": "-14.00",
    }
    assert story.journal("2019-02") == {
        "receivable": "-20.00",
        "cash": "20.00",
        "revenue": "-14.00",
        "contract_liability": "14.00",
    }


def in_euro(receivables: str = "here", **columns: str) -> Story:
    story = Story(**columns)
    story.inputs["contract"][0] |= {"currency": "EUR", "entity": "US"}
    return story.add("entity", entity="US", functional_currency="USD", receivables=receivables)


@case("D21")
def test_a_rate_that_falls_before_payment_is_a_loss() -> None:
    story = (
        in_euro().sells("goods", "30").happens("delivery", "goods", "2019-01-01").invoices("goods", "2019-01-01", "30")
    )
    story.rate("2019-01-01", "1.20").rate("2019-02-01", "1.10").pays("2019-02-01", "30")
    assert story.journal("2019-01", "functional") == {"receivable": "36.00", "revenue": "-36.00"}
    assert story.journal("2019-02", "functional") == {"receivable": "-36.00", "cash": "33.00", "fx_gain_loss": "3.00"}
    assert story.journal("2019-02") == {"receivable": "-30.00", "cash": "30.00"}


@case("D22")
def test_a_refund_of_what_was_earned_is_contra_revenue() -> None:
    story = (
        Story().sells("goods", "90").happens("delivery", "goods", "2019-01-01").invoices("goods", "2019-01-01", "90")
    )
    story.pays("2019-01-01", "90").credits("goods", "2019-02-01", "90", "refund").pays(
        "2019-02-01", "90", kind="refund"
    )
    assert story.journal("2019-01") == {"cash": "90.00", "revenue": "-90.00"}
    assert story.journal("2019-02") == {"cash": "-90.00", "refund": "90.00"}


def test_a_refund_in_mid_term_offsets_what_was_earned_and_clears_what_was_not() -> None:
    story = Story().sells("plan", "600", over="2019-01-01..2019-06-30", convention="even_months")
    story.invoices("plan", "2019-01-01", "600").credits("plan", "2019-04-10", "600", "refund")
    assert list(story.revenue().values()) == ["100.00"] * 3
    assert story.revenue(kind="refund") == {"2019-04": "-300.00"}
    assert story.journal("2019-04") == {"receivable": "-600.00", "refund": "300.00", "contract_liability": "300.00"}


def test_a_receivable_that_is_lost_leaves_revenue_alone() -> None:
    story = Story().sells("plan", "600", over="2019-01-01..2019-06-30", convention="even_months")
    story.invoices("plan", "2019-01-01", "600").credits("plan", "2019-03-10", "600", "bad_debt")
    assert list(story.revenue().values()) == ["100.00"] * 6
    assert story.journal("2019-03") == {
        "bad_debt": "600.00",
        "receivable": "-600.00",
        "contract_liability": "100.00",
        "revenue": "-100.00",
    }


def test_a_corrected_bill_leaves_revenue_alone() -> None:
    story = Story().sells("plan", "600", over="2019-01-01..2019-06-30", convention="even_months")
    story.invoices("plan", "2019-01-01", "700").credits("plan", "2019-02-10", "100")
    assert list(story.revenue().values()) == ["100.00"] * 6
    assert story.journal("2019-02") == {"receivable": "-100.00", "contract_liability": "200.00", "revenue": "-100.00"}


def _hundred_products() -> Story:
    story = Story().months("2019-01", "2019-06").sells("products", "10000", quantity=units(100))
    story.happens("delivery", "products", "2019-01-10", quantity=units(100)).invoices("products", "2019-01-10", "10000")
    right = {"share": units("0.03"), "cost": cents("6000"), "lapses_on": day("2019-03-01")}
    return story.add("return_right", contract_id="C", line_id="products", **right)


@case("D28")
def test_what_may_come_back_is_no_revenue() -> None:
    assert _hundred_products().journal("2019-01") == {
        "receivable": "10000.00",
        "revenue": "-9700.00",
        "refund_liability": "-300.00",
        "return_asset": "180.00",
        "cost_of_sales": "-180.00",
    }


def test_what_came_back_is_settled_and_the_rest_becomes_revenue_when_the_right_lapses() -> None:
    story = _hundred_products().happens("return", "products", "2019-02-05", quantity=units(2))
    story.credits("products", "2019-02-05", "200")
    assert story.journal("2019-02") == {
        "receivable": "-200.00",
        "refund_liability": "200.00",
        "return_asset": "-120.00",
        "inventory": "120.00",
    }
    assert story.journal("2019-03") == {
        "refund_liability": "100.00",
        "revenue": "-100.00",
        "return_asset": "-60.00",
        "cost_of_sales": "60.00",
    }


def _paid_in_two_years() -> Story:
    story = Story().sells("goods", "121000").happens("delivery", "goods", "2019-01-01")
    row = {"rate": units("0.1"), "starts_on": day("2019-01-01"), "ends_on": day("2021-01-01")}
    return story.add("financing", contract_id="C", line_id="goods", **row).invoices("goods", "2020-12-31", "121000")


def _in_year(story: Story, year: str, kind: str) -> str:
    return dollars(sum(cents(amount) for month, amount in story.revenue(kind=kind).items() if month[:4] == year))


@case("D39")
def test_goods_paid_for_in_two_years_bring_interest() -> None:
    story = _paid_in_two_years()
    assert story.revenue() == {"2019-01": "100000.00"}
    assert [_in_year(story, year, "interest_income") for year in ("2019", "2020")] == ["10000.00", "11000.00"]
    at_maturity = story.journal("2020-12")
    assert at_maturity["receivable"] == "121000.00"
    assert (
        sum(cents(story.journal(f"{2019 + n // 12}-{n % 12 + 1:02}").get("contract_asset", "0")) for n in range(24))
        == 0
    )


def test_goods_paid_for_before_they_are_delivered_cost_interest() -> None:
    story = (
        Story()
        .sells("asset", "4000")
        .invoices("asset", "2019-01-01", "4000")
        .happens("delivery", "asset", "2021-01-01")
    )
    row = {"kind": "advance", "rate": units("0.06"), "starts_on": day("2019-01-01"), "ends_on": day("2021-01-01")}
    story.add("financing", contract_id="C", line_id="asset", **row)
    assert story.revenue() == {"2021-01": "4494.40"}
    assert [_in_year(story, year, "interest_expense") for year in ("2019", "2020")] == ["-240.00", "-254.40"]
    assert story.journal("2021-01")["contract_liability"] == "4494.40"
