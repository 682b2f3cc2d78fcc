"""Input files as text tables: CSV, Parquet, and each sheet of an XLSX workbook, named after the input tables.

Nothing is interpreted here: every cell becomes text, with its row as a person counts it (the header is row 1).
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from tieout.recognition.errors import UnreadableFile
from tieout.recognition.tables import INPUTS

_TABLES = {name: table for table in INPUTS for name in (table, f"{table}s")}
_SCAN = {
    ".csv": "read_csv(?, all_varchar = true, header = true, strict_mode = true, null_padding = false)",
    ".parquet": "read_parquet(?)",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One file, or one sheet, that was read as text into `raw`."""

    table: str
    said: str
    raw: str
    columns: tuple[str, ...]


def read(book: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> list[Source]:
    """Read every file. Raises UnreadableFile with the file's name and the cause."""
    found: list[Source] = []
    for path in paths:
        found.extend(_read_one(book, path, len(found)))
    return found


def _read_one(book: duckdb.DuckDBPyConnection, path: Path, number: int) -> Iterator[Source]:
    kind = path.suffix.lower()
    if not path.is_file():
        raise UnreadableFile(f"{path.name}: there is no such file", file=path.name)
    if kind == ".xlsx":
        yield from _sheets(book, path, number)
    elif kind in _SCAN:
        yield _scan(book, path, kind, _table_of(path.stem, path.name), path.name, number)
    else:
        raise UnreadableFile(f"{path.name}: files of kind '{kind}' are not read", file=path.name)


def table_of(name: str) -> str | None:
    """The input table that a file or sheet is named after."""
    return _TABLES.get(name.strip().lower())


def _table_of(name: str, said: str) -> str:
    table = table_of(name)
    if table is None:
        raise UnreadableFile(f"{said}: '{name}' is none of the tables {', '.join(INPUTS)}", file=said)
    return table


def _scan(book: duckdb.DuckDBPyConnection, path: Path, kind: str, table: str, said: str, number: int) -> Source:
    raw = f"raw_{number}"
    try:
        book.execute("SET preserve_insertion_order = true")
        columns = [row[0] for row in book.execute(f"DESCRIBE FROM {_SCAN[kind]}", [str(path)]).fetchall()]
        text = ", ".join(f'trim("{name}"::VARCHAR) AS "{name.strip().lower()}"' for name in columns)
        book.execute(
            f'CREATE TABLE {raw} AS SELECT row_number() OVER () + 1 AS "row", {text} FROM {_SCAN[kind]}',  # noqa: S608
            [str(path)],
        )
    except duckdb.Error as error:
        cause = str(error).splitlines()[0]
        raise UnreadableFile(f"{said}: {cause}", file=said) from None
    finally:
        book.execute("SET preserve_insertion_order = false")
    return Source(table, said, raw, tuple(name.strip().lower() for name in columns))


def _sheets(book: duckdb.DuckDBPyConnection, path: Path, number: int) -> Iterator[Source]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = [
            (name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in workbook.sheet_names
        ]
    except (CalamineError, OSError) as error:
        raise UnreadableFile(f"{path.name}: {error}", file=path.name) from None
    with tempfile.TemporaryDirectory() as folder:
        for place, (name, cells) in enumerate(sheets):
            said = f"{path.name}, sheet {name}"
            table = _table_of(name, said)
            copy = Path(folder) / f"{place}.csv"
            with copy.open("w", encoding="utf-8", newline="") as handle:
                csv.writer(handle).writerows([_text(cell) for cell in row] for row in cells)
            yield _scan(book, copy, ".csv", table, said, number + place)


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(cell)
