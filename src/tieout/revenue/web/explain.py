"""Explain: for any figure of a contract the arithmetic with its numbers, the rule's version, the SSP entry and the source rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from tieout.people.actors import Permission
from tieout.revenue import contract_figures, explanations, queries
from tieout.revenue.web import values
from tieout.web.pages import Crumb, Page


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a contract in a period."""

    line_id: str
    period: str
    amount: int
    adjustment: int
    url: str


class Explain(Page):
    """One figure, or the figures to choose from when the address names only a contract, or a line or period of it."""

    permission = Permission.READ
    template_name = "revenue/explain.html"

    @cached_property
    def asked(self) -> dict[str, str]:
        return {name: self.request.GET.get(name, "") for name in ("contract", "line", "period")}

    @cached_property
    def contract(self) -> Any:
        return queries.keyed(self.actor.environment_id, "contract", self.asked["contract"])

    def heading(self) -> str:
        named = [self.asked["line"] and f"line {self.asked['line']}", self.asked["period"]]
        return " · ".join(["Explain", *filter(None, named)])

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Contracts", reverse("contracts"))
        number = self.asked["contract"]
        yield Crumb(number, f"{reverse('contract', args=[number])}?tab=schedule" if number else "")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = {"contract": self.contract, "currency": self.contract.currency}
        if self.asked["line"] and self.asked["period"]:
            shown |= self._explained()
        else:
            shown["places"] = list(self._places())
        return super().get_context_data(**shown, **kwargs)

    def _places(self) -> Iterator[Place]:
        found = contract_figures.of_contract(self.actor.environment_id, self.contract)
        for row in found.schedule if found else ():
            asked = {"contract": row["contract_id"], "line": row["line_id"], "period": row["period"]}
            if row["kind"] == "revenue" and all(self.asked[name] in ("", asked[name]) for name in asked):
                url = f"{self.request.path}?{urlencode(asked)}"
                yield Place(row["line_id"], row["period"], row["amount"], row["adjustment"], url)

    def _explained(self) -> dict[str, Any]:
        found = explanations.explained(
            self.actor.environment_id, self.contract, self.asked["line"], self.asked["period"]
        )
        currency = self.contract.currency
        return {
            "explained": found,
            "rule_facts": list(values.rule_facts(found.rule)) if found.rule else [],
            "sources": [(row, list(values.facts(table, row, currency))) for table, row in found.sources],
        }
