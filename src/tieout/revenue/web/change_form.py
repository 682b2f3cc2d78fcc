"""A change of a contract, entered after its numbers were seen: what the contract recognises now, and under each treatment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tieout.revenue import queries, what_if, words
from tieout.revenue.web.entry import Enter
from tieout.revenue.web.entry_forms import FactForm
from tieout.web.pages import Crumb

COMPARED = ("separate", "prospective", "catch_up", "blend")


class AddChange(Enter):
    """An order change: price, quantity, term, upgrade, downgrade, cancellation."""

    template_name = "revenue/change.html"
    verb = "Enter the change"

    @property
    def table(self) -> str:
        return "change"

    @property
    def contract_id(self) -> str:
        return str(self.contract.contract_id)

    @cached_property
    def contract(self) -> Any:
        return queries.keyed(self.actor.environment_id, "contract", self.kwargs["number"])

    def heading(self) -> str:
        return f"Change contract {self.contract_id}"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Contracts", reverse("contracts"))
        yield Crumb(self.contract_id, reverse("contract", args=[self.contract_id]))

    def fixed(self) -> Sequence[str]:
        return ("contract_id",)

    def get_initial(self) -> dict[str, Any]:
        taken = set(queries.of_contract(self.actor.environment_id, "change", self.contract_id).values_list("change_id"))
        number = next(number for number in range(1, 10_000) if (f"{self.contract_id}-C{number}",) not in taken)
        named = {"change_id": f"{self.contract_id}-C{number}", "treatment": "prospective"}
        return {**named, **super().get_initial(), "contract_id": self.contract_id}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if "preview" not in request.POST or not form.is_valid():
            return super().post(request, *args, **kwargs)
        return self.render_to_response(self.get_context_data(form=form, **self._preview(form)))

    def _preview(self, form: FactForm) -> dict[str, Any]:
        change = form.row()
        names = list(dict.fromkeys([*COMPARED, change["treatment"]]))
        trials = what_if.treatments(self.actor.environment_id, change, names)
        possible = [each for each in trials if not each.refused]
        return {
            "trials": [(each, words.choice(each.name) if each.name else "As it is") for each in possible],
            "refused": [(words.choice(each.name), each.refused[0].said) for each in trials if each.refused],
            "compared": what_if.side_by_side(possible),
            "chosen": change["treatment"],
            "meanings": [(words.choice(name), words.TREATMENTS.get(name, "")) for name in names],
            "currency": self.contract.currency,
        }
