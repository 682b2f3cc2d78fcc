"""Jobs: the list, one job's live timeline, and its original input, byte for byte."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse

from tieout.kernel.errors import NotFound
from tieout.people.actors import Permission
from tieout.sync import operations, queries
from tieout.sync.models import ACTIVE, Finding, InputPage, Job
from tieout.sync.web import display, tables
from tieout.sync.web.pages import JobPage, LiveHeading, ReturningAction
from tieout.web.lists import Empty, KeysetPage, ListPage
from tieout.web.pages import Guarded

POLL = 2


class Jobs(KeysetPage):
    """Every run of every process."""

    permission = Permission.READ
    title = "Jobs"
    lead = "Every run of every process, newest first."
    template_name = "web/list.html"
    table_class = tables.JobTable
    filterset_class = tables.JobFilters
    empty = Empty("Nothing has run yet", "Start a process with Run now, or wait for its schedule.", icon="history")

    def rows(self) -> QuerySet[Job]:
        return queries.jobs(self.actor.environment_id)

    def poll_seconds(self) -> int | None:
        return POLL if self.rows().filter(state__in=ACTIVE).exists() else None


def live(job: Job, now: Any) -> dict[str, Any]:
    """What changes on a job's page while it runs."""
    return {
        "job": job,
        "active": job.state in ACTIVE,
        "events": list(job.events.all()),
        "counts": display.counts(job),
        "duration": display.duration_text(display.duration(job, now)),
        "rate": display.rate(job, now),
    }


class Timeline(JobPage):
    """What the job did, what it counted, and how it ended."""

    permission = Permission.READ
    tab = "job"
    template_name = "sync/job_timeline.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **live(self.job, self.now)}


class JobHeading(LiveHeading):
    """State, progress and the stop button of a job."""

    permission = Permission.READ
    template_name = "sync/job_heading.html"

    def load(self) -> dict[str, Any]:
        job = queries.job(self.actor.environment_id, self.kwargs["pk"])
        return {"job": job, "active": job.state in ACTIVE}


class JobLive(LiveHeading):
    """Counts and timeline of a job."""

    permission = Permission.READ
    template_name = "sync/job_live.html"

    def load(self) -> dict[str, Any]:
        return live(queries.job(self.actor.environment_id, self.kwargs["pk"]), self.now)


class OriginalInput(ListPage, JobPage):
    """Each page that the source sent, exactly as it came."""

    permission = Permission.READ
    tab = "job_input"
    template_name = "sync/job_input.html"
    table_class = tables.InputTable
    filterset_class = tables.InputFilters
    empty = Empty("Nothing was received", "This run read nothing from the source.", icon="download")

    def rows(self) -> QuerySet[InputPage]:
        return queries.input_pages(self.job)


class JobFindings(ListPage, JobPage):
    """What this run found, or saw again."""

    permission = Permission.READ
    tab = "job_findings"
    template_name = "sync/job_findings.html"
    table_class = tables.FindingTable
    filterset_class = tables.FindingsOfOne
    empty = Empty("Nothing found", "Every record of this run could be used.", icon="circle-check")

    def rows(self) -> QuerySet[Finding]:
        return queries.findings(self.actor.environment_id).filter(job=self.job)


class WholeInput(Guarded):
    """Every page of a job as one zip file, streamed."""

    permission = Permission.READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        job = queries.job(self.actor.environment_id, pk)
        return StreamingHttpResponse(
            queries.original_input(job),
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="job-{job.pk}-input.zip"'},
        )


class OnePage(Guarded):
    """The exact bytes of one page."""

    permission = Permission.READ

    def get(self, request: HttpRequest, pk: int, page: int) -> HttpResponse:
        found = queries.job(self.actor.environment_id, pk).pages.filter(pk=page).first()
        if found is None:
            raise NotFound(f"Job {pk} received no page {page}.", job=pk, page=page)
        name = f"job-{pk}-{found.stream}-{found.number:06d}.json"
        return HttpResponse(
            queries.page_body(found),
            content_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class Stop(ReturningAction):
    """Stop a run; what it did is kept, and the next run goes on from there."""

    permission = Permission.RUN_PROCESS

    def usual_url(self) -> str:
        return reverse("job", args=[self.kwargs["pk"]])

    def act(self) -> str:
        job = operations.stop(actor=self.actor, job_id=self.kwargs["pk"], now=self.now)
        return f"{job} is stopped." if job.state == Job.State.STOPPED else f"{job} stops at its next step."
