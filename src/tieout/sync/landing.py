"""Landing pages: exact bytes, raw versions, canonical records, cursor and progress in one transaction.

A job killed anywhere resumes at its last committed page and ends with the same data. Memory holds a page or two, whatever
the length of the history.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

import orjson
from django.db import connection as database
from django.db import transaction

from tieout.connect.models import Connection
from tieout.connectors.kit.streams import Page
from tieout.kernel.errors import Skip
from tieout.sync.findings import note_all, resolve_absent
from tieout.sync.noted import Noted
from tieout.sync.models import InputPage, StreamPosition
from tieout.sync.runs import Run

_LAND = files("tieout.sync").joinpath("landing.sql").read_text()
_TABLE = """
create temporary table if not exists sync_landing (
    ordinal int primary key, external_id text not null, digest bytea not null, payload jsonb not null
) on commit delete rows
"""


@dataclass(frozen=True, slots=True)
class LandedRecord:
    """A version of a source record that is new or changed, ready to become a canonical record."""

    source_record_id: int
    external_id: str
    payload: Mapping[str, Any]


Lander = Callable[[Connection, str, Sequence[LandedRecord]], Sequence[Skip]]
"""Turns raw records of a stream into canonical ones in the caller's transaction; answers those it could not use."""

_landers: list[Lander] = []


def register(lander: Lander) -> None:
    """Say what makes records canonical. There is one such room."""
    assert not _landers or _landers == [lander]
    _landers[:] = [lander]


def land(run: Run, source: Connection, page: Page, key: str, position: StreamPosition) -> None:
    """Store one page with everything that follows from it, and the cursor, in one transaction. Raises LeaseLost."""
    ordinals = {str(record[key]): ordinal for ordinal, record in enumerate(page.records)}
    with transaction.atomic():
        stored = _store_page(run, source, page)
        fresh, changed = _land_records(source, page, stored, ordinals)
        skips = _landers[0](source, page.stream, fresh) if fresh else ()
        _note_unreadable(run, page.stream, fresh, skips)
        _move(position, page)
        run.advance(
            done=len(page.records),
            read=len(page.records),
            new=len(fresh) - changed,
            changed=changed,
            unchanged=len(page.records) - len(fresh),
            skipped=len(skips),
        )


def _store_page(run: Run, source: Connection, page: Page) -> int:
    digest = hashlib.sha256(page.body).digest()
    values: dict[str, Any] = {
        "connection": source,
        "request": page.request[:1000],
        "body": zlib.compress(page.body, 1),
        "size": len(page.body),
        "received_at": run.clock(),
    }
    stored, _ = InputPage.objects.get_or_create(
        job=run.job, stream=page.stream, number=page.number, sha256=digest, defaults=values
    )
    return stored.pk


def _land_records(
    source: Connection, page: Page, page_id: int, ordinals: Mapping[str, int]
) -> tuple[list[LandedRecord], int]:
    with database.cursor() as cursor:
        cursor.execute(_TABLE)
        with cursor.copy("copy sync_landing (ordinal, external_id, digest, payload) from stdin") as copy:
            for external_id, ordinal in ordinals.items():
                payload = orjson.dumps(page.records[ordinal], option=orjson.OPT_SORT_KEYS)
                digest = hashlib.blake2b(payload, digest_size=16).digest()
                copy.write_row((ordinal, external_id, digest, payload.decode()))
        cursor.execute(_LAND, {"connection": source.pk, "stream": page.stream, "page": page_id})
        rows = cursor.fetchall()
        cursor.execute("delete from sync_landing")
    names = {ordinal: external_id for external_id, ordinal in ordinals.items()}
    fresh = [LandedRecord(record_id, names[ordinal], page.records[ordinal]) for record_id, ordinal, _ in rows]
    return fresh, sum(changed for _, _, changed in rows)


def _move(position: StreamPosition, page: Page) -> None:
    position.position = None if page.last else dict(page.position)
    if page.last:
        position.synced_until = position.until
    position.save(update_fields=["position", "synced_until"])


def _note_unreadable(run: Run, stream: str, fresh: Sequence[LandedRecord], skips: Sequence[Skip]) -> None:
    now = run.clock()
    note_all(run.process, run.job, [_as_finding(stream, skip, fresh) for skip in skips], now)
    still = {("unreadable", skip.record) for skip in skips}
    resolve_absent(run.process, stream, [record.external_id for record in fresh], still, now)


def _as_finding(stream: str, skip: Skip, fresh: Sequence[LandedRecord]) -> Noted:
    source = next((record.source_record_id for record in fresh if record.external_id == skip.record), None)
    return Noted(
        rule="unreadable",
        record_kind=stream,
        record_id=skip.record,
        label=f"{stream} {skip.record}",
        source_record_id=source,
        owner="source",
        cause=skip.message,
        remedy=skip.advice,
        facts=skip.facts,
    )


def start_position(run: Run, stream: str, since: datetime | None, until: datetime | None) -> StreamPosition:
    """Where to read from: an unfinished read goes on with its own window, otherwise a new one begins."""
    found, _ = StreamPosition.objects.get_or_create(process=run.process, stream=stream)
    if found.position is None:
        found.since, found.until = since, until
        found.save(update_fields=["since", "until"])
    return found
