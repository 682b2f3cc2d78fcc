"""The process kind "Check posted journals": every night, what the ledger holds is compared with what was posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from tieout.connect.models import Connection
from tieout.connectors.kit.capabilities import PostsDocuments
from tieout.ledger.errors import OneJournalProcess, parse_settings
from tieout.ledger.journals import checking
from tieout.people.queries import SiteClock
from tieout.sync.kinds import Rule
from tieout.sync.models import Process
from tieout.sync.runs import Run

CHECK_KIND = "journal_check"
CHECK_SCHEDULE = {"every": "daily", "at": "02:00"}


class CheckSettings(BaseModel):
    """Nothing is to be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class JournalCheckKind:
    """Reads back every posted entry, and what else stands in the journal, and notes each deviation."""

    slug = CHECK_KIND
    label = "Check posted journals"
    summary = "Compares what the ledger holds with what was posted: entries edited, deleted or added by hand are found."
    source_capability: type | None = None
    target_capability: type | None = PostsDocuments
    rules: Sequence[Rule] = checking.RULES
    settings_model: type[BaseModel] = CheckSettings

    def check(self, process: Process) -> Mapping[str, Any]:
        """The settings, cleaned. Raises OneJournalProcess."""
        others = Process.objects.filter(environment_id=process.environment_id, kind=CHECK_KIND).exclude(pk=process.pk)
        if others.exists():
            raise OneJournalProcess(f"'{others[0].name}' checks the journals of this environment already.")
        return parse_settings(CheckSettings, process.settings).model_dump(mode="json")

    def default_settings(self, source: Connection | None, target: Connection, today: date) -> Mapping[str, Any]:
        """None."""
        return {}

    def run(self, run: Run, site: SiteClock) -> None:
        """Read back, compare, note."""
        checking.check(run)
