"""The process kind "Load sales and billing into revenue"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, get_type_hints

from django.db import transaction
from pydantic import BaseModel

from tieout.connect import queries as connect
from tieout.connect.models import Connection
from tieout.connectors.kit import canonical
from tieout.connectors.kit.capabilities import Connector, ReadsStreams
from tieout.people.actors import scheduler
from tieout.people.queries import SiteClock
from tieout.revenue.batches import operations as batches
from tieout.revenue.models import Batch
from tieout.revenue.sources import deliveries, questions
from tieout.revenue.sources.errors import AlreadyDelivered, BadSourceSettings
from tieout.revenue.sources.models import Delivered
from tieout.revenue.sources.settings import FIXED, RULES, SourceSettings, parse
from tieout.sync.kinds import Rule
from tieout.sync.models import Process
from tieout.sync.pulling import Wanted, pull, synced_until
from tieout.sync.runs import Run

KIND = "revenue_data"
READ = (
    canonical.Customer,
    canonical.Product,
    canonical.Service,
    canonical.OrderLine,
    canonical.Order,
    canonical.OrderItem,
    canonical.Invoice,
    canonical.InvoiceLine,
    canonical.CreditMemo,
)
"""What is read, in this order."""
GROWING = (canonical.Invoice, canonical.InvoiceLine, canonical.CreditMemo)
"""What is read from a day on; everything else may change at any age and is read whole."""


class RevenueDataKind:
    """Orders, agreements, charges, bills and credits become contracts, lines, changes and invoices of the revenue engine."""

    slug = KIND
    label = "Load sales and billing into revenue"
    summary = "Brings contracts, upgrades, cancellations, invoices and credits into this site's revenue data."
    source_capability: type | None = ReadsStreams
    target_capability: type | None = None
    rules: Sequence[Rule] = RULES
    settings_model: type[BaseModel] = SourceSettings

    def check(self, process: Process) -> Mapping[str, Any]:
        """The settings, cleaned. Raises BadSourceSettings, AlreadyDelivered."""
        settings = parse(process.settings)
        _refuse_meeting(process, settings)
        _refuse_renumbering(process, settings)
        return settings.model_dump(mode="json")

    def default_settings(self, source: Connection, target: Connection | None, today: date) -> Mapping[str, Any]:
        """From the first of the year on, numbers marked by the source's name."""
        return {"start_on": today.replace(month=1, day=1).isoformat(), "prefix": f"{source.connector}-"}

    def run(self, run: Run, site: SiteClock) -> None:
        """Pull, assemble, ask, deliver."""
        settings = parse(run.process.settings)
        pull(run, _wanted(run, settings, site), site.zone)
        load(run, settings)


def load(run: Run, settings: SourceSettings) -> None:
    """Deliver what the records that are here say, as far as it changed. Raises StopRequested, LeaseLost."""
    run.enter("plan", text="Reading records as contracts, lines and invoices")
    with deliveries.assembled(run.process, settings):
        with transaction.atomic():
            questions.ask(run, deliveries.found(run.process, settings))
        run.checkpoint()
        _deliver(run)


def _deliver(run: Run) -> None:
    counts = {table: count for table, count in deliveries.counts().items() if count}
    if not counts:
        run.note("Nothing changed since the last delivery")
        return
    said = ", ".join(f"{count:,} {table}" for table, count in counts.items())
    run.enter("deliver", sum(counts.values()), f"Delivering {said}")
    replaced = list(_refused(run))
    title = f"{run.process.name} · {run.clock():%Y-%m-%d %H:%M}"
    batch = batches.deliver(job=run.job, title=title, tables=deliveries.changed(), now=run.clock())
    deliveries.keep(run.process, batch)
    for old in replaced:
        batches.discard(scheduler(run.process.environment_id), batch_id=old, now=run.clock())
    rows, refused = sum(counts.values()), int(batch.state == Batch.State.REFUSED)
    with transaction.atomic():
        run.advance(done=rows, delivered=rows, failed=refused)
        run.note(f"Batch {batch.pk}: {batch.get_state_display()}", batch=batch.pk)


def _refused(run: Run) -> Sequence[int]:
    """Earlier deliveries that could not be applied; what they held comes again."""
    mine = Batch.objects.filter(job__process=run.process, state=Batch.State.REFUSED)
    return list(mine.values_list("pk", flat=True))


def streams_of(connector: Connector, wanted: type) -> list[str]:
    """The streams of a connector whose records become this canonical type."""
    mapped = {stream.name: connector.mappers.get(stream.name) for stream in connector.streams}
    return [name for name, mapper in mapped.items() if mapper and get_type_hints(mapper).get("return") is wanted]


def _wanted(run: Run, settings: SourceSettings, site: SiteClock) -> list[Wanted]:
    connector = connect.connector_of(run.process.origin)
    first = datetime.combine(_months_before(settings.start_on, settings.look_back_months), time(), site.zone)
    wanted = []
    for each in READ:
        for stream in streams_of(connector, each):
            wanted.append(Wanted(stream, _since(run, stream, first, settings, site) if each in GROWING else None))
    return wanted


def _since(run: Run, stream: str, first: datetime, settings: SourceSettings, site: SiteClock) -> datetime:
    read = synced_until(run, stream)
    if read is None:
        return first
    again = _months_before(read.astimezone(site.zone).date(), settings.look_back_months)
    return max(first, datetime.combine(again, time(), site.zone))


def _months_before(day: date, months: int) -> date:
    """The first of the month that many months earlier."""
    years, month = divmod(day.month - 1 - months, 12)
    return date(day.year + years, month + 1, 1)


def _refuse_meeting(process: Process, settings: SourceSettings) -> None:
    others = Process.objects.filter(environment_id=process.environment_id, kind=KIND).exclude(pk=process.pk)
    for other in others:
        if other.settings.get("prefix", "") == settings.prefix:
            raise BadSourceSettings(
                f"'{other.name}' puts '{settings.prefix}' before its numbers already.", place="prefix"
            )


def _refuse_renumbering(process: Process, settings: SourceSettings) -> None:
    before = Process.objects.filter(pk=process.pk).values_list("settings", flat=True).first()
    if before is None or not Delivered.objects.filter(process_id=process.pk).exists():
        return
    for name in FIXED:
        if getattr(parse(before), name) != getattr(settings, name):
            raise AlreadyDelivered(f"'{name}' cannot change: rows were delivered with it.", setting=name)
