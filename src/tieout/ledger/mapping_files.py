"""A mapping as a CSV file: written for spreadsheets, read back from whatever spreadsheets make of it. Pure.

Every value that cannot be used becomes a fault with its row, column, cause and remedy; nothing is guessed. The file stands
for the whole mapping: what is not in it is removed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from tieout.ledger.gl_reports.settings import CodeMapping
from tieout.ledger.receipts.settings import MethodMapping
from tieout.revenue.sources.settings import ProductWay

MOST_BYTES = 1_000_000
MOST_ROWS = 5_000
MOST_FAULTS = 200
_DIMENSION = "Dimension "
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run; such cells are written with an apostrophe in front."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the setting's name, its header, other headers that mean it, and the ledger's list of its values."""

    name: str
    title: str
    also: tuple[str, ...] = ()
    listed: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The file of one kind of process. `setting` is where its rows live, `key` what tells them apart."""

    setting: str
    model: type[BaseModel]
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def title(self, name: str) -> str:
        """The header of a setting."""
        return next((column.title for column in self.columns if column.name == name), name)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that cannot be used. `row` counts as spreadsheets do, the header being 1; 0 means the whole file."""

    row: int
    column: str
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row that was understood."""

    number: int
    values: Mapping[str, Any]


@dataclass(slots=True)
class Reading:
    """What a file says, and what is wrong with it."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Change:
    """A row that the file adds, changes or removes; `values` is header to (before, after)."""

    what: Literal["added", "changed", "removed"]
    key: str
    values: Mapping[str, tuple[str, str]]


_PLACE = (
    Column("location", "Location", ("location id",), "location"),
    Column("department", "Department", ("department id", "dept"), "department"),
    Column("class_id", "Class", ("class id",), "class"),
)
_ACCOUNT = Column(
    "account", "Account", ("gl account", "gl account no", "account no", "account number", "income account"), "account"
)
LAYOUTS: Mapping[str, Layout] = {
    "receipts": Layout(
        "methods",
        MethodMapping,
        ("method", "currency", "entity"),
        (
            Column("method", "Method", ("source method", "revio method")),
            Column("currency", "Currency", ("iso currency",)),
            Column("entity", "Entity"),
            Column("treatment", "Treatment", ("goes to",)),
            Column("bank_account", "Bank account", ("bank", "bank account id"), "bank_account"),
            Column(
                "undeposited_account", "Undeposited funds account", ("undeposited", "undeposited account"), "account"
            ),
            Column("payment_method", "Payment method", ("intacct payment method", "paid by")),
            _ACCOUNT,
            Column("account_label", "Account label", ("label",), "account_label"),
            *_PLACE,
            Column("deposit_after", "Deposit after", ("deposit days", "deposit after working days", "lag")),
        ),
    ),
    "gl_reports": Layout(
        "codes",
        CodeMapping,
        ("component", "code"),
        (
            Column("component", "Component", ("part", "type")),
            Column("code", "Ledger code", ("code", "gl code", "source code")),
            _ACCOUNT,
            *_PLACE,
        ),
    ),
    "revenue_data": Layout(
        "products",
        ProductWay,
        ("product",),
        (
            Column("product", "Product", ("product name", "product number")),
            Column("recognised", "Recognised", ("recognition", "rule")),
        ),
    ),
}
"""By kind of process."""


