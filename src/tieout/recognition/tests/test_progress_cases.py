"""Published cases, and our own, of recognition by what happened: delivery, progress, milestones, usage, billing."""

from __future__ import annotations

from tieout.recognition.tests.conformance import case
from tieout.recognition.tests.story import Story, units


def _falling_to_forty_percent(before: str) -> str:
    story = Story().sells("works", "1000", method="percent_complete")
    story.happens("progress", "works", "2019-01-31", share=units(before))
    story.happens("progress", "works", "2019-02-28", share=units("0.4"))
    return story.revenue()["2019-02"]


@case("D38")
def test_progress_that_falls_is_taken_back() -> None:
    assert _falling_to_forty_percent("0.25") == "150.00"
    assert _falling_to_forty_percent("0.50") == "-100.00"


def test_milestones_recognise_their_shares() -> None:
    story = Story().sells("works", "1000", method="milestone")
    for month, share in (("01", "0.2"), ("02", "0.5"), ("03", "0.3")):
        story.happens("milestone", "works", f"2019-{month}-15", share=units(share))
    assert list(story.revenue().values()) == ["200.00", "500.00", "300.00"]


def test_usage_is_recognised_as_delivered_to_the_last_cent() -> None:
    story = Story().sells("credits", "100", method="usage", quantity=units(3))
    for month in ("01", "02", "03"):
        story.happens("usage", "credits", f"2019-{month}-15", quantity=units(1))
    assert list(story.revenue().values()) == ["33.33", "33.34", "33.33"]


def test_millions_of_units_for_millions_of_money_are_recognised_to_the_last_cent() -> None:
    story = Story().sells("calls", "50000000", method="usage", quantity=units(3_000_000_000))
    for month in ("01", "02", "03"):
        story.happens("usage", "calls", f"2019-{month}-15", quantity=units(1_000_000_000))
    assert list(story.revenue().values()) == ["16666666.67", "16666666.66", "16666666.67"]


def test_revenue_may_follow_billing() -> None:
    story = Story().sells("works", "900", method="billing")
    story.invoices("works", "2019-01-10", "300").invoices("works", "2019-03-10", "600")
    assert story.revenue() == {"2019-01": "300.00", "2019-03": "600.00"}


def test_a_point_in_time_has_five_triggers() -> None:
    story = Story()
    for trigger in ("start", "end", "delivery", "acceptance", "invoice"):
        story.sells(trigger, "10", over="2019-01-15..2019-03-14", method="point_in_time", trigger=trigger, ssp="10")
    story.happens("delivery", "delivery", "2019-02-01").happens("acceptance", "acceptance", "2019-04-01")
    story.invoices("invoice", "2019-05-01", "10")
    found = {line: list(story.revenue(line)) for line in story.allocation()}
    expected = {"start": "01", "end": "03", "delivery": "02", "acceptance": "04", "invoice": "05"}
    assert found == {line: [f"2019-{month}"] for line, month in expected.items()}


def test_a_delivery_during_a_hold_waits_for_the_end_of_the_hold() -> None:
    story = Story().sells("goods", "10").happens("delivery", "goods", "2019-02-10")
    story.happens("hold", "goods", "2019-02-01").happens("resume", "goods", "2019-04-05")
    assert story.revenue() == {"2019-04": "10.00"}
