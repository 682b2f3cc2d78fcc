"""One version of one row: its values, the batch that brought it, the row of the delivered file as it stood there, and the
versions before and after."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.urls import reverse

from tieout.people.actors import Permission
from tieout.recognition.tables import INPUTS, KEYS
from tieout.revenue import history, queries, source_rows, words
from tieout.revenue.models import FACTS
from tieout.revenue.web import values
from tieout.revenue.web.entry import home_of
from tieout.web.details import DetailPage
from tieout.web.faults import PageMissing
from tieout.web.pages import Crumb


class SourceRow(DetailPage):
    """Where a row came from."""

    permission = Permission.READ
    template_name = "revenue/row.html"
    context_name = "row"

    @cached_property
    def table(self) -> str:
        if self.kwargs["table"] not in FACTS:
            raise PageMissing
        return str(self.kwargs["table"])

    def load(self) -> Any:
        return queries.row(self.actor.environment_id, self.table, self.kwargs["pk"])

    def heading(self) -> str:
        return f"{words.TABLES[self.table]} {self.object}"

    def crumbs(self) -> Iterable[Crumb]:
        if "contract_id" in INPUTS[self.table]:
            yield Crumb("Contracts", reverse("contracts"))
            yield Crumb(self.object.contract_id, home_of(self.table, queries.values_of(self.object, self.table)))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        key = {name: getattr(self.object, name) for name in KEYS[self.table]}
        versions = queries.versions(self.actor.environment_id, self.table, key)
        steps = sorted(history.steps(self.table, versions), key=lambda step: -step.batch.pk)
        currency = self._currency()
        numbers = [str(value) for name, value in key.items() if name.endswith("_id")]
        return {
            **shown,
            "facts": list(values.facts(self.table, self.object, currency)),
            "batch": self.object.since,
            "delivered": source_rows.delivered(self.object.since, numbers, self.object.row),
            "steps": [(step, values.differences(step, currency)) for step in steps],
        }

    def _currency(self) -> str:
        if "currency" in INPUTS[self.table]:
            return str(self.object.currency)
        number = getattr(self.object, "contract_id", "")
        found = FACTS["contract"]._default_manager.filter(environment_id=self.actor.environment_id, contract_id=number)
        return str(found.values_list("currency", flat=True).first() or "")
