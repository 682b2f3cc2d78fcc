"""Input tables of the engine from PostgreSQL: COPY out, read by DuckDB, no row touched in between.

The rows are those of one moment: current ones, or the ones that were known once a certain batch was applied.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, transaction

from tieout.recognition import engine, shards
from tieout.recognition.tables import INPUTS, KEYS, ONLY_BOUNDS, Kind
from tieout.revenue import periods
from tieout.revenue.figures import closed, dimensions
from tieout.revenue.figures.staged import NOTHING, Staged
from tieout.revenue.figures.states import known as known
from tieout.revenue.models import FACTS

MEMORY = "500MB"
"""What a book in a file may take while it is filled."""
NAMES_ONLY = {"name", "override_reason", "reason"}
"""Text that no figure depends on stays where it is, but for whether a reason was given."""


@dataclass(frozen=True, slots=True)
class Copied:
    """Where the tables were copied to, a file for each, and how many lines of contracts there are."""

    folder: Path
    lines: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows: of an environment, as known at a moment (None: now), of some contracts with their arrangements (None: all)."""

    environment_id: int | None
    known_at: datetime | None = None
    contracts: frozenset[str] | None = None


def load(
    environment_id: int | None,
    *,
    known_at: datetime | None = None,
    contracts: Collection[str] | None = None,
    staged: Staged = NOTHING,
) -> duckdb.DuckDBPyConnection:
    """A book with the input tables filled, the periods and what closed ones hold included; staged rows lie over the others.

    `known_at` takes what had been applied then; `contracts` takes these and all others of their arrangements.
    """
    chosen = None if contracts is None else frozenset(contracts)
    return read(Scope(environment_id, known_at, chosen), staged=staged)


def read(scope: Scope, *, staged: Staged = NOTHING, file: Path | None = None) -> duckdb.DuckDBPyConnection:
    """The same for a scope. What is too large for memory stands in `file`, when that is given."""
    if scope.contracts is not None:
        scope = replace(scope, contracts=staged.contracts() | scope.contracts)
    with one_moment(), copied(scope) as rows:
        return _book(scope, rows, staged, file)


def without_and_with(
    scope: Scope, staged: Staged, files: Sequence[Path | None] = (None, None)
) -> Generator[duckdb.DuckDBPyConnection, None, None]:
    """Two books of one moment, one after the other: as things are, and with the staged rows laid over."""
    with one_moment(), copied(scope) as rows:
        for above, file in zip((NOTHING, staged), files, strict=True):
            yield _book(scope, rows, above, file)


def _book(scope: Scope, rows: Copied, staged: Staged, file: Path | None) -> duckdb.DuckDBPyConnection:
    large = file and rows.lines + staged.count("line") > shards.IN_MEMORY
    book = engine.new_book(file, memory=MEMORY) if large else engine.new_book()
    fill(book, rows.folder)
    staged.lay_over(book)
    finish(book, scope)
    return book


@contextmanager
def one_moment() -> Iterator[None]:
    """All reads see one state of the database, unless the caller's transaction began already."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read read only")
        yield


@contextmanager
def copied(scope: Scope) -> Iterator[Copied]:
    """The tables that people and connectors deliver, for as long as the context lasts."""
    whole = _with_arrangements(scope)
    with tempfile.TemporaryDirectory(prefix="tieout-load-") as folder:
        rows = {table: _copy_out(table, whole, Path(folder) / table) for table in KEYS}
        yield Copied(Path(folder), rows["line"])


def fill(book: duckdb.DuckDBPyConnection, rows: Path) -> None:
    """Take in the tables of such a folder; what holds no row is left out."""
    for table in KEYS:
        if (rows / table).stat().st_size:
            book.execute(_insert(table, rows / table))


def finish(book: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    """What is derived from settings: dimensions of custom fields, the periods, and what closed ones hold."""
    dimensions.merge(book, scope.environment_id)
    first, until = _span(book)
    rows = periods.engine_periods(scope.environment_id, first, until)
    engine.put(book, "period", [_period(each) for each in rows])
    closed.fill(book, scope.environment_id)


def _period(row: periods.EnginePeriod) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("entity", "period", "starts_on", "ends_on", "state")}


def _copy_out(table: str, scope: Scope, target: Path) -> int:
    """How many rows that were."""
    with connection.cursor() as cursor, target.open("wb") as out:
        query, values = _query(table, scope)
        with cursor.copy(f"copy ({query}) to stdout (format csv)", values) as copy:
            out.writelines(copy)
        return cursor.rowcount


def _query(table: str, scope: Scope) -> tuple[str, list[Any]]:
    columns = ", ".join(_selected(name) for name in INPUTS[table])
    values: list[Any] = [scope.environment_id]
    conditions = "f.environment_id = %s"
    rows = FACTS[table]._meta.db_table
    if scope.known_at is None:
        conditions += " and f.until_id is null"
    else:
        rows += (
            " f join revenue_batch came on came.id = f.since_id left join revenue_batch went on went.id = f.until_id"
        )
        conditions += " and came.applied_at <= %s and (went.applied_at is null or went.applied_at > %s)"
        values += [scope.known_at, scope.known_at]
    if scope.contracts is not None and "contract_id" in INPUTS[table]:
        conditions += " and f.contract_id = any(%s)"
        values.append(sorted(scope.contracts))
    alias = "" if " f join" in rows else " f"
    return f"select {columns} from {rows}{alias} where {conditions}", values  # noqa: S608


def _with_arrangements(scope: Scope) -> Scope:
    """The same scope, with the contracts that ever were one arrangement with its own."""
    if scope.contracts is None:
        return scope
    with connection.cursor() as cursor:
        cursor.execute(_ARRANGED, [scope.environment_id, scope.environment_id, sorted(scope.contracts)])
        return replace(scope, contracts=scope.contracts | {name for (name,) in cursor.fetchall()})


_ARRANGED = """
    select c.contract_id from revenue_contract c where c.environment_id = %s and c.arrangement_id <> '' and c.arrangement_id in
        (select m.arrangement_id from revenue_contract m where m.environment_id = %s and m.contract_id = any(%s))
"""


def _selected(name: str) -> str:
    return f"case when f.{name} <> '' then '-' else '' end" if name in NAMES_ONLY else f'f."{name}"'


def _insert(table: str, copied: Path) -> str:
    types = ", ".join(f"'{name}': '{column.kind.sql}'" for name, column in INPUTS[table].items())
    return (
        f"INSERT INTO \"{table}\" SELECT * FROM read_csv('{copied}', header = false, auto_detect = false, delim = ',',"  # noqa: S608
        f" quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, columns = {{{types}}})"
    )


def _span(book: duckdb.DuckDBPyConnection) -> tuple[date, date]:
    """From the first to after the last day on which anything happens to a contract; one day when there is nothing."""
    parts = [
        f'SELECT "{name}" AS day FROM "{table}"'  # noqa: S608
        for table in KEYS
        if "contract_id" in INPUTS[table]
        for name, column in INPUTS[table].items()
        if column.kind is Kind.DATE and name not in ONLY_BOUNDS
    ]
    found = book.execute(f"SELECT min(day), max(day) + 1 FROM ({' UNION ALL '.join(parts)})").fetchone()  # noqa: S608
    assert found is not None
    return (found[0], found[1]) if found[0] else (date(2000, 1, 1), date(2000, 1, 2))
