"""Workbooks that we write: the template with choices to pick from, exports, and a file given back with its errors marked.

Numbers and days are cells of their kind, so that people can calculate with them. Texts never become formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from tieout.recognition.tables import Kind
from tieout.revenue.batches.layout import EXAMPLES, Slot, hint
from tieout.revenue.batches.writing import sheet_name

MOST_ROWS = 1_048_575
_NUMBERS = {Kind.MONEY, Kind.MICRO, Kind.RATE, Kind.WHOLE}
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_LISTED = 5000


class Workbook:
    """A workbook being written, sheet by sheet and row by row."""

    def __init__(self, path: Path) -> None:
        self.book = xlsxwriter.Workbook(str(path), OPTIONS)
        self.bold = self.book.add_format({"bold": True, "bg_color": "#E8EEF7", "text_wrap": True, "valign": "top"})
        self.needed = self.book.add_format({"bold": True, "bg_color": "#CFE0F5", "text_wrap": True, "valign": "top"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.wrong = self.book.add_format({"bg_color": "#F8D0D0"})
        self.wrap = self.book.add_format({"text_wrap": True, "valign": "top"})

    def close(self) -> None:
        """Write it to its path."""
        self.book.close()

    def explain(self, sheets: Mapping[str, Sequence[Slot]]) -> None:
        """The sheet that says how to fill in the others."""
        sheet = self.book.add_worksheet("Read me")
        sheet.set_column(0, 1, 24)
        sheet.set_column(2, 2, 10)
        sheet.set_column(3, 3, 90)
        sheet.write_row(0, 0, ["Sheet", "Column", "Needed", "What to write"], self.bold)
        row = 1
        for kind, slots in sheets.items():
            for slot in slots:
                told = [sheet_name(kind), slot.heading, "yes" if slot.required else "", hint(slot)]
                for at, text in enumerate(told):
                    sheet.write_string(row, at, text, self.wrap)
                row += 1

    def examples(self, sheets: Mapping[str, Sequence[Slot]]) -> None:
        """A sheet with example rows; it is passed over when the file is imported."""
        sheet = self.book.add_worksheet("Examples")
        row = 0
        for kind, rows in EXAMPLES.items():
            shown = [slot for slot in sheets[kind] if any(slot.name in each for each in rows)]
            sheet.write_row(row, 0, [sheet_name(kind), *(slot.heading for slot in shown)], self.bold)
            for at, each in enumerate(rows, row + 1):
                sheet.write_row(at, 1, [each.get(slot.name, "") for slot in shown])
            row += len(rows) + 2

    def lists(self, known: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """The sheet of what can be picked; returns the range by column name."""
        sheet = self.book.add_worksheet("Lists")
        ranges: dict[str, str] = {}
        depth = max((len(values) for values in known.values()), default=0)
        names = list(known)
        sheet.write_row(0, 0, names, self.bold)
        for row in range(min(depth, _LISTED)):
            for at, name in enumerate(names):
                if row < len(known[name]):
                    sheet.write_string(row + 1, at, known[name][row])
        for at, name in enumerate(names):
            if known[name]:
                letter = chr(ord("A") + at)
                ranges[name] = f"=Lists!${letter}$2:${letter}${min(len(known[name]), _LISTED) + 1}"
        return ranges

    def table(self, kind: str, slots: Sequence[Slot], rows: Iterable[Sequence[Any]], ranges: Mapping[str, str]) -> None:
        """The sheet of a kind, and more of them when one is full; values are text as `writing` makes it."""
        sheet, number, row = self._sheet(kind, slots, ranges, 1), 1, 0
        for values in rows:
            if row == MOST_ROWS:
                number, row = number + 1, 0
                sheet = self._sheet(kind, slots, ranges, number)
            row += 1
            for at, (slot, value) in enumerate(zip(slots, values, strict=True)):
                if value:
                    self._cell(sheet, row, at, slot, value)

    def _sheet(self, kind: str, slots: Sequence[Slot], ranges: Mapping[str, str], number: int) -> Any:
        sheet = self.book.add_worksheet(sheet_name(kind) + (f" {number}" if number > 1 else ""))
        sheet.freeze_panes(1, 0)
        for at, slot in enumerate(slots):
            sheet.set_column(at, at, max(12, len(slot.heading) + 2))
            source = list(slot.column.choices) if slot.column and slot.column.choices else ranges.get(slot.stored)
            if source and slot.column:
                told = {"validate": "list", "source": source, "error_type": "warning", "ignore_blank": True}
                sheet.data_validation(1, at, MOST_ROWS, at, told)
        for at, slot in enumerate(slots):
            sheet.write_string(0, at, slot.heading, self.needed if slot.required else self.bold)
        return sheet

    def _cell(self, sheet: Any, row: int, at: int, slot: Slot, value: str) -> None:
        kind = slot.column.kind if slot.column else Kind.TEXT
        if kind is Kind.DATE:
            sheet.write_datetime(row, at, date.fromisoformat(value), self.day)
        elif kind in _NUMBERS and sum(each.isdigit() for each in value) <= 15:
            sheet.write_number(row, at, float(value))
        else:
            sheet.write_string(row, at, value)
