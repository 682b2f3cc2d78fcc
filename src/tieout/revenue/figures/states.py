"""What figures are made from, as hashes: two sets with the same ones hold the same figures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from tieout.revenue.models import Batch, CustomField, FiscalYears, Period


@dataclass(frozen=True, slots=True)
class State:
    """`settings` is the hash of periods and of the fields that feed dimensions; `inputs` that of everything."""

    known: Batch | None
    settings: str
    inputs: str

    @staticmethod
    def hashed(content: Any) -> str:
        """The SHA-256 of a JSON value, keys in order."""
        return _hash(content)


def state_of(environment_id: int | None) -> State:
    """As it is now."""
    applied = Batch.objects.filter(environment_id=environment_id, applied_at__isnull=False).order_by("applied_at", "pk")
    settings = _hash([_rows(model, environment_id, *names) for model, names in _SETTINGS.items()])
    batches = [list(each) for each in applied.values_list("pk", "origin", "file_sha256")]
    return State(known(environment_id), settings, _hash([batches, settings]))


def known(environment_id: int | None, known_at: datetime | None = None) -> Batch | None:
    """The last batch applied by a moment."""
    applied = Batch.objects.filter(environment_id=environment_id, applied_at__isnull=False)
    if known_at is not None:
        applied = applied.filter(applied_at__lte=known_at)
    return applied.order_by("-applied_at", "-pk").first()


_SETTINGS: dict[Any, tuple[str, ...]] = {
    Period: ("entity", "starts_on", "ends_on", "label", "figures_id"),
    FiscalYears: ("entity", "kind", "month", "weekday", "rule"),
    CustomField: ("source", "api_name", "dimension", "in_journals"),
}


def _rows(model: Any, environment_id: int | None, *names: str) -> list[list[Any]]:
    rows = model.objects.filter(environment_id=environment_id).order_by(*names[:2])
    return [list(each) for each in rows.values_list(*names)]


def _hash(content: Any) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
