"""Routes of the close: checklists, signatures, freeze, dry run, close, reopening and packages."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import Query

from tieout.api.doors import Call, Doors
from tieout.api.paging import Asked, Page, page
from tieout.close import dry_run, models, operations, package, queries, shapes
from tieout.kernel.errors import NotFound
from tieout.people.actors import Permission
from tieout.revenue import periods
from tieout.sync.tasks import defer

doors = Doors("close")
_BYTES = "application/octet-stream"


@doors.get("/periods/{int:period_id}/close", Permission.READ, shapes.Checklist)
def show_close(request: Call, period_id: int) -> shapes.Checklist:
    """The checklist of a period: live until it is closed, then as it was recorded."""
    return shapes.Checklist.of(queries.checklist(request.auth.environment_id, period_id))


@doors.get("/closings", Permission.READ, Page[shapes.Closing])
def list_closings(request: Call, asked: Query[Asked]) -> dict[str, Any]:
    """Every freeze of every period, newest first."""
    return page(queries.closings(request.auth.environment_id), asked, "-frozen_at", "-id")


@doors.post("/periods/{int:period_id}/freeze", Permission.CLOSE_PERIOD, shapes.Closing)
def freeze_period(request: Call, period_id: int) -> models.Closing:
    """Compute the figures and fix them; what comes later lands in the next period."""
    return operations.freeze(request.auth, period_id=period_id, now=request.now)


@doors.post("/periods/{int:period_id}/thaw", Permission.CLOSE_PERIOD, shapes.Closing)
def thaw_period(request: Call, period_id: int, sent: shapes.Reason) -> models.Closing:
    """Open a frozen period again while nothing of it was sent."""
    return operations.thaw(request.auth, period_id=period_id, reason=sent.reason, now=request.now)


@doors.post("/periods/{int:period_id}/steps/{step}/sign", Permission.SIGN_OFF, shapes.Step)
def sign_step(request: Call, period_id: int, step: str, sent: shapes.Note) -> shapes.Step:
    """Sign a step as it stands; with a note where something is not clear."""
    operations.sign(request.auth, period_id=period_id, step=step, note=sent.note, now=request.now)
    return _step(request, period_id, step)


@doors.post("/periods/{int:period_id}/steps/{step}/withdraw", Permission.SIGN_OFF, shapes.Step)
def withdraw_signature(request: Call, period_id: int, step: str) -> shapes.Step:
    """Take your own signature back."""
    operations.withdraw(request.auth, period_id=period_id, step=step, now=request.now)
    return _step(request, period_id, step)


@doors.get("/periods/{int:period_id}/dry-run", Permission.READ, shapes.Dry)
def show_dry_run(request: Call, period_id: int, everything: bool = False) -> shapes.Dry:
    """By account and dimension: held now, to be posted, held after; with `everything` also what does not move."""
    found = dry_run.of_period(periods.period(request.auth.environment_id, period_id))
    return shapes.Dry.of(found, only_moves=not everything)


@doors.post("/periods/{int:period_id}/close", Permission.CLOSE_PERIOD, shapes.Closing)
def close_period(request: Call, period_id: int) -> models.Closing:
    """Lock a frozen period of which every step is done. The answer to a refusal names what is missing."""
    return operations.close(request.auth, period_id=period_id, now=request.now)


@doors.get("/periods/{int:period_id}/reopening", Permission.READ, shapes.Reopening)
def show_reopening(request: Call, period_id: int) -> shapes.Reopening:
    """What reopening the period would reverse and restate."""
    return shapes.Reopening.of(queries.reopening(request.auth.environment_id, period_id))


@doors.post("/periods/{int:period_id}/reopen", Permission.CLOSE_PERIOD, shapes.Closing)
def reopen_period(request: Call, period_id: int, sent: shapes.Reason) -> models.Closing:
    """Open the last closed period again; its entries get linked counter-entries."""
    return operations.reopen(request.auth, period_id=period_id, reason=sent.reason, now=request.now, defer=defer)


@doors.file("/closings/{int:closing_id}/package.{ending}", Permission.READ, _BYTES)
def download_package(request: Call, closing_id: int, ending: str) -> HttpResponse:
    """The close package as `pdf` or `xlsx`."""
    closing = queries.closings(request.auth.environment_id).filter(pk=closing_id).first()
    if closing is None:
        raise NotFound(f"There is no closing {closing_id} in this environment.", closing=closing_id)
    name, place = package.file_of(closing, ending)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(place.read_bytes(), content_type=_BYTES, headers=headers)


def _step(request: Call, period_id: int, step: str) -> shapes.Step:
    found = queries.checklist(request.auth.environment_id, period_id)
    return shapes.Step.of(found.step(operations.step_of(step)))
