"""Published cases of receivables: what is overdue and costs, and how long sales wait for their money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tieout.recognition import engine, receivables
from tieout.recognition.tests.conformance import case
from tieout.recognition.tests.story import Story, cents, day, dollars, units

TEN_PER_CENT = receivables.Terms(days_to_pay=30, interest=units("0.1"), fee=units(10))


def _on(story: Story, on: str, table: str, terms: receivables.Terms = TEN_PER_CENT) -> list[dict[str, Any]]:
    with engine.new_book() as book:
        for name, given in story.inputs.items():
            engine.put(book, name, given)
        receivables.stand(book, day(on), terms)
        return sorted(engine.rows(book, table), key=lambda row: str(row.get("invoice_id")))


def _one_invoice() -> Story:
    return Story().sells("plan", "100").invoices("plan", "2019-01-01", "100")  # due on 31 January


@case("D34")
def test_an_overdue_invoice_costs_interest_and_a_fee() -> None:
    [overdue] = _on(_one_invoice(), "2019-02-15", "open_invoice")
    assert overdue["days_overdue"] == 15
    shown = [dollars(overdue[name]) for name in ("outstanding", "late_interest", "late_fee", "due")]
    assert shown == ["100.00", "0.41", "10.00", "110.41"]


def test_an_invoice_is_settled_by_what_is_paid_or_credited_against_it_and_by_nothing_else() -> None:
    paid = {"contract_id": "C", "payment_id": "P", "paid_on": day("2019-02-01"), "amount": cents("100")}
    for settling in (
        _one_invoice().add("payment", invoice_id="I0", **paid),
        _one_invoice().add("payment", invoice_id="I0", kind="customer_balance", **paid),
        _one_invoice().credits("plan", "2019-02-01", "100"),
    ):
        assert _on(settling, "2019-02-15", "open_invoice") == []
        assert len(_on(settling, "2019-01-31", "open_invoice")) == 1
    standalone = _one_invoice().add("payment", kind="customer_balance", **paid)
    assert _on(standalone, "2019-02-15", "open_invoice")[0]["due"] == cents("110.41")


def test_only_the_instalment_that_is_overdue_costs_anything() -> None:
    story = _one_invoice().invoices("plan", "2019-02-01", "300").credits("plan", "2019-02-03", "40")
    overdue, coming = _on(story, "2019-02-15", "open_invoice")
    assert (overdue["outstanding"], overdue["late_interest"], overdue["late_fee"]) == (6000, 25, 1000)
    assert (coming["outstanding"], coming["days_overdue"], coming["due"]) == (30000, 0, 30000)


@case("D35")
def test_receivables_are_compared_with_a_year_of_sales() -> None:
    story = (
        Story(signed="2018-01-01")
        .sells("plan", "0")
        .invoices("plan", "2018-12-31", "70000")
        .pays("2019-01-20", "70000")
    )
    for month in range(1, 11):
        story.invoices("plan", f"2019-{month:02}-15", "95000")
    story.pays("2019-12-01", "825000")
    [found] = _on(story, "2019-12-31", "days_sales")
    assert (found["receivable"], found["sales"]) == (cents("125000"), cents("950000"))
    assert found["days_outstanding"] == Decimal("48.03")
