"""Pulling streams from a source: pages are downloaded ahead in a thread while the last one is being stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from tieout.connect import queries as connect
from tieout.connect.slots import slot
from tieout.connectors.kit.capabilities import ReadsStreams
from tieout.connectors.kit.prefetch import prefetch
from tieout.connectors.kit.streams import Window
from tieout.sync.landing import land, start_position
from tieout.sync.models import StreamPosition
from tieout.sync.runs import Run


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stream to read: whole, or from a moment of creation on."""

    stream: str
    since: datetime | None = None


def pull(run: Run, wanted: Sequence[Wanted], zone: ZoneInfo) -> None:
    """Read the streams one after the other, each resumable. Raises the faults of the kit, StopRequested, LeaseLost."""
    source = run.process.source
    keys = {stream.name: stream.key for stream in connect.connector_of(source).streams}
    run.enter("pull", text=f"Reading {', '.join(want.stream for want in wanted)}")
    with connect.pinned_session(source) as session, slot(source):
        assert isinstance(session, ReadsStreams)
        for want in wanted:
            with transaction.atomic():
                run.checkpoint()
                position = start_position(run, want.stream, want.since, run.clock())
            window = Window(position.since.astimezone(zone).replace(tzinfo=None) if position.since else None)
            with prefetch(session.pages(want.stream, window, position.position)) as pages:
                for page in pages:
                    land(run, source, page, keys[want.stream], position)
                    run.stop_here()


def synced_until(run: Run, stream: str) -> datetime | None:
    """Until when the process has read the stream completely; None when it never did."""
    return (
        StreamPosition.objects.filter(process=run.process, stream=stream).values_list("synced_until", flat=True).first()
    )
