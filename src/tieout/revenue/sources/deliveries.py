"""A source's canonical records as rows of the engine's tables, set-based; and which of them its source changed.

The rows stand in temporary tables `out_<table>` of this database session while the block of `assembled` lasts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from django.db import connection as database
from django.db import transaction

from tieout.recognition.tables import KEYS
from tieout.revenue.models import Batch
from tieout.revenue.sources.settings import WAYS, SourceSettings
from tieout.sync.models import Process

TABLES = ("customer", "rule", "product", "ssp", "contract", "line", "change", "invoice")
"""What a source delivers, in the order in which it is read."""
STANDING = ("contract", "line", "change", "invoice")
"""Tables whose rows end when their source does not stand by them any more."""
_SQL = files("tieout.revenue.sources").joinpath("sql")
_STAGING, _OUT, _QUESTIONS = (_SQL.joinpath(f"{name}.sql").read_text() for name in ("staging", "tables", "questions"))
_MADE = (
    *re.findall(r"create temporary table (\w+)", _STAGING + _OUT),
    *(f"new_{table}" for table in TABLES),
    "src_withdrawn",
)
_CHANGED = """
create temporary table new_{table} as
with made as (select jsonb_build_array({key})::text as key_text, md5(out::text) as digest_text, out.* from out_{table} out)
select made.* from made
  left join sources_delivered delivered
    on delivered.process_id = {process} and delivered."table" = '{table}' and delivered.key = made.key_text
  left join revenue_batch batch on batch.id = delivered.batch_id
 where delivered.id is null or delivered.digest <> made.digest_text or batch.state = 'refused'
"""
_WITHDRAWN = """
insert into src_withdrawn
select '{table}', key from sources_delivered
 where process_id = {process} and "table" = '{table}'
   and key not in (select jsonb_build_array({key})::text from out_{table})
"""
_KEEP = """
insert into sources_delivered (process_id, batch_id, "table", key, digest)
select %s, %s, '{table}', key_text, digest_text from new_{table}
    on conflict (process_id, "table", key) do update set batch_id = excluded.batch_id, digest = excluded.digest
"""
AT_ONCE = 5_000
"""Rows that are fetched together."""
Found = tuple[str, str, str, int | None, str, str]
"""Rule, kind and number of the record, its version, a label, and what is wrong."""


@contextmanager
def assembled(process: Process, settings: SourceSettings) -> Iterator[None]:
    """Make the rows of a process's source, and find those that changed; afterwards they are gone."""
    try:
        with transaction.atomic(), database.cursor() as cursor:
            _clear(cursor)
            values = _values(process, settings)
            cursor.execute(_STAGING, values)
            cursor.execute(_OUT, values)
            cursor.execute('create temporary table src_withdrawn ("table" text, key text)')
            for table in TABLES:
                cursor.execute(_CHANGED.format(table=table, key=_key(table), process=process.pk))
            for table in STANDING:
                cursor.execute(_WITHDRAWN.format(table=table, key=_key(table), process=process.pk))
        yield
    finally:
        with database.cursor() as cursor:
            _clear(cursor)


def found(process: Process, settings: SourceSettings) -> list[Found]:
    """What people have to look at."""
    with database.cursor() as cursor:
        cursor.execute(_QUESTIONS, _values(process, settings))
        return list(cursor.fetchall())


def changed() -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """Rows of engine values by table, as far as they changed; only tables that have some."""
    return {table: _rows(table) for table, count in counts().items() if count}


def counts() -> dict[str, int]:
    """How many rows of each table changed."""
    with database.cursor() as cursor:
        told = {}
        for table in TABLES:
            cursor.execute(f"select count(*) from new_{table}")  # noqa: S608 - names from this module
            told[table] = int(cursor.fetchone()[0])
        return told


def keep(process: Process, batch: Batch) -> None:
    """Remember what went with a batch."""
    with transaction.atomic(), database.cursor() as cursor:
        for table in TABLES:
            cursor.execute(_KEEP.format(table=table), [process.pk, batch.pk])


def _rows(table: str) -> Iterator[dict[str, Any]]:
    with database.chunked_cursor() as cursor:
        cursor.execute(f"select * from new_{table}")  # noqa: S608 - names from this module
        names = [column.name for column in cursor.description]
        while rows := cursor.fetchmany(AT_ONCE):
            for row in rows:
                yield dict(zip(names[2:], row[2:], strict=True))


def _clear(cursor: Any) -> None:
    cursor.execute("; ".join(f"drop table if exists pg_temp.{name}" for name in _MADE))


def _key(table: str) -> str:
    """The columns of a table's key that sources deliver; the others have their defaults."""
    given = {"rule": ("rule_id",), "ssp": ("product_id", "currency", "starts_on")}
    return ", ".join(given.get(table, KEYS[table]))


def _values(process: Process, settings: SourceSettings) -> dict[str, Any]:
    return {
        "connection": process.source_id,
        "start": settings.start_on,
        "prefix": settings.prefix,
        "contracts": settings.contracts,
        "products": json.dumps([row.model_dump() for row in settings.products]),
        "otherwise": settings.otherwise,
        "changes": settings.changes,
        "ssp": settings.ssp,
        "credits": json.dumps([row.model_dump() for row in settings.credits]),
        "other_credits": settings.other_credits,
        "entity_field": settings.entity_field,
        "entities": json.dumps(settings.entities),
        "region_field": settings.region_field,
        "class_field": settings.class_field,
        "fields": json.dumps(settings.customer_fields),
        "ways": json.dumps([{"name": name, **way} for name, way in WAYS.items()]),
    }
