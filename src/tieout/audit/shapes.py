"""The audit trail as the API and `--json` show it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema


class Entry(Schema):
    """One act: who did what to which record, through which door."""

    id: int
    at: datetime
    actor: str
    door: str
    action: str
    subject: str
    details: dict[str, Any]
