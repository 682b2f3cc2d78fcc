"""The page of one contract: obligations, schedule, billing, changes, events, commissions, history and source, now or as known
on a day. A tab asks only for what it shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone

from tieout.people.actors import Permission
from tieout.revenue import contract_figures, queries
from tieout.revenue.contract_figures import ContractFigures
from tieout.revenue.web import contract_tabs
from tieout.web.details import DetailPage, Tab
from tieout.web.pages import Button, Crumb


class ContractPage(DetailPage):
    """One contract."""

    permission = Permission.READ
    template_name = "revenue/contract.html"
    context_name = "contract"

    def load(self) -> Any:
        return queries.keyed(self.actor.environment_id, "contract", self.kwargs["number"], known_at=self.known_at)

    def heading(self) -> str:
        return f"Contract {self.kwargs['number']}"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Contracts", reverse("contracts"))

    def tabs(self) -> Iterable[Tab]:
        for name, (label, _) in contract_tabs.TABS.items():
            yield Tab(name, label)

    def buttons(self) -> Iterable[Button]:
        number = self.kwargs["number"]
        yield Button("Edit", reverse("contract_edit", args=[number]), "edit", Permission.CHANGE_DATA, "")
        yield Button("Add a change", reverse("contract_change", args=[number]), "plus", Permission.CHANGE_DATA)

    @cached_property
    def known_on(self) -> date | None:
        """The day as known on which the page is asked for."""
        try:
            return date.fromisoformat(self.request.GET.get("known", ""))
        except ValueError:
            return None

    @cached_property
    def known_at(self) -> datetime | None:
        """The end of that day in the site's time zone."""
        if self.known_on is None:
            return None
        return timezone.make_aware(datetime.combine(self.known_on + timedelta(days=1), time.min))

    @cached_property
    def today(self) -> date:
        return self.known_on or timezone.localdate(self.now)

    @cached_property
    def figures(self) -> ContractFigures | None:
        return contract_figures.of_contract(self.actor.environment_id, self.object, known_at=self.known_at)

    def rows(self, table: str) -> list[Any]:
        """The contract's rows of a table, in force or as known on the day."""
        number = self.kwargs["number"]
        return list(queries.of_contract(self.actor.environment_id, table, number, known_at=self.known_at))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        environment, contract = self.actor.environment_id, self.object
        _, build = contract_tabs.TABS[shown["tab"]]
        gaps = queries.gaps(environment).filter(contract_id=contract.contract_id, resolved_at__isnull=True)
        return {
            **shown,
            **build(self),
            "currency": contract.currency,
            "customer": queries.names(environment, "customer", [contract.customer_id]).get(contract.customer_id, ""),
            "gaps": list(gaps[:20]),
            "known_on": self.known_on,
            "behind": self._behind(),
            "panel": f"revenue/contract_{shown['tab']}.html",
        }

    def _behind(self) -> bool:
        """Whether the figures shown are older than the data; asked only where figures are shown."""
        shown = self.__dict__.get("figures")
        return shown is not None and contract_figures.behind(
            self.actor.environment_id, shown.figure_set, known_at=self.known_at
        )
