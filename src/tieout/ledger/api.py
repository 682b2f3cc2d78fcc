"""Routes of postings, previews, tie-outs, the ledger's lists, and mappings as files."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from ninja import Query

from tieout.api.doors import Call, Doors
from tieout.api.paging import Asked, Page, page
from tieout.connect import queries as connect
from tieout.connectors.kit.capabilities import ReferenceKind
from tieout.kernel.period import Period
from tieout.ledger import mapping_import, operations, queries, shapes, tie_out
from tieout.ledger.models import Posting
from tieout.ledger.preview import preview
from tieout.people.actors import Permission
from tieout.people.queries import site_clock
from tieout.sync import queries as processes
from tieout.sync import shapes as sync
from tieout.sync.models import Process
from tieout.sync.tasks import defer

posting_doors = Doors("postings")
mapping_doors = Doors("processes")
target_doors = Doors("connections")
_CSV = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}


class WantedPostings(Asked):
    """Which postings; `since` is the first day and `until` the day after the last."""

    process: int | None = None
    job: int | None = None
    state: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None

    def conditions(self) -> dict[str, Any]:
        """For a queryset."""
        wanted = {
            "process_id": self.process,
            "job_id": self.job,
            "state": self.state,
            "kind": self.kind,
            "day__gte": self.since,
            "day__lt": self.until,
        }
        return {name: value for name, value in wanted.items() if value not in (None, "")}


@posting_doors.get("/postings", Permission.READ, Page[shapes.Posting])
def list_postings(request: Call, asked: Query[WantedPostings]) -> dict[str, Any]:
    """Receipts and entries, newest day first."""
    found = queries.postings(request.auth.environment_id).filter(**asked.conditions())
    return page(found, asked, "-day", "-id")


@posting_doors.get("/postings/{int:posting_id}", Permission.READ, shapes.Posting)
def show_posting(request: Call, posting_id: int) -> Posting:
    """One posting."""
    return _posting(request, posting_id)


@posting_doors.get("/postings/{int:posting_id}/lines", Permission.READ, Page[shapes.Line])
def list_posting_lines(request: Call, posting_id: int, asked: Query[Asked]) -> dict[str, Any]:
    """Its lines."""
    return page(queries.lines(_posting(request, posting_id)), asked, "number")


class WantedSources(Asked):
    """The records behind the whole posting, or behind one of its lines."""

    line: int | None = None


@posting_doors.get("/postings/{int:posting_id}/sources", Permission.READ, Page[shapes.Source])
def list_posting_sources(request: Call, posting_id: int, asked: Query[WantedSources]) -> dict[str, Any]:
    """The records that its amounts come from; `line` is a line's id."""
    return page(queries.sources(_posting(request, posting_id), asked.line), asked, "id")


@posting_doors.get("/postings/{int:posting_id}/attempts", Permission.READ, Page[shapes.Attempt])
def list_posting_attempts(request: Call, posting_id: int, asked: Query[Asked]) -> dict[str, Any]:
    """Every request about it and what came back, secrets masked."""
    return page(_posting(request, posting_id).attempts.all(), asked, "id")


@posting_doors.post("/postings/post", Permission.POST, list[sync.Job], status=202)
def post_postings(request: Call, given: shapes.ChosenPostings) -> Any:
    """Queue jobs that post exactly these planned or refused postings."""
    return operations.post_now(actor=request.auth, posting_ids=given.postings, now=request.now, defer=defer)


@posting_doors.post("/postings/{int:posting_id}/reverse", Permission.REVERSE, sync.Job, status=202)
def reverse_posting(request: Call, posting_id: int, given: shapes.Reason) -> Any:
    """Queue its reversal: a receipt is taken out, an entry gets a linked counter-entry."""
    return operations.reverse(
        actor=request.auth, posting_id=posting_id, reason=given.reason, now=request.now, defer=defer
    )


@posting_doors.post("/postings/{int:posting_id}/check", Permission.POST, shapes.Posting)
def check_posting(request: Call, posting_id: int) -> Posting:
    """Read it back from the ledger now and compare it with what was planned."""
    return operations.check_again(actor=request.auth, posting_id=posting_id, now=request.now)


@mapping_doors.get("/processes/{int:process_id}/preview", Permission.READ, shapes.Preview)
def preview_process(request: Call, process_id: int) -> shapes.Preview:
    """What a run would book from the records that are here: documents, deposits, findings and calls."""
    return shapes.preview_of(preview(_process(request, process_id), now=request.now, site=site_clock()))


@mapping_doors.get("/processes/{int:process_id}/tie-out", Permission.READ, shapes.TieOut)
def tie_out_process(request: Call, process_id: int, since: date, until: date) -> shapes.TieOut:
    """Source against ledger, read afresh, from `since` up to but not including `until`."""
    return shapes.tie_out_of(tie_out.rows_of(_process(request, process_id), Period(since, until)))


@mapping_doors.file("/processes/{int:process_id}/mapping.csv", Permission.READ, "text/csv")
def export_mapping(request: Call, process_id: int) -> HttpResponse:
    """The mapping as a file for a spreadsheet."""
    text = mapping_import.export(_process(request, process_id))
    headers = {"Content-Disposition": f'attachment; filename="mapping-{process_id}.csv"'}
    return HttpResponse(text.encode(), content_type="text/csv; charset=utf-8", headers=headers)


@mapping_doors.post(
    "/processes/{int:process_id}/mapping/preview",
    Permission.EDIT_PROCESS,
    shapes.MappingImport,
    openapi_extra=_CSV,
)
def preview_mapping(request: Call, process_id: int) -> Any:
    """What importing the CSV in the body would change, and every fault in it. Changes nothing."""
    return mapping_import.look_at(actor=request.auth, process_id=process_id, data=request.body)


@mapping_doors.post(
    "/processes/{int:process_id}/mapping/apply",
    Permission.EDIT_PROCESS,
    shapes.MappingImport,
    openapi_extra=_CSV,
)
def apply_mapping(request: Call, process_id: int) -> Any:
    """Replace the mapping by the CSV in the body: all of it, or nothing with every fault named."""
    return mapping_import.apply(
        actor=request.auth, process_id=process_id, data=request.body, now=request.now, site=site_clock()
    )


class WantedList(Asked):
    """Which list."""

    kind: ReferenceKind = "account"


@target_doors.get("/connections/{int:connection_id}/lists", Permission.READ, Page[shapes.ReferenceItem])
def show_list(request: Call, connection_id: int, asked: Query[WantedList]) -> dict[str, Any]:
    """A list of the ledger as last read: accounts, journals, bank accounts, dimensions, periods."""
    found = connect.connection(request.auth.environment_id, connection_id)
    return page(queries.reference_items(found.pk, asked.kind), asked, "code")


@target_doors.post("/connections/{int:connection_id}/lists/refresh", Permission.EDIT_PROCESS, shapes.Refreshed)
def refresh_lists(request: Call, connection_id: int) -> dict[str, int]:
    """Read the ledger's lists again."""
    return {"count": operations.refresh_lists(actor=request.auth, connection_id=connection_id, now=request.now)}


def _posting(request: Call, posting_id: int) -> Posting:
    return queries.posting(request.auth.environment_id, posting_id)


def _process(request: Call, process_id: int) -> Process:
    return processes.process(request.auth.environment_id, process_id)
