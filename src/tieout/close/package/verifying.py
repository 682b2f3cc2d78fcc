"""Checking a package that somebody hands back: is it ours, unaltered, and are the figures it speaks of still those?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from tieout.close.errors import NotThePackage
from tieout.close.models import Closing
from tieout.database.files import FileMissing
from tieout.revenue.store import store


@dataclass(frozen=True, slots=True)
class Check:
    """One file: what it is, the hash that it must have, and whether the stored bytes have it."""

    name: str
    sha256: str
    ok: bool


def verify(environment_id: int | None, data: bytes) -> tuple[Closing, list[Check]]:
    """Whose package this file is, and a check of every file that it vouches for. Raises NotThePackage."""
    digest = hashlib.sha256(data).hexdigest()
    closed = Closing.objects.filter(environment_id=environment_id, closed_at__isnull=False)
    for closing in closed.select_related("period", "figures"):
        if digest in {about["sha256"] for about in closing.package.values()}:
            return closing, list(_checks(closing))
    raise NotThePackage(sha256=digest)


def _checks(closing: Closing) -> Iterator[Check]:
    for name, about in sorted({**closing.package, **closing.figures.files}.items()):
        yield Check(name, about["sha256"], _is_whole(about["sha256"]))


def _is_whole(sha256: str) -> bool:
    try:
        store().verify(sha256)
    except FileMissing:
        return False
    return True
