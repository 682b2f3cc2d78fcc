"""Reads of sync: processes with their status, jobs, findings, and the exact bytes of a job's input."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When

from tieout.kernel.errors import NotFound
from tieout.sync.models import ACTIVE, Finding, InputPage, Job, Process, SourceRecord


def processes(environment_id: int | None) -> QuerySet[Process]:
    """Processes with `status` (IDLE, QUEUED, RUNNING, STOPPING, FAILED, NEEDS ATTENTION) and their latest job's id."""
    latest = Job.objects.filter(process=OuterRef("pk")).order_by("-id")
    return (
        Process.objects.filter(environment_id=environment_id)
        .select_related("source", "target")
        .annotate(
            job_id=Subquery(latest.values("pk")[:1]),
            job_state=Subquery(latest.values("state")[:1]),
            job_phase=Subquery(latest.values("phase")[:1]),
            job_done=Subquery(latest.values("done")[:1]),
            job_total=Subquery(latest.values("total")[:1]),
        )
        .annotate(
            status=Case(
                When(job_state="queued", then=Value("QUEUED")),
                When(job_state="running", then=Value("RUNNING")),
                When(job_state="stopping", then=Value("STOPPING")),
                When(job_state="failed", then=Value("FAILED")),
                When(job_state="attention", then=Value("NEEDS ATTENTION")),
                default=Value("IDLE"),
                output_field=CharField(),
            )
        )
    )


def process(environment_id: int | None, process_id: int) -> Process:
    """One process with its status. Raises NotFound."""
    found = processes(environment_id).filter(pk=process_id).first()
    if found is None:
        raise NotFound(f"There is no process {process_id} in this environment.", process=process_id)
    return found


def jobs(environment_id: int | None) -> QuerySet[Job]:
    """Jobs of the environment, newest first."""
    return Job.objects.filter(process__environment_id=environment_id).select_related("process")


def job(environment_id: int | None, job_id: int, *, lock: bool = False) -> Job:
    """One job. Raises NotFound."""
    rows = jobs(environment_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=job_id).first()
    if found is None:
        raise NotFound(f"There is no job {job_id} in this environment.", job=job_id)
    return found


def active_job(process_id: int) -> Job | None:
    """The run under way, if there is one."""
    return Job.objects.filter(process_id=process_id, state__in=ACTIVE).first()


def findings(environment_id: int | None) -> QuerySet[Finding]:
    """Findings of the environment, last seen first."""
    return Finding.objects.filter(process__environment_id=environment_id).select_related("process")


def finding(environment_id: int | None, finding_id: int) -> Finding:
    """One finding. Raises NotFound."""
    found = findings(environment_id).filter(pk=finding_id).first()
    if found is None:
        raise NotFound(f"There is no finding {finding_id} in this environment.", finding=finding_id)
    return found


def source_record(environment_id: int | None, record_id: int) -> SourceRecord:
    """One version of a raw record with the page it came in. Raises NotFound."""
    found = (
        SourceRecord.objects.filter(pk=record_id, connection__environment_id=environment_id)
        .select_related("connection", "page__job__process")
        .first()
    )
    if found is None:
        raise NotFound(f"There is no source record {record_id} in this environment.", record=record_id)
    return found


def versions(record: SourceRecord) -> QuerySet[SourceRecord]:
    """Every version of the same record, newest first. Current and older ones have an index each, so both are named."""
    same = SourceRecord.objects.filter(
        Q(current=True) | Q(current=False),
        connection_id=record.connection_id,
        stream=record.stream,
        external_id=record.external_id,
    )
    return same.annotate(received_at=F("page__received_at")).order_by("-id")


def input_pages(job: Job) -> QuerySet[InputPage]:
    """The pages that a job received, without their bytes."""
    return job.pages.defer("body")


def input_page(environment_id: int | None, page_id: int) -> InputPage:
    """One page with its bytes. Raises NotFound."""
    found = InputPage.objects.filter(pk=page_id, connection__environment_id=environment_id).first()
    if found is None:
        raise NotFound(f"There is no page {page_id} in this environment.", page=page_id)
    return found


def page_body(page: InputPage) -> bytes:
    """The exact bytes that were received."""
    return zlib.decompress(bytes(page.body))


class _Pipe(io.RawIOBase):
    """Takes what zipfile writes and gives it away in chunks, so that an archive is never whole in memory."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        chunk = bytes(data)  # type: ignore[call-overload]
        self.chunks.append(chunk)
        return len(chunk)

    def take(self) -> bytes:
        taken, self.chunks = b"".join(self.chunks), []
        return taken


def original_input(job: Job) -> Iterator[bytes]:
    """A zip of every page as received, one file a page, streamed; the same job always gives the same bytes."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for page in job.pages.order_by("id").iterator(chunk_size=8):
            info = zipfile.ZipInfo(f"{page.stream}/{page.number:06d}-{page.pk}.json", (2000, 1, 1, 0, 0, 0))
            archive.writestr(info, page_body(page), zipfile.ZIP_DEFLATED)
            yield pipe.take()
    yield pipe.take()
