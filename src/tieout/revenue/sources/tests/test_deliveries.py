"""What a billing system holds becomes contracts, lines, changes and invoices, to the cent, and only what changed comes again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tieout.people.actors import Actor, Role
from tieout.records import models as records
from tieout.revenue import figures, periods
from tieout.revenue.models import Batch, FigureSet, Gap
from tieout.revenue.sources.errors import AlreadyDelivered, BadSourceSettings
from tieout.revenue.sources.kind import RevenueDataKind
from tieout.revenue.sources.tests.books import NOW, Sales, delivered, rows
from tieout.sync.models import Finding, Process


@pytest.fixture
def sales(actor: Callable[..., Actor]) -> Sales:
    return Sales(actor(Role.CONTROLLER))


def test_an_agreement_is_a_contract_with_its_whole_term_and_price(sales: Sales) -> None:
    sales.line("12", "2026-01-15", "2027-01-15")
    sales.order("4", "2026-01-08", "12")
    batch = sales.load(customer_fields={"Segment": "segment"}, entity_field="Entity", entities={"US": "100"})
    assert batch.state == Batch.State.APPLIED
    assert rows("customer", "customer_id", "name", "fields") == [("R-7", "Zoë Ltd", "segment=A,B")]
    contract = ("R-O4", "R-7", "100", "USD", date(2026, 1, 8))
    assert rows("contract", "contract_id", "customer_id", "entity", "currency", "signed_on") == [contract]
    line = ("R-O4", "R-L12", "R-1", 5_000_000, 114000, 120000, date(2026, 1, 15), date(2027, 1, 15))
    columns = ("contract_id", "line_id", "product_id", "quantity", "price", "list_price", "starts_on", "ends_on")
    assert rows("line", *columns) == [line]
    assert rows("product", "product_id", "name", "rule_id") == [("R-1", "Seat", "R-ratable")]
    assert rows("ssp", "product_id", "basis", "share") == [("R-1", "percent_of_list", 1_000_000)]


def test_bills_pay_an_agreement_until_it_is_paid_and_the_rest_is_billed_beside_it(sales: Sales) -> None:
    sales.line("12", "2026-01-15", "2026-03-15")
    sales.bill(
        "90", "2026-02-01", c1=("2026-01-15", "2026-01-31", 5210, "12"), c2=("2026-02-01", "2026-02-28", 9500, "12")
    )
    sales.bill(
        "91", "2026-03-01", c3=("2026-03-01", "2026-03-31", 9500, "12"), c4=("2026-02-11", "2026-02-11", 15000, "")
    )
    sales.charge("5", product_id_external="2", amount_minor=700, entered_on=date(2026, 3, 9))
    sales.load()
    assert rows("line", "line_id", "price", "starts_on", "ends_on") == [
        ("R-C3", 5210, date(2026, 3, 15), date(2026, 4, 1)),
        ("R-C4", 15000, date(2026, 2, 11), date(2026, 2, 12)),
        ("R-C5", 700, date(2026, 3, 9), date(2026, 3, 10)),
        ("R-L12", 19000, date(2026, 1, 15), date(2026, 3, 15)),
    ]
    assert rows("invoice", "invoice_id", "contract_id", "line_id", "amount") == [
        ("R-90", "R-L12", "R-L12", 14710),
        ("R-91", "R-B7", "R-C3", 5210),
        ("R-91", "R-B7", "R-C4", 15000),
        ("R-91", "R-L12", "R-L12", 4290),
    ]


def test_an_upgrade_is_a_change_of_its_contract_and_a_renewal_a_contract_of_its_own(sales: Sales) -> None:
    sales.line("12", "2026-01-01", "2027-01-01", end_on=date(2026, 7, 1))
    sales.line("13", "2026-07-01", "2027-01-01", quantity_micro=8_000_000)
    sales.line("14", "2027-01-01", "2028-01-01", quantity_micro=8_000_000)
    sales.order("4", "2025-12-20", "12")
    sales.order("5", "2026-06-20", "12", "13")
    sales.order("6", "2026-12-20", "13", "14")
    sales.load()
    assert rows("contract", "contract_id") == [("R-O4",), ("R-O6",)]
    assert rows("line", "contract_id", "line_id", "price") == [("R-O4", "R-L12", 114000), ("R-O6", "R-L14", 182400)]
    columns = ("change_id", "contract_id", "line_id", "effective_on", "treatment", "quantity", "price", "reason")
    assert rows("change", *columns) == [
        ("R-L12 ended", "R-O4", "R-L12", date(2026, 7, 1), "cancel", 0, 0, "Given up before its time"),
        ("R-L13", "R-O4", "R-L13", date(2026, 7, 1), "prospective", 8_000_000, 91200, "Order PON-5"),
    ]


def test_agreements_in_force_are_taken_over_on_the_first_day_with_what_was_billed_ahead(sales: Sales) -> None:
    sales.line("12", "2025-07-02", "2026-07-02")
    sales.line("11", "2024-01-01", "2025-01-01")
    sales.bill("90", "2025-12-17", c1=("2025-12-17", "2026-01-16", 9500, "12"))
    sales.load()
    price = 114000 - 57156
    assert rows("line", "line_id", "price", "starts_on") == [("R-L12", price, date(2026, 1, 1))]
    opening = ("R-90", "R-L12", date(2026, 1, 1), 9500 - 4597)
    assert rows("invoice", "invoice_id", "line_id", "issued_on", "amount") == [opening]


def test_credits_lower_what_their_bill_holds_by_reason(sales: Sales) -> None:
    sales.bill("90", "2026-02-01", c1=("2026-01-15", "2026-01-31", 100, ""), c2=("2026-02-01", "2026-02-28", 200, ""))
    sales.credit("31", "2026-02-20", "90", 100, product_id_external="2", description="Goodwill credit")
    sales.credit("32", "2026-03-20", "90", 50, product_id_external="2", bad_debt=True)
    sales.credit("33", "2026-03-20", "90", 30, description="Outage")
    sales.credit("34", "2026-03-20", "", 30)
    sales.load(credits=[{"reason": "goodwill credit", "treatment": "price_concession"}])
    memos = [row for row in rows("invoice", "invoice_id", "line_id", "amount", "treatment") if row[0] != "R-90"]
    assert memos == [
        ("R-M31", "R-C1", 33, "price_concession"),
        ("R-M31", "R-C2", 67, "price_concession"),
        ("R-M32", "R-C1", 17, "bad_debt"),
        ("R-M32", "R-C2", 33, "bad_debt"),
        ("R-M33", "R-C1", 10, "refund"),
        ("R-M33", "R-C2", 20, "refund"),
    ]
    assert list(Finding.objects.values_list("rule", "record_id", "owner")) == [("unplaced_credit", "34", "source")]


def test_what_cannot_be_used_is_a_finding_with_its_owner_and_comes_once_it_is_mended(sales: Sales) -> None:
    sales.line("12", "2026-02-01", "2026-02-01")
    sales.bill("90", "2026-02-01", c1=("2026-02-01", "2026-02-28", 100, ""))
    sales.charge("2", product_id_external="2", amount_minor=-5, entered_on=date(2026, 3, 9))
    sales.charge("3", product_id_external="9", amount_minor=5, entered_on=date(2026, 3, 9))
    assert sales.run(otherwise="", entity_field="Region") is None
    found = Finding.objects.order_by("rule").values_list("rule", "owner", "state")
    assert list(found) == [
        ("incomplete_line", "source", "open"),
        ("negative_charge", "source", "open"),
        ("unknown_product", "source", "open"),
        ("unmapped_entity", "here", "open"),
        ("unmapped_product", "here", "open"),
        ("unmapped_product", "here", "open"),
    ]
    sales.put(records.Product, "9", name="Router", currency="USD")
    sales.line("12", "2026-01-01", "2026-02-01")
    ways = [{"product": "installation", "recognised": "start"}, {"product": "9", "recognised": "leave_out"}]
    sales.load(otherwise="ratable", products=ways)
    assert rows("line", "line_id", "product_id") == [("R-C1", "R-2"), ("R-L12", "R-1")]
    assert rows("rule", "rule_id", "method", "trigger")[1] == ("R-start", "point_in_time", "start")
    assert set(Finding.objects.filter(state="open").values_list("rule", flat=True)) == {"negative_charge"}


def test_running_again_delivers_only_what_the_source_changed(sales: Sales) -> None:
    sales.line("12", "2026-01-01", "2027-01-01")
    sales.line("15", "2026-01-01", "2027-01-01", service_id_external="2")
    sales.load()
    assert sales.run() is None
    sales.line("12", "2026-01-01", "2027-01-01", rate_minor=2000)
    waiting = sales.run()
    assert waiting is not None
    assert waiting.state == Batch.State.WAITING
    sales.line("15", "2026-01-01", "2027-01-01", service_id_external="2", end_on=date(2026, 6, 1))
    last = sales.load()
    assert delivered(last) == {"change": 1}
    assert rows("line", "line_id", "price") == [("R-L12", 114000), ("R-L15", 114000)]


def test_an_order_that_changes_late_adjusts_closed_periods_in_the_first_open_one(sales: Sales) -> None:
    sales.line("12", "2026-01-01", "2026-07-01")
    sales.load()
    where = sales.actor.environment_id
    january = periods.set_up(sales.actor, entity="", first=date(2026, 1, 1), years=1, now=NOW)[0]
    periods.freeze(january, figures.make(where, cause=FigureSet.Cause.CLOSE, now=NOW))
    january.refresh_from_db()
    periods.close(january)
    sales.line("12", "2026-01-01", "2026-07-01", end_on=date(2026, 1, 11))
    batch = sales.run()
    assert batch is not None
    assert batch.state == Batch.State.APPLIED
    made = figures.make(where, cause=FigureSet.Cause.DATA, now=NOW)
    assert not Gap.objects.filter(resolved_at=None).exists()
    with figures.open_figures(made) as duck:
        told = duck.execute("select period, amount, adjustment from schedule order by period").fetchall()
    booked, earned = round(57000 * 31 / 181), round(57000 * 10 / 181)
    assert told == [("2026-01", booked, 0), ("2026-02", 0, earned - booked)]


def test_what_the_source_does_not_stand_by_any_more_is_shown(sales: Sales) -> None:
    sales.line("12", "2026-01-01", "2027-01-01", end_on=date(2026, 6, 1))
    sales.load()
    sales.line("12", "2026-01-01", "2027-01-01")
    assert sales.run() is None
    finding = Finding.objects.get()
    assert (finding.rule, finding.owner, finding.record_id) == ("withdrawn", "here", '["R-L12 ended", "R-L12"]')


def test_settings_that_would_count_the_same_twice_are_refused(sales: Sales) -> None:
    kind = RevenueDataKind()
    sales.line("12", "2026-01-01", "2027-01-01")
    sales.load()
    sales.process.settings = {**sales.process.settings, "start_on": "2026-02-01"}
    with pytest.raises(AlreadyDelivered, match="start_on"):
        kind.check(sales.process)
    other = Process(environment_id=sales.actor.environment_id, kind=kind.slug, name="Other", source=sales.source)
    other.settings = {"start_on": "2026-01-01", "prefix": "R-"}
    with pytest.raises(BadSourceSettings, match="'Sales' puts"):
        kind.check(other)
    other.settings = {"start_on": "2026-01-01", "products": [{"product": "1"}, {"product": "1"}]}
    with pytest.raises(BadSourceSettings, match="mapped twice"):
        kind.check(other)
