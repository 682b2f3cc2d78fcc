"""The engine: runs the chain of SQL files over the input tables of a DuckDB connection, and proves that the result ties.

It refuses inconsistent input with every row at fault, and leaves its working tables in the connection for explanations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb

from tieout.recognition.errors import Refusal, Refused, Untied
from tieout.recognition.tables import INPUTS, ddl

Row = Mapping[str, Any]
_SLICING = {
    "slices_by_time": "method = 'ratable'",
    "slices_rounded": "method = 'ratable' AND residual <> 'cumulative'",
    "slices_by_progress": "method <> 'ratable'",
}
"""Which file slices which of the layers that are due."""


def new_book() -> duckdb.DuckDBPyConnection:
    """A connection with empty input tables and the engine's functions; DuckDB fetches no extensions for it."""
    book = duckdb.connect(config={"preserve_insertion_order": False, "autoinstall_known_extensions": False})
    book.execute(ddl())
    _run(book, "functions")
    return book


def put(book: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Row]) -> None:
    """Add rows to an input table; columns left out take their defaults."""
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row if name in INPUTS[table])
        marks = ", ".join("?" for _ in row)
        book.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values()))  # noqa: S608


def compute(book: duckdb.DuckDBPyConnection) -> None:
    """Derive allocation, schedule, positions, waterfall and journals. Raises Refused, Untied."""
    recognise(book)
    journal(book)


def recognise(book: duckdb.DuckDBPyConnection) -> None:
    """Derive everything up to `target`: what each role's accounts should hold. Raises Refused, Untied."""
    _run(book, "estimates", "obligations", "ssp", "allocation", "points", "checks")
    _refuse(book)
    _run(book, "layers", "calendar", "changes", "change_checks")
    _refuse(book)
    _recognise(book)
    _run(book, "tied")
    _prove(book)
    _run(book, "schedule", "positions", "target")


def journal(book: duckdb.DuckDBPyConnection) -> None:
    """Derive `journal` from `target`, `account`, `posted` and the calendar, all of them small. Raises Refused."""
    _run(book, "journals")
    _refuse(book)


def rows(book: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """Every row of a table as a mapping, in no particular order."""
    found = book.execute(f'SELECT * FROM "{table}"')  # noqa: S608
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


def _recognise(book: duckdb.DuckDBPyConnection) -> None:
    last = _scalar(book, "SELECT coalesce(max(round), 0) FROM effect")
    for number in range(1, last + 1):
        _run(book, "round", round=number)
        _slice(book)
        _run(book, "next_layers")
    _run(book, "rest")
    _slice(book)


def _slice(book: duckdb.DuckDBPyConnection) -> None:
    for name, concerned in _SLICING.items():
        if _scalar(book, f"SELECT count(*) FROM due WHERE {concerned}"):  # noqa: S608
            _run(book, name)


def _run(book: duckdb.DuckDBPyConnection, *names: str, **values: int) -> None:
    for name in names:
        text = _sql(name)
        for key, value in values.items():
            text = text.replace(f"${key}", str(value))
        book.execute(text)


@cache
def _sql(name: str) -> str:
    return (files("tieout.recognition") / "sql" / f"{name}.sql").read_text("utf-8")


def _scalar(book: duckdb.DuckDBPyConnection, query: str) -> int:
    row = book.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _refuse(book: duckdb.DuckDBPyConnection) -> None:
    found: Sequence[Any] = book.execute("SELECT * FROM refusal ORDER BY ALL").fetchall()
    if found:
        raise Refused([Refusal(*each) for each in found])


def _prove(book: duckdb.DuckDBPyConnection) -> None:
    found = book.execute("SELECT * FROM untied LIMIT 1").fetchone()
    if found:
        raise Untied(
            f"Contract {found[0]}, line {found[1]}: {found[3]} recognised of {found[2]}.", contract_id=found[0]
        )
