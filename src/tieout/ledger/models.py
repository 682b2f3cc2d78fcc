"""Tables of postings and of the ledger's own lists.

PostgreSQL refuses: an unbalanced journal entry, a step that the posting's life does not allow, a change to what was sent,
and a payment in two live receipts of one process.
"""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

STEPS: dict[str, tuple[str, ...]] = {
    "planned": ("sending", "failed", "withdrawn"),
    "sending": ("sent", "failed", "unknown", "planned"),
    "unknown": ("sent", "sending", "failed"),
    "sent": ("verified", "reversing"),
    "failed": ("planned", "withdrawn"),
    "verified": ("sent", "reversing"),
    "reversing": ("reversed", "verified", "sent"),
    "reversed": (),
    "withdrawn": (),
}
"""From each state of a posting to the states that may follow it."""


def _steps_condition() -> str:
    allowed = " or ".join(
        f"(OLD.state = '{before}' and NEW.state in ({', '.join(repr(after) for after in afters)}))"
        for before, afters in STEPS.items()
        if afters
    )
    return f"OLD.state is distinct from NEW.state and not ({allowed})"


class ReferenceItem(models.Model):
    """One row of a ledger's lists as last seen: an account, a journal, a bank account, a dimension value, a period."""

    connection = models.ForeignKey("connect.Connection", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=100)
    name = models.CharField(max_length=300)
    active = models.BooleanField(default=True)
    facts = models.JSONField(default=dict)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("kind", "code")
        constraints = [models.UniqueConstraint(fields=("connection", "kind", "code"), name="ledger_reference_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@pghistory.track()
class AccountMapping(models.Model):
    """Which account plays a role of revenue accounting: for everything, or only for a product, an entity or a dimension."""

    environment = models.ForeignKey("people.Environment", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40)
    product_id = models.CharField(max_length=200, blank=True)
    entity = models.CharField(max_length=100, blank=True)
    """As revenue data names it."""
    dimension = models.CharField(max_length=300, blank=True)
    """`class=SaaS`, or several joined by `;`: the line's dimensions must hold them all."""
    account = models.CharField(max_length=60)

    class Meta:
        ordering = ("role", "product_id", "entity", "dimension")
        constraints = [
            models.UniqueConstraint(
                fields=("environment", "role", "product_id", "entity", "dimension"), name="ledger_account_mapped_once"
            ),
            models.CheckConstraint(condition=~Q(account=""), name="ledger_mapping_has_account"),
        ]

    def __str__(self) -> str:
        return " · ".join(part for part in (self.role, self.product_id, self.entity, self.dimension) if part)


class AccountingCheck(models.Model):
    """What was found when the ledger was last asked whether journals can be posted as they are set up."""

    environment = models.OneToOneField("people.Environment", on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()
    checks = models.JSONField(default=list)
    """Part, name, ok, detail, remedy."""

    def __str__(self) -> str:
        return f"Accounting of {self.environment_id} as of {self.checked_at:%Y-%m-%d %H:%M}"


class JournalCheck(models.Model):
    """When what the ledger holds was last compared with the journals that were posted, and what stood apart."""

    environment = models.OneToOneField("people.Environment", on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()
    apart = models.JSONField(default=list)
    """Entity, currency, account, day, minor (held less posted, debits positive), and posting: null for what others booked."""

    def __str__(self) -> str:
        return f"Journals of {self.environment_id} as of {self.checked_at:%Y-%m-%d %H:%M}"


class Posting(models.Model):
    """One document for the ledger: an other receipt or a journal entry, and how far it has come."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "Other receipt"
        JOURNAL = "journal", "Journal entry"

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        VERIFIED = "verified", "Verified"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Unknown"
        REVERSING = "reversing", "Reversing"
        REVERSED = "reversed", "Reversed"
        WITHDRAWN = "withdrawn", "Withdrawn"

    environment = models.ForeignKey("people.Environment", on_delete=models.PROTECT, related_name="+")
    process = models.ForeignKey("sync.Process", on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey("sync.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    target = models.ForeignKey("connect.Connection", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    key = models.CharField(max_length=40, unique=True)
    """The reference that the ledger keeps in its record."""
    group = models.CharField(max_length=300)
    """What the document stands for: `2026-10-03 · ACH · USD · US`."""
    revision = models.PositiveSmallIntegerField(default=1)
    """Grows when the content changes after a definite refusal; part of the request's duplicate protection."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    day = models.DateField()
    currency = models.CharField(max_length=3)
    entity = models.CharField(max_length=100, blank=True)
    total_minor = models.BigIntegerField()
    """A receipt's total, or one side of a journal entry."""
    header = models.JSONField(default=dict)
    """What the document has besides its lines: payer, method, bank account, journal symbol, title…"""
    record_no = models.CharField(max_length=60, blank=True)
    record_url = models.CharField(max_length=500, blank=True)
    problem = models.JSONField(null=True, blank=True)
    """Why it failed (nothing is booked) or, when it was sent, what differs: code, message, remedy, facts."""
    not_before = models.DateTimeField(null=True, blank=True)
    """Until when an absent record proves nothing, because the ledger may still be working on the request."""
    reverses = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")
    reversal_reason = models.CharField(max_length=500, blank=True)
    """What the person who reversed it said; empty when a rule did."""
    planned_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    reversed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-day", "-id")
        constraints = [models.CheckConstraint(condition=Q(total_minor__gte=0), name="ledger_posting_not_negative")]
        indexes = [
            models.Index(fields=("environment", "-day", "-id")),
            models.Index(fields=("process", "state")),
            models.Index(fields=("process", "day")),
        ]
        triggers = [
            pgtrigger.Protect(
                name="allowed_steps", operation=pgtrigger.Update, condition=pgtrigger.Condition(_steps_condition())
            ),
            pgtrigger.Protect(
                name="content_kept",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state not in ('planned', 'failed') and (OLD.key, OLD.day, OLD.currency, OLD.entity, OLD.total_minor,"
                    " OLD.header, OLD.revision) is distinct from (NEW.key, NEW.day, NEW.currency, NEW.entity, NEW.total_minor,"
                    " NEW.header, NEW.revision)"
                ),
            ),
            pgtrigger.Trigger(
                name="weigh_total",
                operation=pgtrigger.Update,
                when=pgtrigger.After,
                condition=pgtrigger.Condition("OLD.total_minor <> NEW.total_minor or OLD.kind <> NEW.kind"),
                func="insert into ledger_weighing (posting_id) values (NEW.id) on conflict do nothing; return null;",
            ),
            pgtrigger.Protect(
                name="sent_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.state <> 'planned'"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"


class Weighing(models.Model):
    """A posting whose lines or total changed in this transaction: at its end the posting must balance, and the row goes.

    So each posting is summed up once, however many lines it has. Outside of transactions the table is empty.
    """

    posting_id = models.BigIntegerField(primary_key=True)

    class Meta:
        triggers = [
            pgtrigger.Trigger(
                name="balanced",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                declare=[("difference", "bigint")],
                func="""
                    delete from ledger_weighing where posting_id = NEW.posting_id;
                    select coalesce(sum(case when l.side = 'debit' then l.amount_minor else -l.amount_minor end), 0)
                           - case when p.kind = 'receipt' then -p.total_minor else 0 end
                      into difference
                      from ledger_posting p left join ledger_line l on l.posting_id = p.id
                     where p.id = NEW.posting_id
                     group by p.id;
                    if difference <> 0 then
                        raise exception 'posting % does not balance: difference % minor units', NEW.posting_id, difference
                            using errcode = 'check_violation', constraint = 'ledger_posting_balanced';
                    end if;
                    return null;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"Posting {self.posting_id}"


def _weigh(word: str, operation: pgtrigger.Operation, rows: str, **referencing: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"weigh_{word}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**referencing),  # type: ignore[no-untyped-call]
        func=f"insert into ledger_weighing (posting_id) select distinct posting_id from {rows}"  # noqa: S608
        " on conflict do nothing; return null;",
    )


class Line(models.Model):
    """One line of a posting. A receipt's lines are credits; a journal entry's say which side they are."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    component = models.CharField(max_length=120, blank=True)
    """What the line is made of, in the source's words: `charge · 4000`."""
    side = models.CharField(max_length=6, choices=[("debit", "Debit"), ("credit", "Credit")], default="credit")
    account = models.CharField(max_length=60, blank=True)
    account_label = models.CharField(max_length=60, blank=True)
    amount_minor = models.BigIntegerField()
    memo = models.CharField(max_length=1000, blank=True)
    dimensions = models.JSONField(default=dict)

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=("posting", "number"), name="ledger_line_number_once"),
            models.CheckConstraint(condition=~Q(account="", account_label=""), name="ledger_line_has_account"),
        ]
        triggers = [
            _weigh("insert", pgtrigger.Insert, "after", new="after"),
            _weigh(
                "update", pgtrigger.Update, "(table before union all table after) both_sides", old="before", new="after"
            ),
            _weigh("delete", pgtrigger.Delete, "before", old="before"),
            pgtrigger.Trigger(
                name="content_kept",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                declare=[("posting_state", "text")],
                func="""
                    select state into posting_state from ledger_posting where id = OLD.posting_id;
                    if posting_state not in ('planned', 'failed') then
                        raise exception 'the lines of posting % were sent and stay as they are', OLD.posting_id;
                    end if;
                    if TG_OP = 'DELETE' then return OLD; end if;
                    return NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.account or self.account_label} {self.amount_minor}"


class Source(models.Model):
    """Which record put how much into which line: the way from any amount back to its bytes."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="sources")
    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="sources")
    process = models.ForeignKey("sync.Process", on_delete=models.PROTECT, related_name="+", db_index=False)
    record_kind = models.CharField(max_length=20)
    record_id = models.CharField(max_length=100)
    source_record = models.ForeignKey("sync.SourceRecord", on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    """Signed: what a receipt took in, or debit positive in a journal entry."""
    exclusive = models.BooleanField(default=False)
    """True in receipts: the record may be in one live posting of its process only."""
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("process", "record_kind", "record_id"),
                condition=Q(exclusive=True, live=True),
                name="ledger_source_booked_once",
            ),
        ]
        indexes = [models.Index(fields=("process", "record_kind", "record_id"), name="ledger_source_record")]

    def __str__(self) -> str:
        return f"{self.record_kind} {self.record_id}"


class Attempt(models.Model):
    """One request about a posting and what came back, secrets masked. Written before sending, completed after."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="attempts")
    purpose = models.CharField(max_length=10, choices=[(word, word.title()) for word in ("post", "remove")])
    control_id = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    request = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        triggers = [
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.finished_at is not null"),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.control_id}: {self.outcome or 'under way'}"
