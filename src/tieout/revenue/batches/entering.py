"""Rows that are engine values already — from a form, or from a job — put into a staging book.

The same things are refused as in a file: what the columns' declarations do not allow, named by table, row and column.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from tieout.kernel.currency import EXPONENTS
from tieout.recognition.errors import BadRows
from tieout.recognition.tables import INPUTS, KEYS, Column, Kind
from tieout.revenue.batches.book import Book

Row = Mapping[str, Any]
CURRENCIES = ("currency", "functional_currency", "from_currency", "to_currency")
LONGEST = 1000
LONGEST_KEY = 200
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def enter_rows(book: Book, table: str, rows: Sequence[Row], *, prefix: str = "given") -> None:
    """Make `given_<table>` from rows of engine values; a column that only some rows have takes its default in the others.

    Raises BadRows with the facts `table`, `row` and `field`.
    """
    for number, row in enumerate(rows, 1):
        _refuse(table, number, row)
    take_rows(book, table, [name for name in INPUTS[table] if any(name in row for row in rows)], rows, prefix=prefix)


def take_rows(book: Book, table: str, columns: Sequence[str], rows: Iterable[Row], *, prefix: str = "given") -> None:
    """Make `given_<table>` with these columns, unchecked: for rows that are checked as a file afterwards."""
    types = {name: INPUTS[table][name].kind.sql for name in columns}
    shape = "".join(f', "{name}" {kind}' for name, kind in types.items())
    book.run(f'CREATE TABLE {prefix}_{table} (sheet VARCHAR, "row" BIGINT{shape})')
    lines = book.file(f"{prefix}_{table}.json")
    with lines.open("w", encoding="utf-8") as out:
        out.writelines(f"{json.dumps(_line(table, row, columns), default=str)}\n" for row in rows)
    if lines.stat().st_size:
        shown = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
        book.run(
            f"INSERT INTO {prefix}_{table} SELECT '', 0, * FROM read_json('{lines}', format = 'newline_delimited',"  # noqa: S608
            f" columns = {{{shown}}})"
        )


def enter_keys(book: Book, table: str, keys: Sequence[Row]) -> None:
    """Make `ends_<table>` from the keys of rows that end."""
    for number, key in enumerate(keys, 1):
        if absent := [name for name in KEYS[table] if name not in key]:
            raise _bad(table, number, absent[0], "is needed to name the row")
    enter_rows(book, table, [{name: key[name] for name in KEYS[table]} for key in keys], prefix="ends")


def _line(table: str, row: Row, wanted: Sequence[str]) -> dict[str, Any]:
    return {name: row.get(name, INPUTS[table][name].default) for name in wanted}


def _refuse(table: str, number: int, row: Row) -> None:
    for name in row:
        if name not in INPUTS[table]:
            raise _bad(table, number, name, "is no column of this table")
    for name, value in row.items():
        for cause in _faults(table, name, INPUTS[table][name], value):
            raise _bad(table, number, name, cause)


def _faults(table: str, name: str, column: Column, value: Any) -> Iterator[str]:
    """What is wrong with one value."""
    if value is None or value == "":
        if column.required or (value is None and not column.optional):
            yield "is empty"
    elif not isinstance(value, _types(column.kind)) or isinstance(value, bool):
        yield f"is not {column.kind.written}"
    elif isinstance(value, int) and abs(value) >= 2**63:
        yield "is too large"
    elif column.choices and value not in column.choices:
        yield f"is none of {', '.join(column.choices)}"
    elif name in CURRENCIES and value not in EXPONENTS:
        yield f"'{value}' is not an ISO 4217 currency code"
    elif isinstance(value, str) and (CONTROL.search(value) or len(value) > _longest(table, name)):
        yield f"has a control character, or more than {_longest(table, name)} characters"


def _longest(table: str, name: str) -> int:
    return LONGEST_KEY if name in KEYS[table] or name.endswith("_id") else LONGEST


def _types(kind: Kind) -> type:
    return {Kind.TEXT: str, Kind.DATE: date}.get(kind, int)


def _bad(table: str, number: int, name: str, cause: str) -> BadRows:
    return BadRows(f"{table}, row {number}: {name} {cause}.", table=table, row=number, field=name)
