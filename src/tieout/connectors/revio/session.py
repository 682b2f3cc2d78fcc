"""One conversation with Rev.io: pages of its lists, and the test of the connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx2

from tieout.connectors.kit.capabilities import Check, Health
from tieout.connectors.kit.faults import PermissionMissing
from tieout.connectors.kit.health import checking
from tieout.connectors.kit.limits import Budget
from tieout.connectors.kit.pagers import Fetched, numbered
from tieout.connectors.kit.retry import retrying
from tieout.connectors.kit.streams import Page, Stream, Window
from tieout.connectors.revio.client import RevioClient
from tieout.connectors.revio.config import Settings
from tieout.connectors.revio.streams import BY_NAME, STREAMS

_CREDENTIALS = "Sign in"


class RevioSession:
    """Reads streams. Opening sends nothing."""

    def __init__(
        self,
        values: Mapping[str, str],
        *,
        transport: httpx2.BaseTransport | None = None,
        budget: Budget | None = None,
        timeout: float = 60.0,
    ) -> None:
        self._settings = Settings.read(values)
        self._client = RevioClient(self._settings, transport=transport, budget=budget, timeout=timeout)

    @property
    def calls(self) -> int:
        """Requests sent so far, for the daily quota."""
        return self._client.calls

    def pages(self, stream: str, window: Window, position: Mapping[str, Any] | None = None) -> Iterator[Page]:
        """Pages by ascending key. A window bounds by creation where Rev.io can; `until` itself may come along."""
        known = BY_NAME[stream]
        size = self._settings.page_size

        def fetch(number: int) -> Fetched:
            return retrying(lambda: self._list(known, window, number, size))

        return numbered(stream, fetch, size=size, window=window, position=position)

    def test(self) -> Health:
        """One row of every list; stops at the first thing that makes the rest pointless."""
        first = self._readable(STREAMS[0], _CREDENTIALS)
        tenant = self._settings.client_code
        if not first.ok:
            return Health(tenant, (first,))
        return Health(tenant, (first, *(self._readable(stream) for stream in STREAMS)))

    def tenant(self) -> str:
        """The client code: part of the credentials, and no answer of Rev.io names another. Sends nothing."""
        return self._settings.client_code

    def close(self) -> None:
        """End the conversation."""
        self._client.close()

    def _readable(self, stream: Stream, name: str = "") -> Check:
        def probe() -> None:
            try:
                self._list(stream, Window(), number=1, size=1)
            except PermissionMissing:
                if name != _CREDENTIALS:
                    raise

        return checking(name or f"Read {stream.name.replace('_', ' ')}", probe)

    def _list(self, stream: Stream, window: Window, number: int, size: int) -> Fetched:
        params = {"search.page": str(number), "search.page_size": str(size), "search.sort": stream.order or stream.key}
        for name, bound in ((stream.since, window.since), (stream.until, window.until)):
            if name and bound:
                params[name] = bound.strftime("%Y-%m-%dT%H:%M:%S")
        return self._client.list(stream.path, {**stream.params, **params})


def open_session(values: Mapping[str, str]) -> RevioSession:
    """A session over the network, from cleaned values. Sends nothing."""
    return RevioSession(values)
