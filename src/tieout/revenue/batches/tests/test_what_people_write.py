"""Sheets as people keep them: their words for columns, their ways to write days and amounts, and what is asked back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.people.actors import Actor
from tieout.revenue.batches import operations as batches
from tieout.revenue.batches.book import Book, open_book
from tieout.revenue.batches.matching import columns, kind_of
from tieout.revenue.batches.staging import macros
from tieout.revenue.batches.tests.conftest import sheet
from tieout.revenue.batches.writing import functions
from tieout.revenue.models import FACTS, Batch, CustomField

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEADINGS = ["Order #", "Customer Name", "Customer", "Currency", "Order Date", "Line", "SKU", "Qty", "Unit Price", "Start",
            "Term (months)"]  # fmt: skip
READY, REFUSED = Batch.State.READY, Batch.State.REFUSED


def received(actor: Actor, data: bytes, name: str = "orders.csv", **choices: Any) -> Batch:
    batch = batches.receive(actor, name=name, source=data, now=NOW)
    return batches.match(actor, batch_id=batch.pk, choices=choices, now=NOW) if choices else batch


def lines_of(actor: Actor, data: bytes, **choices: Any) -> list[Any]:
    batch = received(actor, data, **choices)
    assert [each for each in batch.problems if each["severity"] == "error"] == []
    batches.apply(actor, batch_id=batch.pk, now=NOW)
    return list(FACTS["line"]._default_manager.filter(until__isnull=True).order_by("contract_id", "line_id"))


def orders(*rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    usual = dict(
        zip(HEADINGS, ["SO-1", "Café", "C1", "EUR", "2026-01-31", "1", "P", "3", "10", "2026-01-31", "1"], strict=True)
    )
    table = [HEADINGS, *([{**usual, **row}[name] for name in HEADINGS] for row in rows)]
    return sheet(*table, delimiter=delimiter, encoding=encoding)


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Order #", "contract_id"),
        ("Sales Order No.", "contract_id"),
        ("CUSTOMER NAME", "customer_name"),
        ("Kundennummer", "customer_id"),
        ("Währung", "currency"),
        ("Amount (USD)", "price"),
        ("Unit Prise", "unit_price"),
        ("Einzelpreis", "unit_price"),
        ("Start Date", "starts_on"),
        ("End date", "last_day"),
        ("Term (months)", "term_months"),
        ("Location", "dimensions.location"),
        ("Shoe size", ""),
    ],
)
def test_a_heading_is_matched_by_what_it_means(heading: str, column: str) -> None:
    assert columns("orders", [heading])[0].column == column


def test_a_sheet_is_known_by_its_name_or_by_its_headings() -> None:
    assert kind_of("Rechnungen 2", [])[0] == "invoice"
    assert kind_of("Tabelle1", HEADINGS)[0] == "orders"
    assert kind_of("Sheet1", ["Colour", "Size"]) == ("", 0.0)


def test_an_order_sheet_gives_customer_contract_and_lines_with_term_and_price_worked_out(accountant: Actor) -> None:
    (line,) = lines_of(accountant, orders({"Unit Price": "0.3350", "Qty": "3"}))
    assert (line.price, line.quantity, line.ends_on) == (101, 3_000_000, date(2026, 2, 28))
    assert FACTS["customer"]._default_manager.get(until__isnull=True).name == "Café"
    assert FACTS["contract"]._default_manager.get(until__isnull=True).signed_on == date(2026, 1, 31)


def test_german_sheets_with_semicolons_commas_and_dotted_days_are_read(accountant: Actor) -> None:
    table = [
        ["Auftragsnummer", "Währung", "Auftragsdatum", "Position", "Artikel", "Betrag", "Beginn", "Ende"],
        ["SO-1", "EUR", "31.01.2026", "1", "P", "1.234,50 €", "1.2.2026", "31.12.2026"],
        ["SO-1", "EUR", "31.01.2026", "2", "P", "(2,50)-", "1.2.2026", ""],
    ]
    batch = received(accountant, sheet(*table, delimiter=";"))
    assert [(each["row"], each["value"]) for each in batch.problems if each["severity"] == "error"] == [(3, "(2,50)-")]
    table[2][5] = "1.000"
    lines = lines_of(accountant, sheet(*table, delimiter=";"))
    assert [(line.price, line.ends_on) for line in lines] == [(123_450, date(2027, 1, 1)), (100_000, None)]


def test_what_could_be_read_in_two_ways_is_asked_and_a_persons_answer_is_kept(accountant: Actor) -> None:
    data = orders({"Start": "03/04/2026", "Unit Price": "1,200"})
    batch = received(accountant, data)
    assert (batch.state, batch.matching["asked"]) == (REFUSED, ["dates", "decimal"])
    assert {each["code"] for each in batch.problems} == {"ambiguous_day", "ambiguous_number"}
    (line,) = lines_of(accountant, data, dates="dmy", decimal=".")
    assert (line.starts_on, line.price) == (date(2026, 4, 3), 360_000)


def test_days_that_show_their_order_elsewhere_in_the_sheet_are_not_asked(accountant: Actor) -> None:
    first, second = lines_of(
        accountant,
        orders(
            {"Start": "03/04/2026", "Order Date": "01/31/2026"},
            {"Line": "2", "Start": "5 March 2026", "Order Date": ""},
        ),
    )
    assert (first.starts_on, second.starts_on) == (date(2026, 3, 4), date(2026, 3, 5))


def test_each_fault_names_sheet_row_column_value_cause_and_remedy(accountant: Actor) -> None:
    batch = received(
        accountant,
        orders(
            {"Currency": "EURO"},
            {"Line": "2", "Start": "31.02.2026"},
            {"Line": "3", "Qty": "#REF!", "SKU": ""},
            {"Order #": "SO-2", "Qty": "999999999", "Unit Price": "99999999"},
        ),
    )
    told = {(each["row"], each["column"], each["value"], each["code"]) for each in batch.problems}
    assert {
        (2, "currency", "EURO", "bad_currency"),
        (3, "starts_on", "31.02.2026", "bad_day"),
        (4, "quantity", "#REF!", "bad_number"),
        (4, "product_id", None, "empty"),
        (5, "price", "1000000000000000", "bad_value"),
    } <= told
    assert all(each["cause"] and each["remedy"] and each["sheet"] == "orders" for each in batch.problems)


def test_a_row_given_twice_and_contracts_that_disagree_are_named(accountant: Actor) -> None:
    twice = received(accountant, orders({}, {}))
    assert {(each["row"], each["code"]) for each in twice.problems if each["severity"] == "error"} == {
        (2, "twice"),
        (3, "twice"),
    }
    disagree = received(accountant, orders({}, {"Line": "2", "Currency": "USD"}))
    assert {each["code"] for each in disagree.problems if each["severity"] == "error"} == {"disagree"}


def test_names_in_every_script_arrive_composed_and_whole(accountant: Actor) -> None:
    names = ["Zoe\u0301 & Søn", "株式会社トヨタ", "مؤسسة الأمل", "Ngụy Thị", "🚀 Launch"]
    data = orders(
        *(
            {"Line": str(at), "Customer": f"C{at}", "Customer Name": name, "Order #": f"SO-{at}"}
            for at, name in enumerate(names)
        )
    )
    lines_of(accountant, data)
    kept = (
        FACTS["customer"]
        ._default_manager.filter(until__isnull=True)
        .order_by("customer_id")
        .values_list("name", flat=True)
    )
    assert list(kept) == ["Zoé & Søn", *names[1:]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marked_encodings_are_decoded(accountant: Actor, encoding: str) -> None:
    assert len(lines_of(accountant, orders({}, encoding=encoding))) == 1


def test_an_encoding_that_would_be_guessed_is_named_and_decoded_once_it_is_declared(accountant: Actor) -> None:
    data = orders({}, encoding="windows-1252")
    batch = received(accountant, data)
    assert (batch.state, batch.problems[0]["code"]) == (REFUSED, "revenue.unreadable_upload")
    assert "Windows-1252" in batch.problems[0]["remedy"]
    assert len(lines_of(accountant, data, encoding="windows-1252")) == 1
    assert FACTS["customer"]._default_manager.get(until__isnull=True).name == "Café"


def test_typed_cells_of_a_workbook_are_taken_as_they_are(accountant: Actor) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        page, day = book.add_worksheet("Orders"), book.add_format({"num_format": "dd/mm/yyyy"})
        page.write_row(0, 0, ["Our orders of spring"])
        page.write_row(2, 0, HEADINGS)
        page.write_row(3, 0, ["SO-1", "Café", 17, "EUR"])
        for at, moment in ((4, datetime(2026, 3, 4)), (9, datetime(2026, 3, 5))):  # noqa: DTZ001 - a sheet's days
            page.write_datetime(3, at, moment, day)
        for at, value in ((5, 1), (7, 1.125), (8, 1.234), (10, 12)):
            page.write_number(3, at, value)
        page.write_formula(3, 6, '="P"', None, "P")
    (line,) = lines_of(accountant, made.getvalue())
    assert (line.row, line.starts_on, line.quantity, line.price, line.product_id) == (
        4,
        date(2026, 3, 5),
        1_125_000,
        139,
        "P",
    )
    assert FACTS["customer"]._default_manager.get(until__isnull=True).customer_id == "17"


def test_custom_fields_and_dimensions_have_columns_of_their_own(accountant: Actor) -> None:
    CustomField.objects.create(
        environment_id=accountant.environment_id, api_name="site", label="Installed at", source="subscription"
    )
    rows = sheet([*HEADINGS, "Installed at", "Location", "Class"], [*orders_row(), "Oslo", "100", "SaaS"])
    (line,) = lines_of(accountant, rows)
    assert (line.fields, line.dimensions) == ("site=Oslo", "class=SaaS;location=100")


def orders_row() -> list[str]:
    return orders({}).decode().splitlines()[1].split(",")


def test_a_person_may_say_what_a_heading_means(accountant: Actor) -> None:
    data = sheet([*HEADINGS, "Shoe size"], [*orders_row(), "Oslo=1"])
    assert [each["code"] for each in received(accountant, data).problems if each["column"] == "Shoe size"] == [
        "unused_column"
    ]
    (line,) = lines_of(accountant, data, columns={"orders": {"Shoe size": "fields"}})
    assert line.fields == "Oslo=1"


@pytest.fixture(scope="module")
def book() -> Iterator[Book]:
    with open_book(small=True) as made:
        macros(made)
        functions(made)
        yield made


@settings(deadline=None, max_examples=10)
@given(value=st.integers(-(10**15), 10**15), places=st.sampled_from([0, 2, 3, 4]))
def test_amounts_and_quantities_are_read_as_they_are_written(book: Book, value: int, places: int) -> None:
    for written, scale in ((f"fixed({value}::BIGINT, {places})", places), (f"short({value}::BIGINT, 6)", 6)):
        text = book.one(f"SELECT {written}")
        plain = "plain_number(bare_number(t), number_shape(bare_number(t)), '')"
        assert book.one(f"SELECT scaled({plain}, {scale}) FROM (SELECT '{text}' AS t)") == value, text
