"""Tables of the close: each freeze of a period with what became of it, who signed what, who answers for a step, and the policy.

PostgreSQL refuses a second live closing of a period, any change to what was closed, any change to a signature, and any
posting into a closed period but the counter-entry of its own.
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from tieout.ledger.models import Posting


class Policy(models.Model):
    """What an environment asks of its closes."""

    environment = models.OneToOneField("people.Environment", on_delete=models.PROTECT, related_name="+")
    four_eyes = models.BooleanField(default=False)
    """Whoever froze the period may not be the only one who signed and closed it."""

    def __str__(self) -> str:
        return "Four eyes" if self.four_eyes else "One pair of eyes"


class StepOwner(models.Model):
    """Who answers for a step of every close of an environment."""

    environment = models.ForeignKey("people.Environment", on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=12)
    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("environment", "step"), name="close_step_owner_once")]

    def __str__(self) -> str:
        return f"{self.step}: {self.user}"


class Closing(models.Model):
    """One freeze of a period: the figures it was frozen with, and whether it was thawed, closed, and reopened."""

    environment = models.ForeignKey("people.Environment", on_delete=models.PROTECT, related_name="+")
    period = models.ForeignKey("revenue.Period", on_delete=models.PROTECT, related_name="closings")
    number = models.PositiveSmallIntegerField()
    """1 for the period's first freeze; a reopened period gets the next one, and both are kept."""
    figures = models.ForeignKey("revenue.FigureSet", on_delete=models.PROTECT, related_name="+")
    frozen_by = models.CharField(max_length=200)
    frozen_by_user = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField()
    thawed_by = models.CharField(max_length=200, blank=True)
    thawed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.CharField(max_length=200, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    """Why it was thawed or reopened."""
    checklist = models.JSONField(default=list)
    """The steps as they stood when it was closed: step, said, owner, signatures."""
    content_sha256 = models.CharField(max_length=64, blank=True)
    """Of what the package says, whatever file it is written to."""
    package = models.JSONField(default=dict)
    """File name → {sha256, size}, in the site's file store."""
    reversals = models.JSONField(default=list)
    """Numbers of the postings that its reopening took back."""

    class Meta:
        ordering = ("-frozen_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("period", "number"), name="close_closing_number_once"),
            models.UniqueConstraint(
                fields=("period",),
                condition=Q(thawed_at__isnull=True, reopened_at__isnull=True),
                name="close_one_live_closing",
            ),
            models.CheckConstraint(
                condition=Q(thawed_at__isnull=True) | Q(closed_at__isnull=True), name="close_thawed_or_closed"
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True) | Q(closed_at__isnull=False), name="close_reopened_after_close"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="history_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.thawed_at is not null or OLD.reopened_at is not null"
                    " or (OLD.environment_id, OLD.period_id, OLD.number, OLD.figures_id, OLD.frozen_by, OLD.frozen_at)"
                    " is distinct from"
                    " (NEW.environment_id, NEW.period_id, NEW.number, NEW.figures_id, NEW.frozen_by, NEW.frozen_at)"
                    " or OLD.closed_at is not null and (OLD.closed_at, OLD.closed_by, OLD.content_sha256,"
                    " OLD.package, OLD.checklist) is distinct from"
                    " (NEW.closed_at, NEW.closed_by, NEW.content_sha256, NEW.package, NEW.checklist)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period}, closing {self.number}"

    @property
    def state(self) -> str:
        """`frozen`, `thawed`, `closed` or `reopened`."""
        if self.reopened_at:
            return "reopened"
        if self.closed_at:
            return "closed"
        return "thawed" if self.thawed_at else "frozen"


class Signature(models.Model):
    """Somebody signed a step, or took a signature back. It speaks of the facts of its moment: their digest is kept."""

    environment = models.ForeignKey("people.Environment", on_delete=models.PROTECT, related_name="+")
    period = models.ForeignKey("revenue.Period", on_delete=models.PROTECT, related_name="signatures")
    step = models.CharField(max_length=12)
    withdrawn = models.BooleanField(default=False)
    note = models.CharField(max_length=1000, blank=True)
    digest = models.CharField(max_length=64)
    signed_by = models.CharField(max_length=200)
    user = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=("period", "id"))]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.signed_by}: {self.step}{' withdrawn' if self.withdrawn else ''}"


class LockedPosting(Posting):
    """A posting as the close sees it: nothing more is planned for, or sent into, a closed period."""

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Trigger(
                name="period_locked",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    "NEW.header->>'books' is not null and NEW.reverses_id is null and NEW.state in ('planned', 'sending')"
                ),
                declare=[("period_state", "text")],
                func="""
                    -- For share: whoever closes the period waits for this posting, or this posting for the close.
                    select p.state into period_state from revenue_period p
                     where p.environment_id = NEW.environment_id and p.entity = NEW.header->>'books'
                       and p.label = NEW.header->>'period' for share;
                    if period_state = 'closed' then
                        raise exception 'period % is closed; only its own entries can be reversed', NEW.header->>'period'
                            using errcode = 'check_violation', constraint = 'close_period_locked';
                    end if;
                    return NEW;
                """,
            )
        ]
