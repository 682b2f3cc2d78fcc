"""Mappings as spreadsheets save them: every dialect is read, every mistake is named, and what is written reads back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tieout.ledger.mapping_files import LAYOUTS, MOST_BYTES, Fault, check_lists, compare, read, write
from tieout.ledger.receipts.settings import MethodMapping

METHODS = LAYOUTS["receipts"]
CODES = LAYOUTS["gl_reports"]
ACH = {"method": "ACH", "treatment": "bank", "bank_account": "BOA", "account": "10920"}
text = some.text(some.characters(blacklist_categories=("Cs", "Cc")), max_size=20).map(str.strip)


def rows_of(data: str | bytes, layout: Any = METHODS) -> list[dict[str, Any]]:
    reading = read(layout, data if isinstance(data, bytes) else data.encode())
    assert reading.faults == []
    return [{name: value for name, value in row.values.items() if value} for row in reading.rows]


def fault_of(data: str | bytes, layout: Any = METHODS) -> Fault:
    reading = read(layout, data if isinstance(data, bytes) else data.encode())
    assert len(reading.faults) == 1, reading.faults
    return reading.faults[0]


PLAIN = "Method,Treatment,Bank account,Account\nACH,bank,BOA,10920\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(PLAIN, id="as plain CSV"),
        pytest.param("\ufeff" + PLAIN, id="with a byte order mark"),
        pytest.param(PLAIN.replace(",", ";"), id="with semicolons"),
        pytest.param(PLAIN.replace(",", "\t").encode("utf-16"), id="as Unicode text of Excel"),
        pytest.param("sep=|\n" + PLAIN.replace(",", "|"), id="with Excel's separator line"),
        pytest.param(PLAIN.replace("\n", "\r\n"), id="with Windows line ends"),
        pytest.param('" Method ",TREATMENT,bank_account,GL account no.\n"ACH",Bank,BOA,10920\n', id="with other words"),
        pytest.param(PLAIN + "\n,,,\n", id="with blank rows"),
    ],
)
def test_a_mapping_is_read(data: str | bytes) -> None:
    assert rows_of(data) == [{**ACH, "payment_method": "EFT"}]


def test_choices_are_understood_in_any_case() -> None:
    found = rows_of("Method,Treatment,Payment method\nCredit,NO MONEY,printed  check\n")
    assert found == [{"method": "Credit", "treatment": "no_money", "payment_method": "Printed Check"}]


def test_dimensions_of_ones_own_are_columns() -> None:
    found = rows_of("Ledger code,Account,Dimension Channel\n4000,40100,Web\n4001,40100,\n", CODES)
    assert found[0]["custom"] == {"Channel": "Web"}
    assert "custom" not in found[1]


@pytest.mark.parametrize(
    ("data", "row", "column", "cause"),
    [
        pytest.param("", 0, "", "The file is empty", id="an empty file"),
        pytest.param("Method,Account\n", 0, "", "The file has no rows", id="a header alone"),
        pytest.param("Method,Colour\nACH,red\n", 1, "Colour", "no such column", id="an unknown column"),
        pytest.param("Method,method\nACH,ACH\n", 1, "Method", "there twice", id="a column twice"),
        pytest.param("Account\n10920\n", 1, "Method", "missing", id="a missing column"),
        pytest.param(PLAIN + ",bank,BOA,10920\n", 3, "Method", "missing", id="a missing value"),
        pytest.param(PLAIN + "Wire,moon,BOA,10920\n", 3, "Treatment", "moon", id="an unknown choice"),
        pytest.param(PLAIN + "Wire,bank,,10920\n", 3, "", "none is chosen", id="a bank that is not named"),
        pytest.param(PLAIN + "ACH,bank,BOA,10930\n", 3, "Method", "Row 2 maps the same", id="a row twice"),
        pytest.param(PLAIN + "Wire,bank,BOA,10,920\n", 3, "", "5 cells", id="a separator in a value"),
        pytest.param(PLAIN + '"Wire,bank\n', 3, "", "cannot be read", id="a quotation mark without its partner"),
        pytest.param(b"Method\nCaf\xe9\n", 2, "", "not UTF-8", id="another encoding"),
        pytest.param(b"PK\x03\x04\x00\x00", 0, "", "NUL", id="a workbook"),
        pytest.param("Method,Deposit after\nACH,soon\n", 2, "Deposit after", "soon", id="a word for a number"),
        pytest.param(b"x" * (MOST_BYTES + 1), 0, "", "larger than", id="far too much"),
    ],
)
def test_a_mistake_is_named(data: str | bytes, row: int, column: str, cause: str) -> None:
    fault = fault_of(data)
    assert (fault.row, fault.column) == (row, column)
    assert cause in fault.cause
    assert fault.remedy


def test_every_row_with_a_mistake_is_named_at_once() -> None:
    reading = read(METHODS, (PLAIN + "A,x,B,1\nB,bank,,1\nC,bank,B,\n").encode())
    assert [fault.row for fault in reading.faults] == [3, 4, 5]


def test_accounts_that_the_ledger_does_not_hold_are_named() -> None:
    reading = read(METHODS, (PLAIN + "Wire,bank,GONE,10920\nCheck,bank,OLD,10920\n").encode())
    faults = check_lists(METHODS, reading.rows, {"bank_account": {"BOA": True, "OLD": False}})
    assert [(fault.row, fault.column) for fault in faults] == [(3, "Bank account"), (4, "Bank account")]
    assert "no 'GONE'" in faults[0].cause
    assert "inactive" in faults[1].cause


def test_what_a_file_changes_is_told_row_by_row() -> None:
    def mapped(method: str, account: str) -> dict[str, Any]:
        return MethodMapping.model_validate({**ACH, "method": method, "account": account}).model_dump(mode="json")

    before = [mapped("ACH", "1"), mapped("Wire", "1"), mapped("Check", "1")]
    after = [mapped("ACH", "1"), mapped("Wire", "2"), mapped("Cash", "1")]
    changes = {change.key: change for change in compare(METHODS, before, after)}
    assert {key: change.what for key, change in changes.items()} == {
        "Wire": "changed",
        "Check": "removed",
        "Cash": "added",
    }
    assert changes["Wire"].values == {"Account": ("1", "2")}


def test_a_cell_that_a_spreadsheet_would_run_is_written_as_text() -> None:
    evil = MethodMapping.model_validate({**ACH, "method": "=cmd|'/c calc'!A1"}).model_dump(mode="json")
    written = write(METHODS, [evil])
    assert ",=" not in written
    assert "\n=" not in written
    assert [row.values for row in read(METHODS, written.encode()).rows] == [evil]


@given(some.lists(some.tuples(text.filter(bool), text, text), max_size=8, unique_by=lambda row: row[0]))
def test_what_is_written_reads_back_unchanged(rows: list[tuple[str, str, str]]) -> None:
    mapped = [
        MethodMapping.model_validate(
            {**ACH, "method": method, "location": location, "custom": {"X": custom} if custom else {}}
        ).model_dump(mode="json")
        for method, location, custom in rows
    ]
    reading = read(METHODS, write(METHODS, mapped).encode())
    assert [dict(row.values) for row in reading.rows] == mapped
    assert bool(reading.faults) == (not mapped)
