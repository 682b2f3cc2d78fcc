"""Routes of accounting periods."""

from __future__ import annotations

from typing import Any

from ninja import Query

from tieout.api.doors import Call, Doors
from tieout.api.paging import Asked, Page, page
from tieout.people.actors import Permission
from tieout.revenue import period_shapes as shapes
from tieout.revenue import periods
from tieout.revenue.models import Period

doors = Doors("periods")


class Wanted(Asked):
    """Which periods; without an entity, those of all."""

    entity: str | None = None
    state: str = ""


@doors.get("/periods", Permission.READ, Page[shapes.Period])
def list_periods(request: Call, asked: Query[Wanted]) -> dict[str, Any]:
    """Accounting periods by entity, in order."""
    found = periods.periods(request.auth.environment_id, asked.entity)
    return page(found.filter(state=asked.state) if asked.state else found, asked, "entity", "starts_on")


@doors.post("/periods", Permission.SET_UP_ACCOUNTING, list[shapes.Period], status=201)
def set_up_periods(request: Call, sent: shapes.SetUp) -> list[Period]:
    """Make the periods of an entity; the first one opens. May be repeated until one was prepared for its close."""
    end = sent.year_end
    return periods.set_up(
        request.auth,
        entity=sent.entity,
        first=sent.first,
        calendar=sent.calendar,
        years=sent.years,
        year_end=(end.month, end.weekday, end.rule) if end else None,
        now=request.now,
    )


@doors.post("/periods/extend", Permission.SET_UP_ACCOUNTING, list[shapes.Period], status=201)
def extend_periods(request: Call, sent: shapes.Extend) -> list[Period]:
    """Add years at the end of an entity's periods."""
    return periods.extend(request.auth, entity=sent.entity, years=sent.years, now=request.now)
