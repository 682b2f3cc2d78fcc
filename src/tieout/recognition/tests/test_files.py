"""Stories of files: from CSV, XLSX or Parquet to results, and what a person is told about a file that is wrong."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from tieout.recognition import engine, intake, results
from tieout.recognition.errors import BadRows, Refused, UnreadableFile
from tieout.recognition.tables import OUTPUTS

TABLES = {
    "contracts": "contract_id,currency,signed_on\nC1,USD,2026-01-01\nC2,JPY,2026-01-01\n",
    "rules": "rule_id,method,convention\nmonthly,ratable,even_months\n",
    "products": "product_id,rule_id\nplan,monthly\n",
    "lines": "contract_id,line_id,product_id,price,starts_on,last_day\n"
    "C1,1,plan,100.00,2026-01-01,2026-03-31\nC2,1,plan,1000,2026-01-01,2026-03-31\n",
    "invoices": "invoice_id,contract_id,line_id,issued_on,amount\nI1,C1,1,2026-01-01,100\n",
}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A small site as CSV files."""
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return sorted(tmp_path.glob("*.csv"))


def _run(files: list[Path], out: Path, form: str) -> Path:
    with engine.new_book() as book:
        intake.load(book, files)
        engine.compute(book)
        results.write(book, out, results.Format(form))
    return out


def _revenue(rows: list[dict[str, str]], contract: str) -> list[str]:
    return [str(row["amount"]) for row in rows if row["contract_id"] == contract]


def test_csv_files_become_results_in_the_currency_of_each_contract(files: list[Path], tmp_path: Path) -> None:
    out = _run(files, tmp_path / "out", "csv")
    assert sorted(each.stem for each in out.iterdir()) == sorted(OUTPUTS)
    with (out / "schedule.csv").open(encoding="utf-8") as handle:
        schedule = list(csv.DictReader(handle))
    assert _revenue(schedule, "C1") == ["33.33", "33.34", "33.33"]
    assert _revenue(schedule, "C2") == ["333", "334", "333"]


def test_json_and_parquet_say_the_same(files: list[Path], tmp_path: Path) -> None:
    shown = json.loads((_run(files, tmp_path / "a", "json") / "schedule.json").read_text("utf-8"))
    exact = _run(files, tmp_path / "b", "parquet") / "schedule.parquet"
    amounts = duckdb.sql(f"SELECT amount FROM '{exact}' WHERE contract_id = 'C1' ORDER BY period").fetchall()
    assert _revenue(shown, "C1") == [f"{amount:.2f}" for (amount,) in amounts] == ["33.33", "33.34", "33.33"]


def test_a_workbook_holds_one_table_a_sheet(files: list[Path], tmp_path: Path) -> None:
    workbook = xlsxwriter.Workbook(tmp_path / "all.xlsx")
    for name, text in TABLES.items():
        sheet = workbook.add_worksheet(name)
        for number, line in enumerate(text.splitlines()):
            sheet.write_row(number, 0, [float(cell) if cell == "100.00" else cell for cell in line.split(",")])
    workbook.close()
    from_sheets = _run([tmp_path / "all.xlsx"], tmp_path / "a", "csv") / "journal.csv"
    assert from_sheets.read_text("utf-8") == (_run(files, tmp_path / "b", "csv") / "journal.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [
        ("lines", "100.00", "100.005", ["lines.csv, row 2, column price: '100.005' cannot be used"]),
        ("lines", "1000,", "1000.50,", ["lines.csv, row 3, column price"]),
        ("lines", "2026-03-31\nC2", "31/03/2026\nC2", ["row 2, column last_day: '31/03/2026'", "YYYY-MM-DD"]),
        ("rules", "even_months", "evenly", ["rules.csv, row 2, column convention", "one of actual_days"]),
        (
            "rules",
            "rule_id",
            "rule",
            ["column rule: the table has no such column", "column rule_id: the column is missing"],
        ),
        ("contracts", "USD", "DOLLAR", ["lines.csv, row 2, column price: the currency of the row is not known"]),
        ("invoices", "C1", "C9", ["invoices.csv, row 2, column amount: the currency of the row is not known"]),
        ("contracts", "2026-01-01\nC2", "\nC2", ["contracts.csv, row 2, column signed_on: the cell is empty"]),
    ],
)
def test_a_wrong_cell_is_named_with_its_cause_and_remedy(
    files: list[Path], table: str, old: str, new: str, told: list[str]
) -> None:
    path = next(each for each in files if each.stem == table)
    path.write_text(TABLES[table].replace(old, new, 1), "utf-8")
    with pytest.raises(BadRows) as caught:
        intake.load(engine.new_book(), files)
    assert [each for each in told if each not in caught.value.message] == []


def test_a_file_that_is_no_table_is_refused_by_name(tmp_path: Path) -> None:
    for name, content in (
        ("orders.csv", b"a\n1\n"),
        ("lines.xlsx", b"junk"),
        ("lines.parquet", b"junk"),
        ("x.doc", b""),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableFile, match=name):
            intake.load(engine.new_book(), [tmp_path / name])


def test_what_cannot_be_recognised_leaves_no_file(files: list[Path], tmp_path: Path) -> None:
    path = next(each for each in files if each.stem == "lines")
    path.write_text(TABLES["lines"].replace("plan", "unheard-of"), "utf-8")
    with pytest.raises(Refused, match=r"contract C1, line 1: product unheard-of .* \[unknown_product\]"):
        _run(files, tmp_path / "out", "csv")
    assert not (tmp_path / "out").exists()
