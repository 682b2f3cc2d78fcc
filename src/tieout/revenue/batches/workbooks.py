"""Sheets of an XLSX workbook as text rows, read piece by piece, so that neither size nor an absurd extent costs memory.

Formulas count as their stored values. Numbers that a CSV reader could take for grouped thousands get one more zero. Refuses
document types, so that no entity is ever expanded, and parts that a person's workbook does not have in such a size.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from lxml import etree

from tieout.revenue.batches.errors import UnreadableUpload, UploadTooLarge

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
_PIECE = 1 << 16
MOST_STRINGS, MOST_SETTINGS = 512 * 1024**2, 64 * 1024**2
"""Bytes of the parts that are held in memory: shared strings; names of sheets and formats."""
_DIGITS = "0123456789"


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
            book, relations = _tree(archive, "xl/workbook.xml"), _tree(archive, "xl/_rels/workbook.xml.rels")
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
                yield from _Reader(self).rows(content)
        except (expat.ExpatError, ValueError, IndexError, KeyError, zipfile.BadZipFile) as error:
            raise UnreadableUpload(f"The sheet {part} is damaged: {error}") from None

    def _strings(self, archive: zipfile.ZipFile) -> Iterator[str]:
        with suppress(KeyError):
            _bounded(archive, "xl/sharedStrings.xml", MOST_STRINGS)
            with archive.open("xl/sharedStrings.xml") as content:
                yield from _Texts().strings(content)

    def _dated(self, archive: zipfile.ZipFile) -> frozenset[str]:
        """Numbers of the cell styles that show days."""
        with suppress(KeyError):
            styles = _tree(archive, "xl/styles.xml")
            own = {
                int(str(each.get("numFmtId"))): str(each.get("formatCode")) for each in styles.iter(f"{_MAIN}numFmt")
            }
            days = _DATED | {at for at, code in own.items() if re.search("[dmy]", _QUOTED.sub("", code.lower()))}
            used = styles.find(f"{_MAIN}cellXfs")
            formats = [int(each.get("numFmtId") or 0) for each in (used if used is not None else ())]
            return frozenset(str(at) for at, number in enumerate(formats) if number in days)
        return frozenset()


class _Texts:
    """Reads elements that hold text, such as shared strings; readings beside the characters (`rPh`) are left out."""

    whole = "si"
    """The element whose text is wanted."""
    bearing = frozenset({"t"})

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = _no_document_type
        self.text: list[str] = []
        self.found: list[Any] = []

    def strings(self, content: IO[bytes]) -> Iterator[Any]:
        """What was found, while the content is read piece by piece."""
        while piece := content.read(_PIECE):
            self.parser.Parse(piece)
            yield from self.found
            self.found.clear()
        self.parser.Parse(b"", True)
        yield from self.found

    def start(self, name: str, _: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == self.whole:
            self.text.clear()
        elif name in self.bearing:
            self.parser.CharacterDataHandler = self.text.append
        elif name == "rPh":
            self.bearing = frozenset()

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        self.parser.CharacterDataHandler = None
        if name == self.whole:
            self.found.append("".join(self.text))
        elif name == "rPh":
            self.bearing = type(self).bearing


class _Reader(_Texts):
    """Reads the rows of one worksheet."""

    whole = "c"
    bearing = frozenset({"t", "v"})

    def __init__(self, book: _Workbook) -> None:
        super().__init__()
        self.book = book
        self.columns: dict[str, int] = {}
        self.days: dict[str, str] = {}
        self.number, self.cells = 0, list[str]()
        self.cell: dict[str, str] = {}

    def rows(self, content: IO[bytes]) -> Iterator[tuple[int, Sequence[str]]]:
        """Rows with a filled cell, each with its number."""
        return self.strings(content)

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self.cell, self.text = given, []
        elif name == "v" or (name == "t" and self.bearing):
            self.parser.CharacterDataHandler = self.text.append
        elif name == "row":
            self.number, self.cells = int(given.get("r") or self.number + 1), []
        elif name == "rPh":
            self.bearing = frozenset()
        elif ":" in name:
            self.start(name.rpartition(":")[2], given)

    def end(self, name: str) -> None:
        self.parser.CharacterDataHandler = None
        if name == "c":
            if self.text:
                self.place("".join(self.text))
        elif name == "row":
            if any(self.cells):
                self.found.append((self.number, self.cells))
        elif name == "rPh":
            self.bearing = type(self).bearing
        elif ":" in name:
            self.end(name.rpartition(":")[2])

    def place(self, value: str) -> None:
        """Put the value of the cell that was read at its column."""
        where, cells = self.cell.get("r"), self.cells
        at = self.column(where) if where else len(cells)
        if at >= MOST_COLUMNS:
            raise ValueError(f"cell {where} lies beyond {MOST_COLUMNS} columns")
        if at >= len(cells):
            cells.extend([""] * (at - len(cells) + 1))
        cells[at] = self.said(value)

    def column(self, where: str) -> int:
        """The number of a cell's column, from 0: `C7` is 2."""
        letters = where.rstrip(_DIGITS)
        at = self.columns.get(letters)
        if at is None:
            at = 0
            for letter in letters:
                at = at * 26 + ord(letter) - 64
            at = self.columns[letters] = at - 1
        return at

    def said(self, value: str) -> str:
        """What a person would write for the stored value."""
        kind = self.cell.get("t", "n")
        if kind == "s":
            return self.book.strings[int(value)]
        if kind == "b":
            return "true" if value == "1" else "false"
        if kind != "n":
            return value
        if self.cell.get("s", "0") in self.book.dated:
            return self.day(value)
        return value if value.isdigit() and len(value) < 16 else number_text(float(value))

    def day(self, value: str) -> str:
        """A day, most of which come again and again."""
        if value not in self.days:
            serial = float(value)
            dated = 0 <= serial < _LAST_SERIAL
            self.days[value] = day_text(serial, self.book.epoch) if dated else number_text(serial)
        return self.days[value]


def _no_document_type(*_: Any) -> None:
    raise ValueError("it declares a document type")


def _bounded(archive: zipfile.ZipFile, part: str, most: int) -> None:
    if (size := archive.getinfo(part).file_size) > most:
        raise UploadTooLarge(
            f"The workbook's part {part} has {size:,} bytes; {most:,} are allowed.", size=size, most=most
        )


def _tree(archive: zipfile.ZipFile, part: str) -> Any:
    _bounded(archive, part, MOST_SETTINGS)
    return etree.fromstring(archive.read(part), etree.XMLParser(**_SAFE))
