"""Contracts in another currency than the functional one of their entity (830-10)."""

from __future__ import annotations

import pytest

from tieout.recognition.errors import Refused
from tieout.recognition.tests.story import Story, cents, day
from tieout.recognition.tests.test_settlement_cases import in_euro

HALF_YEAR = "2019-01-01..2019-06-30"


def _half_year(receivables: str = "elsewhere") -> Story:
    story = in_euro(receivables).sells("plan", "600", over=HALF_YEAR, convention="even_months")
    return story.rate("2019-01-01", "1.20").rate("2019-03-01", "1.10").rate("2019-05-01", "1.30")


def test_deferred_revenue_keeps_the_rate_of_its_invoice() -> None:
    story = _half_year().invoices("plan", "2019-01-01", "600")
    revenue = [story.journal(f"2019-0{month}", "functional")["revenue"] for month in range(1, 7)]
    assert revenue == ["-120.00"] * 6
    assert "fx_gain_loss" not in {row["account"] for row in story.rows("journal")}


def test_a_second_invoice_blends_the_rate_of_what_is_deferred() -> None:
    story = _half_year().invoices("plan", "2019-01-01", "300").invoices("plan", "2019-03-10", "300")
    revenue = [story.journal(f"2019-0{month}", "functional")["revenue"] for month in range(1, 7)]
    assert revenue == ["-120.00"] * 2 + ["-112.50"] * 4  # 100 left at 1.20 and 300 at 1.10


def test_revenue_ahead_of_billing_takes_the_rate_of_its_period_and_its_asset_that_of_the_end() -> None:
    story = _half_year().rate("2019-01-01", "1.25", kind="average").invoices("plan", "2019-03-31", "600")
    january = story.journal("2019-01", "functional")
    assert january == {"contract_asset": "120.00", "revenue": "-125.00", "fx_gain_loss": "5.00"}
    march = story.journal("2019-03", "functional")
    assert march["contract_asset"] == "-240.00"
    assert march["receivable"] == "660.00"
    assert march["fx_gain_loss"] == "20.00"


def test_open_receivables_that_are_kept_here_follow_the_rate() -> None:
    story = _half_year("here").invoices("plan", "2019-01-01", "600").pays("2019-06-30", "600")
    assert story.journal("2019-03", "functional")["fx_gain_loss"] == "60.00"
    assert story.journal("2019-05", "functional")["fx_gain_loss"] == "-120.00"
    assert story.journal("2019-06", "functional")["receivable"] == "-780.00"


def test_a_reversal_takes_back_what_was_recognised_at_its_own_rate() -> None:
    story = _half_year().invoices("plan", "2019-01-01", "600").changes("plan", "2019-05-01", "catch_up", "-600")
    story.credits("plan", "2019-05-01", "600")
    assert story.journal("2019-05", "functional")["revenue"] == "480.00"
    assert (
        sum(
            cents(story.journal(f"2019-0{month}", "functional").get("contract_liability", "0")) for month in range(1, 6)
        )
        == 0
    )


def test_revenue_and_a_refund_of_one_month_share_what_is_converted() -> None:
    story = in_euro().rate("2019-01-01", "1").sells("plan", "600", over=HALF_YEAR, convention="even_months")
    story.invoices("plan", "2019-01-01", "600").credits("plan", "2019-05-01", "90", "refund")
    may = story.journal("2019-05", "functional")
    assert (may["revenue"], may["refund"]) == ("-85.00", "60.00")


def test_a_commission_is_amortised_at_the_rate_of_the_day_it_was_earned() -> None:
    row = {"commission_id": "K", "contract_id": "C", "amount": cents("60"), "earned_on": day("2019-01-01")}
    story = _half_year().invoices("plan", "2019-01-01", "600").add("commission", **row)
    assert story.journal("2019-01", "functional")["commission_payable"] == "-72.00"
    assert [story.journal(f"2019-0{month}", "functional")["commission_expense"] for month in (1, 6)] == [
        "12.00",
        "12.00",
    ]


def test_yen_become_dollars() -> None:
    story = (
        in_euro()
        .rate("2019-01-01", "0.0091", pair="JPY/USD")
        .sells("goods", "0")
        .happens("delivery", "goods", "2019-01-05")
    )
    story.inputs["contract"][0]["currency"] = "JPY"
    story.inputs["line"][0]["price"] = 10_000
    story.invoices("goods", "2019-01-05", "100")  # 10,000 yen
    assert story.journal("2019-01", "functional") == {"receivable": "91.00", "revenue": "-91.00"}


def test_every_period_balances_in_both_currencies() -> None:
    story = _half_year("here").invoices("plan", "2019-02-10", "433.33").invoices("plan", "2019-04-10", "166.67")
    story.pays("2019-03-03", "100.01").credits("plan", "2019-05-05", "33.33", "price_concession")
    story.sells("goods", "77.77", ssp="70").inputs["line"][0] |= {"ssp": cents("600"), "override_reason": "told"}
    story.happens("delivery", "goods", "2019-03-20")
    for month in range(1, 7):
        for column in ("amount", "functional"):
            assert sum(map(cents, story.journal(f"2019-0{month}", column).values())) == 0


def test_a_rate_that_is_missing_is_named() -> None:
    story = in_euro().sells("goods", "30").invoices("goods", "2019-01-01", "30").rate("2019-02-01", "1.10")
    with pytest.raises(
        Refused, match=r"contract C: no rate from EUR to USD is in force on 2019-01-01 \[rate_missing\]"
    ):
        story.rows("journal")
