"""Writing to the audit trail, inside the transaction of the act itself."""

from __future__ import annotations

from typing import Any

from tieout.audit.models import Entry
from tieout.people.actors import Actor


def record(*, actor: Actor, action: str, subject: str, details: dict[str, Any] | None = None) -> None:
    """Add one entry. `subject` is `kind:id`; `details` is plain JSON and never holds a secret."""
    Entry.objects.create(
        environment_id=actor.environment_id,
        user_id=actor.user_id,
        actor=actor.name,
        door=actor.door,
        action=action,
        subject=subject,
        details=details or {},
    )
