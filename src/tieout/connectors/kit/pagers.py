"""Pages by number over a table that may grow while it is read.

The vendor is asked for ascending keys, so that new records land behind the pages already read. A resumed read starts
with the page read last, since that page may have been short; the caller's upsert makes the overlap harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tieout.connectors.kit.faults import VendorFault
from tieout.connectors.kit.streams import Page, Window


@dataclass(frozen=True, slots=True)
class Fetched:
    """One numbered page as the vendor sent it; `more` is the vendor's word that another follows."""

    body: bytes
    request: str
    records: tuple[Mapping[str, Any], ...]
    more: bool


def numbered(
    stream: str, fetch: Callable[[int], Fetched], *, size: int, window: Window, position: Mapping[str, Any] | None
) -> Iterator[Page]:
    """Pages from `position` on, or from the first. Raises VendorFault when the vendor promises more and sends nothing.

    A position of another window, or none, starts at page one; one taken with another page size starts before its place.
    """
    bounds = _bounds(window)
    number = _resume_at(position, size, bounds)
    while True:
        fetched = fetch(number)
        if fetched.more and not fetched.records:
            raise VendorFault(f"Page {number} of {stream} is empty although more are promised")
        place = {"page": number, "size": size, "window": bounds}
        yield Page(stream, number, fetched.body, fetched.request, fetched.records, place, not fetched.more)
        if not fetched.more:
            return
        number += 1


def _bounds(window: Window) -> list[str]:
    return [moment.isoformat() if moment else "" for moment in (window.since, window.until)]


def _resume_at(position: Mapping[str, Any] | None, size: int, bounds: list[str]) -> int:
    if not position or list(position["window"]) != bounds:
        return 1
    records_before = (int(position["page"]) - 1) * int(position["size"])
    return records_before // size + 1
