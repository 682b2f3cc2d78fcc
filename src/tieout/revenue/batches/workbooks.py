"""Sheets of an XLSX workbook as text rows, read cell by cell, so that neither size nor an absurd extent costs memory.

Formulas count as their stored values. Numbers that a CSV reader could take for grouped thousands get one more zero.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from tieout.revenue.batches.errors import UnreadableUpload

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DATED = {14, 15, 16, 17, 22, *range(27, 37), *range(45, 48), *range(50, 59)}
"""Built-in number formats that show days. ECMA-376 part 1, 18.8.30."""
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_AMBIGUOUS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a sheet's days have no zone
MOST_COLUMNS = 500
_LAST_SERIAL = 2_958_466
_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "huge_tree": False}


@dataclass(frozen=True, slots=True)
class Worksheet:
    """One visible sheet."""

    name: str
    rows: Callable[[], Iterator[tuple[int, Sequence[str]]]]


def workbook_sheets(path: Path) -> list[Worksheet]:
    """The worksheets of a workbook, in its order. Raises UnreadableUpload."""
    try:
        return list(_Workbook(path).sheets())
    except (etree.XMLSyntaxError, KeyError, zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnreadableUpload(f"The workbook is damaged: {error}") from None


def number_text(value: float) -> str:
    """A number with a point and without groups; fifteen digits are all that a spreadsheet knows."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    said = format(value, ".15g")
    if "e" in said:
        said = format(value, ".9f").rstrip("0").rstrip(".")
    return f"{said}0" if _AMBIGUOUS.fullmatch(said) else said


def day_text(serial: float, epoch: datetime) -> str:
    """A sheet's number of days as YYYY-MM-DD, with the time of day when there is one."""
    at = epoch + timedelta(seconds=round(serial * 86_400))
    return at.date().isoformat() if at.time() == time() else at.isoformat(" ", "minutes")


class _Workbook:
    """A workbook that is never held whole: shared strings and formats once, then one row after the other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with zipfile.ZipFile(path) as archive:
            self.strings = list(self._strings(archive))
            self.dated = self._dated(archive)
            book = etree.fromstring(archive.read("xl/workbook.xml"), _parser())
            relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), _parser())
        shown = book.find(f"{_MAIN}workbookPr")
        self.epoch = _EPOCH_1904 if shown is not None and shown.get("date1904") in ("1", "true") else _EPOCH
        targets = {each.get("Id"): str(each.get("Target")) for each in relations}
        self.parts = [(str(each.get("name")), targets[each.get(_REL)]) for each in book.iter(f"{_MAIN}sheet")]

    def sheets(self) -> Iterator[Worksheet]:
        """Each worksheet with a reader of its rows."""
        for name, target in self.parts:
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            yield Worksheet(name, lambda part=part: self._rows(part))

    def _rows(self, part: str) -> Iterator[tuple[int, Sequence[str]]]:
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(part) as content:
                number = 0
                for _, row in etree.iterparse(content, tag=f"{_MAIN}row", **_SAFE):
                    number = int(row.get("r") or number + 1)
                    cells = self._cells(row)
                    _forget(row)
                    if any(cells):
                        yield number, cells
        except (etree.XMLSyntaxError, ValueError, IndexError, KeyError, zipfile.BadZipFile) as error:
            raise UnreadableUpload(f"The sheet {part} is damaged: {error}") from None

    def _cells(self, row: Any) -> list[str]:
        found: list[str] = []
        for cell in row:
            place = cell.get("r")
            at = _column(place) if place else len(found)
            if at >= MOST_COLUMNS:
                if self._text(cell):
                    raise ValueError(f"cell {place} lies beyond {MOST_COLUMNS} columns")
                continue
            if at > len(found):
                found.extend([""] * (at - len(found)))
            found.append(self._text(cell))
        return found

    def _text(self, cell: Any) -> str:
        kind = cell.get("t")
        if kind == "inlineStr":
            return "".join(cell.itertext(f"{_MAIN}t"))
        value = cell.findtext(f"{_MAIN}v")
        if value is None:
            return ""
        if kind == "s":
            return self.strings[int(value)]
        if kind == "b":
            return "true" if value == "1" else "false"
        if kind in ("str", "e", "d"):
            return str(value)
        if int(cell.get("s") or 0) in self.dated and 0 <= float(value) < _LAST_SERIAL:
            return day_text(float(value), self.epoch)
        return number_text(float(value))

    def _strings(self, archive: zipfile.ZipFile) -> Iterator[str]:
        with suppress(KeyError), archive.open("xl/sharedStrings.xml") as content:
            for _, each in etree.iterparse(content, tag=f"{_MAIN}si", **_SAFE):
                yield "".join(each.itertext(f"{_MAIN}t"))
                _forget(each)

    def _dated(self, archive: zipfile.ZipFile) -> frozenset[int]:
        """Numbers of the cell styles that show days."""
        with suppress(KeyError):
            styles = etree.fromstring(archive.read("xl/styles.xml"), _parser())
            own = {
                int(str(each.get("numFmtId"))): str(each.get("formatCode")) for each in styles.iter(f"{_MAIN}numFmt")
            }
            days = _DATED | {at for at, code in own.items() if re.search("[dmy]", _QUOTED.sub("", code.lower()))}
            used = styles.find(f"{_MAIN}cellXfs")
            formats = [int(each.get("numFmtId") or 0) for each in (used if used is not None else ())]
            return frozenset(at for at, number in enumerate(formats) if number in days)
        return frozenset()


def _parser() -> etree.XMLParser:
    return etree.XMLParser(**_SAFE)


def _forget(element: Any) -> None:
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _column(place: str) -> int:
    """The number of a cell's column, from 0: `C7` is 2."""
    number = 0
    for letter in place:
        if letter.isdigit():
            break
        number = number * 26 + ord(letter) - 64
    return number - 1
