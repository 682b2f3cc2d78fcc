"""The process kind "Sync Payments to Sage Intacct Other Receipts"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection as database
from django.db.models import Q
from pydantic import BaseModel

from tieout.connect.models import Connection
from tieout.connectors.kit.capabilities import PostsDocuments, ReadsStreams
from tieout.kernel.calendar import Calendar
from tieout.ledger import delivery, double_booking, reversal
from tieout.ledger.errors import parse_settings
from tieout.ledger.receipts import changes, planning
from tieout.ledger.receipts.settings import RULES, ReceiptSettings
from tieout.people.queries import SiteClock
from tieout.sync.kinds import Rule
from tieout.sync.models import Process
from tieout.sync.pulling import Wanted, pull, synced_until
from tieout.sync.runs import Run

LISTS_FRESH = timedelta(hours=6)
EARLY = timedelta(days=7)
"""Payments may be entered some days before the day they are received."""


class ReceiptsKind:
    """Payments of each day become other receipts, one for one bank deposit."""

    slug = "receipts"
    label = "Sync Payments to Sage Intacct Other Receipts"
    summary = "Groups each day's payments by method so that one receipt matches one bank deposit, and posts them."
    source_capability: type | None = ReadsStreams
    target_capability: type | None = PostsDocuments
    rules: Sequence[Rule] = RULES
    settings_model: type[BaseModel] = ReceiptSettings

    def check(self, process: Process) -> Mapping[str, Any]:
        """The settings, cleaned. Raises BadMapping, BookedTwice."""
        settings = parse_settings(ReceiptSettings, process.settings)
        double_booking.check_receipts(process, settings)
        return settings.model_dump(mode="json")

    def default_settings(self, source: Connection, target: Connection, today: date) -> Mapping[str, Any]:
        """From the first of this month on, nothing mapped yet."""
        return {"start_on": today.replace(day=1).isoformat()}

    def run(self, run: Run, site: SiteClock) -> None:
        """Settle, pull, look for changes, plan, post, verify."""
        settings = parse_settings(ReceiptSettings, run.process.settings)
        delivery.settle(run)
        reversal.carry_on(run)
        if "post" not in run.parameters:
            pull(run, self._wanted(run, settings, site), site.zone)
            changes.handle(run, settings)
            planning.plan(run, settings, last_day(run.clock(), settings, site), Calendar(site.country))
        automatic = settings.posts == "automatic" and not run.parameters.get("plan_only")
        if automatic or "post" in run.parameters:
            delivery.post(run, _only(run))
        delivery.verify(run)
        reversal.finish_entries(run)

    def _wanted(self, run: Run, settings: ReceiptSettings, site: SiteClock) -> list[Wanted]:
        begin = datetime.combine(settings.start_on, time(), site.zone) - EARLY
        before = synced_until(run, "payments")
        since = max(begin, before - timedelta(days=settings.reread_days)) if before else begin
        lists_read = synced_until(run, "customers")
        stale = lists_read is None or run.clock() - lists_read > LISTS_FRESH or unknown_customers(run.process)
        lists = [Wanted("customers"), Wanted("payment_methods")] if stale else []
        return [*lists, Wanted("payments", since)]


def last_day(now: datetime, settings: ReceiptSettings, site: SiteClock) -> date:
    """The last day whose payments are grouped: yesterday in the site's time zone, or today when so chosen."""
    today = now.astimezone(site.zone).date()
    return today if settings.include_today else today - timedelta(days=1)


def unknown_customers(process: Process) -> bool:
    """Whether a payment names a customer that was not delivered yet."""
    with database.cursor() as cursor:
        cursor.execute(
            "select exists (select 1 from sync_finding where process_id = %s and rule = 'unknown_customer' and state = 'open')",
            [process.pk],
        )
        return bool(cursor.fetchone()[0])


def _only(run: Run) -> Q | None:
    parameters = run.parameters
    if "post" in parameters:
        return Q(pk__in=parameters["post"])
    if "records" in parameters:
        return Q(sources__record_kind="payment", sources__record_id__in=parameters["records"])
    return None
