"""Stories of `tieout revenue compute`: whatever an import takes becomes the same figures, with no database and no sign-in."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from beancount import loader
from typer.testing import CliRunner, Result

from tieout.kernel.errors import TieoutError
from tieout.recognition.beancount import ROOTS
from tieout.recognition.errors import BadRows, UnreadableFile
from tieout.recognition.roles import ROLES
from tieout.recognition.tables import OUTPUTS
from tieout.revenue.file_commands import app

OWN = {
    "contracts": "contract_id,currency,signed_on\nC1,USD,2026-01-01\nC2,JPY,2026-01-01\n",
    "rules": "rule_id,method,convention\nmonthly,ratable,even_months\n",
    "products": "product_id,rule_id,dimensions\nplan,monthly,class=SaaS\n",
    "lines": "contract_id,line_id,product_id,price,starts_on,last_day\n"
    "C1,1,plan,1100.00,2026-01-01,2026-03-31\nC2,1,plan,1000,2026-01-01,2026-03-31\n",
    "invoices": "invoice_id,contract_id,line_id,issued_on,amount,kind\n"
    "I1,C1,1,2026-01-01,1100,invoice\nI2,C2,1,2026-01-01,1000,invoice\nI3,C1,1,2026-02-01,100.50,credit_memo\n",
}
"""The engine's own names."""
THEIRS = {
    "Sales orders": "Order Number;SKU;Line;Total Price;Currency;Order Date;Start Date;End Date\n"
    "C1;plan;1;1.100,00;USD;01/01/2026;01/01/2026;31/03/2026\nC2;plan;1;1.000;JPY;01/01/2026;01/01/2026;31/03/2026\n",
    "Recognition rules": "Rule;Recognition method;Convention\nmonthly;straight line;even months\n",
    "Items": "Product code;Recognition rule;Class\nplan;monthly;SaaS\n",
    "Invoices": "Invoice number;Order;Line;Invoice date;Amount;Document type\n"
    "I1;C1;1;01/01/2026;1.100,00;Invoice\nI2;C2;1;01/01/2026;1.000;Invoice\nI3;C1;1;13/02/2026;100,50;Credit note\n",
}
"""The same as people export it."""


def _compute(*files: Path, out: Path, form: str = "csv") -> Result:
    arguments = ["compute", *map(str, files), "--out", str(out), "--format", form]
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def _written(texts: dict[str, str], folder: Path) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return sorted(folder.glob("*.csv"))


