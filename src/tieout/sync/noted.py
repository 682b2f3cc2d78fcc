"""A finding as a plain value, before it is stored: what rules answer when something about the user's data needs a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Noted:
    """One finding before it is stored. `state` is open unless a rule has settled it already."""

    rule: str
    record_kind: str
    record_id: str
    label: str
    owner: str
    cause: str
    remedy: str
    source_record_id: int | None = None
    state: str = "open"
    facts: Mapping[str, Any] = field(default_factory=dict)
