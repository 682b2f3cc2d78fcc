"""Engine rows as an import file: a zip of CSV files in the same form that a person exports, edits and imports."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tieout.database.files import Stored
from tieout.recognition.tables import INPUTS
from tieout.revenue.batches import writing
from tieout.revenue.batches.book import Book, fetch, open_book
from tieout.revenue.batches.entering import take_rows
from tieout.revenue.batches.layout import slots
from tieout.revenue.batches.raw import prepare
from tieout.revenue.store import store

Rows = Iterable[Mapping[str, Any]]


def write_delivery(environment_id: int | None, tables: Mapping[str, Rows]) -> Stored:
    """Store a zip with one CSV file per table of rows of engine values; columns are those of each table's first row."""
    with open_book() as book:
        prepare(book)
        writing.functions(book)
        columns = {table: taken for table, rows in tables.items() if (taken := _take(book, table, rows))}
        _currencies(book, environment_id, columns)
        made = {f"{writing.sheet_name(table)}.csv": _csv(book, table, names) for table, names in columns.items()}
        return store().put_file(pack(book.file("delivery.zip"), made))


def pack(target: Path, members: Mapping[str, Path]) -> Path:
    """A zip of files under these names; the same content gives the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in members.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as content, archive.open(entry, "w", force_zip64=True) as out:
                while chunk := content.read(1 << 20):
                    out.write(chunk)
    return target


def _take(book: Book, table: str, rows: Rows) -> list[str]:
    every = iter(rows)
    first = next(every, None)
    if first is None:
        return []
    columns = [name for name in INPUTS[table] if name in first]
    take_rows(book, table, columns, itertools.chain([first], every))
    return columns


def _currencies(book: Book, environment_id: int | None, tables: Iterable[str]) -> None:
    named = [
        f"SELECT contract_id FROM given_{table}"  # noqa: S608
        for table in tables
        if "contract_id" in INPUTS[table]
    ]
    wanted = " UNION ".join(named) or "SELECT NULL::VARCHAR AS contract_id WHERE false"
    fetch(book, environment_id, "contract", ("contract_id",), wanted)
    own = ["given_contract"] if "contract" in book.given() else []
    writing.currencies(book, ["current_contract", *own])


def _csv(book: Book, table: str, columns: Sequence[str]) -> Path:
    path = book.file(f"{table}.csv")
    wanted = [slot for slot in slots(table, []) if slot.stored in columns]
    query = writing.written(wanted, f"given_{table}", writing.places(table))
    book.run(f"COPY ({query}) TO '{path}' (HEADER, DELIMITER ',')")
    return path
