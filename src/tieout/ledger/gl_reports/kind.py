"""The process kind "Sync GL Reports to Sage Intacct GL"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from pydantic import BaseModel

from tieout.connect.models import Connection
from tieout.connectors.kit.capabilities import PostsDocuments, ReadsStreams
from tieout.kernel.period import Period
from tieout.ledger import delivery, double_booking, reversal
from tieout.ledger.errors import parse_settings
from tieout.ledger.gl_reports import planning
from tieout.ledger.gl_reports.settings import RULES, GlSettings
from tieout.people.queries import SiteClock
from tieout.sync.kinds import Rule
from tieout.sync.models import Process
from tieout.sync.pulling import Wanted, pull, synced_until
from tieout.sync.runs import Run


class GlReportsKind:
    """A closed month of billing becomes one balanced entry per journal, currency and entity."""

    slug = "gl_reports"
    label = "Sync GL Reports to Sage Intacct GL"
    summary = "Rebuilds a closed month's GL report from charges, credits, taxes and payments and posts it as one entry."
    source_capability: type | None = ReadsStreams
    target_capability: type | None = PostsDocuments
    rules: Sequence[Rule] = RULES
    settings_model: type[BaseModel] = GlSettings

    def check(self, process: Process) -> Mapping[str, Any]:
        """The settings, cleaned. Raises BadMapping, BookedTwice."""
        settings = parse_settings(GlSettings, process.settings)
        double_booking.check_gl_reports(process, settings)
        return settings.model_dump(mode="json")

    def default_settings(self, source: Connection, target: Connection, today: date) -> Mapping[str, Any]:
        """From last month on, nothing mapped yet."""
        return {"start_month": Period.month_of(today.replace(day=1) - timedelta(days=1)).label}

    def run(self, run: Run, site: SiteClock) -> None:
        """Settle, pull, plan, post, verify."""
        settings = parse_settings(GlSettings, run.process.settings)
        delivery.settle(run)
        reversal.carry_on(run)
        if "post" not in run.parameters:
            pull(run, self._wanted(run, settings, site), site.zone)
            planning.plan(run, settings, run.clock().astimezone(site.zone).date())
        automatic = settings.posts == "automatic" and not run.parameters.get("plan_only")
        if automatic or "post" in run.parameters:
            delivery.post(run, _only(run))
        delivery.verify(run)
        reversal.finish_entries(run)

    def _wanted(self, run: Run, settings: GlSettings, site: SiteClock) -> list[Wanted]:
        first = settings.first_day()
        before = first
        for _ in range(settings.reread_months):
            before = (before - timedelta(days=1)).replace(day=1)

        def since(stream: str, begin: date) -> Wanted:
            start = datetime.combine(begin, time(), site.zone)
            read = synced_until(run, stream)
            again = timedelta(days=31 * settings.reread_months)
            return Wanted(stream, max(start, read - again) if read else start)

        lists = [Wanted("customers"), Wanted("products")]
        return [
            *lists,
            since("bills", first),
            since("charges", before),
            since("credits", first),
            since("payments", first),
        ]


def _only(run: Run) -> Q | None:
    """Counter-entries of reversals always go along."""
    return Q(pk__in=run.parameters["post"]) | Q(reverses__state="reversing") if "post" in run.parameters else None
