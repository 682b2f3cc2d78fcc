"""What is true of the steps that speak of data: sources read, batches, findings, gaps, SSPs. Reads only.

Of a frozen period what counts is what was there when it was frozen: what comes later belongs to the next period. Gaps of
contracts of other entities do not concern a period; what names no contract concerns every entity.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tieout.close.steps import Fact, Facts
from tieout.kernel.counting import counted
from tieout.revenue.models import FACTS, Batch, Gap, Period
from tieout.sync.models import Finding, Process

UNDECIDED = (Batch.State.WAITING, Batch.State.READING, Batch.State.READY, Batch.State.APPLYING)
SSP_TABLE = "ssp"
"""Gaps that are mended in the SSP book name this table."""
SHOWN = 20


def data(period: Period, *, zone: ZoneInfo, frozen_at: datetime | None) -> Facts:
    """Whether every source was read after the period's end and no batch waits; signed for the last batch known."""
    sources = [_read_through(process, period, zone) for process in sources_of(period.environment_id)]
    waits = undecided(period.environment_id)
    batches = [_batch(each) for each in (waits.filter(created_at__lte=frozen_at) if frozen_at else waits)]
    late = sum(not each.clear for each in sources)
    said = _said([(late, "source behind", "sources behind"), (len(batches), "batch waits", "batches wait")])
    lines = (*sources, *batches) or (Fact("Sources", "None: data comes by import and by hand"),)
    return Facts(not late and not batches, said or "All sources read, nothing waits", lines, known(period))


def findings(period: Period, *, frozen_at: datetime | None) -> Facts:
    """Open findings of the processes that bring revenue data or post its journals, and open gaps but those about SSP."""
    found = open_findings(period.environment_id)
    found = found.filter(first_seen_at__lte=frozen_at) if frozen_at else found
    gaps = gaps_of(period, frozen_at).exclude(table=SSP_TABLE)
    by_rule = [*_by_rule(found, "findings"), *_by_rule(gaps, "gaps")]
    count = found.count() + gaps.count()
    subject = [sorted(found.values_list("pk", flat=True)), sorted(gaps.values_list("pk", flat=True))]
    said = _said([(count, "is open", "are open")]) or "None is open"
    return Facts(not count, said, tuple(by_rule), subject)


def ssp(period: Period, *, frozen_at: datetime | None) -> Facts:
    """Gaps of stand-alone selling prices."""
    gaps = gaps_of(period, frozen_at).filter(table=SSP_TABLE)
    lines = tuple(Fact(_where(gap), gap.cause, False, "gaps") for gap in gaps[:SHOWN])
    said = _said([(gaps.count(), "SSP is missing", "SSPs are missing")]) or "Every obligation has one"
    return Facts(not lines, said, lines, sorted(gaps.values_list("pk", flat=True)))


def known(period: Period) -> int | None:
    """The last batch that the period's figures know; of a period that is not frozen, the last one applied."""
    if period.figures:
        return period.figures.known_id
    applied = Batch.objects.filter(environment_id=period.environment_id, applied_at__isnull=False)
    return applied.order_by("-applied_at", "-pk").values_list("pk", flat=True).first()


def sources_of(environment_id: int | None) -> QuerySet[Process]:
    """The processes whose jobs ever delivered revenue data."""
    delivered = Batch.objects.filter(job__process=OuterRef("pk"))
    return Process.objects.filter(Exists(delivered), environment_id=environment_id)


def undecided(environment_id: int | None) -> QuerySet[Batch]:
    """Batches that are neither applied nor given up."""
    return Batch.objects.filter(environment_id=environment_id, state__in=UNDECIDED).order_by("pk")


def open_findings(environment_id: int | None) -> QuerySet[Finding]:
    """Open findings that concern revenue."""
    concerned = Q(process__in=sources_of(environment_id)) | Q(process__kind="revenue_journals")
    here = Q(process__environment_id=environment_id, state=Finding.State.OPEN)
    return Finding.objects.filter(concerned & here)


def gaps_of(period: Period, frozen_at: datetime | None) -> QuerySet[Gap]:
    """Gaps open now, or at that moment, of the entity's contracts, and those of no contract or of one that is not there."""
    contract = FACTS["contract"].objects.filter(  # type: ignore[attr-defined]
        environment_id=OuterRef("environment_id"), contract_id=OuterRef("contract_id"), until__isnull=True
    )
    elsewhere = Exists(contract.exclude(entity=period.entity))
    unresolved = Q(resolved_at__isnull=True)
    if frozen_at:
        unresolved = Q(first_seen_at__lte=frozen_at) & (unresolved | Q(resolved_at__gt=frozen_at))
    return Gap.objects.filter(unresolved, ~elsewhere, environment_id=period.environment_id)


def _read_through(process: Process, period: Period, zone: ZoneInfo) -> Fact:
    over = datetime.combine(period.ends_on, datetime.min.time(), zone)
    read = process.last_sync_at
    if read is None:
        return Fact(process.name, "Never read", False, "process", (process.pk,))
    said = f"Read on {read.astimezone(zone):%Y-%m-%d %H:%M}"
    last_day = period.ends_on - timedelta(days=1)
    return (
        Fact(process.name, said, True, "process", (process.pk,))
        if read >= over
        else Fact(process.name, f"{said}, before the end of {last_day}", False, "process", (process.pk,))
    )


def _batch(batch: Batch) -> Fact:
    return Fact(batch.title, batch.get_state_display(), False, "batch", (batch.pk,))


def _by_rule(rows: QuerySet[Finding] | QuerySet[Gap], page: str) -> list[Fact]:
    counted = rows.order_by("rule").values_list("rule").annotate(count=Count("pk"))
    return [Fact(rule.replace("_", " ").capitalize(), f"{count} open", False, page) for rule, count in counted]


def _where(gap: Gap) -> str:
    return " · ".join(part for part in (gap.contract_id, gap.line_id) if part) or "All contracts"


def _said(counts: list[tuple[int, str, str]]) -> str:
    return ", ".join(counted(*each) for each in counts if each[0])
