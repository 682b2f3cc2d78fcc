"""Landing pages: exact bytes, raw versions, canonical records, cursor and progress in one transaction.

A job killed anywhere resumes behind its last committed page and ends with the same data. What needs no database is done
while the database is busy with the pages before. Memory holds a few pages, whatever the length of the history.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import connection as database
from django.db import transaction
from psycopg import Cursor

from tieout.connect.models import Connection
from tieout.connectors.kit.streams import Page
from tieout.kernel.errors import Skip
from tieout.sync import versions
from tieout.sync.findings import note_all, resolve_absent
from tieout.sync.models import Finding, InputPage, StreamPosition
from tieout.sync.noted import Noted
from tieout.sync.runs import Run
from tieout.sync.versions import Landed, Raw, Understand

_PAGES = """
insert into sync_inputpage (job_id, connection_id, stream, received_at, number, request, body, size, sha256)
select %s, %s, %s, %s, page.* from unnest(%s::int[], %s::text[], %b::bytea[], %s::int[], %b::bytea[]) page
returning id, number, sha256
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page with everything done to it that needs no database."""

    stream: str
    number: int
    request: str
    position: Mapping[str, Any]
    last: bool
    count: int
    size: int
    sha256: bytes
    packed: bytes
    records: Sequence[Raw]


class Lander(Protocol):
    """Makes raw records canonical. There is one such room."""

    def reader(self, source: Connection, stream: str) -> Understand:
        """Makes of a record what `write` needs, or the Skip that says why it cannot be used. Pure: called in a thread."""

    def write(self, source: Connection, landed: Sequence[Landed]) -> None:
        """Store what was understood, in the caller's transaction."""


_landers: list[Lander] = []


def register(lander: Lander) -> None:
    """Say what makes records canonical."""
    assert not _landers or _landers == [lander]
    _landers[:] = [lander]


def prepare(source: Connection, page: Page, key: str) -> Prepared:
    """Everything about a page that can be done while the database is busy with the pages before it."""
    return Prepared(
        stream=page.stream,
        number=page.number,
        request=page.request[:1000],
        position=page.position,
        last=page.last,
        count=len(page.records),
        size=len(page.body),
        sha256=hashlib.sha256(page.body).digest(),
        packed=zlib.compress(page.body, 1),
        records=versions.read(source, page.stream, key, page.records, _landers[0].reader(source, page.stream)),
    )


def land(run: Run, source: Connection, pages: Sequence[Prepared], position: StreamPosition) -> None:
    """Store pages of one stream, with everything that follows from them and the cursor, in one transaction.

    A record that several of the pages hold is stored as the last of them has it. Raises LeaseLost.
    """
    stream, last = pages[-1].stream, pages[-1]
    with transaction.atomic():
        run.prove()
        stored = _store_pages(run, source, pages)
        rows = {raw.external_id: (page_id, raw) for page_id, page in stored for raw in page.records}
        landed = versions.store(source, stream, rows)
        skips = [each for each in landed if isinstance(each.understood, Skip)]
        _landers[0].write(source, [each for each in landed if not isinstance(each.understood, Skip)])
        _note_unreadable(run, stream, landed, skips)
        _move(position, last)
        read, new = sum(page.count for page in pages), sum(each.first for each in landed)
        run.advance(
            done=read,
            read=read,
            new=new,
            changed=len(landed) - new,
            unchanged=read - len(landed),
            skipped=len(skips),
        )


def _store_pages(run: Run, source: Connection, pages: Sequence[Prepared]) -> list[tuple[int, Prepared]]:
    """The pages with their ids; one that this job received before, byte for byte, is not stored twice."""
    seen = InputPage.objects.filter(job=run.job, stream=pages[0].stream, number__in=[page.number for page in pages])
    ids = {(number, bytes(sha256)): pk for pk, number, sha256 in seen.values_list("pk", "number", "sha256")}
    if fresh := [page for page in pages if (page.number, page.sha256) not in ids]:
        # Values that travel beside the statement, not in it, are sent as bytes, where text would be twice as much.
        with Cursor(database.connection) as cursor:
            common = [run.job.pk, source.pk, fresh[0].stream, run.clock()]
            cursor.execute(_PAGES, [*common, *(list(column) for column in zip(*map(_columns, fresh), strict=True))])
            ids.update({(number, sha256): pk for pk, number, sha256 in cursor.fetchall()})
    return [(ids[page.number, page.sha256], page) for page in pages]


def _columns(page: Prepared) -> tuple[int, str, bytes, int, bytes]:
    return page.number, page.request, page.packed, page.size, page.sha256


def _move(position: StreamPosition, page: Prepared) -> None:
    position.position = None if page.last else dict(page.position)
    if page.last:
        position.synced_until = position.until
    position.save(update_fields=["position", "synced_until"])


def _note_unreadable(run: Run, stream: str, landed: Sequence[Landed], skips: Sequence[Landed]) -> None:
    now = run.clock()
    if skips:
        note_all(run.process, run.job, [_as_finding(stream, each) for each in skips], now)
    if Finding.objects.filter(process=run.process, record_kind=stream, state=Finding.State.OPEN).exists():
        still = {("unreadable", each.external_id) for each in skips}
        resolve_absent(run.process, stream, [each.external_id for each in landed], still, now)


def _as_finding(stream: str, landed: Landed) -> Noted:
    skip = landed.understood
    return Noted(
        rule="unreadable",
        record_kind=stream,
        record_id=landed.external_id,
        label=f"{stream} {landed.external_id}",
        source_record_id=landed.source_record_id,
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
