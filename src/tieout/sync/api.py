"""Routes of processes, jobs, findings and raw records."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from ninja import Query

from tieout.api.doors import Call, Doors
from tieout.api.paging import Asked, Page, page
from tieout.people.actors import Permission
from tieout.people.queries import site_clock
from tieout.sync import kinds, operations, queries, shapes
from tieout.sync.models import Job, Process
from tieout.sync.schedule import Schedule
from tieout.sync.tasks import defer

process_doors = Doors("processes")
job_doors = Doors("jobs")
finding_doors = Doors("findings")
record_doors = Doors("source records")


@process_doors.get("/process-kinds", Permission.READ, list[shapes.Kind])
def list_process_kinds(request: Call) -> Any:
    """The kinds of process, what each may find, and the JSON schema of its settings."""
    return list(kinds.all_kinds())


@process_doors.post("/schedules/preview", Permission.READ, shapes.NextRuns)
def preview_schedule(request: Call, given: shapes.Schedule) -> Any:
    """The next five runs of a schedule, in the site's time zone, before anything is saved."""
    return shapes.next_runs(Schedule.parse(given.dict()), request.now, site_clock())


@process_doors.get("/processes", Permission.READ, Page[shapes.Process])
def list_processes(request: Call, asked: Query[Asked]) -> dict[str, Any]:
    """The processes of this environment with their status."""
    return page(queries.processes(request.auth.environment_id), asked, "name", "id")


@process_doors.post("/processes", Permission.EDIT_PROCESS, shapes.Process, status=201)
def create_process(request: Call, given: shapes.NewProcess) -> Any:
    """A new process, scheduled from now on."""
    made = operations.create_process(
        actor=request.auth, kind=given.kind, draft=given.draft(), now=request.now, site=site_clock()
    )
    return _process(request, made.pk)


@process_doors.get("/processes/{int:process_id}", Permission.READ, shapes.Process)
def show_process(request: Call, process_id: int) -> Process:
    """One process."""
    return _process(request, process_id)


@process_doors.put("/processes/{int:process_id}", Permission.EDIT_PROCESS, shapes.Process)
def change_process(request: Call, process_id: int, given: shapes.ProcessDraft) -> Process:
    """Bring a process to the state given; its kind stays."""
    operations.change_process(
        actor=request.auth, process_id=process_id, draft=given.draft(), now=request.now, site=site_clock()
    )
    return _process(request, process_id)


@process_doors.delete("/processes/{int:process_id}", Permission.EDIT_PROCESS)
def delete_process(request: Call, process_id: int) -> None:
    """Delete a process that has posted nothing."""
    operations.delete_process(actor=request.auth, process_id=process_id)


@process_doors.post("/processes/{int:process_id}/run", Permission.RUN_PROCESS, shapes.Job, status=202)
def run_process(request: Call, process_id: int, plan_only: bool = False) -> Any:
    """Queue a run now; with `plan_only` it reads and plans, and posts nothing. One that runs already is answered 409."""
    return operations.run_now(
        actor=request.auth,
        process_id=process_id,
        now=request.now,
        defer=defer,
        parameters={"plan_only": True} if plan_only else None,
    )


@process_doors.get("/processes/{int:process_id}/next-runs", Permission.READ, shapes.NextRuns)
def show_next_runs(request: Call, process_id: int) -> Any:
    """The next five runs of a process."""
    return shapes.next_runs(Schedule.parse(_process(request, process_id).schedule), request.now, site_clock())


class WantedJobs(Asked):
    """Which jobs."""

    process: int | None = None
    state: str = ""


@job_doors.get("/jobs", Permission.READ, Page[shapes.Job])
def list_jobs(request: Call, asked: Query[WantedJobs]) -> dict[str, Any]:
    """Runs, newest first."""
    wanted = _given(process_id=asked.process, state=asked.state)
    return page(queries.jobs(request.auth.environment_id).filter(**wanted), asked, "-id")


@job_doors.get("/jobs/{int:job_id}", Permission.READ, shapes.Job)
def show_job(request: Call, job_id: int) -> Job:
    """One run with its progress and counts."""
    return _job(request, job_id)