def _zipped(files: list[Path], target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for each in files:
            archive.write(each, each.name)
    return target


@pytest.fixture
def expected(tmp_path: Path) -> dict[str, str]:
    """What the engine's own files come to."""
    _compute(*_written(OWN, tmp_path / "own"), out=tmp_path / "expected")
    return _texts(tmp_path / "expected")


def _texts(folder: Path) -> dict[str, str]:
    return {each.stem: each.read_text("utf-8") for each in folder.iterdir()}


def test_a_zip_of_files_in_other_peoples_words_comes_to_the_same(tmp_path: Path, expected: dict[str, str]) -> None:
    archive = _zipped(_written(THEIRS, tmp_path / "theirs"), tmp_path / "orders.zip")
    _compute(archive, out=tmp_path / "out")
    assert _texts(tmp_path / "out") == expected
    assert sorted(expected) == sorted(OUTPUTS)
    assert "class=SaaS" in expected["journal"]


def test_a_workbook_comes_to_the_same(tmp_path: Path, expected: dict[str, str], workbook: Callable[..., Path]) -> None:
    sheets = {name: csv.reader(text.splitlines(), delimiter=";") for name, text in THEIRS.items()}
    _compute(workbook(tmp_path / "orders.xlsx", sheets), out=tmp_path / "out")
    assert _texts(tmp_path / "out") == expected


def test_parquet_and_csv_may_be_mixed(tmp_path: Path, expected: dict[str, str]) -> None:
    files = []
    for each in _written(OWN, tmp_path / "own"):
        files.append(tmp_path / f"{each.stem}.parquet")
        duckdb.sql(f"COPY (FROM read_csv('{each}', all_varchar = true)) TO '{files[-1]}'")
    _compute(*files, out=tmp_path / "out")
    assert _texts(tmp_path / "out") == expected
    theirs = _written({"Recognition rules": THEIRS["Recognition rules"]}, tmp_path / "theirs")
    _compute(*(each for each in files if each.stem != "rules"), *theirs, out=tmp_path / "mixed")
    assert _texts(tmp_path / "mixed") == expected


def test_periods_and_what_is_posted_come_along(tmp_path: Path) -> None:
    months = "".join(f"2026-0{month},2026-0{month}-01,2026-0{month + 1}-01,open\n" for month in range(1, 5))
    besides = {
        "period": "period,starts_on,ends_on,state\n" + months,
        "posted": "currency,period,account,dimensions,amount\nUSD,2026-01,revenue,class=SaaS,-300.00\n",
    }
    archive = _zipped(_written(THEIRS | besides, tmp_path / "all"), tmp_path / "all.zip")
    _compute(archive, out=tmp_path / "out", form="json")
    journal = json.loads((tmp_path / "out" / "journal.json").read_text("utf-8"))
    january = {
        row["account"]: row["amount"] for row in journal if (row["period"], row["currency"]) == ("2026-01", "USD")
    }
    assert january["revenue"] == "-66.67"


def test_journals_pass_the_checker_of_beancount(tmp_path: Path) -> None:
    _compute(_zipped(_written(THEIRS, tmp_path / "all"), tmp_path / "all.zip"), out=tmp_path / "out", form="beancount")
    for name in ("journal", "functional"):
        entries, errors, options = loader.load_file(str(tmp_path / "out" / f"{name}.beancount"))
        assert errors == []
        assert {"JPY", "USD"} <= set(options["operating_currency"])
        assert {"Balance", "Open", "Transaction"} == {type(each).__name__ for each in entries}
    text = (tmp_path / "out" / "journal.beancount").read_text("utf-8")
    wrong = tmp_path / "wrong.beancount"
    wrong.write_text(text.replace("366.66 USD", "366.67 USD", 1), "utf-8")
    assert loader.load_file(str(wrong))[1] != []


def test_every_role_is_one_of_beancounts_kinds_of_account() -> None:
    assert set(ROOTS) == set(ROLES)


def test_a_wrong_cell_and_a_table_that_nobody_knows_are_named(tmp_path: Path) -> None:
    wrong = THEIRS | {"Items": "Product code;Recognition rule\n;monthly\nplan;monthly\n"}
    with pytest.raises(BadRows, match="Items, row 2, column product_id: the cell is empty"):
        _compute(_zipped(_written(wrong, tmp_path / "a"), tmp_path / "a.zip"), out=tmp_path / "out")
    with pytest.raises(UnreadableFile, match="'Weather' is none of the tables orders"):
        _compute(*_written(THEIRS | {"Weather": "Sun,Rain\n1,2\n"}, tmp_path / "b"), out=tmp_path / "out")
    with pytest.raises(TieoutError, match=r"none\.xlsx: there is no such file"):
        _compute(tmp_path / "none.xlsx", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_no_site_is_needed(tmp_path: Path) -> None:
    """In a process of its own: no settings, no home, and nothing of the site's framework is loaded."""
    files = [str(each) for each in _written(THEIRS, tmp_path / "theirs")]
    told = (
        "import sys; from tieout.cli.root import main; "
        f"main(['revenue', 'compute', *{files!r}, '--out', {str(tmp_path / 'out')!r}]); "
        "assert 'django' not in sys.modules"
    )
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", told], env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out" / "waterfall.csv").open(encoding="utf-8") as handle:
        assert {row["period"] for row in csv.DictReader(handle)} == {"2026-01", "2026-02", "2026-03"}
