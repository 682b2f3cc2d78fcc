"""Import files straight into a book of the engine, with no site behind them: read, matched and checked as every import is.

Besides what an import takes, Parquet files, and tables that a site makes from its periods and postings. Files that are named
after the engine's tables with its own columns take the short way. Refuses what has an error, naming every cell.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import duckdb

from tieout.recognition import dimensions, intake
from tieout.recognition.errors import BadRows, UnreadableFile
from tieout.recognition.files import table_of
from tieout.recognition.tables import INPUTS
from tieout.revenue.batches import checks, comparing
from tieout.revenue.batches.book import Book, open_book
from tieout.revenue.batches.matching import match, plain
from tieout.revenue.batches.raw import Raw, prepare, spill
from tieout.revenue.batches.sources import Row, Sheet, open_file
from tieout.revenue.batches.staging import Used, macros, reading_of, stage
from tieout.revenue.batches.vocabulary import KINDS, PASSED_OVER

OWN = tuple(table for table in INPUTS if table not in KINDS)
"""Tables that no import brings: periods, and what closed ones and the ledger hold."""


def load(book: duckdb.DuckDBPyConnection, paths: Sequence[Path], encoding: str = "") -> dict[str, int]:
    """Fill the input tables from files; rows by table. Raises UnreadableFile, UnreadableUpload, UploadTooLarge and BadRows."""
    counts = _load(book, paths, encoding)
    dimensions.merge(book, {})
    return counts


def _load(book: duckdb.DuckDBPyConnection, paths: Sequence[Path], encoding: str) -> dict[str, int]:
    if all(_in_engine_terms(path) for path in paths):
        return intake.load(book, paths)
    sheets = [sheet for path in paths for sheet in _sheets(path, encoding)]
    sheets = [sheet for sheet in sheets if plain(sheet.name) not in PASSED_OVER]
    counts = _load_by_meaning(book, [sheet for sheet in sheets if table_of(sheet.name) not in OWN])
    with tempfile.TemporaryDirectory(prefix="tieout-compute-") as folder:
        own = [_written(sheet, Path(folder)) for sheet in sheets if table_of(sheet.name) in OWN]
        return counts | (intake.load(book, own) if own else {})


def _in_engine_terms(path: Path) -> bool:
    table = table_of(path.stem)
    if table is None or path.suffix.lower() not in (".csv", ".parquet") or not path.is_file():
        return False
    return {each.strip().lower() for each in _headings(path)} <= {*INPUTS[table], "last_day"}


def _headings(path: Path) -> list[str]:
    if path.suffix.lower() == ".parquet":
        return next((list(row) for _, row in _parquet(path)), [])
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        return next(csv.reader(text), [])


def _sheets(path: Path, encoding: str) -> list[Sheet]:
    if not path.is_file():
        raise UnreadableFile(f"{path.name}: there is no such file", file=path.name)
    if path.suffix.lower() == ".parquet":
        return [Sheet(path.stem, lambda: _parquet(path))]
    return open_file(path, path.name, encoding)


def _parquet(path: Path) -> Iterator[tuple[int, Row]]:
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as reader:
        try:
            yield 1, [each[0] for each in reader.execute("DESCRIBE FROM read_parquet(?)", [str(path)]).fetchall()]
        except duckdb.Error as error:
            raise UnreadableFile(f"{path.name}: {str(error).splitlines()[0]}", file=path.name) from None
        found = reader.execute("SELECT coalesce(COLUMNS(*)::VARCHAR, '') FROM read_parquet(?)", [str(path)])
        rows = chain.from_iterable(iter(lambda: found.fetchmany(10_000), []))
        yield from enumerate(rows, 2)


def _load_by_meaning(book: duckdb.DuckDBPyConnection, sheets: Sequence[Sheet]) -> dict[str, int]:
    with open_book() as staging:
        prepare(staging)
        macros(staging)
        raws = [raw for number, sheet in enumerate(sheets) if (raw := spill(staging, number, sheet, lambda _: None))]
        stage(staging, [_understood(staging, raw) for raw in raws], None)
        comparing.compare(staging, None)
        checks.check(staging, None)
        _refuse(staging)
        return {table: _hand_over(staging, book, table) for table in staging.given()}


def _understood(staging: Book, raw: Raw) -> Used:
    matched = match(raw.name, raw.headings)
    if not matched.kind:
        raise UnreadableFile(f"'{raw.name}' is none of the tables {', '.join((*KINDS, *OWN))}", file=raw.name)
    return Used(raw, matched, reading_of(staging, raw, matched, {}))


def _refuse(staging: Book) -> None:
    faults = staging.rows(
        """SELECT sheet || coalesce(', row ' || "row", '') || ', column ' || column_name || ': '
            || CASE WHEN coalesce(value, '') = '' THEN '' ELSE '''' || value || ''': ' END || cause || '. ' || remedy
        FROM problem WHERE severity = ? ORDER BY sheet, "row", column_name LIMIT ?""",
        checks.ERROR,
        intake.SHOWN,
    )
    if faults:
        said = [str(each) for (each,) in faults]
        raise BadRows("\n".join(said), faults=said)


def _hand_over(staging: Book, book: duckdb.DuckDBPyConnection, table: str) -> int:
    named = ", ".join(f'"{name}"' for name in INPUTS[table])
    passing = staging.file(f"{table}.parquet")
    staging.run(f"COPY (SELECT {named} FROM staged_{table}) TO '{passing}' (FORMAT parquet)")  # noqa: S608
    done = book.execute(f'INSERT INTO "{table}" SELECT {named} FROM read_parquet(?)', [str(passing)]).fetchone()  # noqa: S608
    return int(done[0]) if done else 0


def _written(sheet: Sheet, folder: Path) -> Path:
    path = folder / f"{table_of(sheet.name)}.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(row for _, row in sheet.rows())
    return path
