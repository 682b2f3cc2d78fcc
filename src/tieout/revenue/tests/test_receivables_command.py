"""Overdue invoices and days sales outstanding from files, as a person asks for them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tieout.revenue.file_commands import app

FILES = {
    "contracts": "contract_id,customer_id,currency,signed_on\nC1,Acme,USD,2019-01-01\nC2,Kumo,JPY,2019-01-01\n",
    "invoices": "invoice_id,contract_id,line_id,issued_on,amount\nI1,C1,1,2019-01-01,100\nI2,C2,1,2019-01-01,1000\n",
    "payments": "payment_id,contract_id,invoice_id,paid_on,amount\nP1,C2,I2,2019-02-10,400\n",
}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Two customers as CSV files."""
    for name, content in FILES.items():
        (tmp_path / f"{name}.csv").write_text(content, "utf-8")
    return [str(each) for each in sorted(tmp_path.glob("*.csv"))]


def test_a_person_asks_for_them_from_files(files: list[str], tmp_path: Path) -> None:
    terms = ["--on", "2019-02-15", "--interest", "0.10", "--fee", "10"]
    told = CliRunner().invoke(app, ["receivables", *files, "--out", str(tmp_path / "out"), *terms])
    assert told.exit_code == 0
    with (tmp_path / "out" / "open_invoice.csv").open(encoding="utf-8") as handle:
        found = {row["customer_id"]: row for row in csv.DictReader(handle)}
    assert (found["Acme"]["outstanding"], found["Acme"]["due"], found["Acme"]["due_on"]) == (
        "100.00",
        "110.41",
        "2019-01-31",
    )
    assert (found["Kumo"]["outstanding"], found["Kumo"]["late_interest"], found["Kumo"]["due"]) == ("600", "2", "612")
    assert (tmp_path / "out" / "days_sales.csv").exists()


def test_a_rate_that_is_no_number_is_refused(files: list[str], tmp_path: Path) -> None:
    arguments = ["receivables", *files, "--out", str(tmp_path / "out"), "--on", "2019-02-15", "--interest", "10%"]
    told = CliRunner().invoke(app, arguments)
    assert told.exit_code == 2
    assert not (tmp_path / "out").exists()
