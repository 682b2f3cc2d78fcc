"""Tables of revenue data. Rows are versions: a batch brings them in and another one ends them; nothing is changed or deleted.

The engine's input tables are made here from their one declaration (`tieout.recognition.tables`). PostgreSQL refuses two
current rows of one key, any change to a row besides ending it, overlapping periods, and any change to a set of figures.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q

from tieout.recognition.tables import INPUTS, KEYS, Column, Kind


class Batch(models.Model):
    """One delivery of revenue data, whole or not at all: a file, a form, a job's file, or the undoing of another."""

    class Origin(models.TextChoices):
        UPLOAD = "upload", "Bulk import"
        FORM = "form", "By hand"
        JOB = "job", "Job"
        UNDO = "undo", "Undo"

    class State(models.TextChoices):
        WAITING = "waiting", "Conversion data"
        READING = "reading", "Reading"
        READY = "ready", "Ready to apply"
        REFUSED = "refused", "Has errors"
        APPLYING = "applying", "Being applied"
        APPLIED = "applied", "Applied"
        UNDONE = "undone", "Undone"
        DISCARDED = "discarded", "Discarded"

    environment = models.ForeignKey("people.Environment", on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=8, choices=Origin.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    title = models.CharField(max_length=200)
    file_name = models.CharField(max_length=200, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    """The exact bytes, in the site's file store."""
    file_size = models.BigIntegerField(default=0)
    job = models.ForeignKey("sync.Job", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by")
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    """Conversion data that this batch, once applied, brings in an edited form."""
    matching = models.JSONField(default=dict)
    """Table by sheet and column by heading, as matched by meaning or chosen by a person."""
    counts = models.JSONField(default=dict)
    """Per table: rows read, new, changed, unchanged."""
    problems = models.JSONField(default=list)
    """The first problems, each with sheet, row, column, cause and remedy; `counts` says how many there are."""
    impact = models.JSONField(default=dict)
    """What applying would change: revenue, deferred revenue and journals by period."""
    files = models.JSONField(default=dict)
    """Name → hash in the site's file store: the rows of each table that differ from what is known, and every problem."""
    progress = models.JSONField(default=dict)
    """While it is worked at: phase and rows done; afterwards what the preview was compared with, or why applying failed."""
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    applied_by = models.CharField(max_length=200, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=("environment", "state", "-id")),
            models.Index(fields=("environment", "applied_at")),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_state_display()})"


class Fact(models.Model):
    """What every row of revenue data has: which batch brought it, which ended it, and where in the batch's file it stands."""

    environment = models.ForeignKey(
        "people.Environment", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    """That of its batch, whose own foreign key keeps it."""
    since = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    until = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+")
    row = models.PositiveIntegerField(default=0)
    """Row of the table's sheet in the batch's file, from 2 as spreadsheets count; 0 for a form."""

    class Meta:
        abstract = True


_FIELDS: dict[Kind, Any] = {
    Kind.TEXT: models.TextField,
    Kind.DATE: models.DateField,
    Kind.MONEY: models.BigIntegerField,
    Kind.MICRO: models.BigIntegerField,
    Kind.WHOLE: models.BigIntegerField,
    Kind.RATE: models.BigIntegerField,
}


def _field(column: Column) -> models.Field[Any, Any]:
    made: models.Field[Any, Any] = (
        _FIELDS[column.kind](null=True, blank=True)
        if column.optional
        else _FIELDS[column.kind](blank=column.default == "", **_preset(column))
    )
    return made


def _preset(column: Column) -> dict[str, Any]:
    return {} if column.default is None else {"default": column.default, "db_default": column.default}


def _append_only(table: str) -> list[pgtrigger.Trigger]:
    """Rows are ended, once, and not deleted. What else differs is a condition of the trigger, not a step of a function:
    PostgreSQL compares the columns of millions of rows without calling anything."""
    kept = ("id", "environment_id", "since_id", "row", *INPUTS[table])
    changed = " or ".join(f'OLD."{column}" is distinct from NEW."{column}"' for column in kept)
    return [
        pgtrigger.Trigger(
            name="only_ended",
            operation=pgtrigger.Update,
            when=pgtrigger.Before,
            condition=pgtrigger.Condition(f"OLD.until_id is not null or NEW.until_id is null or {changed}"),
            func="raise exception 'a row of revenue data can only be ended, once';",
        ),
        pgtrigger.Trigger(
            name="kept",
            operation=pgtrigger.Delete,
            when=pgtrigger.Before,
            func="raise exception 'rows of revenue data are ended, not deleted';",
        ),
    ]


def _meta(table: str) -> type:
    key = ("environment", *KEYS[table])
    current = Q(until__isnull=True)
    constraints: list[models.BaseConstraint] = [
        models.UniqueConstraint(fields=key, condition=current, name=f"revenue_{table}_current_once")
    ]
    by_contract = [models.Index(fields=("environment", "contract_id"), name=f"revenue_{table}_contract")]
    is_part = "contract_id" in INPUTS[table] and KEYS[table][0] != "contract_id"
    return type(
        "Meta",
        (),
        {"constraints": constraints, "indexes": by_contract if is_part else [], "triggers": _append_only(table)},
    )


def _model(table: str) -> type[Fact]:
    fields: dict[str, Any] = {name: _field(column) for name, column in INPUTS[table].items()}
    named = table.title().replace("_", "")
    told = lambda self: " · ".join(str(getattr(self, part)) for part in KEYS[table])  # noqa: E731
    body = {**fields, "__module__": __name__, "__qualname__": named, "__str__": told, "Meta": _meta(table)}
    made: type[Fact] = type(named, (Fact,), body)
    return made


FACTS: dict[str, type[Fact]] = {table: _model(table) for table in KEYS}
"""The model of each table that people and connectors deliver, by the engine's name for it."""


class CustomField(models.Model):
    """A field of customers, products or subscriptions (lines) that people fill, and the ledger dimension it feeds."""

    class Source(models.TextChoices):
        CUSTOMER = "customer", "Customer"
        PRODUCT = "product", "Product"
        SUBSCRIPTION = "subscription", "Subscription"

    environment = models.ForeignKey("people.Environment", on_delete=models.PROTECT, related_name="+")
    api_name = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    source = models.CharField(max_length=12, choices=Source.choices)
    in_journals = models.BooleanField(default=False)
    dimension = models.CharField(max_length=60, blank=True)
    """The ledger's own name of the dimension or custom field: `location`, `department`, `class`, `GLDIM…`."""

    class Meta:
        ordering = ("source", "api_name")
        constraints = [
            models.UniqueConstraint(fields=("environment", "source", "api_name"), name="revenue_custom_field_once")
        ]

    def __str__(self) -> str:
        return self.label


class FigureSet(models.Model):
    """Figures computed at one moment from all that was known then: immutable files, each named by its hash."""

    class Cause(models.TextChoices):
        DATA = "data", "Data changed"
        CLOSE = "close", "Close"
        REOPEN = "reopen", "Reopen"

    environment = models.ForeignKey("people.Environment", on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=6, choices=Cause.choices)
    known = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+")
    """The last batch applied before."""
    base = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    """The set that this one changes, when only some contracts were computed again."""
    made_at = models.DateTimeField()
    inputs_hash = models.CharField(max_length=64)
    rules_hash = models.CharField(max_length=64)
    """The engine's SQL and the rules' versions."""
    outputs_hash = models.CharField(max_length=64)
    files = models.JSONField(default=dict)
    """Name → {sha256, size, rows}."""
    totals = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=("environment", "-id"))]
        triggers = [pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"Figures {self.pk} of {self.made_at:%Y-%m-%d %H:%M}"


class FiscalYears(models.Model):
    """How an entity divides its years into accounting periods; see `tieout.revenue.fiscal`."""

    environment = models.ForeignKey("people.Environment", on_delete=models.PROTECT, related_name="+")
    entity = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=6)
    month = models.PositiveSmallIntegerField()
    weekday = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=7)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("environment", "entity"), name="revenue_fiscal_years_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.entity}".strip()


