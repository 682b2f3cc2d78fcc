"""Streams as data: what a source can deliver, and the pages it delivers it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of record of one vendor.

    `key` is the field that identifies a record, or several of them joined by `+`; `since` the query parameter that bounds
    by creation, when the vendor has one (otherwise the stream is read whole); `order` the field by which pages are ordered
    so that nothing shifts.
    """

    name: str
    path: str
    key: str
    since: str | None = None
    until: str | None = None
    order: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open window of creation time; None on a side means unbounded. Naive times are the tenant's local ones."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the vendor: its exact bytes, and the records read from them.

    `position` resumes after this page: passing it back to `pages()` yields the pages that follow, plus at most one page
    seen before. It is plain JSON.
    """

    stream: str
    number: int
    body: bytes
    request: str
    """Method and path with query, secrets left out."""
    records: tuple[Mapping[str, Any], ...]
    position: Mapping[str, Any]
    last: bool
