"""The close package as a workbook: a sheet of facts, then one sheet for each section, with amounts as numbers.

Text is never read as a formula. The same contents give the same bytes: no moment of writing is kept.
"""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

import xlsxwriter

from tieout.close.package.contents import Cell, Contents, Section, said
from tieout.kernel.currency import exponent
from tieout.kernel.money import Money

_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 (a workbook knows no time zone; this one says nothing)
_WIDEST = 60
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(contents: Contents) -> bytes:
    """The bytes of an XLSX file."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        book.set_properties({"title": contents.title, "created": _MADE})
        formats = _Formats(book)
        _cover(book.add_worksheet("Close"), contents, formats)
        for number, section in enumerate(contents.sections, 1):
            _sheet(book.add_worksheet(_name(number, section.title)), section, formats)
    return target.getvalue()


class _Formats:
    def __init__(self, book: Any) -> None:
        self._book = book
        self._amounts: dict[int, Any] = {}
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.heading = book.add_format({"bold": True, "bottom": 1})
        self.label = book.add_format({"bold": True})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.quiet = book.add_format({"italic": True})

    def amount(self, currency: str) -> Any:
        places = exponent(currency)
        if places not in self._amounts:
            shown = "#,##0" + ("." + "0" * places if places else "")
            self._amounts[places] = self._book.add_format({"num_format": f"{shown};[Red]-{shown}"})
        return self._amounts[places]


def _cover(sheet: Any, contents: Contents, formats: _Formats) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, contents.title, formats.title)
    sheet.write_string(1, 0, contents.subtitle)
    facts = [*contents.facts, ("Content SHA-256", contents.digest)]
    for row, (label, text) in enumerate(facts, 3):
        sheet.write_string(row, 0, label, formats.label)
        sheet.write_string(row, 1, text, formats.text)


def _sheet(sheet: Any, section: Section, formats: _Formats) -> None:
    sheet.write_string(0, 0, section.title, formats.title)
    sheet.write_string(1, 0, section.lead if section.rows else section.empty, formats.quiet)
    for place, label in enumerate(section.columns):
        sheet.write_string(3, place, label, formats.heading)
        widths = [len(label), *(len(said(row[place])) for row in section.rows[:500])]
        sheet.set_column(place, place, min(max(widths) + 2, _WIDEST))
    for number, row in enumerate(section.rows, 4):
        for place, cell in enumerate(row):
            _cell(sheet, number, place, cell, formats)
    sheet.freeze_panes(4, 0)


def _cell(sheet: Any, row: int, place: int, cell: Cell, formats: _Formats) -> None:
    if isinstance(cell, Money):
        # A spreadsheet's number: exact as shown up to fifteen digits, which is more than any ledger's balance has.
        sheet.write_number(row, place, float(cell.decimal()), formats.amount(cell.currency))
    elif isinstance(cell, int):
        sheet.write_number(row, place, cell)
    else:
        sheet.write_string(row, place, cell, formats.text)


def _name(number: int, title: str) -> str:
    return f"{number} {re.sub(r'[^A-Za-z0-9 -]', ' ', title)}"[:31]