class Period(models.Model):
    """An accounting period of an entity, half-open. At most one is closing; closed ones come before it, without a gap."""

    class State(models.TextChoices):
        FUTURE = "future", "Future"
        OPEN = "open", "Open"
        CLOSING = "closing", "Closing"
        CLOSED = "closed", "Closed"

    environment = models.ForeignKey("people.Environment", on_delete=models.PROTECT, related_name="+")
    entity = models.CharField(max_length=100, blank=True)
    label = models.CharField(max_length=20)
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.FUTURE)
    figures = models.ForeignKey(FigureSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """What the period was frozen with: set while it is closing or closed."""

    class Meta:
        ordering = ("entity", "starts_on")
        constraints = [
            models.UniqueConstraint(fields=("environment", "entity", "label"), name="revenue_period_label_once"),
            models.UniqueConstraint(fields=("environment", "entity", "starts_on"), name="revenue_period_start_once"),
            models.UniqueConstraint(
                fields=("environment", "entity"), condition=Q(state="closing"), name="revenue_period_one_closing"
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="revenue_period_not_empty"),
            models.CheckConstraint(
                condition=Q(state__in=("closing", "closed")) ^ Q(figures__isnull=True),
                name="revenue_period_frozen_with",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="in_order",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func="""
                    -- The row as it is at commit: NEW may be a version that the same transaction has left behind.
                    if exists (
                        select 1 from revenue_period mine
                          join revenue_period p using (environment_id, entity)
                         where mine.id = NEW.id and p.id <> mine.id
                           and (p.starts_on < mine.ends_on and p.ends_on > mine.starts_on
                                or p.starts_on < mine.starts_on and p.state <> 'closed'
                                   and mine.state in ('closing', 'closed')
                                or p.starts_on > mine.starts_on and p.state in ('closing', 'closed')
                                   and mine.state <> 'closed'
                                or p.starts_on < mine.starts_on and p.state = 'future' and mine.state <> 'future'
                                or p.starts_on > mine.starts_on and p.state <> 'future' and mine.state = 'future')
                    ) then
                        raise exception 'period % overlaps another one or is closed out of order', NEW.label
                            using errcode = 'check_violation', constraint = 'revenue_period_in_order';
                    end if;
                    return null;
                """,
            ),
            pgtrigger.Protect(
                name="frozen_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.state in ('closing', 'closed')"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.entity}".strip()

    @property
    def last_day(self) -> date:
        """The last day inside the period."""
        return self.ends_on - timedelta(days=1)


class Gap(models.Model):
    """Incomplete data that keeps a contract, or some of it, out of the figures: who can mend it, and how."""

    class Owner(models.TextChoices):
        SOURCE = "source", "In the source system"
        HERE = "here", "Here"

    environment = models.ForeignKey("people.Environment", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=60)
    table = models.CharField(max_length=20, blank=True)
    contract_id = models.TextField(blank=True)
    line_id = models.TextField(blank=True)
    owner = models.CharField(max_length=8, choices=Owner.choices)
    cause = models.CharField(max_length=1000)
    remedy = models.CharField(max_length=500)
    facts = models.JSONField(default=dict)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-last_seen_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("environment", "rule", "contract_id", "line_id"), name="revenue_gap_once")
        ]
        indexes = [models.Index(fields=("environment", "resolved_at", "-last_seen_at"))]

    def __str__(self) -> str:
        return f"{self.rule}: {self.contract_id} {self.line_id}".strip()
