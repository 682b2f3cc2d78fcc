"""Tables of sync: what runs when, what each run received byte for byte, and what people have to look at.

PostgreSQL holds the laws: one active job per process, one current version per source record, append-only history.
"""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from tieout.connect.models import Connection

ACTIVE = ("queued", "running", "stopping")


@pghistory.track(exclude=["next_run_at", "last_sync_at"])
class Process(models.Model):
    """From which connection, which records, to which connection, as what; when; and how they are mapped."""

    class CatchUp(models.TextChoices):
        ONCE = "once", "Run once"
        EACH = "each", "Run once per missed slot"

    environment = models.ForeignKey("people.Environment", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=500, blank=True)
    source = models.ForeignKey("connect.Connection", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Nothing for kinds that post what this site computed itself."""
    target = models.ForeignKey("connect.Connection", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Nothing for kinds that bring records into this site."""
    schedule = models.JSONField(default=dict)
    """See `tieout.sync.schedule`; empty means on demand only."""
    catch_up = models.CharField(max_length=8, choices=CatchUp.choices, default=CatchUp.ONCE)
    enabled = models.BooleanField(default=True)
    settings = models.JSONField(default=dict)
    """The mapping; its shape belongs to the kind."""
    next_run_at = models.DateTimeField(null=True, blank=True)
    last_sync_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        constraints = [models.UniqueConstraint(fields=("environment", "name"), name="sync_process_name_once")]
        indexes = [models.Index(fields=("next_run_at",), condition=Q(enabled=True), name="sync_process_due")]

    def __str__(self) -> str:
        return self.name

    @property
    def origin(self) -> Connection:
        """The source of a process that reads from one."""
        assert self.source is not None, f"{self.name} has no source"
        return self.source

    @property
    def destination(self) -> Connection:
        """The target of a process that posts into one."""
        assert self.target is not None, f"{self.name} has no target"
        return self.target


class Job(models.Model):
    """One run of a process. `attempt` is the fencing number: a worker that lost its lease can write nothing more."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        STOPPING = "stopping", "Stopping"
        SUCCEEDED = "succeeded", "Succeeded"
        ATTENTION = "attention", "Needs attention"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"

    class Trigger(models.TextChoices):
        SCHEDULE = "schedule", "Schedule"
        MANUAL = "manual", "Run now"
        RETRY = "retry", "Retry"

    process = models.ForeignKey(Process, on_delete=models.CASCADE, related_name="jobs")
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    requested_by = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    phase = models.CharField(max_length=20, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    retries = models.PositiveSmallIntegerField(default=0)
    run_after = models.DateTimeField(null=True, blank=True)
    """Set while the job waits to be tried again by itself."""
    worker = models.CharField(max_length=120, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    scheduled_for = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    error = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=("process",), condition=Q(state__in=ACTIVE), name="sync_one_active_job"),
        ]
        indexes = [
            models.Index(fields=("process", "-id")),
            models.Index(fields=("heartbeat_at",), condition=Q(state__in=ACTIVE), name="sync_job_active"),
        ]

    def __str__(self) -> str:
        return f"Job {self.pk}"


class Event(models.Model):
    """One line of a job's timeline."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    level = models.CharField(max_length=8, default="info")
    text = models.CharField(max_length=500)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.text


class InputPage(models.Model):
    """The exact bytes of one page that a vendor sent, compressed, with their hash. Never changed."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="pages")
    connection = models.ForeignKey("connect.Connection", on_delete=models.PROTECT, related_name="+")
    stream = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    request = models.CharField(max_length=1000)
    body = models.BinaryField()
    """zlib"""
    size = models.PositiveIntegerField()
    sha256 = models.BinaryField(max_length=32)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=("job", "stream", "number", "sha256"), name="sync_page_once"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.stream} page {self.number}"


class SourceRecord(models.Model):
    """One version of one record as fetched. The newest version is `current`; older ones stay."""

    connection = models.ForeignKey(
        "connect.Connection", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    """Held by `connection_known` and, on the other side, by a trigger on connections that a migration makes: a foreign key
    would ask anew for each record of a page."""
    stream = models.CharField(max_length=60)
    external_id = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=16)
    payload = models.JSONField()
    page = models.ForeignKey(
        InputPage, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False, db_constraint=False
    )
    """Set null by Django when the page goes with its job: the database's own check would scan all records for each page."""
    ordinal = models.PositiveIntegerField()
    """Place of the record in its page, from 0."""
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("connection", "stream", "external_id"),
                condition=Q(current=True),
                name="sync_record_current_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=("connection", "stream", "external_id"), condition=Q(current=False), name="sync_record_versions"
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "NEW.current and not OLD.current or"
                    " (OLD.connection_id, OLD.stream, OLD.external_id, OLD.digest, OLD.payload) is distinct from"
                    " (NEW.connection_id, NEW.stream, NEW.external_id, NEW.digest, NEW.payload)"
                ),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="connection_known",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="written"),  # type: ignore[no-untyped-call]
                func="""
                    perform from connect_connection where id in (select connection_id from written) for key share;
                    if exists (select connection_id from written except select id from connect_connection) then
                        raise exception 'a version of a record belongs to no connection' using errcode = 'foreign_key_violation';
                    end if;
                    return null;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.external_id}"


class StreamPosition(models.Model):
    """How far a process has read one stream; written in the same transaction as the page it speaks of."""

    process = models.ForeignKey(Process, on_delete=models.CASCADE, related_name="+")
    stream = models.CharField(max_length=60)
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    position = models.JSONField(null=True, blank=True)
    """Where an unfinished read resumes; null when the last read was finished."""
    synced_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("process", "stream"), name="sync_position_once")]

    def __str__(self) -> str:
        return f"{self.stream} of {self.process_id}"


class Finding(models.Model):
    """Something about the user's data that a person should know: which record, why, who can mend it, and how."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        SETTLED = "settled", "Settled by rule"
        DISMISSED = "dismissed", "Decided"
        RESOLVED = "resolved", "Resolved"

    class Owner(models.TextChoices):
        SOURCE = "source", "In the source system"
        HERE = "here", "Here"
        TARGET = "target", "In the ledger"

    process = models.ForeignKey(Process, on_delete=models.CASCADE, related_name="findings")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="findings")
    rule = models.CharField(max_length=60)
    record_kind = models.CharField(max_length=40)
    record_id = models.CharField(max_length=120)
    label = models.CharField(max_length=300)
    source_record = models.ForeignKey(SourceRecord, null=True, on_delete=models.SET_NULL, related_name="+")
    owner = models.CharField(max_length=8, choices=Owner.choices)
    cause = models.CharField(max_length=1000)
    remedy = models.CharField(max_length=500)
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decision = models.CharField(max_length=20, blank=True)
    """What a person chose for this one record; empty means the process's rule."""
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        ordering = ("-last_seen_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("process", "rule", "record_kind", "record_id"), name="sync_finding_once"),
        ]
        indexes = [models.Index(fields=("process", "state"))]

    def __str__(self) -> str:
        return f"{self.rule}: {self.label}"