@job_doors.get("/jobs/{int:job_id}/events", Permission.READ, Page[shapes.Event])
def list_events(request: Call, job_id: int, asked: Query[Asked]) -> dict[str, Any]:
    """The timeline of a run, oldest first."""
    return page(_job(request, job_id).events.all(), asked, "id")


@job_doors.post("/jobs/{int:job_id}/stop", Permission.RUN_PROCESS, shapes.Job)
def stop_job(request: Call, job_id: int) -> Job:
    """Ask a run to stop at its next step; a new run goes on from there."""
    return operations.stop(actor=request.auth, job_id=job_id, now=request.now)


@job_doors.file("/jobs/{int:job_id}/input.zip", Permission.READ, "application/zip")
def download_input(request: Call, job_id: int) -> StreamingHttpResponse:
    """The run's original input: every page exactly as received, streamed."""
    headers = {"Content-Disposition": f'attachment; filename="job-{job_id}-input.zip"'}
    chunks = queries.original_input(_job(request, job_id))
    return StreamingHttpResponse(chunks, content_type="application/zip", headers=headers)


@job_doors.get("/jobs/{int:job_id}/pages", Permission.READ, Page[shapes.InputPage])
def list_input_pages(request: Call, job_id: int, asked: Query[Asked]) -> dict[str, Any]:
    """The pages that a run received."""
    return page(queries.input_pages(_job(request, job_id)), asked, "id")


@job_doors.file("/pages/{int:page_id}", Permission.READ, "application/octet-stream")
def download_page(request: Call, page_id: int) -> HttpResponse:
    """One page, byte for byte as the vendor sent it."""
    found = queries.input_page(request.auth.environment_id, page_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.stream}-{found.number}-{page_id}"'}
    return HttpResponse(queries.page_body(found), content_type="application/octet-stream", headers=headers)


class WantedFindings(Asked):
    """Which findings."""

    process: int | None = None
    job: int | None = None
    state: str = "open"
    rule: str = ""


@finding_doors.get("/findings", Permission.READ, Page[shapes.Finding])
def list_findings(request: Call, asked: Query[WantedFindings]) -> dict[str, Any]:
    """What needs a person, last seen first. `state=` (empty) lists every state."""
    wanted = _given(process_id=asked.process, job_id=asked.job, state=asked.state, rule=asked.rule)
    return page(queries.findings(request.auth.environment_id).filter(**wanted), asked, "-last_seen_at", "-id")


@finding_doors.get("/findings/{int:finding_id}", Permission.READ, shapes.Finding)
def show_finding(request: Call, finding_id: int) -> Any:
    """One finding."""
    return queries.finding(request.auth.environment_id, finding_id)


@finding_doors.post("/findings/decide", Permission.DECIDE_FINDING, shapes.Decided)
def decide_findings(request: Call, given: shapes.Decision) -> dict[str, int]:
    """Choose what is done about these records only; it takes effect with the next run."""
    count = operations.decide(
        actor=request.auth,
        finding_ids=given.findings,
        decision=given.decision,
        reason=given.reason,
        now=request.now,
    )
    return {"count": count}


@finding_doors.post("/findings/retry", Permission.RUN_PROCESS, list[shapes.Job], status=202)
def retry_findings(request: Call, given: shapes.ChosenFindings) -> Any:
    """Run the processes of these findings again, for these records only."""
    return operations.retry(actor=request.auth, finding_ids=given.findings, now=request.now, defer=defer)


@record_doors.get("/source-records/{int:record_id}", Permission.READ, shapes.SourceRecord)
def show_source_record(request: Call, record_id: int) -> Any:
    """One version of a record as fetched."""
    return queries.source_record(request.auth.environment_id, record_id)


@record_doors.get("/source-records/{int:record_id}/versions", Permission.READ, Page[shapes.Version])
def list_record_versions(request: Call, record_id: int, asked: Query[Asked]) -> dict[str, Any]:
    """Every version of the same record, newest first."""
    found = queries.source_record(request.auth.environment_id, record_id)
    return page(queries.versions(found), asked, "-id")


def _process(request: Call, process_id: int) -> Process:
    return queries.process(request.auth.environment_id, process_id)


def _job(request: Call, job_id: int) -> Job:
    return queries.job(request.auth.environment_id, job_id)


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}
