"""Routes of batches: a file in, what it would change, apply, undo; templates and current data out."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.http import FileResponse
from django.utils import timezone
from ninja import File, Form, Query, UploadedFile

from tieout.api.doors import Call, Doors
from tieout.api.paging import Asked, Page, page
from tieout.kernel.errors import NotFound
from tieout.people.actors import Permission
from tieout.revenue import shapes
from tieout.revenue.batches import exporting, operations, queries
from tieout.revenue.models import Batch
from tieout.revenue.tasks import defer_applying, defer_reading

doors = Doors("batches")
_BYTES = "application/octet-stream"
_WRITE = {"template": exporting.write_template, "data": exporting.write_export}


class Wanted(Asked):
    """Which batches."""

    state: str = ""
    origin: str = ""


@doors.get("/revenue/batches", Permission.READ, Page[shapes.Batch])
def list_batches(request: Call, asked: Query[Wanted]) -> dict[str, Any]:
    """Every delivery of revenue data, newest first."""
    wanted = {name: value for name, value in (("state", asked.state), ("origin", asked.origin)) if value}
    return page(queries.batches(request.auth.environment_id).filter(**wanted), asked, "-id")


@doors.post("/revenue/batches", Permission.CHANGE_DATA, shapes.BatchInFull, status=201)
def upload_batch(
    request: Call, file: File[UploadedFile], encoding: Form[str] = "", replaces: Form[int | None] = None
) -> Batch:
    """Send a file as multipart/form-data. It is read and shown, not applied; a large one by a worker.

    `replaces` names conversion data of which it is the edited form.
    """
    path = getattr(file, "temporary_file_path", None)
    return operations.receive(
        request.auth,
        name=str(file.name),
        source=Path(path()) if path else file.read(),
        encoding=encoding,
        replaces=replaces,
        now=timezone.now(),
        defer=defer_reading,
    )


@doors.get("/revenue/batches/{number}", Permission.READ, shapes.BatchInFull)
def show_batch(request: Call, number: int) -> Batch:
    """One batch with its problems, matching and impact."""
    return queries.batch(request.auth.environment_id, number)


@doors.post("/revenue/batches/{number}/match", Permission.CHANGE_DATA, shapes.BatchInFull)
def match_batch(request: Call, number: int, choices: shapes.Choices) -> Batch:
    """Read the file again with these choices."""
    said = choices.model_dump(exclude_none=True)
    return operations.match(request.auth, batch_id=number, choices=said, now=timezone.now(), defer=defer_reading)


@doors.post("/revenue/batches/{number}/apply", Permission.CHANGE_DATA, shapes.BatchInFull)
def apply_batch(request: Call, number: int) -> Batch:
    """Apply all of it; a large one by a worker, which the state `applying` says."""
    return operations.apply(request.auth, batch_id=number, now=timezone.now(), defer=defer_applying)


@doors.post("/revenue/batches/{number}/load", Permission.CHANGE_DATA, shapes.BatchInFull)
def load_batch(request: Call, number: int) -> Batch:
    """Load conversion data as it is; what is large by a worker."""
    return operations.load(request.auth, batch_id=number, now=timezone.now(), defer=defer_applying)


@doors.post("/revenue/batches/{number}/undo", Permission.CHANGE_DATA, shapes.BatchInFull)
def undo_batch(request: Call, number: int, why: shapes.Reason) -> Batch:
    """Bring back what was known before; answers the batch that does so."""
    return operations.undo(request.auth, batch_id=number, reason=why.reason, now=timezone.now())


@doors.post("/revenue/batches/{number}/discard", Permission.CHANGE_DATA, shapes.BatchInFull)
def discard_batch(request: Call, number: int) -> Batch:
    """Put aside a batch that was not applied."""
    return operations.discard(request.auth, batch_id=number, now=timezone.now())


@doors.file("/revenue/batches/{number}/original", Permission.READ, _BYTES)
def download_original(request: Call, number: int) -> FileResponse:
    """The exact bytes that were delivered."""
    found = queries.batch(request.auth.environment_id, number)
    return _file(queries.original(found), found.file_name)


@doors.file("/revenue/batches/{number}/problems", Permission.READ, _BYTES)
def download_problems(request: Call, number: int) -> FileResponse:
    """Every problem as CSV."""
    found = queries.batch(request.auth.environment_id, number)
    return _file(queries.problems(found), f"problems-of-batch-{number}.csv")


@doors.file("/revenue/files/{what}.{form}", Permission.READ, _BYTES)
def download_revenue_file(request: Call, what: str, form: str) -> FileResponse:
    """`template` made from this site's configuration, or `data`: everything in force; as `xlsx` or `zip`."""
    if what not in _WRITE or form not in ("xlsx", "zip"):
        raise NotFound(f"There is no file {what[:40]}.{form[:10]}.", remedy="Ask for template or data, as xlsx or zip.")
    with tempfile.TemporaryDirectory(prefix="tieout-export-") as folder:
        return _file(_WRITE[what](request.auth.environment_id, form, Path(folder) / f"revenue-{what}.{form}"))


def _file(path: Path, name: str = "") -> FileResponse:
    """Bytes to keep; the file stays readable for the answer when its folder is gone."""
    return FileResponse(path.open("rb"), as_attachment=True, filename=name or path.name, content_type=_BYTES)
