"""Text tables into the engine's input tables: every cell checked, set-based, and every fault named by file, row and column.

Amounts are written in the currency (1200.00) and become minor units; `last_day` may stand for `ends_on`, the day after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tieout.kernel.currency import EXPONENTS
from tieout.recognition.errors import BadRows
from tieout.recognition.files import Source, read
from tieout.recognition.tables import INPUTS, Column, Kind

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell, or a whole column when it has no row."""

    file: str
    row: int | None
    column: str
    cause: str
    remedy: str

    def __str__(self) -> str:
        where = self.file + (f", row {self.row}" if self.row else "") + f", column {self.column}"
        return f"{where}: {self.cause}. {self.remedy}"


def load(book: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> dict[str, int]:
    """Fill the input tables from files; rows by table. Raises UnreadableFile, BadRows; then nothing was loaded."""
    book.execute("CREATE OR REPLACE TEMP TABLE exponent (currency VARCHAR, places INTEGER)")
    book.execute(f"INSERT INTO exponent VALUES {', '.join(map(str, EXPONENTS.items()))}")  # noqa: S608
    sources = sorted(read(book, paths), key=lambda source: list(INPUTS).index(source.table))
    faults: list[Fault] = []
    for source in sources:
        found = list(_header_faults(source)) or list(_cell_faults(book, source))
        faults += found
        if not found:
            _insert(book, source)
        elif source.table == "contract":
            break  # without contracts no amount of another table has a currency
    if faults:
        raise BadRows("\n".join(map(str, faults[:SHOWN])), faults=[str(each) for each in faults[:SHOWN]])
    return {source.table: _count(book, source.table) for source in sources}


def _header_faults(source: Source) -> Iterator[Fault]:
    columns = INPUTS[source.table]
    known = {*columns, "last_day"} if "ends_on" in columns else {*columns}
    for name in source.columns:
        if name not in known:
            yield Fault(source.said, None, name, "the table has no such column", f"Known are: {', '.join(columns)}.")
    for name, column in columns.items():
        given = name in source.columns or (name == "ends_on" and "last_day" in source.columns)
        if column.required and not given:
            yield Fault(source.said, None, name, "the column is missing", f"Add it, with {column.kind.written}.")
    if "ends_on" in source.columns and "last_day" in source.columns:
        yield Fault(source.said, None, "last_day", "it says the same as ends_on", "Give one of the two.")


def _cell_faults(book: duckdb.DuckDBPyConnection, source: Source) -> Iterator[Fault]:
    view = _view(book, source)
    for name, column in INPUTS[source.table].items():
        text = _written_as(source, name)
        if text is None:
            continue
        bad = book.execute(
            f"""SELECT "row", {text}, places FROM {view}
            WHERE CASE WHEN coalesce({text}, '') = '' THEN {_blank_is_bad(column)}
                ELSE coalesce(NOT ({_valid(column, text)}), true) END
            ORDER BY "row" LIMIT {SHOWN}"""  # noqa: S608
        ).fetchall()
        yield from (_fault(source, name, column, *each) for each in bad)


def _fault(source: Source, name: str, column: Column, row: int, text: str | None, places: int | None) -> Fault:
    shown = "last_day" if name == "ends_on" and "last_day" in source.columns else name
    if not text:
        return Fault(source.said, row, shown, "the cell is empty", f"Write {column.kind.written}.")
    if column.kind is Kind.MONEY and places is None:
        remedy = "Mend the currency, or add the contract with an ISO 4217 currency."
        return Fault(source.said, row, shown, "the currency of the row is not known", remedy)
    wanted = f"one of {', '.join(column.choices)}" if column.choices else column.kind.written
    return Fault(source.said, row, shown, f"'{text[:40]}' cannot be used", f"Write {wanted}.")


def _view(book: duckdb.DuckDBPyConnection, source: Source) -> str:
    """The raw table with the number of decimals of each row's currency."""
    if "currency" in INPUTS[source.table]:
        join = "LEFT JOIN exponent e ON e.currency = r.currency"
    elif "contract_id" in INPUTS[source.table]:
        join = "LEFT JOIN contract k ON k.contract_id = r.contract_id LEFT JOIN exponent e ON e.currency = k.currency"
    else:
        join = "CROSS JOIN (SELECT NULL::INTEGER AS places) e"
    name = f"{source.raw}_placed"
    book.execute(f"CREATE TEMP VIEW {name} AS SELECT r.*, e.places FROM {source.raw} r {join}")  # noqa: S608
    return name


def _written_as(source: Source, name: str) -> str | None:
    if name == "ends_on" and "last_day" in source.columns:
        return '"last_day"'
    return f'"{name}"' if name in source.columns else None


def _blank_is_bad(column: Column) -> str:
    return "true" if column.required else "false"


def _valid(column: Column, text: str) -> str:
    """A condition that is true for a cell that can be used."""
    if column.choices:
        return f"{text} IN ({', '.join(repr(each) for each in column.choices)})"
    if column.kind is Kind.TEXT:
        return "true"
    if column.kind is Kind.DATE:
        return (
            f"regexp_full_match({text}, '\\d{{4}}-\\d\\d-\\d\\d( 00:00:00)?') AND TRY_CAST({text} AS DATE) IS NOT NULL"
        )
    decimals = {Kind.MONEY: "places", Kind.MICRO: "6", Kind.WHOLE: "0", Kind.RATE: "9"}[column.kind]
    plain = f"regexp_full_match({text}, '-?\\d{{1,15}}(\\.\\d{{1,9}})?')"
    scaled = f"TRY_CAST({text} AS DECIMAL(38, 9)) * 10 ** {decimals}"
    return f"{plain} AND length(rtrim(split_part({text}, '.', 2), '0')) <= {decimals} AND {scaled} IS NOT NULL"


def _insert(book: duckdb.DuckDBPyConnection, source: Source) -> None:
    given = {name: text for name in INPUTS[source.table] if (text := _written_as(source, name))}
    names = ", ".join(f'"{name}"' for name in given)
    values = ", ".join(_value(name, INPUTS[source.table][name], text) for name, text in given.items())
    book.execute(f'INSERT INTO "{source.table}" ({names}) SELECT {values} FROM {source.raw}_placed')  # noqa: S608


def _value(name: str, column: Column, text: str) -> str:
    if column.kind is Kind.DATE:
        later = " + 1" if text == '"last_day"' else ""
        parsed = f"CAST({text} AS DATE){later}"
    elif column.kind is Kind.TEXT:
        parsed = text
    else:
        places = {Kind.MONEY: "places", Kind.MICRO: "6", Kind.WHOLE: "0", Kind.RATE: "9"}[column.kind]
        parsed = _shifted(text, places)
    preset = column.literal if column.default is not None else "NULL"
    return f"CASE WHEN coalesce({text}, '') = '' THEN {preset} ELSE {parsed} END"


def _shifted(text: str, places: str) -> str:
    """Digits as an integer of the smallest unit, without any arithmetic that could round."""
    fraction = f"rpad(rtrim(split_part({text}, '.', 2), '0'), {places}, '0')"
    return f"CAST(split_part({text}, '.', 1) || {fraction} AS BIGINT)"


def _count(book: duckdb.DuckDBPyConnection, table: str) -> int:
    row = book.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608
    assert row is not None
    return int(row[0])
