"""The row of a delivered file as it stood there: headings and cells, before anything was understood.

Reads the exact bytes that the batch keeps. Answers with nothing where that would take long, or where the file says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from tieout.kernel.errors import NotFound
from tieout.revenue.batches import queries
from tieout.revenue.batches.errors import UnreadableUpload, UploadTooLarge
from tieout.revenue.batches.sources import Sheet, open_file
from tieout.revenue.models import Batch

MOST_BYTES = 16 * 1024**2
"""Larger files are downloaded rather than searched while a page waits."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A row of a sheet: cells by heading, in the order of the sheet."""

    sheet: str
    number: int
    cells: Sequence[tuple[str, str]]


def delivered(batch: Batch, key: Sequence[str], number: int) -> Delivered | None:
    """Row `number` (as spreadsheets count) of the sheet in which it holds every part of `key`; None when there is none."""
    if not number or not batch.file_sha256 or batch.file_size > MOST_BYTES:
        return None
    encoding = batch.matching.get("choices", {}).get("encoding", "")
    try:
        sheets = open_file(queries.original(batch), batch.file_name, encoding)
        found = (_row(sheet, number) for sheet in sheets)
        return next((each for each in found if each and _holds(each, key)), None)
    except (UnreadableUpload, UploadTooLarge, NotFound):
        return None


def _row(sheet: Sheet, number: int) -> Delivered | None:
    headings: Sequence[str] = ()
    for at, cells in takewhile(lambda each: each[0] <= number, sheet.rows()):
        if not headings and any(cells):
            headings = cells
        if at == number:
            named = [*headings, *("" for _ in cells[len(headings) :])]
            return Delivered(sheet.name, number, list(zip(named, cells, strict=False)))
    return None


def _holds(row: Delivered, key: Sequence[str]) -> bool:
    cells = {cell.strip() for _, cell in row.cells}
    return all(part in cells for part in key if part)
