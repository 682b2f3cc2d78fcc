"""The engine's results as files: CSV and JSON with amounts as text in the currency, Parquet with exact decimals.

All files appear together or none does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import duckdb

from tieout.kernel.currency import EXPONENTS
from tieout.recognition.tables import OUTPUTS

_MONEY = {
    "allocation": ("price", "ssp", "allocated", "carve"),
    "schedule": ("amount", "adjustment"),
    "position": (
        "recognised",
        "billed",
        "accrued",
        "accrued_to_date",
        "recognised_to_date",
        "billed_to_date",
        "contract_liability",
        "contract_asset",
        "liability_moved",
        "asset_moved",
    ),
    "waterfall": ("amount", "adjustment"),
    "journal": ("amount", "functional"),
    "explanation": ("amount", "total", "layer_amount", "upfront", "base", "at_once"),
    "open_invoice": ("billed", "credited", "settled", "outstanding", "late_interest", "late_fee", "due"),
    "days_sales": ("receivable", "sales"),
}


class Format(StrEnum):
    """What the results are written as."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"


def write(
    book: duckdb.DuckDBPyConnection, folder: Path, form: Format, tables: Sequence[str] = OUTPUTS
) -> dict[str, int]:
    """Write the result tables into `folder`; rows by table."""
    folder.mkdir(parents=True, exist_ok=True)
    places = " ".join(f"WHEN '{code}' THEN {digits}" for code, digits in EXPONENTS.items() if digits != 2)
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory(dir=folder, prefix=".tieout-") as passing:
        for table in tables:
            written = f"COPY ({_query(table, places, form)}) TO '{_quoted(Path(passing) / table)}' ({_options(form)})"
            counts[table] = int((book.execute(written).fetchone() or (0,))[0])
        for table in tables:
            (Path(passing) / table).replace(folder / f"{table}.{form}")
    return counts


def _query(table: str, places: str, form: Format) -> str:
    shown = ", ".join(f"{_major(name, form)} AS {name}" for name in _MONEY[table])
    own = "functional_currency" if "functional" in _MONEY[table] else "currency"
    placed = f"SELECT *, CASE currency {places} ELSE 2 END AS places, CASE {own} {places} ELSE 2 END AS own_places FROM {table}"  # noqa: S608
    return f"SELECT * EXCLUDE (places, own_places) REPLACE ({shown}) FROM ({placed}) ORDER BY ALL"  # noqa: S608


def _major(name: str, form: Format) -> str:
    places = "own_places" if name == "functional" else "places"
    unit = f"10 ** {places}"
    whole = f"(abs({name}) // ({unit})::BIGINT)::VARCHAR"
    rest = f"lpad((abs({name}) % ({unit})::BIGINT)::VARCHAR, {places}, '0')"
    text = (
        f"CASE WHEN {name} < 0 THEN '-' ELSE '' END || {whole} || CASE WHEN {places} > 0 THEN '.' || {rest} ELSE '' END"
    )
    return f"CAST({text} AS DECIMAL(38, 4))" if form is Format.PARQUET else f"({text})"


def _options(form: Format) -> str:
    return {Format.CSV: "FORMAT csv, HEADER", Format.PARQUET: "FORMAT parquet", Format.JSON: "FORMAT json, ARRAY true"}[
        form
    ]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
