"""The audit trail's one route."""

from __future__ import annotations

from typing import Any

from ninja import Query

from tieout.api.doors import Call, Doors
from tieout.api.paging import Asked, Page, page
from tieout.audit import queries, shapes
from tieout.people.actors import Permission

doors = Doors("audit")


class Wanted(Asked):
    """Which entries."""

    subject: str = ""
    action: str = ""


@doors.get("/audit", Permission.READ_AUDIT, Page[shapes.Entry])
def list_audit(request: Call, asked: Query[Wanted]) -> dict[str, Any]:
    """What was done in this environment and to the site, newest first. `subject` is `kind:id`."""
    wanted = {name: value for name, value in (("subject", asked.subject), ("action", asked.action)) if value}
    return page(queries.entries(request.auth.environment_id).filter(**wanted), asked, "-id")
