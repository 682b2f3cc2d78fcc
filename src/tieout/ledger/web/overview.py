"""The first page of a process: the last run, open findings, deposits and what was posted each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from tieout.ledger import figures, queries
from tieout.ledger.figures import DayTotal
from tieout.ledger.models import Posting
from tieout.people.actors import Permission
from tieout.sync import queries as sync
from tieout.sync.models import Finding
from tieout.sync.web import display
from tieout.sync.web.pages import ProcessPage

DAYS = 31
HEIGHT = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart, in the units of its drawing: 10 wide, HEIGHT high."""

    x: int
    y: float
    height: float
    total: DayTotal


def bars(days: Sequence[DayTotal]) -> list[Bar]:
    """The bars of a chart whose highest one fills it; days without anything have none."""
    most = max((day.total.minor for day in days), default=0)
    if most <= 0:
        return []
    heights = [HEIGHT * max(day.total.minor, 0) / most for day in days]
    return [
        Bar(index * 12, round(HEIGHT - height, 1), round(height, 1), day)
        for index, (height, day) in enumerate(zip(heights, days, strict=True))
    ]


class Overview(ProcessPage):
    """How the process stands."""

    permission = Permission.READ
    tab = "process"
    template_name = "ledger/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate(self.now)
        since = today - timedelta(days=DAYS)
        days = figures.posted_by_day(self.process, since, today + timedelta(days=1))
        last = sync.jobs(self.actor.environment_id).filter(process=self.process).first()
        shown = {
            "last": last,
            "counts": display.counts(last) if last else [],
            "duration": display.duration_text(display.duration(last, self.now)) if last else "",
            "findings": self._open_findings(),
            "totals": queries.totals(Posting.objects.filter(process=self.process)),
            "deposits": figures.deposits(self.process, since),
            "bars": bars(days),
            "width": len(days) * 12,
            "first_day": since,
            "last_day": today,
        }
        return super().get_context_data(**shown, **kwargs)

    def _open_findings(self) -> list[tuple[str, str, int]]:
        labels = display.rule_labels()
        found = sync.findings(self.actor.environment_id).filter(process=self.process, state=Finding.State.OPEN)
        rows = found.order_by("rule").values_list("rule").annotate(count=Count("pk"))
        return [(rule, labels.get(rule, rule), count) for rule, count in rows]
