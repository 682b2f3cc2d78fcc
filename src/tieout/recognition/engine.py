"""The engine: runs the chain of SQL files over the input tables of a DuckDB connection, and proves that the result ties.

It refuses inconsistent input with every row at fault, and leaves its working tables in the connection for explanations.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb

from tieout.recognition.errors import Refusal, Refused, TooLarge, Untied
from tieout.recognition.steps import text
from tieout.recognition.tables import INPUTS, Column, ddl

Row = Mapping[str, Any]
CONFIG: Mapping[str, Any] = {
    "preserve_insertion_order": False,
    "autoinstall_known_extensions": False,
    "perfect_ht_threshold": 18,  # sums by item need no hashing: their numbers are dense
}
LOT = 20_000
"""Rows that `put` turns into columns at once."""


def new_book(path: Path | None = None, *, memory: str = "", threads: int = 0) -> duckdb.DuckDBPyConnection:
    """A connection with empty input tables and the engine's functions; DuckDB fetches no extensions for it.

    It lives in memory, or in a new file; `memory` (`600MB`) bounds what it takes before it turns to the disk, and `threads` on how
    many cores it computes, whatever the machine has.
    """
    config: dict[str, Any] = {**CONFIG}
    if memory:
        config["memory_limit"] = memory
    if threads:
        config["threads"] = threads
    if path is None:
        config["temp_directory"] = str(Path(tempfile.gettempdir()) / f"tieout-spill-{uuid4().hex}")
    book = duckdb.connect(str(path or ":memory:"), config=config)
    _prepare(book)
    return book


@contextmanager
def beside(book: duckdb.DuckDBPyConnection, name: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A new book as a database of that name within the DuckDB of another book, which it can read; for a thread of its own."""
    with book.cursor() as own:
        own.execute(f"ATTACH ':memory:' AS {name}; USE {name}")
        _prepare(own)
        yield own


def _prepare(book: duckdb.DuckDBPyConnection) -> None:
    book.execute(ddl())
    _run(book, "functions")


def database(book: duckdb.DuckDBPyConnection) -> str:
    """The name by which other books of the same DuckDB read a book's tables."""
    return str(_scalar(book, "SELECT current_database()"))


def empty(book: duckdb.DuckDBPyConnection) -> None:
    """Make a book as new. Its memory is used again, which is quicker than to ask the system for as much once more."""
    _drop(book, _relations(book))
    book.execute(ddl())


def put(book: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Row]) -> None:
    """Add rows to an input table; columns left out take their defaults."""
    put_into(book, table, INPUTS[table], rows)


def put_into(book: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, Column], rows: Iterable[Row]) -> None:
    """Add rows to a table with these columns. Whole columns travel, in lots of many rows."""
    taken = ", ".join(f"unnest(?::{column.kind.sql}[])" for column in columns.values())
    left = iter(rows)
    while lot := list(islice(left, LOT)):
        values = [[row.get(each, column.default) for row in lot] for each, column in columns.items()]
        book.execute(f'INSERT INTO "{name}" SELECT {taken}', values)


def compute(book: duckdb.DuckDBPyConnection) -> None:
    """Derive allocation, schedule, positions, waterfall and journals. Raises Refused, Untied, TooLarge."""
    recognise(book)
    journal(book)


def recognise(book: duckdb.DuckDBPyConnection) -> None:
    """Derive everything up to `target`: what each role's accounts should hold. Raises Refused, Untied, TooLarge."""
    for stage in _STAGES:
        stage(book)
        _refuse(book)


def recognise_what_can_be(book: duckdb.DuckDBPyConnection) -> list[Refusal]:
    """The same, after setting aside the arrangements of contracts that are refused; answers with what was refused.

    Raises Refused for what is wrong with no contract in particular, Untied and TooLarge.
    """
    before = _relations(book)
    found: list[Refusal] = []
    stages = iter(_STAGES)
    while stage := next(stages, None):
        stage(book)
        refused = _refusals(book)
        if any(not each.contract_id for each in refused):
            raise Refused([each for each in refused if not each.contract_id])
        if refused:
            found += refused
            _set_aside(book, {each.contract_id for each in refused})
            _drop(book, _relations(book) - before)
            stages = iter(_STAGES)
    return found


def journal(book: duckdb.DuckDBPyConnection) -> None:
    """Derive `journal` from `target`, `account`, `posted` and the calendar, all of them small. Raises Refused."""
    _run(book, "journals")
    _refuse(book)