def write(layout: Layout, rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as CSV with a byte order mark, without which spreadsheets garble names."""
    custom = sorted({name for row in rows for name in row.get("custom", {})})
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow([*(column.title for column in layout.columns), *(f"{_DIMENSION}{name}" for name in custom)])
    for row in rows:
        plain = [row.get(column.name, "") for column in layout.columns]
        writer.writerow(
            [_guarded(str(value)) for value in (*plain, *(row.get("custom", {}).get(n, "") for n in custom))]
        )
    return text.getvalue()


def read(layout: Layout, data: bytes) -> Reading:
    """The rows of a CSV file (comma, semicolon or tab; UTF-8 or UTF-16 with its mark), or what is wrong, row by row."""
    reading = Reading()
    text = _decoded(data, reading.faults)
    if text is None:
        return reading
    lines = _cells(text, reading.faults)
    header = _header(layout, lines, reading.faults)
    if reading.faults:
        return reading
    for number, cells in lines[1:]:
        _read_row(layout, header, number, cells, reading)
    _refuse_doubles(layout, reading)
    if not reading.rows and not reading.faults:
        reading.faults.append(Fault(0, "", "The file has no rows.", "Fill in at least one row below the header."))
    del reading.faults[MOST_FAULTS:]
    return reading


def check_lists(layout: Layout, rows: Iterable[Row], lists: Mapping[str, Mapping[str, bool]]) -> list[Fault]:
    """Values that the ledger's lists do not hold, or hold as inactive. A list that was never read is not asked."""
    return [fault for row in rows for column in layout.columns if (fault := _unlisted(row, column, lists))]


def compare(layout: Layout, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Change]:
    """What replacing one mapping by the other adds, changes and removes."""
    old, new = _by_key(layout, before), _by_key(layout, after)
    changes = [_change(layout, old.get(key, {}), new.get(key, {})) for key in {**old, **new}]
    return [change for change in changes if change.values]


def _decoded(data: bytes, faults: list[Fault]) -> str | None:
    if len(data) > MOST_BYTES:
        faults.append(Fault(0, "", f"The file is larger than {MOST_BYTES:,} bytes.", "Is this the mapping's file?"))
        return None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        faults.append(Fault(row, "", "This is not UTF-8 text.", "Save it as 'CSV UTF-8' in the spreadsheet."))
        return None
    if "\x00" in text:
        faults.append(Fault(0, "", "The file holds NUL characters.", "Save it as 'CSV UTF-8', not as a workbook."))
        return None
    return text


def _cells(text: str, faults: list[Fault]) -> list[tuple[int, list[str]]]:
    """Row number and cells of every row that is not blank."""
    told = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    delimiter = told[1] if told else _delimiter(text)
    body, offset = (text[told.end() :], 1) if told else (text, 0)
    reader, found = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True), []
    try:
        for number, cells in enumerate(reader, 1 + offset):
            if any(cell.strip() for cell in cells):
                found.append((number, cells))
    except csv.Error as error:
        at = reader.line_num + offset
        faults.append(
            Fault(at, "", f"The row cannot be read: {error}.", "Look for a quotation mark without its partner.")
        )
    if len(found) > MOST_ROWS + 1:
        faults.append(Fault(0, "", f"The file has more than {MOST_ROWS:,} rows.", "Is this the mapping's file?"))
    return found


def _delimiter(text: str) -> str:
    first = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").split("\n", 1)[0])
    return max(",;\t", key=first.count)


def _header(layout: Layout, lines: list[tuple[int, list[str]]], faults: list[Fault]) -> list[str]:
    """The setting that each column of the file holds, in the file's order; empty for a column without a header."""
    if faults:
        return []
    if not lines:
        faults.append(Fault(0, "", "The file is empty.", "Export the mapping, edit that file and import it."))
        return []
    number, titles = lines[0]
    names = [_name_of(layout, title.strip()) for title in titles]
    for title, name in zip(titles, names, strict=True):
        if name is None:
            known = ", ".join(column.title for column in layout.columns)
            faults.append(
                Fault(number, title.strip(), "There is no such column.", f"Name it one of {known}, or delete it.")
            )
    faults.extend(
        Fault(number, layout.title(name), "The column is there twice.", "Delete one of the two.")
        for name in sorted({name for name in names if name and names.count(name) > 1})
    )
    faults.extend(
        Fault(number, layout.title(name), "The column is missing.", "Add it, or start from an exported file.")
        for name, declared in layout.model.model_fields.items()
        if declared.is_required() and name not in names
    )
    return [name or "" for name in names]


