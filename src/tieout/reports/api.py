"""Routes of the reports. Each takes the same question as the address of the report's page."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query

from tieout.api.doors import Call, Doors
from tieout.people.actors import Permission
from tieout.people.queries import site_clock
from tieout.reports import export, queries, shapes, tie_out
from tieout.reports.catalogue import KINDS
from tieout.reports.sets import When

doors = Doors("reports")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@doors.get("/reports", Permission.READ, list[shapes.Kind])
def list_reports(request: Call) -> list[shapes.Kind]:
    """The reports, and what each can be grouped by and narrowed to."""
    return [shapes.Kind.of(kind) for kind in KINDS.values()]


@doors.get("/reports/tie-out", Permission.READ, shapes.Report)
def tie_out_revenue(request: Call, asked: Query[shapes.Asked]) -> shapes.Report:
    """Source = subledger = journals = Intacct, per entity, currency and account."""
    return shapes.Report.of(tie_out.report(request.auth.environment_id, asked.question(), _when(request)))


@doors.get("/reports/behind/{measure}", Permission.READ, shapes.Behind)
def list_contracts_behind(request: Call, measure: str, asked: Query[shapes.Asked]) -> shapes.Behind:
    """The contracts that a figure is the sum of, the largest first; `measure` is what its column opens."""
    found = queries.behind(request.auth.environment_id, measure, asked.question(), _when(request))
    return shapes.Behind.of(found)


@doors.get("/reports/{name}", Permission.READ, shapes.Report)
def show_report(request: Call, name: str, asked: Query[shapes.Asked]) -> shapes.Report:
    """One report; with `against` also what differs between two days of knowledge."""
    return shapes.Report.of(queries.answer(request.auth.environment_id, name, asked.question(), _when(request)))


@doors.file("/reports/{name}/export.csv", Permission.READ, "text/csv")
def export_report_as_csv(request: Call, name: str, asked: Query[shapes.Asked]) -> HttpResponse:
    """All rows of a report with totals, hashes and seal."""
    report = queries.whole(request.auth.environment_id, name, asked.question(), _when(request))
    return HttpResponse(export.as_csv(report), content_type="text/csv; charset=utf-8")


@doors.file("/reports/{name}/export.xlsx", Permission.READ, _XLSX)
def export_report_as_xlsx(request: Call, name: str, asked: Query[shapes.Asked]) -> HttpResponse:
    """The same as a workbook."""
    report = queries.whole(request.auth.environment_id, name, asked.question(), _when(request))
    return HttpResponse(export.as_xlsx(report), content_type=_XLSX)


def _when(request: Call) -> When:
    return When(timezone.localdate(request.now, site_clock().zone), site_clock().zone)
