"""Sheets into the staging book as raw text: the headings found, cells cleaned, every row with its number.

Nothing is interpreted. Cells beside the headings and headings given twice are problems of the sheet.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.kernel.currency import EXPONENTS
from tieout.revenue.batches.book import Book
from tieout.revenue.batches.sources import Row, Sheet

EVERY = 50_000
"""Rows after which progress is told."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff\u2028\u2029]+")
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Raw:
    """One sheet in the book: table `raw` with `row` and one text column `c0`, `c1`… per heading."""

    name: str
    raw: str
    headings: tuple[str, ...]
    rows: int
    samples: tuple[str, ...]
    """The first value under each heading."""


def spill(book: Book, number: int, sheet: Sheet, tell: Tell) -> Raw | None:
    """Write a sheet into the book; None when it holds no table."""
    rows = sheet.rows()
    headings = _headings(rows)
    if not headings:
        return None
    path = book.file(f"sheet{number}.csv")
    with path.open("w", encoding="utf-8", newline="") as out:
        beside, count, samples = _write(csv.writer(out), rows, len(headings), tell)
    name = f"raw{number}"
    types = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(len(headings)))
    book.run(
        f"CREATE TABLE {name} AS SELECT * FROM read_csv('{path}', header = false, auto_detect = false, delim = ',',"  # noqa: S608
        f" quote = '\"', escape = '\"', nullstr = '', max_line_size = 20000000, columns = {{'row': 'BIGINT', {types}}})"
    )
    path.unlink()
    for row, text in beside:
        _note(
            book,
            sheet.name,
            row,
            text,
            "the cell stands beside the headings",
            "Give its column a heading, or clear it.",
        )
    for heading in sorted({each for each in headings if each and headings.count(each) > 1}):
        _note(book, sheet.name, None, heading, "the heading is given twice", "Rename or remove one of the columns.")
    return Raw(sheet.name, name, tuple(headings), count, samples)


def prepare(book: Book) -> None:
    """The decimals of every currency, for amounts."""
    book.run("CREATE TABLE exponent (currency VARCHAR, places INTEGER)")
    book.run(f"INSERT INTO exponent VALUES {', '.join(map(str, EXPONENTS.items()))}")  # noqa: S608


def clean(cell: str) -> str:
    """A cell without spaces around it and control characters in it, its accents composed."""
    cell = cell.strip()
    if not cell.isprintable():
        cell = _CONTROL.sub(" ", cell).strip()
    return cell if cell.isascii() else unicodedata.normalize("NFC", cell)


def headings_of(row: Row) -> list[str]:
    """The headings, if the row has two filled cells or more; else it is a title, and none."""
    cells = [clean(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells if sum(map(bool, cells)) >= 2 or (len(cells) == 1 and "_" in cells[0]) else []


def _headings(rows: Iterator[tuple[int, Row]]) -> list[str]:
    return next((found for _, row in rows if (found := headings_of(row))), [])


def _write(
    out: Any, rows: Iterator[tuple[int, Row]], width: int, tell: Tell
) -> tuple[list[tuple[int, str]], int, tuple[str, ...]]:
    """Write cleaned rows; returns cells beside the headings, how many rows there are, and the first values."""
    beside: list[tuple[int, str]] = []
    samples = [""] * width
    blanks, count = [""] * width, 0
    for number, row in rows:
        cells = [clean(cell) if cell else "" for cell in row]
        if not any(cells):
            continue
        count += 1
        if len(cells) > width:
            beside.extend((number, cell) for cell in cells[width:] if cell and len(beside) < 100)
        cells = (cells + blanks)[:width]
        if count <= 20:
            samples = [kept or cell for kept, cell in zip(samples, cells, strict=True)]
        out.writerow([number, *cells])
        if count % EVERY == 0:
            tell(EVERY)
    tell(count % EVERY)
    return beside, count, tuple(samples)


def _note(book: Book, sheet: str, row: int | None, value: str, cause: str, remedy: str) -> None:
    values: Sequence[object] = ("error", "", sheet, row, "", value[:200], cause, remedy, "sheet")
    book.run("INSERT INTO problem VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", *values)