def count(book: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows a table has."""
    return int(_scalar(book, f'SELECT count(*) FROM "{table}"'))  # noqa: S608


def rows(book: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """Every row of a table as a mapping, in no particular order."""
    found = book.execute(f'SELECT * FROM "{table}"')  # noqa: S608
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


def _allocate(book: duckdb.DuckDBPyConnection) -> None:
    _run(book, "estimates", "financing", "obligations", "ssp", "allocation")
    _run(book, "split", source="to_split", into="split")
    _run(book, "allocated", "points", "checks")


def _change(book: duckdb.DuckDBPyConnection) -> None:
    _run(book, "layers", "calendar", "reassessed")
    _run(book, "split", source="reassessed", into="reestimated")
    _run(book, "changes", "change_checks")


def _sum_up(book: duckdb.DuckDBPyConnection) -> None:
    _recognise(book)
    _run(book, "tied")
    _prove(book)
    if _any(book, "financing", "true"):
        _run(book, "interest")
    if _any(book, "return_right", "true"):
        _run(book, "returns")
    _run(book, "schedule", "positions", "balances", "position", "settlements", "target")
    if _any(book, "entity", "true"):
        _exchange(book)


_STAGES = (_allocate, _change, _sum_up)
"""Each ends with `refusal` filled: what is refused first is not looked at further."""


def _exchange(book: duckdb.DuckDBPyConnection) -> None:
    _run(book, "exchange")
    if _any(book, "foreign_contract", "NOT EXISTS (FROM refusal)"):
        _run(book, "functional")


def _recognise(book: duckdb.DuckDBPyConnection) -> None:
    last = int(_scalar(book, "SELECT coalesce(max(round), 0) FROM effect"))
    for number in range(1, last + 1):
        _run(book, "round", round=number)
        _slice(book)
        _run(book, "standing")
        if _any(book, "standing", "treatment = 'blend'"):
            _blend(book)
        _run(book, "next_layers")
    _run(book, "rest")
    _slice(book)


def _blend(book: duckdb.DuckDBPyConnection) -> None:
    _run(book, "blend")
    _run(book, "split", source="to_blend", into="blended_amount")
    _run(book, "blended")


def _slice(book: duckdb.DuckDBPyConnection) -> None:
    if _any(book, "due", "method = 'ratable'"):
        _run(book, "slices_by_time")
        if _any(book, "uneven", "true"):
            _run(book, "timed", "slices_day_by_day")
        if _any(book, "uneven", "residual <> 'cumulative'"):
            _run(book, "slices_rounded")
    if _any(book, "due", "method <> 'ratable'"):
        _run(book, "slices_by_progress")


def _run(book: duckdb.DuckDBPyConnection, *names: str, **values: int | str) -> None:
    for name in names:
        for statement in _statements(name, tuple(values.items())):
            try:
                book.execute(statement)
            except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
                raise TooLarge(f"A figure does not fit into 64 bits. {_largest(book)}") from error


def _largest(book: duckdb.DuckDBPyConnection) -> str:
    """The lines with the largest numbers: where to look for what is too large."""
    said = []
    for column in ("price", "quantity"):
        asked = f"SELECT contract_id, line_id FROM line ORDER BY abs({column}) DESC, contract_id, line_id LIMIT 1"  # noqa: S608
        for contract, line in book.execute(asked).fetchall():
            said.append(f"The largest {column} is that of contract {contract}, line {line}.")
    return " ".join(said)


@cache
def _statements(name: str, values: Sequence[tuple[str, int | str]]) -> Sequence[duckdb.Statement]:
    """A step, taken apart once for all books of a process."""
    step = text(name)
    for key, value in values:
        step = step.replace(f"${key}", str(value))
    return duckdb.extract_statements(step)


def _scalar(book: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = book.execute(query).fetchone()
    assert row is not None
    return row[0]


def _any(book: duckdb.DuckDBPyConnection, table: str, condition: str) -> bool:
    return book.execute(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1").fetchone() is not None  # noqa: S608


def _refusals(book: duckdb.DuckDBPyConnection) -> list[Refusal]:
    return [Refusal(*each) for each in book.execute("SELECT * FROM refusal ORDER BY ALL").fetchall()]


def _refuse(book: duckdb.DuckDBPyConnection) -> None:
    if found := _refusals(book):
        raise Refused(found)


def _set_aside(book: duckdb.DuckDBPyConnection, contracts: set[str]) -> None:
    book.execute(text("set_aside"), [sorted(contracts)])
    for table, columns in INPUTS.items():
        if "contract_id" in columns:
            book.execute(f'DELETE FROM "{table}" WHERE contract_id IN (SELECT contract_id FROM aside)')  # noqa: S608
    book.execute("DROP TABLE aside")


def _relations(book: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    own = "database_name IN (current_database(), 'temp')"
    found = book.execute(
        f"SELECT 'TABLE', table_name FROM duckdb_tables() WHERE {own}"  # noqa: S608
        f" UNION ALL SELECT 'VIEW', view_name FROM duckdb_views() WHERE {own} AND NOT internal"
    )
    return set(found.fetchall())


def _drop(book: duckdb.DuckDBPyConnection, relations: set[tuple[str, str]]) -> None:
    for kind, name in sorted(relations, reverse=True):  # views first
        book.execute(f'DROP {kind} IF EXISTS "{name}"')


def _prove(book: duckdb.DuckDBPyConnection) -> None:
    found = book.execute("SELECT * FROM untied LIMIT 1").fetchone()
    if found:
        raise Untied(
            f"Contract {found[0]}, line {found[1]}: {found[3]} recognised of {found[2]}.", contract_id=found[0]
        )
