"""Explain: for any figure of a contract the arithmetic with its numbers, the rule's version, the SSP entry and the source rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from tieout.people.actors import Permission
from tieout.recognition.tables import INPUTS
from tieout.revenue import contract_figures, figures, formulas, queries
from tieout.revenue.contract_figures import ContractFigures
from tieout.revenue.figures import Explanation
from tieout.revenue.formulas import Formula
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
        environment, (contract, line, period) = self.actor.environment_id, self.asked.values()
        found = figures.explain(environment, contract, line, period)
        rows = of_line(environment, contract, line)
        rule = _rule(environment, found.layers)
        stored = contract_figures.of_contract(environment, self.contract)
        currency = self.contract.currency
        return {
            "explained": found,
            "total": found.amount + found.adjustment,
            "allocation": _allocated(stored, contract, line) if stored else None,
            "layers": list(_layers(stored, self.contract, found, rows, rule)),
            "rule": rule,
            "rule_facts": list(values.facts("rule", rule, currency)) if rule else [],
            "prices": [formulas.candidate(each, currency) for each in found.candidates],
            "sources": [(row, list(values.facts(table, row, currency))) for table in rows for row in rows[table]],
            "figure_set": stored.figure_set if stored else None,
        }


def of_line(environment_id: int | None, contract_id: str, line_id: str) -> dict[str, list[Any]]:
    """The rows in force of a line, and those of its contract that name no line, by table."""
    named = {"contract_id": contract_id, "line_id": line_id}
    found: dict[str, list[Any]] = {}
    for table in queries.OF_CONTRACT:
        wanted = {name: value for name, value in named.items() if name in INPUTS[table]}
        found[table] = list(queries.rows(environment_id, table).filter(**wanted).select_related("since")[:200])
    return found


def _rule(environment_id: int | None, layers: Sequence[Mapping[str, Any]]) -> Any:
    if not layers:
        return None
    named = {"rule_id": layers[-1]["rule_id"], "version": layers[-1]["rule_version"]}
    return queries.rows(environment_id, "rule").filter(**named).first()


def _allocated(stored: ContractFigures, contract_id: str, line_id: str) -> Formula | None:
    for line in stored.lines:
        if (line["contract_id"], line["line_id"]) == (contract_id, line_id) and line["allocated"] is not None:
            pool = [each for each in stored.lines if each["pool"] == line["pool"] and each["allocated"] is not None]
            return formulas.allocation(line, pool)
    return None


def _layers(
    stored: ContractFigures | None, contract: Any, found: Explanation, rows: Mapping[str, Sequence[Any]], rule: Any
) -> Iterator[Formula]:
    """The layers with a share in the period, each with its slices up to then."""
    until = contract_figures.bounds(stored.figure_set, contract.entity, found.period) if stored else None
    line = next(iter(rows["line"]), None)
    for version in sorted({each["version"] for each in found.layers}):
        slices = [each for each in found.layers if each["version"] == version]
        if slices[-1]["period"] == found.period:
            trigger = rule.trigger if rule else ""
            happened = formulas.progress(slices[-1]["method"], trigger, rows, line, until[1]) if until else {}
            yield formulas.layer(slices, until[1] if until else None, contract.currency, happened)
