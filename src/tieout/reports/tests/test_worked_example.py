"""One small company, by hand. Acme pays 1,500 for a year of service (SSP 1,200) and a set-up (SSP 400): 1,125 and 375.

The service is 93.75 a month from January, the set-up is delivered in February, and all is billed in January. Beta pays 2,400
for two years from February, 100 a month, and is first billed in March. Gamma's set-up for 500 euros is not delivered.
"""

from __future__ import annotations

import pytest

from tieout.people.models import Environment
from tieout.reports.tests.asking import ask, lines
from tieout.reports.tests.books import company, computed


@pytest.fixture
def books(environments: dict[str, Environment]) -> int:
    """The environment whose figures are the company's."""
    environment = environments["production"].pk
    computed(environment, company())
    return environment


def test_the_waterfall_shows_each_month_and_what_is_to_come(books: int) -> None:
    found = ask(books, "waterfall")
    assert found.question.as_of is not None
    assert found.question.as_of.isoformat() == "2026-03-31"  # the last month that is over
    table = found.report.tables[0]
    assert lines(table.rows, "product", "2026-01", "2026-02", "2026-03", "2026-04", "to_date", "to_come", "total") == [
        ["SETUP", "0.00", "375.00", "0.00", "0.00", "375.00", "0.00", "375.00"],
        ["SUB", "93.75", "193.75", "193.75", "193.75", "481.25", "3043.75", "3525.00"],
    ]
    assert lines(table.totals, "to_date", "to_come", "total") == [["856.25", "3043.75", "3900.00"]]
    assert found.report.ties


def test_deferred_revenue_rolls_from_month_to_month(books: int) -> None:
    found = ask(books, "deferred-revenue")
    names = ("period", "opening", "billed", "recognised", "transferred", "closing")
    assert lines(found.report.tables[0].rows, *names) == [
        ["2026-01", "0.00", "1500.00", "-93.75", "0.00", "1406.25"],
        ["2026-02", "1406.25", "0.00", "-568.75", "100.00", "937.50"],  # Beta's 100 are a contract asset
        ["2026-03", "937.50", "250.00", "-193.75", "-100.00", "893.75"],
    ]
    assert found.report.ties


def test_the_contract_asset_comes_and_goes_with_billing_in_arrears(books: int) -> None:
    found = ask(books, "contract-assets", "contract=BETA")
    names = ("period", "opening", "recognised", "billed", "transferred", "closing")
    assert lines(found.report.tables[0].rows, *names) == [
        ["2026-01", "0.00", "0.00", "0.00", "0.00", "0.00"],
        ["2026-02", "0.00", "100.00", "0.00", "0.00", "100.00"],
        ["2026-03", "100.00", "100.00", "-250.00", "50.00", "0.00"],
    ]
    assert found.report.ties


def test_remaining_obligations_stand_in_bands_and_what_waits_apart(books: int) -> None:
    found = ask(books, "remaining-obligations", "by=contract")
    names = ("contract", "contracted", "recognised", "remaining", "band_0", "band_1", "band_2", "unscheduled")
    assert lines(found.report.tables[0].rows, *names) == [
        ["ACME", "1500.00", "656.25", "843.75", "843.75", "0.00", "0.00", "0.00"],
        ["BETA", "2400.00", "200.00", "2200.00", "1200.00", "1000.00", "0.00", "0.00"],
        ["GAMMA", "500.00", "0.00", "500.00", "0.00", "0.00", "0.00", "500.00"],
    ]
    assert [row.currency for row in found.report.tables[0].totals] == ["EUR", "USD"]
    assert found.report.ties


def test_bands_are_chosen_and_contracts_of_a_year_left_out(books: int) -> None:
    table = ask(books, "remaining-obligations", "by=contract&bands=6,18&expedient=1&currency=USD").report.tables[0]
    assert [column.label for column in table.columns if column.name.startswith("band")] == [
        "≤ 6 months",
        "7–18 months",
        "> 18 months",
    ]
    assert lines(table.rows, "contract", "remaining", "band_0", "band_1", "band_2") == [
        ["BETA", "2200.00", "600.00", "1200.00", "400.00"]
    ]


def test_only_contracts_signed_by_the_day_count_as_remaining(books: int) -> None:
    table = ask(books, "remaining-obligations", "by=contract&as_of=2026-01-31").report.tables[0]
    assert lines(table.rows, "contract", "remaining") == [["ACME", "1406.25"]]


def test_revenue_is_split_by_product_region_class_timing_and_entity(books: int) -> None:
    found = ask(books, "disaggregated-revenue")
    split = {table.title: dict(lines(table.rows, table.columns[0].name, "total")) for table in found.report.tables}
    assert split == {
        "By product": {"SETUP": "375.00", "SUB": "481.25"},
        "By region": {"East": "200.00", "West": "656.25"},
        "By customer class": {"Enterprise": "656.25", "Small": "200.00"},
        "By timing": {"over_time": "481.25", "point_in_time": "375.00"},
        "By entity": {"US": "856.25"},
    }
    assert found.report.ties


def test_allocation_is_told_line_by_line_with_the_entry_used(books: int) -> None:
    found = ask(books, "ssp-allocation", "currency=USD")
    assert lines(found.report.tables[1].rows, "contract", "line", "basis", "price", "ssp", "allocated", "carve") == [
        ["ACME", "1", "Amount", "1200.00", "1200.00", "1125.00", "-75.00"],
        ["ACME", "2", "Amount", "300.00", "400.00", "375.00", "75.00"],
        ["BETA", "1", "", "2400.00", "None", "2400.00", "0.00"],  # alone in its contract: nothing to split
    ]
    assert found.report.ties


def test_commissions_roll_from_what_was_incurred_to_what_is_left(books: int) -> None:
    found = ask(books, "commissions")
    assert lines(found.report.tables[0].rows, "period", "opening", "incurred", "amortised", "closing") == [
        ["2026-01", "0.00", "120.00", "-10.00", "110.00"],
        ["2026-02", "110.00", "0.00", "-10.00", "100.00"],
        ["2026-03", "100.00", "0.00", "-10.00", "90.00"],
    ]
    assert found.report.ties
