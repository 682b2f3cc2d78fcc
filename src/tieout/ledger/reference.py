"""The ledger's own lists, kept as last seen: accounts, journals, bank accounts, dimensions, periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import get_args

from django.db import transaction
from django.db.models import Max

from tieout.connect import queries as connect
from tieout.connect.models import Connection
from tieout.connect.slots import slot
from tieout.connectors.kit.capabilities import ReadsReference, Reference, ReferenceKind
from tieout.ledger.models import ReferenceItem

KINDS: tuple[ReferenceKind, ...] = get_args(ReferenceKind)
WANTED: tuple[ReferenceKind, ...] = tuple(kind for kind in KINDS if kind != "customer")
"""Lists that mapping and preflight use."""
FRESH = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Chart:
    """The lists of one ledger, by kind and code."""

    items: dict[tuple[str, str], ReferenceItem]

    def get(self, kind: ReferenceKind, code: str) -> ReferenceItem | None:
        """The row of that code, or None."""
        return self.items.get((kind, code))

    def of(self, kind: ReferenceKind) -> list[ReferenceItem]:
        """Every row of a list, by code."""
        return [item for (each, _), item in sorted(self.items.items()) if each == kind]

    def closed(self, day: date, entity: str) -> bool | None:
        """Whether the period that holds `day` is closed; None when the ledger names no period for it."""
        periods = [item for item in self.of("period") if item.facts.get("entity", "") in ("", entity)]
        holding = [
            item for item in periods if item.facts.get("start", "9") <= day.isoformat() <= item.facts.get("end", "")
        ]
        return any(item.facts.get("closed") == "true" for item in holding) if holding else None


def chart(target: Connection | None) -> Chart:
    """The lists as last seen; empty before the first refresh, and where there is no ledger."""
    rows = ReferenceItem.objects.filter(connection=target)
    return Chart({(row.kind, row.code): row for row in rows})


def refresh(target: Connection, now: datetime, *, at_least: timedelta = FRESH) -> bool:
    """Read the lists again unless they are younger than `at_least`. Returns whether they were read."""
    seen = ReferenceItem.objects.filter(connection=target).aggregate(latest=Max("seen_at"))["latest"]
    if seen is not None and now - seen < at_least:
        return False
    with slot(target), connect.pinned_session(target) as session:
        assert isinstance(session, ReadsReference)
        rows = [row for kind in WANTED for row in session.reference(kind)]
    _store(target, rows, now)
    return True


@transaction.atomic
def _store(target: Connection, rows: Sequence[Reference], now: datetime) -> None:
    ReferenceItem.objects.filter(connection=target).exclude(kind="customer").delete()
    ReferenceItem.objects.bulk_create(
        [
            ReferenceItem(
                connection=target,
                kind=row.kind,
                code=row.code,
                name=row.name[:300],
                active=row.active,
                facts=dict(row.facts),
                seen_at=now,
            )
            for row in rows
        ],
        batch_size=2000,
        ignore_conflicts=True,
    )
