"""A file comes in: read, checked, previewed, applied whole, and taken back."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tieout.demo.orders import packed, year_of_orders
from tieout.people.actors import Actor, Role, RoleMissing
from tieout.revenue.batches import exporting
from tieout.revenue.batches import operations as batches
from tieout.revenue.batches.errors import ChangedLater, HasProblems, NotNow
from tieout.revenue.batches.tests.conftest import known, zipped
from tieout.revenue.models import FACTS, Batch, CustomField

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
READY, REFUSED, APPLIED, UNDONE = Batch.State.READY, Batch.State.REFUSED, Batch.State.APPLIED, Batch.State.UNDONE
CONTRACTS = [["Order #", "Currency", "Order date"], ["SO-1", "EUR", "2026-01-05"]]
LINES = [
    ["Order #", "Line", "SKU", "Price", "Start", "End"],
    ["SO-1", "1", "SEAT", "1200.00", "2026-01-01", "2026-12-31"],
]


def imported(actor: Actor, data: bytes, name: str = "orders.zip") -> Batch:
    batch = batches.receive(actor, name=name, source=data, now=NOW)
    assert (batch.state, batch.counts["problems"]) == (READY, 0)
    return batches.apply(actor, batch_id=batch.pk, now=NOW)


def new_price(price: str) -> bytes:
    return zipped(lines=[["Order #", "Line", "Price"], ["SO-1", "1", price]])


def test_a_year_of_orders_is_imported_and_the_same_file_changes_nothing_more(accountant: Actor) -> None:
    data = year_of_orders(date(2026, 1, 1))
    batch = batches.receive(accountant, name="orders.zip", source=data, now=NOW)
    assert (batch.state, batch.problems) == (READY, [])
    assert batch.impact["contracts"] == 320
    assert {each["figure"] for each in batch.impact["periods"]} == {"revenue", "deferred"}
    batches.apply(accountant, batch_id=batch.pk, now=NOW)
    assert len(known("contract")["contract"]) == 320
    before, versions = known(), FACTS["line"]._default_manager.count()

    again = imported_unless_empty(accountant, data)
    assert (again.state, known()) == (APPLIED, before)
    assert FACTS["line"]._default_manager.count() == versions

    batches.undo(accountant, batch_id=again.pk, reason="Twice", now=NOW)
    batches.undo(accountant, batch_id=batch.pk, reason="A trial", now=NOW)
    assert not any(known().values())


def imported_unless_empty(actor: Actor, data: bytes) -> Batch:
    again = batches.receive(actor, name="orders.zip", source=data, now=NOW)
    assert {(each["new"], each["changed"]) for each in again.counts["tables"].values()} == {(0, 0)}
    return batches.apply(actor, batch_id=again.pk, now=NOW)


@pytest.mark.parametrize("form", ["xlsx", "zip"])
def test_what_is_exported_and_imported_again_changes_nothing(accountant: Actor, tmp_path: Path, form: str) -> None:
    CustomField.objects.create(
        environment_id=accountant.environment_id, api_name="site", label="Installed at", source="subscription"
    )
    imported(accountant, year_of_orders(date(2026, 1, 1)))
    path = exporting.write_export(accountant.environment_id, form, tmp_path / f"export.{form}")
    again = batches.receive(accountant, name=path.name, source=path, now=NOW)
    assert (again.state, again.problems) == (READY, [])
    told = again.counts["tables"]
    assert told["line"]["rows"] == len(known("line")["line"])
    assert {table: (each["new"], each["changed"]) for table, each in told.items()} == dict.fromkeys(told, (0, 0))


def test_an_export_keeps_small_amounts_many_decimals_and_other_currencies(accountant: Actor, tmp_path: Path) -> None:
    rows: dict[str, list[dict[str, str]]] = {
        "contract": [
            {"contract_id": f"K-{each}", "currency": each, "signed_on": "2026-01-01"} for each in ("JPY", "KWD", "EUR")
        ],
        "line": [
            {"contract_id": f"K-{each}", "line_id": "1", "product_id": "P", "price": price, "quantity": quantity,
             "starts_on": "2026-01-01", "start_minute": "61"}
            for each, price, quantity in (("JPY", "1200", "0.125"), ("KWD", "1.2345", "1.1250"), ("EUR", "0.07", "7"))
        ],
        "rate": [{"from_currency": "EUR", "to_currency": "USD", "starts_on": "2026-01-01", "rate": "1.087500001"}],
    }  # fmt: skip
    rows["line"][1]["price"] = "1.2340"
    imported(accountant, packed(rows))
    assert {(row[3], row[4]) for row in known("line")["line"]} == {(125_000, 1200), (1_125_000, 1234), (7_000_000, 7)}
    path = exporting.write_export(accountant.environment_id, "xlsx", tmp_path / "export.xlsx")
    told = batches.receive(accountant, name=path.name, source=path, now=NOW).counts
    assert (told["problems"], told["tables"]["line"]["unchanged"], told["tables"]["rate"]["unchanged"]) == (0, 3, 1)


def test_the_examples_of_the_template_can_be_imported_as_they_stand(accountant: Actor, tmp_path: Path) -> None:
    path = exporting.examples_zip(tmp_path / "examples.zip")
    batch = batches.receive(accountant, name=path.name, source=path, now=NOW)
    assert (batch.state, batch.problems, batch.impact["refused"]) == (READY, [], [])
    template = exporting.write_template(accountant.environment_id, "xlsx", tmp_path / "template.xlsx")
    empty = batches.receive(accountant, name=template.name, source=template, now=NOW)
    assert (empty.state, sum(each["rows"] for each in empty.counts["tables"].values())) == (READY, 0)


def test_columns_that_are_left_out_keep_their_values(accountant: Actor) -> None:
    imported(accountant, zipped(contracts=CONTRACTS, lines=LINES))
    batch = imported(accountant, new_price("999.99"))
    assert batch.counts["tables"] == {"line": {"rows": 1, "new": 0, "changed": 1, "unchanged": 0}}
    (line,) = FACTS["line"]._default_manager.filter(until__isnull=True)
    assert (line.price, line.product_id, line.ends_on, line.row) == (99_999, "SEAT", date(2027, 1, 1), 2)


def test_nothing_is_applied_while_one_row_is_wrong(accountant: Actor) -> None:
    bad = [*LINES, ["SO-9", "1", "SEAT", "5.00", "2026-01-01", ""]]
    batch = batches.receive(accountant, name="x.zip", source=zipped(contracts=CONTRACTS, lines=bad), now=NOW)
    problem = batch.problems[0]
    assert (batch.state, problem["sheet"], problem["row"], problem["column"]) == (REFUSED, "lines", 3, "price")
    with pytest.raises(HasProblems):
        batches.apply(accountant, batch_id=batch.pk, now=NOW)
    assert not any(known().values())


def test_a_faulty_cell_hides_nothing_else_that_is_wrong_and_invents_nothing(accountant: Actor) -> None:
    bad = [*LINES, ["SO-1", "2", "SEAT", "5.oo", "2026-01-01", ""], ["SO-2", "1", "SEAT", "5.00", "2026-01-01", ""]]
    credits = [["Invoice", "Order #", "Line", "Kind", "Date", "Amount"]]
    credits += [[f"I-{line}", "SO-1", line, "credit note", "2026-02-01", "1"] for line in ("1", "2")]
    data = zipped(contracts=CONTRACTS, lines=bad, invoices=credits, products=[["Product", "Rule"], ["SEAT", "daily"]])
    told = batches.receive(accountant, name="x.zip", source=data, now=NOW).problems
    found = {(each["severity"], each["sheet"], each["row"], each["column"], each["code"]) for each in told}
    assert found == {
        ("error", "lines", 3, "price", "bad_number"),
        ("error", "lines", 4, "price", "no_currency"),
        ("warning", "products", 2, "rule_id", "unknown_rule"),
    }


def test_an_undone_change_brings_the_version_before_back_and_later_changes_stand_in_its_way(accountant: Actor) -> None:
    first = imported(accountant, zipped(contracts=CONTRACTS, lines=LINES))
    before = known()
    second, third = imported(accountant, new_price("700.00")), imported(accountant, new_price("800.00"))
    with pytest.raises(ChangedLater) as refused:
        batches.undo(accountant, batch_id=first.pk, reason="Wrong", now=NOW)
    assert refused.value.facts["rows"] == [{"table": "line", "key": "SO-1 · 1", "batch": third.pk}]
    for batch in (third, second):
        undo = batches.undo(accountant, batch_id=batch.pk, reason="Wrong", now=NOW)
    assert known() == before
    assert (undo.origin, undo.counts["tables"]) == ("undo", {"line": {"ended": 1, "restored": 1}})
    second.refresh_from_db()
    assert second.state == UNDONE
    with pytest.raises(NotNow):
        batches.undo(accountant, batch_id=second.pk, reason="Again", now=NOW)


def test_a_preview_that_was_overtaken_is_made_again_before_it_is_applied(accountant: Actor) -> None:
    imported(accountant, zipped(contracts=CONTRACTS, lines=LINES))
    slow = batches.receive(accountant, name="price.zip", source=new_price("500.00"), now=NOW)
    imported(accountant, zipped(lines=[["Order #", "Line", "SKU"], ["SO-1", "1", "DESK"]]))
    batches.apply(accountant, batch_id=slow.pk, now=NOW)
    (line,) = FACTS["line"]._default_manager.filter(until__isnull=True)
    assert (line.price, line.product_id) == (50_000, "DESK")


def test_only_who_may_change_data_imports(actor: Any) -> None:
    with pytest.raises(RoleMissing):
        batches.receive(actor(Role.VIEWER), name="x.csv", source=b"", now=NOW)


@pytest.mark.django_db(transaction=True)
def test_batches_that_are_applied_at_once_go_one_after_the_other(accountant: Actor) -> None:
    imported(accountant, zipped(contracts=CONTRACTS, lines=LINES))
    waiting = [batches.receive(accountant, name="p.zip", source=new_price(f"{n}.00"), now=NOW) for n in range(1, 5)]
    told: list[str] = []

    def apply(batch: Batch) -> None:
        try:
            told.append(batches.apply(accountant, batch_id=batch.pk, now=NOW).state)
        except batches.ChangedMeanwhile:
            told.append("overtaken")
        finally:
            connection.close()

    threads = [threading.Thread(target=apply, args=(batch,)) for batch in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(told) <= {APPLIED, "overtaken"}
    assert APPLIED in told
    assert len(known("line")["line"]) == 1
