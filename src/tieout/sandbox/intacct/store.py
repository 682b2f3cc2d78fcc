"""The company's records in SQLite: one table per object, savepoints for transactions, an audit row for each write.

In memory by default, in a file when restarts shall keep what clients wrote. One lock guards it: a request works alone.
"""

# ruff: noqa: S608 - table and column names come from the catalogue, never from a client; values are parameters.

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from tieout.sandbox.intacct.catalogue import CATALOGUE
from tieout.sandbox.intacct.catalogue.definition import ObjectDefinition, Type
from tieout.sandbox.intacct.formats import Stored, stamp

Row = dict[str, Stored]

_NUMBERS = {Type.INTEGER, Type.CURRENCY, Type.DECIMAL}
_INDEXES = (
    ("GLENTRY", "BATCHNO"), ("GLBATCH", "REFERENCENO"), ("OTHERRECEIPTSENTRY", "RECORDKEY"), ("OTHERRECEIPTS", "DOCNUMBER"),
    ("GLBATCH", "PRBATCHKEY"),
)  # fmt: skip


class Store:
    """The tables. Every method expects the caller to hold `lock` (`with store.work(...)`)."""

    def __init__(self, path: Path | None = None) -> None:
        self.lock = threading.RLock()
        self._database = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        for definition in CATALOGUE.objects.values():
            self._create_table(definition)
        self._database.execute("CREATE TABLE IF NOT EXISTS numbers (kind TEXT PRIMARY KEY, last INTEGER NOT NULL)")
        self._database.execute("CREATE TABLE IF NOT EXISTS executed (controlid TEXT PRIMARY KEY)")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS closed (month TEXT, entity TEXT, PRIMARY KEY (month, entity))"
        )

    def register(self, name: str, arguments: int, function: Any) -> None:
        """Make a Python function callable from SQL."""
        self._database.create_function(name, arguments, function, deterministic=True)

    @contextmanager
    def work(self) -> Iterator[None]:
        """Hold the store; a failure undoes everything that was done inside."""
        with self.lock:
            self._database.execute("SAVEPOINT step")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK TO step")
                raise
            finally:
                self._database.execute("RELEASE step")

    def rows(self, sql: str, parameters: Sequence[Stored] = ()) -> list[tuple[Stored, ...]]:
        """The rows of a SELECT."""
        return self._database.execute(sql, parameters).fetchall()

    def execute(self, sql: str, parameters: Sequence[Stored] = ()) -> None:
        """Run one statement."""
        self._database.execute(sql, parameters)

    def find(self, name: str, **equal: Stored) -> list[Row]:
        """The rows whose columns have these values, by record number; columns only, nothing derived."""
        where = " AND ".join(f'"{column}" = ?' for column in equal) or "1"
        cursor = self._database.execute(
            f'SELECT * FROM "{name}" WHERE {where} ORDER BY RECORDNO', tuple(equal.values())
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def first(self, name: str, **equal: Stored) -> Row | None:
        """The first such row, or None."""
        return next(iter(self.find(name, **equal)), None)

    def next_number(self, kind: str) -> int:
        """The next number of a sequence, starting with 1."""
        sql = "INSERT INTO numbers VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET last = last + 1 RETURNING last"
        return int(self._database.execute(sql, (kind,)).fetchall()[0][0])

    def insert(self, name: str, values: Mapping[str, Stored]) -> int:
        """Add a row; returns its RECORDNO."""
        number = self.next_number(name)
        row: Row = {"RECORDNO": number, **values}
        columns = ", ".join(f'"{column}"' for column in row)
        marks = ", ".join("?" * len(row))
        self._database.execute(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})', tuple(row.values()))
        return number

    def update(self, name: str, number: int, values: Mapping[str, Stored]) -> None:
        """Change columns of one row."""
        columns = ", ".join(f'"{column}" = ?' for column in values)
        self._database.execute(f'UPDATE "{name}" SET {columns} WHERE RECORDNO = ?', (*values.values(), number))

    def delete(self, name: str, **equal: Stored) -> None:
        """Remove the rows whose columns have these values."""
        where = " AND ".join(f'"{column}" = ?' for column in equal)
        self._database.execute(f'DELETE FROM "{name}" WHERE {where}', tuple(equal.values()))

    def audit(self, name: str, key: Stored, mode: str, user: str, now: datetime, source: str = "api") -> None:
        """Leave a row in the audit history."""
        entry: Row = {"OBJECTTYPE": name.lower(), "OBJECTKEY": str(key), "ID": str(key), "ACCESSMODE": mode}
        self.insert("AUDITHISTORY", entry | {"ACCESSTIME": stamp(now), "USERID": user, "SOURCE": source})

    def executed(self, controlids: Sequence[str]) -> set[str]:
        """Which of these function control IDs have executed and completed."""
        found = (self.rows("SELECT controlid FROM executed WHERE controlid = ?", (one,)) for one in controlids)
        return {str(row[0]) for rows in found for row in rows}

    def remember(self, controlid: str) -> None:
        """Note that a function has executed and completed."""
        self.execute("INSERT OR IGNORE INTO executed VALUES (?)", (controlid,))

    def clear(self) -> None:
        """Empty every table."""
        with self.work():
            for table in (*CATALOGUE.objects, "numbers", "executed", "closed"):
                if table not in CATALOGUE.objects or not CATALOGUE.objects[table].source:
                    self.execute(f'DELETE FROM "{table}"')

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _create_table(self, definition: ObjectDefinition) -> None:
        if definition.source:
            return
        columns = [f'"{one.name}" {"INTEGER" if one.type in _NUMBERS else "TEXT"}' for one in definition.columns]
        columns[0] += " PRIMARY KEY"
        self._database.execute(f'CREATE TABLE IF NOT EXISTS "{definition.name}" ({", ".join(columns)})')
        indexed = [column for table, column in _INDEXES if table == definition.name]
        if definition.natural != "RECORDNO":
            self._index(definition.name, definition.natural, "UNIQUE")
        for column in indexed:
            self._index(definition.name, column)

    def _index(self, table: str, column: str, kind: str = "") -> None:
        self._database.execute(f'CREATE {kind} INDEX IF NOT EXISTS "{table}_{column}" ON "{table}" ("{column}")')
