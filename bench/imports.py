"""Importing 1,000,000 order lines in one file: a zip of CSV files and an XLSX workbook, read, previewed, applied, undone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import revenue_data
from bench.contestants.tieout_import import Step
from bench.figures import Figure, Group
from bench.sizes import Size

ROOT = Path(__file__).parent.parent
MEMORY_MB, PREVIEW_MB = 1000, 1500
HOW = """\
One file with {lines:,} order lines of {contracts:,} contracts under headings in people's words, with the products, rules and
SSP book that they need. First as a zip of CSV files into an empty environment; then what is in force there, exported as a
workbook, into another one. Read: unpacked, matched, parsed, checked and compared with what is known. Preview: revenue,
deferred revenue and journals by period, before and after: every contract is computed, as for a set of figures, and may take as
much. Each step is a process of its own, timed without the start of Python; memory is the most that it held so far, so that of
a preview follows the reading."""
_ORDERS = """
SELECT contract_id AS "Order #", customer_id AS "Customer", currency AS "Currency", signed_on AS "Order date",
    line_id AS "Line", product_id AS "SKU", printf('%.2f', price / 100) AS "Price", starts_on AS "Start",
    ends_on - 1 AS "End", split_part(split_part(dimensions, 'location=', 2), ';', 1) AS "Location"
FROM line JOIN contract USING (contract_id) ORDER BY contract_id, line_id"""
_OTHERS = {
    "Customers": """SELECT DISTINCT customer_id AS "Customer", 'Customer ' || customer_id AS "Name" FROM contract""",
    "Products": 'SELECT product_id AS "Product", rule_id AS "Rule" FROM product',
    "Rules": 'SELECT rule_id AS "Rule", method AS "Method", convention AS "Convention" FROM rule',
    "SSP": 'SELECT product_id AS "Product", currency AS "Currency", starts_on AS "Start", basis AS "Basis",'
    " printf('%.2f', amount / 100) AS \"Amount\" FROM ssp",
}
Told = Mapping[str, Any]


def measure(size: Size, say: Callable[[str], None]) -> Group:
    """All rows about importing."""
    with tempfile.TemporaryDirectory(prefix="tieout-bench-import-") as folder:
        packed, workbook = Path(folder) / "orders.zip", Path(folder) / "orders.xlsx"
        write_zip(packed, size.import_contracts)
        say("Import: the zip")
        rows = _imported("zip of CSV files", packed, "sandbox", say)
        say("Import: the export as a workbook")
        exported = _step(Step("export", "sandbox", str(workbook)))
        rows.append(_figure("Exported as a workbook", exported, "export", workbook))
        say("Import: the workbook")
        rows += _imported("workbook", workbook, "production", say)
    lines = size.import_contracts * revenue_data.LINES
    return Group("Import", HOW.format(lines=lines, contracts=size.import_contracts), rows)


def write_zip(target: Path, contracts: int) -> None:
    """The file that somebody would upload."""
    book = revenue_data.book(contracts)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, query in {"Orders": _ORDERS, **_OTHERS}.items():
            sheet = target.with_name(f"{name}.csv")
            book.execute(f"COPY ({query}) TO '{sheet}' (HEADER)")
            archive.write(sheet, sheet.name)
            sheet.unlink()


def _imported(form: str, path: Path, environment: str, say: Callable[[str], None]) -> list[Figure]:
    read = _step(Step("read", environment, str(path)))
    batch = read["answer"]
    if batch["state"] != "ready" or batch["counts"]["tables"]["line"]["new"] == 0:
        raise RuntimeError(f"The {form} was not read as it should be: {batch}")
    say(f"Import: applying the {form}")
    applied = _step(Step("apply", environment, batch=batch["batch"]))
    found = [
        _figure(f"A {form}: read and checked", read, "read", path),
        _figure(f"A {form}: previewed", read, "weigh"),
        _figure(f"A {form}: applied", applied, "apply"),
    ]
    if environment == "production":
        found.append(_figure(f"A {form}: undone", _step(Step("undo", environment, batch=batch["batch"])), "undo"))
    return found


def _figure(what: str, told: Told, part: str, path: Path | None = None) -> Figure:
    size = f", {path.stat().st_size / 1e6:,.0f} MB" if path else ""
    peak, most = told["peak_mb"][part], PREVIEW_MB if part == "weigh" else MEMORY_MB
    return Figure(f"{what}{size}", f"{told['seconds'][part]:,.1f} s", f"{peak:,.0f} MB at its peak", "",
                  f"under {most:,} MB", peak < most)  # fmt: skip


def _step(step: Step) -> Told:
    said = subprocess.run(
        [sys.executable, "-m", "bench.contestants.tieout_import"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=json.dumps(asdict(step)).encode(),
        capture_output=True,
        check=False,
    )
    if said.returncode:
        raise RuntimeError(f"{step.act} failed:\n{said.stderr.decode()}")
    told: Told = json.loads(said.stdout.splitlines()[-1])
    return told
