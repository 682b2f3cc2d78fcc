"""Rows that are not applied yet, laid over those that are: what a preview computes with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from tieout.recognition import engine
from tieout.recognition.tables import INPUTS, KEYS

Rows = Path | Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Staged:
    """Whole rows by table, as mappings or as a Parquet file with the table's columns; `ends` names keys that are taken away."""

    rows: Mapping[str, Rows] = field(default_factory=dict)
    ends: Mapping[str, Rows] = field(default_factory=dict)

    def contracts(self) -> frozenset[str]:
        """The contracts that the rows name."""
        given = [(table, rows) for each in (self.rows, self.ends) for table, rows in each.items()]
        named = [_contracts(rows) for table, rows in given if "contract_id" in INPUTS[table]]
        return frozenset().union(*named)

    def count(self, table: str) -> int:
        """How many rows of a table are staged."""
        rows = self.rows.get(table, ())
        if not isinstance(rows, Path):
            return len(rows)
        with duckdb.connect() as reader:
            found = reader.execute("SELECT num_rows FROM parquet_file_metadata(?)", [str(rows)]).fetchone()
        return int(found[0]) if found else 0

    def lay_over(self, book: duckdb.DuckDBPyConnection) -> None:
        """Exchange rows with the same key, add the new ones, and take away what is ended."""
        for given in (self.ends, self.rows):
            for table, rows in given.items():
                _take(book, "taken", table, rows)
                same = " AND ".join(f'taken."{name}" IS NOT DISTINCT FROM "{table}"."{name}"' for name in KEYS[table])
                book.execute(f'DELETE FROM "{table}" WHERE EXISTS (SELECT 1 FROM taken WHERE {same})')  # noqa: S608
                if given is self.rows:
                    book.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM taken')  # noqa: S608
        book.execute("DROP TABLE IF EXISTS taken")


NOTHING = Staged()


def _contracts(rows: Rows) -> set[str]:
    if not isinstance(rows, Path):
        return {row.get("contract_id", "") for row in rows}
    with duckdb.connect() as reader:
        found = reader.execute("SELECT DISTINCT contract_id FROM read_parquet(?)", [str(rows)])
        return {name for (name,) in found.fetchall()}


def _take(book: duckdb.DuckDBPyConnection, name: str, table: str, rows: Rows) -> None:
    if isinstance(rows, Path):
        columns = ", ".join(f'"{column}"' for column in INPUTS[table])
        book.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {columns} FROM read_parquet(?)", [str(rows)])  # noqa: S608
        return
    book.execute(f'CREATE OR REPLACE TEMP TABLE {name} AS FROM "{table}" LIMIT 0')
    engine.put_into(book, name, INPUTS[table], rows)