def _name_of(layout: Layout, title: str) -> str | None:
    if not title:
        return ""
    if title.casefold().startswith(_DIMENSION.casefold()):
        return f"custom.{title[len(_DIMENSION) :].strip()}"
    for column in layout.columns:
        if _plain(title) in {_plain(each) for each in (column.name, column.title, *column.also)}:
            return column.name
    return None


def _plain(title: str) -> str:
    return re.sub(r"[\W_]+", "", title.casefold())


def _read_row(layout: Layout, header: list[str], number: int, cells: list[str], into: Reading) -> None:
    if any(cell.strip() for cell in cells[len(header) :]):
        cause = f"The row has {len(cells)} cells, the header {len(header)}."
        into.faults.append(Fault(number, "", cause, "Put a value that holds the separator into quotation marks."))
        return
    values: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=False):
        value = _unguarded(cell.strip())
        if name.startswith("custom."):
            values.setdefault("custom", {}).update({name.removeprefix("custom."): value} if value else {})
        elif name and value:
            values[name] = _choice(layout.model, name, value)
    try:
        into.rows.append(Row(number, layout.model.model_validate(values).model_dump(mode="json")))
    except ValidationError as error:
        into.faults.extend(_refused(layout, number, error))


def _choice(model: type[BaseModel], name: str, value: str) -> str:
    """The choice that is meant, whatever its case and spaces; anything else as it stands."""
    annotation = model.model_fields[name].annotation
    offered = get_args(annotation) if get_origin(annotation) is Literal else ()
    return next((each for each in offered if _plain(each) == _plain(value)), value)


def _refused(layout: Layout, number: int, error: ValidationError) -> Iterator[Fault]:
    for each in error.errors(include_url=False):
        name = str(each["loc"][0]) if each["loc"] else ""
        cause = "The value is missing." if each["type"] == "missing" else each["msg"].removeprefix("Value error, ")
        given = f" (it says '{each['input']}')" if name and isinstance(each["input"], str) else ""
        yield Fault(number, layout.title(name), f"{cause}{given}"[:500], "Correct the cell in the file.")


def _refuse_doubles(layout: Layout, reading: Reading) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for row in reading.rows:
        key = tuple(row.values.get(name, "") for name in layout.key)
        first = seen.setdefault(key, row.number)
        if first != row.number:
            cause = f"Row {first} maps the same already."
            reading.faults.append(Fault(row.number, layout.title(layout.key[0]), cause, "Delete one of the two rows."))


def _unlisted(row: Row, column: Column, lists: Mapping[str, Mapping[str, bool]]) -> Fault | None:
    code, known = str(row.values.get(column.name, "")), lists.get(column.listed, {})
    if not (code and known) or known.get(code):
        return None
    if code in known:
        return Fault(
            row.number, column.title, f"'{code}' is inactive in the ledger.", "Activate it there, or choose another."
        )
    remedy = "Choose a value of the ledger's list, or read the lists again if it is new there."
    return Fault(row.number, column.title, f"The ledger has no '{code}' in its list.", remedy)


def _by_key(layout: Layout, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    return {tuple(row.get(name, "") for name in layout.key): row for row in rows}


def _change(layout: Layout, old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    titles = {column.name: column.title for column in layout.columns} | {"custom": "Dimensions"}
    values = {
        title: (_shown(old.get(name)), _shown(new.get(name)))
        for name, title in titles.items()
        if _shown(old.get(name)) != _shown(new.get(name))
    }
    key = " · ".join(str((new or old)[name]) for name in layout.key if (new or old).get(name))
    return Change("changed" if old and new else "added" if new else "removed", key, values)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in sorted(value.items()))
    return "" if value is None else str(value)


def _guarded(value: str) -> str:
    return f"'{value}" if value.startswith((*_FORMULA, "'")) else value


def _unguarded(value: str) -> str:
    return value[1:] if value[:1] == "'" and value[1:].startswith((*_FORMULA, "'")) else value
