"""Pulling streams from a source: pages are downloaded in one thread, made ready in another, stored in the caller's.

Whatever waits is stored in one transaction: a slow vendor's pages land one by one, a fast one's several together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from tieout.connect import queries as connect
from tieout.connect.models import Connection
from tieout.connect.slots import slot
from tieout.connectors.kit.capabilities import ReadsStreams
from tieout.connectors.kit.prefetch import prefetch
from tieout.connectors.kit.streams import Page, Window
from tieout.sync.landing import Prepared, land, prepare, start_position
from tieout.sync.models import StreamPosition
from tieout.sync.runs import Run

DOWNLOADED = 3
"""Pages that may wait to be made ready: the vendor works on the next while we work on these."""
AHEAD = 12
"""Pages that may wait to be stored, and so the most that land in one transaction."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stream to read: whole, or from a moment of creation on."""

    stream: str
    since: datetime | None = None


def pull(run: Run, wanted: Sequence[Wanted], zone: ZoneInfo) -> None:
    """Read the streams one after the other, each resumable. Raises the faults of the kit, StopRequested, LeaseLost."""
    source = run.process.origin
    keys = {stream.name: stream.key for stream in connect.connector_of(source).streams}
    run.enter("pull", text=f"Reading {', '.join(want.stream for want in wanted)}")
    with slot(source), connect.pinned_session(source) as session:
        assert isinstance(session, ReadsStreams)
        for want in wanted:
            with transaction.atomic():
                run.checkpoint()
                position = start_position(run, want.stream, want.since, run.clock())
            window = Window(position.since.astimezone(zone).replace(tzinfo=None) if position.since else None)
            pages = session.pages(want.stream, window, position.position)
            with (
                prefetch(pages, DOWNLOADED) as downloaded,
                prefetch(_prepared(source, downloaded, keys[want.stream]), AHEAD) as waiting,
            ):
                for page in waiting:
                    land(run, source, [page, *waiting.ready()], position)
                    run.stop_here()


def _prepared(source: Connection, pages: Iterable[Page], key: str) -> Iterator[Prepared]:
    for page in pages:
        yield prepare(source, page, key)


def synced_until(run: Run, stream: str) -> datetime | None:
    """Until when the process has read the stream completely; None when it never did."""
    return (
        StreamPosition.objects.filter(process=run.process, stream=stream).values_list("synced_until", flat=True).first()
    )
