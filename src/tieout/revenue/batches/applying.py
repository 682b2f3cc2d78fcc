"""Staged rows into the tables of revenue data, and out again: COPY and set-based SQL in the caller's transaction.

Applying ends the versions that differ and brings new ones; undoing ends what a batch brought and brings back what it ended.
Refuses to undo what later batches have built upon.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from tieout.recognition.tables import INPUTS, KEYS
from tieout.revenue.batches.book import CSV, Book, named, send, typed
from tieout.revenue.batches.errors import ChangedLater
from tieout.revenue.models import FACTS, Batch
from tieout.revenue.store import store

ENDS = ".ends"
SHOWN = 20
_LOCK = "select pg_advisory_xact_lock(hashtextextended('tieout.revenue', %s))"


def lock(environment_id: int | None) -> None:
    """Let one transaction after the other change the revenue data of an environment."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [environment_id or 0])


def keep(book: Book) -> dict[str, str]:
    """Store the rows that differ as Parquet files: name of the table → hash; `<table>.ends` holds the keys that end."""
    kept: dict[str, str] = {}
    for table in book.given():
        differing = f"SELECT \"row\", {named(list(INPUTS[table]))} FROM staged_{table} WHERE state <> 'unchanged'"  # noqa: S608
        _keep(book, table, differing, kept)
    for table in KEYS:
        if book.columns(f"ends_{table}"):
            _keep(book, table + ENDS, f"SELECT {named(KEYS[table])} FROM ends_{table}", kept)  # noqa: S608
    return kept


def write(batch: Batch, book: Book) -> None:
    """Apply the stored rows of a batch."""
    tables = [name for name in batch.files if name in KEYS]
    for table in KEYS:
        if table + ENDS in batch.files:
            _load(book, table, batch.files[table + ENDS], KEYS[table])
            _end(batch, table)
        if table in tables:
            _load(book, table, batch.files[table], tuple(INPUTS[table]), row=True)
            _end(batch, table)
            _bring(batch, table)


def take_back(batch: Batch, undo: Batch) -> dict[str, dict[str, int]]:
    """Undo `batch` as `undo`; rows ended and brought back, by table. Raises ChangedLater with the rows."""
    later = [row for table in KEYS for row in _built_upon(batch, table)]
    if later:
        said = ", ".join(f"{row['table']} {row['key']} (batch {row['batch']})" for row in later[:SHOWN])
        raise ChangedLater(f"Later batches changed the same rows: {said}.", rows=later[:SHOWN])
    return {table: told for table in KEYS if any((told := _restore(batch, undo, table)).values())}


def _keep(book: Book, name: str, query: str, kept: dict[str, str]) -> None:
    if book.one(f"SELECT count(*) FROM ({query})"):  # noqa: S608
        path = book.file(f"{name}.parquet")
        book.run(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        kept[name] = store().put_file(path).sha256


def _load(book: Book, table: str, sha256: str, columns: tuple[str, ...], *, row: bool = False) -> None:
    """The rows of a stored file as the temporary table `delivered`."""
    source: Path = store().path(sha256)
    sent = book.file(f"{table}.csv")
    wanted = f'"row", {named(columns)}' if row else named(columns)
    book.run(f"COPY (SELECT {wanted} FROM read_parquet('{source}')) TO '{sent}' ({CSV})")  # noqa: S608
    with connection.cursor() as cursor:
        shape = f'"row" integer, {typed(table, columns)}' if row else typed(table, columns)
        cursor.execute("drop table if exists delivered")
        cursor.execute(f"create temporary table delivered ({shape}) on commit drop")
        send(cursor, f"copy delivered ({wanted}) from stdin (format csv)", sent)
        cursor.execute("analyze delivered")


def _end(batch: Batch, table: str) -> None:
    _execute(
        f"update {_rows(table)} f set until_id = %s from delivered d"  # noqa: S608
        f" where f.environment_id = %s and f.until_id is null and {_same(table, 'f', 'd')}",
        batch.pk,
        batch.environment_id,
    )


def _bring(batch: Batch, table: str) -> None:
    columns = named(list(INPUTS[table]))
    _execute(
        f'insert into {_rows(table)} (environment_id, since_id, "row", {columns})'  # noqa: S608
        f' select %s, %s, "row", {columns} from delivered',
        batch.environment_id,
        batch.pk,
    )


def _built_upon(batch: Batch, table: str) -> Iterator[dict[str, Any]]:
    """Rows that are not any more as the batch left them: changed, ended, or brought again after it had ended them."""
    keys = ", ".join(f'f."{name}"::text' for name in KEYS[table])
    current = (
        f"left join {_rows(table)} n on n.environment_id = f.environment_id and n.until_id is null"
        f" and {_same(table, 'n', 'f')}"
    )
    found = _select(
        f"""select concat_ws(' · ', {keys}), coalesce(n.since_id, f.until_id) from {_rows(table)} f {current}
             where f.since_id = %(batch)s
               and ({_content(table, "n")}) is distinct from ({_content(table, "f")})
            union all
            select concat_ws(' · ', {keys}), n.since_id from {_rows(table)} f {current}
             where f.until_id = %(batch)s and n.id is not null
               and not exists (select 1 from {_rows(table)} m where m.since_id = %(batch)s and {_same(table, "m", "f")})
            limit {SHOWN}""",  # noqa: S608
        {"batch": batch.pk},
    )
    return ({"table": table, "key": key, "batch": later} for key, later in found)


def _restore(batch: Batch, undo: Batch, table: str) -> dict[str, int]:
    columns = named(list(INPUTS[table]))
    ended = _execute(
        f"update {_rows(table)} n set until_id = %s from {_rows(table)} f"  # noqa: S608
        f" where f.since_id = %s and n.environment_id = f.environment_id and n.until_id is null and {_same(table, 'n', 'f')}",
        undo.pk,
        batch.pk,
    )
    brought = _execute(
        f'insert into {_rows(table)} (environment_id, since_id, "row", {columns})'  # noqa: S608
        f' select environment_id, %s, "row", {columns} from {_rows(table)} where until_id = %s',
        undo.pk,
        batch.pk,
    )
    return {"ended": ended, "restored": brought}


def _same(table: str, one: str, other: str) -> str:
    return " and ".join(f'{one}."{name}" = {other}."{name}"' for name in KEYS[table])


def _content(table: str, of: str) -> str:
    return named(list(INPUTS[table]), of=of)


def _rows(table: str) -> str:
    return FACTS[table]._meta.db_table


def _execute(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _select(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()
