"""A batch's file given back as a workbook in which each cell with a problem is marked and its row says what to do."""

from __future__ import annotations

import csv
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import xlsxwriter

from tieout.revenue.batches import queries
from tieout.revenue.batches.raw import headings_of
from tieout.revenue.batches.sources import Sheet, open_file
from tieout.revenue.batches.vocabulary import REMARKS
from tieout.revenue.batches.workbook_out import MOST_ROWS, OPTIONS
from tieout.revenue.models import Batch

MOST_PROBLEMS = 100_000
Told = dict[int, list[tuple[str, str]]]
"""Row → columns with what is wrong in them."""


def write_marked(batch: Batch) -> Path:
    """The workbook in a temporary file, which the caller removes. Raises what opening the original file raises."""
    problems = _problems(batch)
    places = {
        sheet["name"]: {each["column"] or each["heading"]: at for at, each in enumerate(sheet["columns"])}
        for sheet in batch.matching.get("sheets", ())
    }
    with tempfile.NamedTemporaryFile(prefix="tieout-marked-", suffix=".xlsx", delete=False) as made:
        target = Path(made.name)
    with xlsxwriter.Workbook(str(target), OPTIONS) as book:
        wrong = book.add_format({"bg_color": "#F8D0D0"})
        encoding = batch.matching.get("choices", {}).get("encoding", "")
        for sheet in open_file(queries.original(batch), batch.file_name, encoding):
            _sheet(
                book.add_worksheet(_title(sheet.name)), sheet, problems[sheet.name], places.get(sheet.name, {}), wrong
            )
    return target


def _problems(batch: Batch) -> dict[str, Told]:
    found: dict[str, Told] = defaultdict(lambda: defaultdict(list))
    with queries.problems(batch).open(encoding="utf-8", newline="") as content:
        for number, each in enumerate(csv.DictReader(content)):
            if number == MOST_PROBLEMS:
                break
            found[each["sheet"]][int(each["row"] or 1)].append((each["column"], f"{each['cause']}. {each['remedy']}"))
    return found


def _sheet(page: Any, sheet: Sheet, told: Told, places: dict[str, int], wrong: Any) -> None:
    """Copy the rows; what is to be mended stands in a column of its own, which an import passes over."""
    width = 0
    for number, row in sheet.rows():
        if number > MOST_ROWS:
            return
        if not width and (headings := headings_of(row)):
            width = len(headings)
            page.write_string(number - 1, width, REMARKS, wrong)
        faults = told.get(number, [])
        marked = {places[column] for column, _ in faults if column in places}
        for at, cell in enumerate(row):
            if cell or at in marked:
                page.write_string(number - 1, at, cell, wrong if at in marked else None)
        if faults:
            said = " · ".join(f"{column}: {text}" if column else text for column, text in faults)
            page.write_string(number - 1, max(width, len(row)), said[:32_000], wrong)


def _title(name: str) -> str:
    """A sheet's name as workbooks allow it."""
    return "".join("_" if each in "[]:*?/\\" else each for each in name)[:31] or "Sheet"
