"""Two axes of time: as of any day, inside a period too, and as known on any day; and what lies between two knowns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tieout.people.actors import Actor, Role
from tieout.people.models import Environment
from tieout.reports.errors import BadQuestion, NoFigures
from tieout.reports.tests.asking import ask, lines
from tieout.reports.tests.books import FIRST, company, computed, discount
from tieout.revenue import periods
from tieout.revenue.models import Period

LATER = FIRST + timedelta(days=4)


@pytest.fixture
def books(environments: dict[str, Environment], actor: Callable[..., Actor]) -> int:
    """The company as first known; January and February closed with it; then Acme's discount becomes known."""
    environment = environments["production"].pk
    first = computed(environment, company())
    periods.set_up(actor(Role.CONTROLLER), entity="US", first=date(2026, 1, 1), now=FIRST)
    for each in periods.periods(environment, "US")[:2]:
        each.state, each.figures = Period.State.CLOSED, first
        each.save()
    computed(environment, discount(), LATER)
    return environment


def test_what_changed_past_months_stands_in_the_first_open_one_apart(books: int) -> None:
    rows = ask(books, "waterfall", "contract=ACME&product=SUB").report.tables[0].rows
    assert lines(rows, "part", "2026-01", "2026-02", "2026-03", "2026-04") == [
        ["Revenue", "93.75", "93.75", "73.75", "73.75"],
        ["Prior-period adjustment", "0.00", "0.00", "-40.00", "0.00"],  # two months, 20 less each
    ]


def test_the_day_of_knowledge_decides_what_is_shown(books: int) -> None:
    then = ask(books, "waterfall", "contract=ACME&product=SUB&known_on=2026-04-05")
    assert lines(then.report.tables[0].rows, "part", "2026-03", "total") == [["Revenue", "93.75", "1125.00"]]
    with pytest.raises(NoFigures):
        ask(books, "waterfall", "known_on=2026-04-01")


def test_two_days_of_knowledge_are_told_apart_amount_by_amount(books: int) -> None:
    found = ask(books, "waterfall", "against=2026-04-03")
    assert lines(found.restated[0].rows, "product", "part", "2026-02", "2026-03", "2026-04", "total") == [
        ["SUB", "Revenue", "0.00", "-20.00", "-20.00", "-200.00"],
        ["SUB", "Prior-period adjustment", "0.00", "-40.00", "0.00", "-40.00"],
    ]
    assert found.before is not None
    assert found.before.basis.figures < found.report.basis.figures


def test_a_day_inside_a_month_cuts_the_month_there(books: int) -> None:
    found = ask(books, "disaggregated-revenue", "as_of=2026-04-15&contract=ACME&by=product&known_on=2026-04-05")
    assert found.report.basis.split
    row = next(row for row in found.report.tables[0].rows if row.values["product"] == "SUB")
    cut = {name: row.values[name] for name in row.values if name.startswith("2026-04")}
    assert list(cut) == ["2026-04 to 15"]
    whole = ask(books, "waterfall", "as_of=2026-04-15&contract=ACME&product=SUB&known_on=2026-04-05")
    assert lines(whole.report.tables[0].rows, "total") == [["1125.00"]]  # nothing is lost at the cut
    assert found.report.ties
    assert whole.report.ties


def test_a_cut_inside_a_closed_month_takes_it_as_it_would_be_computed(books: int) -> None:
    found = ask(books, "deferred-revenue", "as_of=2026-02-09&contract=ACME")
    rows = found.report.tables[0].rows
    assert [row.values["period"] for row in rows] == ["2026-01", "2026-02 to 09"]
    assert lines(rows[-1:], "opening") == [["1406.25"]]  # January stays as it was booked
    assert found.report.ties


def test_a_question_that_means_nothing_names_its_part(books: int) -> None:
    for address in ("as_of=2026-02-30", "by=colour", "span=0", "bands=x", "known_on=2026-04-05T10:00", "size=9999"):
        with pytest.raises(BadQuestion) as refused:
            ask(books, "waterfall", address)
        assert address.split("=")[0] in refused.value.message
    with pytest.raises(BadQuestion, match="does not know the product"):
        ask(books, "deferred-revenue", "by=product")
