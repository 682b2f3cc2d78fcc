"""Reports as files: CSV for programs, XLSX for people, each with its totals, the hashes of its figures, and a seal.

The seal is a signature of this site over the SHA-256 of the report's content, so that a copy can be recognised later. Text is
never read as a formula, and the same report gives the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
import xlsxwriter
from django.utils.crypto import constant_time_compare, salted_hmac

from tieout.kernel.currency import exponent
from tieout.kernel.money import Money
from tieout.reports.answers import Column, Report, Row, Table

_SALT = "tieout.reports.seal"
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 (a workbook knows no time zone; this one says nothing)
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def digest(report: Report) -> str:
    """SHA-256 of everything that the report says, in hexadecimal."""
    content = {"name": report.name, "basis": asdict(report.basis), "tables": [asdict(table) for table in report.tables]}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def seal(sha256: str) -> str:
    """The site's signature of a content's hash."""
    return salted_hmac(_SALT, sha256, algorithm="sha256").hexdigest()


def sealed(sha256: str, signature: str) -> bool:
    """Whether this site made the seal."""
    return constant_time_compare(seal(sha256), signature)


def as_csv(report: Report) -> bytes:
    """Each table with a header, its rows and its totals; after them what it was made from. UTF-8 with a mark for Excel."""
    target = io.StringIO()
    writer = csv.writer(target)
    for table in report.tables:
        writer.writerow([*(column.label for column in table.columns), "Currency"])
        for row in (*table.rows, *_totals(table)):
            writer.writerow([*(_said(row, column) for column in table.columns), row.currency])
        writer.writerow([])
    writer.writerows([label, _harmless(text)] for label, text in facts(report))
    return target.getvalue().encode("utf-8-sig")


def as_xlsx(report: Report) -> bytes:
    """A sheet for each table, and one that says what they were made from."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        book.set_properties({"title": report.title, "created": _MADE})
        formats = _Formats(book)
        for number, table in enumerate(report.tables, 1):
            _sheet(book.add_worksheet(_name(number, table.title)), table, formats)
        _basis(book.add_worksheet("Made from"), report, formats)
    return target.getvalue()


def facts(report: Report) -> Iterator[tuple[str, str]]:
    """What the report was made from, its checks, and its seal."""
    basis, sha256 = report.basis, digest(report)
    yield "Report", report.title
    yield "As of", basis.as_of.isoformat()
    yield "Set of figures", f"{basis.figures}, made {basis.made_at.isoformat(timespec='seconds')}"
    yield "SHA-256 of figures", basis.outputs_hash
    yield "SHA-256 of inputs", basis.inputs_hash
    yield "SHA-256 of rules", basis.rules_hash
    for check in report.checks:
        yield check.label, f"difference {Money(check.difference, check.currency)}"
    yield from (("Note", note) for note in report.notes)
    yield "SHA-256 of content", sha256
    yield "Seal", seal(sha256)


class _Formats:
    def __init__(self, book: Any) -> None:
        self._book = book
        self._amounts: dict[tuple[int, bool], Any] = {}
        self.bold = book.add_format({"bold": True})
        self.heading = book.add_format({"bold": True, "bottom": 1})

    def amount(self, currency: str, *, total: bool) -> Any:
        places = exponent(currency)
        if (places, total) not in self._amounts:
            shown = "#,##0" + ("." + "0" * places if places else "")
            look = {"num_format": f"{shown};[Red]-{shown}"} | ({"bold": True, "top": 1} if total else {})
            self._amounts[places, total] = self._book.add_format(look)
        return self._amounts[places, total]


def _sheet(sheet: Any, table: Table, formats: _Formats) -> None:
    for place, label in enumerate([*(column.label for column in table.columns), "Currency"]):
        sheet.write_string(0, place, label, formats.heading)
        sheet.set_column(place, place, 16)
    totals = _totals(table)
    for number, row in enumerate((*table.rows, *totals), 1):
        total = number > len(table.rows)
        for place, column in enumerate(table.columns):
            _cell(sheet, number, place, row, column, formats, total=total)
        sheet.write_string(number, len(table.columns), row.currency)
    sheet.freeze_panes(1, sum(column.kind == "text" for column in table.columns))


def _cell(sheet: Any, number: int, place: int, row: Row, column: Column, formats: _Formats, *, total: bool) -> None:
    value = row.values.get(column.name)
    if value is None:
        return
    if column.kind == "money":
        # A spreadsheet's number: exact as shown up to fifteen digits, which is more than any ledger's balance has.
        amount = float(Money(value, row.currency).decimal())
        sheet.write_number(number, place, amount, formats.amount(row.currency, total=total))
    elif column.kind == "number":
        sheet.write_number(number, place, value)
    else:
        sheet.write_string(number, place, str(value), formats.bold if total else None)


def _basis(sheet: Any, report: Report, formats: _Formats) -> None:
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 90)
    for number, (label, text) in enumerate(facts(report)):
        sheet.write_string(number, 0, label, formats.bold)
        sheet.write_string(number, 1, text)


def _totals(table: Table) -> list[Row]:
    first = table.columns[0].name
    return [Row(row.currency, {first: "Total", **row.values}) for row in table.totals]


def _said(row: Row, column: Column) -> str:
    value = row.values.get(column.name)
    if value is None:
        return ""
    return Money(value, row.currency).text() if column.kind == "money" else _harmless(str(value))


def _harmless(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _name(number: int, title: str) -> str:
    return f"{number} {re.sub(r'[^A-Za-z0-9 -]', ' ', title)}"[:31]
