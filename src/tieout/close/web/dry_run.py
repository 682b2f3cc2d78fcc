"""The page of the dry run, and its files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tieout.close import dry_run, queries
from tieout.close.web.views import LIST
from tieout.kernel.errors import NotFound
from tieout.kernel.money import Money
from tieout.ledger.journals.places import pairs
from tieout.people.actors import Permission
from tieout.revenue import periods
from tieout.web.pages import Button, Crumb, Guarded, Page

SHOWN = 500
WRITERS = {
    "csv": (dry_run.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (dry_run.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class DryRunPage(Page):
    """By account and dimension: held now, to be posted, held after."""

    permission = Permission.READ
    template_name = "close/dry_run.html"
    lead = "By account and dimension: what the ledger holds now, what will be posted, and what it will hold then."

    def heading(self) -> str:
        return f"Dry run {self._period}"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb(LIST, reverse("close"))
        yield Crumb(str(self._period), reverse("close_period", args=[self._period.pk]))

    def buttons(self) -> Iterable[Button]:
        for ending in WRITERS:
            address = reverse("close_dry_run_file", args=[self._period.pk, ending])
            yield Button(ending.upper(), address, "download", tone="")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self._period = periods.period(self.actor.environment_id, self.kwargs["pk"])
        found = dry_run.of_period(self._period)
        moved = self.request.GET.get("all") != "1"
        lines = found.moves if moved else list(found.lines)
        totals: dict[str, list[int]] = {}
        for line in found.lines:
            sums = totals.setdefault(line.currency, [0] * 5)
            for place, amount in enumerate(dry_run.amounts(line)):
                sums[place] += amount
        shown = {
            "period": self._period,
            "figures": queries.reviewed_figures(self._period),
            "rows": [(line, pairs(line.dimensions), dry_run.amounts(line)) for line in lines[:SHOWN]],
            "count": len(lines),
            "moved": moved,
            "stays": len(found.lines) - len(found.moves),
            "totals": totals,
            "missing": [(each, Money(each.amount, each.currency)) for each in found.missing],
        }
        return super().get_context_data(**shown, **kwargs)


class DryRunFile(Guarded):
    """The dry run as CSV or XLSX."""

    permission = Permission.READ

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        period = periods.period(self.actor.environment_id, self.kwargs["pk"])
        ending = self.kwargs["ending"]
        if ending not in WRITERS:
            raise NotFound(f"The dry run is written as {' or '.join(WRITERS)}, not as {ending}.")
        write, kind = WRITERS[ending]
        name = "-".join(part for part in ("dry-run", period.label, period.entity) if part)
        headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
        return HttpResponse(write(dry_run.of_period(period)), content_type=kind, headers=headers)
