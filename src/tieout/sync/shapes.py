"""Kinds, processes, jobs, findings and raw records as the API and `--json` show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from tieout.api.shapes import Named, Strict
from tieout.kernel.calendar import Calendar
from tieout.people.queries import SiteClock
from tieout.sync import models
from tieout.sync.operations import Draft
from tieout.sync.schedule import Schedule as Parsed
from tieout.sync.schedule import next_runs as upcoming


class Rule(Schema):
    """Something that a kind may find; the first choice is the default, none means that only mending the cause helps."""

    name: str
    label: str
    choices: list[tuple[str, str]]


class Kind(Schema):
    """A kind of process. `settings_schema` is the JSON schema of the settings that it takes."""

    slug: str
    label: str
    summary: str
    rules: list[Rule]
    settings_schema: dict[str, Any]

    @staticmethod
    def resolve_settings_schema(kind: Any) -> dict[str, Any]:
        return kind.settings_model.model_json_schema()


class Schedule(Strict):
    """When a process runs; `every` says which of the other values count."""

    every: Literal["demand", "minutes", "hours", "daily", "weekdays", "monthly", "working_day", "cron"] = "demand"
    n: int = 0
    at: str = "06:00"
    cron: str = Field(default="", max_length=200)


class NextRuns(Schema):
    """A schedule in words, and the moments of its next runs."""

    label: str
    runs: list[datetime]


def next_runs(schedule: Parsed, now: datetime, site: SiteClock) -> NextRuns:
    """The next five runs after `now`."""
    return NextRuns(label=schedule.label(), runs=upcoming(schedule, now, site.zone, Calendar(site.country)))


class Process(Schema):
    """A process with its status and its latest job."""

    id: int
    kind: str
    name: str
    description: str
    source: Named | None
    target: Named | None
    schedule: dict[str, Any]
    schedule_label: str
    catch_up: str
    enabled: bool
    settings: dict[str, Any]
    status: str
    job_id: int | None
    done: int = 0
    total: int = 0
    last_sync_at: datetime | None
    next_run_at: datetime | None

    @staticmethod
    def resolve_schedule_label(process: models.Process) -> str:
        return Parsed.parse(process.schedule).label()

    @staticmethod
    def resolve_done(process: Any) -> int:
        return process.job_done or 0

    @staticmethod
    def resolve_total(process: Any) -> int:
        return process.job_total or 0


class ProcessDraft(Strict):
    """What a person says about a process. `settings` is checked by its kind."""

    name: str = Field(max_length=120)
    source_id: int | None = None
    target_id: int | None = None
    description: str = Field("", max_length=500)
    schedule: Schedule = Schedule()
    catch_up: Literal["once", "each"] = "once"
    enabled: bool = True
    settings: dict[str, Any] = Field(default_factory=dict)

    def draft(self) -> Draft:
        """As the operations take it."""
        return Draft(**self.dict(exclude={"kind"}))


class NewProcess(ProcessDraft):
    """A process to make."""

    kind: str = Field(max_length=40)


class Job(Schema):
    """One run. `counts` holds what it did so far: read, new, changed, unchanged, skipped, posted, failed."""

    id: int
    process: Named
    trigger: str
    requested_by: str
    parameters: dict[str, Any]
    state: str
    phase: str
    attempt: int
    retries: int
    worker: str
    done: int
    total: int
    counts: dict[str, int]
    error: dict[str, Any] | None
    scheduled_for: datetime | None
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    run_after: datetime | None


class Event(Schema):
    """One line of a job's timeline."""

    id: int
    at: datetime
    level: str
    text: str
    facts: dict[str, Any]


class InputPage(Schema):
    """One page as a vendor sent it; its bytes have a route of their own."""

    id: int
    stream: str
    number: int
    request: str
    size: int
    sha256: str
    received_at: datetime

    @staticmethod
    def resolve_sha256(page: models.InputPage) -> str:
        return bytes(page.sha256).hex()


class Finding(Schema):
    """Something about the data: which record, why, who can mend it (`source`, `here`, `target`) and how."""

    id: int
    process: Named
    job_id: int | None
    rule: str
    record_kind: str
    record_id: str
    source_record_id: int | None
    label: str
    owner: str
    cause: str
    remedy: str
    facts: dict[str, Any]
    state: str
    decision: str
    reason: str
    decided_by: str
    first_seen_at: datetime
    last_seen_at: datetime


class ChosenFindings(Strict):
    """Findings by id."""

    findings: list[int] = Field(min_length=1, max_length=1000)


class Decision(ChosenFindings):
    """What to do about these findings, one of the choices of their rule, and why."""

    decision: str = Field(max_length=20)
    reason: str = Field(max_length=500)


class Decided(Schema):
    """How many findings were decided."""

    count: int


class SourceRecord(Schema):
    """One version of a record exactly as fetched. `ordinal` is its place in its page, from 0."""

    id: int
    connection_id: int
    stream: str
    external_id: str
    current: bool
    page_id: int | None
    ordinal: int
    payload: Any


class Version(Schema):
    """A version of a record, without its payload."""

    id: int
    current: bool
    page_id: int | None
    received_at: datetime | None
