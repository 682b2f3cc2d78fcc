"""A delivered file as sheets of text rows, read with little memory and much suspicion.

XLSX workbooks, zips of CSV files and single CSV files. Refuses archives that unpack to too much, are encrypted or nested,
encodings that would have to be guessed, and what is no table. Names inside an archive are never used as paths.
"""

from __future__ import annotations

import csv
import io
import itertools
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tieout.revenue.batches.errors import UnreadableUpload, UploadTooLarge
from tieout.revenue.batches.workbooks import MOST_COLUMNS, workbook_sheets

MOST_MEMBERS = 200
MOST_UNPACKED = 4 * 1024**3
MOST_RATIO = 300
"""Real tables compress some ten to fifty times; what compresses better than this was made to harm."""
RATIO_COUNTS_FROM = 20 * 1024**2
MOST_CELL = 32_767
ENCODINGS = ("utf-8", "utf-16", "windows-1252", "iso-8859-15", "windows-1251", "shift_jis", "gb18030")
"""Encodings that a person may declare."""
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SAMPLE = 65_536

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, and its rows from the first on, each with its number as a person counts it."""

    name: str
    rows: Callable[[], Iterator[tuple[int, Row]]]


def open_file(path: Path, name: str, encoding: str = "") -> list[Sheet]:
    """The sheets of a file. Raises UnreadableUpload, UploadTooLarge; rows may raise them as well while they are read."""
    with path.open("rb") as content:
        head = content.read(8)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _archive(path, encoding)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        remedy = "Save it as an XLSX workbook without a password."
        raise UnreadableUpload("This is an old or a protected Excel workbook.", remedy=remedy)
    return [Sheet(Path(name).stem, lambda: _csv(lambda: path.open("rb"), name, encoding))]


def _archive(path: Path, encoding: str) -> list[Sheet]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            _refuse(members)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableUpload(f"The archive is damaged: {error}") from None
    names = {each.filename for each in members}
    if "[Content_Types].xml" in names:
        if "xl/workbook.xml" not in names:
            raise UnreadableUpload("This is an office document, but no workbook.")
        return [Sheet(sheet.name, sheet.rows) for sheet in workbook_sheets(path)]
    return _members(path, members, encoding)


def _refuse(members: Sequence[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(each.file_size for each in members), sum(each.compress_size for each in members)
    if len(members) > MOST_MEMBERS:
        raise UploadTooLarge(f"The archive holds {len(members):,} files; {MOST_MEMBERS} are allowed.")
    if unpacked > MOST_UNPACKED or (unpacked > RATIO_COUNTS_FROM and unpacked > MOST_RATIO * max(packed, 1)):
        raise UploadTooLarge(f"The archive of {packed:,} bytes unpacks to {unpacked:,}.")
    if any(each.flag_bits & 1 for each in members):
        raise UnreadableUpload("The archive is encrypted.", remedy="Pack it again without a password.")


def _members(path: Path, members: Sequence[zipfile.ZipInfo], encoding: str) -> list[Sheet]:
    found = []
    for member in members:
        base = member.filename.replace("\\", "/").rsplit("/", 1)[-1]
        if base.startswith(".") or member.filename.startswith("__MACOSX/") or base.lower().endswith((".txt", ".md")):
            continue
        if not base.lower().endswith((".csv", ".tsv")):
            raise UnreadableUpload(f"The archive holds '{base[:100]}', which is no CSV file.")
        found.append(Sheet(base.rsplit(".", 1)[0], _member_rows(path, member, base, encoding)))
    if not found:
        raise UnreadableUpload("The archive holds no CSV file.")
    return found


def _member_rows(
    path: Path, member: zipfile.ZipInfo, base: str, encoding: str
) -> Callable[[], Iterator[tuple[int, Row]]]:
    def opened() -> IO[bytes]:
        return zipfile.ZipFile(path).open(member)

    return lambda: _csv(opened, base, encoding)


def _csv(opened: Callable[[], IO[bytes]], name: str, encoding: str) -> Iterator[tuple[int, Row]]:
    used = _encoding(opened, name, encoding)
    with opened() as raw, io.TextIOWrapper(raw, encoding=used, newline="") as text:
        try:
            sample = text.read(_SAMPLE)
            lines: Iterable[str] = itertools.chain(sample.splitlines(keepends=True)[:-1], _resumed(sample, text))
            reader = csv.reader(lines, delimiter=_delimiter(sample), strict=True)
            yield from _counted(reader, name)
        except csv.Error as error:
            raise UnreadableUpload(f"{name}, line {reader.line_num}: {error}.") from None
        except (UnicodeError, zipfile.BadZipFile, EOFError) as error:
            raise UnreadableUpload(f"{name} cannot be read as {used}: {error}") from None


def _resumed(sample: str, text: IO[str]) -> Iterator[str]:
    """What follows the last whole line of the sample."""
    begun = (sample.splitlines(keepends=True) or [""])[-1]
    yield begun + text.readline()
    yield from text


def _counted(reader: Iterable[list[str]], name: str) -> Iterator[tuple[int, Row]]:
    for number, row in enumerate(reader, 1):
        if len(row) > MOST_COLUMNS or any(len(cell) > MOST_CELL for cell in row):
            raise UnreadableUpload(f"{name}, row {number} is no row of a table: too many or too long cells.")
        if any(row):
            yield number, row


def _encoding(opened: Callable[[], IO[bytes]], name: str, declared: str) -> str:
    with opened() as raw:
        head = raw.read(4)
        for mark, encoding in _BOMS:
            if head.startswith(mark):
                return encoding
        if declared:
            return declared
        if b"\x00" in head + raw.read(_SAMPLE):
            raise UnreadableUpload(
                f"{name} is no text.", remedy="Save the sheet as CSV UTF-8, or give the XLSX workbook."
            )
    return _proven_utf8(opened, name)


def _proven_utf8(opened: Callable[[], IO[bytes]], name: str) -> str:
    with opened() as raw, io.TextIOWrapper(raw, encoding="utf-8") as text:
        try:
            while text.read(1 << 20):
                pass
        except UnicodeDecodeError as error:
            remedy = "Save it as CSV UTF-8, or say which encoding it has: often Windows-1252."
            byte = error.object[error.start]
            raise UnreadableUpload(f"{name} is not UTF-8: it holds the byte 0x{byte:02X}.", remedy=remedy) from None
        except (zipfile.BadZipFile, EOFError) as error:
            raise UnreadableUpload(f"{name} is damaged: {error}") from None
    return "utf-8"


def _delimiter(sample: str) -> str:
    """The separator that the first line with any of them has most of."""
    line = next((each for each in sample.splitlines() if any(mark in each for mark in ",;\t|")), "")
    bare = "".join(part for at, part in enumerate(line.split('"')) if at % 2 == 0)
    return max(",;\t|", key=bare.count)
