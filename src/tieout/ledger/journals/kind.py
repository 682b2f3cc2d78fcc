"""The process kind "Post journals to Sage Intacct"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from pydantic import BaseModel

from tieout.connect.models import Connection
from tieout.connectors.kit.capabilities import PostsDocuments
from tieout.ledger import delivery, reversal
from tieout.ledger.errors import OneJournalProcess, parse_settings
from tieout.ledger.journals import planning
from tieout.ledger.journals.posted import KIND
from tieout.ledger.journals.settings import RULES, JournalSettings
from tieout.people.queries import SiteClock
from tieout.sync.kinds import Rule
from tieout.sync.models import Process
from tieout.sync.runs import Run


class RevenueJournalsKind:
    """A frozen accounting period becomes balanced entries per currency and entity. It has no source: figures are our own."""

    slug = KIND
    label = "Post journals to Sage Intacct"
    summary = "Posts what a closing accounting period should hold less what was posted, with dimensions, as entries."
    source_capability: type | None = None
    target_capability: type | None = PostsDocuments
    rules: Sequence[Rule] = RULES
    settings_model: type[BaseModel] = JournalSettings

    def check(self, process: Process) -> Mapping[str, Any]:
        """The settings, cleaned. Raises BadMapping, OneJournalProcess."""
        others = Process.objects.filter(environment_id=process.environment_id, kind=KIND).exclude(pk=process.pk)
        if others.exists():
            raise OneJournalProcess(f"'{others[0].name}' posts the journals of this environment already.")
        return parse_settings(JournalSettings, process.settings).model_dump(mode="json")

    def default_settings(self, source: Connection | None, target: Connection, today: date) -> Mapping[str, Any]:
        """No journal chosen yet."""
        return {"journal": ""}

    def run(self, run: Run, site: SiteClock) -> None:
        """Settle, plan, post, verify."""
        settings = parse_settings(JournalSettings, run.process.settings)
        delivery.settle(run)
        reversal.carry_on(run)
        if "post" not in run.parameters:
            planning.plan(run, settings)
        automatic = settings.posts == "automatic" and not run.parameters.get("plan_only")
        if automatic or "post" in run.parameters:
            delivery.post(run, _only(run))
        delivery.verify(run)
        reversal.finish_entries(run)


def _only(run: Run) -> Q | None:
    """Counter-entries of reversals always go along."""
    return Q(pk__in=run.parameters["post"]) | Q(reverses__state="reversing") if "post" in run.parameters else None
