"""The staging book: a DuckDB database on disk in which a batch's rows are read, checked and compared with what is known.

It holds `given_<table>` (typed rows as delivered, only the columns delivered), `current_<table>` (the rows in force that
matter to them), `staged_<table>` (complete rows with what they are: new, changed, unchanged), and `problem`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from tieout.recognition.tables import INPUTS, Kind

MEMORY = "256MB"
"""What DuckDB may hold in memory; the rest goes to the book's folder."""
POSTGRES = {Kind.TEXT: "text", Kind.DATE: "date"}
CSV = "HEADER false, DELIMITER ',', QUOTE '\"', ESCAPE '\"'"
_PROBLEM = """
CREATE TABLE problem (
    severity VARCHAR, "table" VARCHAR, sheet VARCHAR, "row" BIGINT, column_name VARCHAR, value VARCHAR,
    cause VARCHAR, remedy VARCHAR, code VARCHAR
)"""


class Book:
    """One staging book with its folder, which goes when it is closed."""

    def __init__(self, folder: Path, *, small: bool) -> None:
        self.folder = folder
        settings: dict[str, str | bool | int | float | list[str]] = {
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "memory_limit": MEMORY,
            "temp_directory": str(folder / "spill"),
            "threads": 1 if small else 2,
        }
        self.duck = duckdb.connect(":memory:" if small else str(folder / "stage.duckdb"), config=settings)
        self.duck.execute(_PROBLEM)

    def run(self, query: str, *values: Any) -> None:
        """Execute a statement."""
        self.duck.execute(query, list(values))

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Every row of an answer."""
        return self.duck.execute(query, list(values)).fetchall()

    def one(self, query: str, *values: Any) -> Any:
        """The first value of the first row."""
        return self.rows(query, *values)[0][0]

    def columns(self, table: str) -> list[str]:
        """Column names of a table; none when there is no such table."""
        return [
            name
            for (name,) in self.rows(
                "SELECT column_name FROM information_schema.columns WHERE table_name = ? ORDER BY ordinal_position",
                table,
            )
        ]

    def given(self) -> list[str]:
        """The tables that were delivered, in the order of their declaration."""
        found = {name for (name,) in self.rows("SELECT table_name FROM information_schema.tables")}
        return [table for table in INPUTS if f"given_{table}" in found]

    def file(self, name: str) -> Path:
        """A path in the book's folder."""
        return self.folder / name


@contextmanager
def open_book(*, small: bool = False) -> Iterator[Book]:
    """A new staging book; `small` ones stay in memory."""
    with tempfile.TemporaryDirectory(prefix="tieout-batch-") as name:
        book = Book(Path(name), small=small)
        try:
            yield book
        finally:
            book.duck.close()


def named(columns: Sequence[str], *, of: str = "") -> str:
    """Quoted names, joined by commas."""
    return ", ".join(f'{of}."{name}"' if of else f'"{name}"' for name in columns)


def typed(table: str, columns: Sequence[str]) -> str:
    """Columns with their PostgreSQL types."""
    return ", ".join(f'"{name}" {POSTGRES.get(INPUTS[table][name].kind, "bigint")}' for name in columns)


def fetch(book: Book, environment_id: int | None, table: str, by: Sequence[str], wanted: str) -> None:
    """Put the rows in force whose `by` columns are among those that the query `wanted` answers into `current_<table>`.

    Without an environment nothing is in force, and no database is asked.
    """
    asked, answered = book.file("wanted.csv"), book.file("current.csv")
    answered.write_bytes(b"")
    if environment_id is not None and _holds(environment_id, table):
        book.run(f"COPY (SELECT DISTINCT * FROM ({wanted})) TO '{asked}' ({CSV})")  # noqa: S608
        _ask(environment_id, table, by, asked, answered)
    take_copy(book, table, answered)


def _holds(environment_id: int, table: str) -> bool:
    from tieout.revenue.models import FACTS

    return FACTS[table]._default_manager.filter(environment_id=environment_id, until__isnull=True).exists()


def take_copy(book: Book, table: str, copied: Path) -> None:
    """Make `current_<table>` from what PostgreSQL's COPY gave out as CSV, all columns of the table in order."""
    types = {name: column.kind.sql for name, column in INPUTS[table].items()}
    shape = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    book.run(f"CREATE OR REPLACE TABLE current_{table} ({shape})")
    if copied.stat().st_size:
        shown = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
        book.run(
            f"INSERT INTO current_{table} SELECT * FROM read_csv('{copied}', header = false, auto_detect = false,"  # noqa: S608
            f" delim = ',', quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, columns = {{{shown}}})"
        )


def _ask(environment_id: int, table: str, by: Sequence[str], asked: Path, answered: Path) -> None:
    from django.db import connection, transaction

    from tieout.revenue.models import FACTS

    rows = FACTS[table]._meta.db_table
    query = (
        f"copy (select {named(list(INPUTS[table]), of='f')} from {rows} f join wanted using ({named(by)})"  # noqa: S608
        f" where f.environment_id = {int(environment_id)} and f.until_id is null) to stdout (format csv)"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"create temporary table wanted ({typed(table, by)}) on commit drop")
        send(cursor, "copy wanted from stdin (format csv)", asked)
        cursor.execute("analyze wanted")
        with cursor.copy(query) as copy, answered.open("wb") as out:
            for chunk in copy:
                out.write(chunk)
        cursor.execute("drop table wanted")


def send(cursor: Any, statement: str, source: Path) -> None:
    """Feed a file to COPY."""
    with source.open("rb") as content, cursor.copy(statement) as copy:
        while chunk := content.read(1 << 20):
            copy.write(chunk)
