"""The page of one product: its rule, its part in allocation, its entries of the SSP book, and its versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from tieout.people.actors import Permission
from tieout.recognition.tables import KEYS
from tieout.revenue import history, queries, worked
from tieout.revenue.web import values
from tieout.web.details import DetailPage
from tieout.web.pages import Button, Crumb


class ProductPage(DetailPage):
    """One product."""

    permission = Permission.READ
    template_name = "revenue/product.html"
    context_name = "product"

    def load(self) -> Any:
        return queries.keyed(self.actor.environment_id, "product", self.kwargs["number"])

    def heading(self) -> str:
        return str(self.object.name or self.object.product_id)

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Products", reverse("products"))

    def buttons(self) -> Iterable[Button]:
        change = Permission.CHANGE_DATA
        yield Button("Edit", reverse("amend", args=["product", self.object.pk]), "edit", change, "")
        priced = f"{reverse('enter', args=['ssp'])}?product_id={self.object.product_id}"
        yield Button("New SSP entry", priced, "plus", change)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        environment, product = self.actor.environment_id, self.object
        prices = queries.rows(environment, "ssp").filter(product_id=product.product_id).order_by(*KEYS["ssp"])
        versions = queries.versions(environment, "product", {"product_id": product.product_id})
        steps = sorted(history.steps("product", versions), key=lambda step: -step.batch.pk)
        return {
            **shown,
            "prices": prices[:200],
            "rule": queries.rows(environment, "rule").filter(rule_id=product.rule_id).order_by("-version").first(),
            "steps": [(step, values.differences(step, "")) for step in steps],
        }


class RulePage(DetailPage):
    """One recognition rule with all its versions, each with an example that the engine has worked out."""

    permission = Permission.READ
    template_name = "revenue/rule.html"
    context_name = "rule"

    def load(self) -> Any:
        return queries.newest_rule(self.actor.environment_id, self.kwargs["number"])

    def heading(self) -> str:
        return f"Rule {self.kwargs['number']}"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Rules", reverse("rules"))

    def buttons(self) -> Iterable[Button]:
        yield Button("New version", reverse("rule_version", args=[self.object.rule_id]), "plus", Permission.CHANGE_DATA)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        environment, named = self.actor.environment_id, {"rule_id": self.object.rule_id}
        versions = queries.rows(environment, "rule").filter(**named).order_by("-version")[:50]
        products = queries.rows(environment, "product").filter(**named).order_by("product_id")
        examples = [(each, worked.example(queries.values_of(each, "rule"))) for each in versions]
        return {**shown, "versions": examples, "products": products[:200], "currency": worked.CURRENCY}
