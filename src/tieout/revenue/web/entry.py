"""Rows of revenue data by hand: one page for a new row of any table, one that makes a new version of a row, one that ends it.

What is entered becomes a batch like any delivery: checked, applied and undone the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from tieout.kernel.errors import Conflict, InvalidInput
from tieout.people.actors import Permission
from tieout.recognition.tables import INPUTS, KEYS
from tieout.revenue import queries, words
from tieout.revenue.batches import operations as batches
from tieout.revenue.models import FACTS
from tieout.revenue.web import entry_forms
from tieout.revenue.web.entry_forms import FactForm
from tieout.web.faults import PageMissing
from tieout.web.forms import FormPage
from tieout.web.pages import Action, Crumb

HOMES = {
    "entity": "entities",
    "customer": "customers",
    "product": "products",
    "rule": "rules",
    "ssp": "ssp_book",
    "bundle": "bundles",
    "rate": "rates",
    "sale": "ssp_history",
    "contract": "contracts",
}
"""The list that a table's rows are seen in; rows of a contract are seen on its page."""
LISTS = {**words.PLURALS, "rule": "Rules", "ssp": "SSP book", "sale": "SSP from history", "contract": "Contracts"}
TABS = {
    "line": "obligations",
    "estimate": "obligations",
    "change": "changes",
    "event": "events",
    "invoice": "billing",
    "payment": "billing",
    "return_right": "obligations",
    "financing": "obligations",
    "commission": "commissions",
}
"""The tab of the contract's page for each of those."""


class RowEnded(Conflict):
    """Somebody has changed or ended this row in the meantime."""

    code = "revenue.row_ended"
    remedy = "Open the record again: it shows what is in force now, and its history who changed it."


class AlreadyThere(InvalidInput):
    """There is such a row already."""

    code = "revenue.already_there"
    remedy = "Open the one that is there to change it, or give another number."


class UnknownContract(InvalidInput):
    """The contract that a row names is not here."""

    code = "revenue.unknown_contract"
    remedy = "Give the number of a contract that is here."


def home_of(table: str, values: Mapping[str, Any]) -> str:
    """The address where a row of the table is seen."""
    if table in TABS:
        return f"{reverse('contract', args=[values['contract_id']])}?tab={TABS[table]}"
    return reverse(HOMES[table])


class OfTable:
    """Whatever is about a table that the address names, and perhaps one version of a row of it."""

    actor: Any
    kwargs: Any

    @cached_property
    def table(self) -> str:
        name = self.kwargs["table"]
        if name not in FACTS:
            raise PageMissing
        return str(name)

    @cached_property
    def existing(self) -> Any:
        """The version that is changed. Raises NotFound, RowEnded."""
        found = queries.row(self.actor.environment_id, self.table, self.kwargs["pk"])
        if found.until_id is not None:
            raise RowEnded
        return found

    @property
    def values(self) -> dict[str, Any]:
        return queries.values_of(self.existing, self.table) if "pk" in self.kwargs else {}

    @property
    def key(self) -> dict[str, Any]:
        return {name: self.values[name] for name in KEYS[self.table]}


class Enter(OfTable, FormPage):
    """A new row; fields named in the address begin with what it says."""

    permission = Permission.CHANGE_DATA
    template_name = "revenue/entry.html"
    form_class = FactForm
    verb = "Save"

    def heading(self) -> str:
        return f"New {words.TABLES[self.table]}" if self.table == "ssp" else f"New {words.TABLES[self.table].lower()}"

    def crumbs(self) -> Iterable[Crumb]:
        if self.table in HOMES:
            yield Crumb(LISTS[self.table], self.cancel_url())
        elif self.contract_id:
            yield Crumb("Contracts", reverse("contracts"))
            yield Crumb(self.contract_id, self.cancel_url())

    @property
    def contract_id(self) -> str:
        """The contract that the row belongs to, as far as it is known already."""
        return str(self.values.get("contract_id") or self.request.GET.get("contract_id", ""))

    def fixed(self) -> Sequence[str]:
        """Fields that are shown and cannot be changed."""
        return ()

    def currency(self, said: Mapping[str, Any]) -> str:
        """The currency of a row's amounts. Raises InvalidInput with the field at fault."""
        if "contract_id" not in INPUTS[self.table] or "currency" in INPUTS[self.table]:
            return str(said.get("currency", ""))
        found = queries.rows(self.actor.environment_id, "contract").filter(contract_id=said.get("contract_id", ""))
        if (contract := found.first()) is None:
            raise UnknownContract(f"There is no contract '{said.get('contract_id', '')}'", field="contract_id")
        return str(contract.currency)

    def get_form_kwargs(self) -> dict[str, Any]:
        own = entry_forms.custom_of(self.actor.environment_id, self.table)
        of_table = {"table": self.table, "currency": self.currency}
        return {**super().get_form_kwargs(), **of_table, "fixed": self.fixed(), "custom": own}

    def get_initial(self) -> dict[str, Any]:
        told = {name: value for name, value in self.request.GET.items() if name in INPUTS[self.table]}
        if not self.values:
            return told
        return {**entry_forms.shown(self.table, self.values, self._shown_in()), **told}

    def save(self, form: FactForm) -> str:
        row = form.row(self.values)
        self._refuse_second(row)
        titled = entry_forms.subject(self.table, row, KEYS[self.table])
        self.entered = row
        batches.enter(self.actor, title=titled, rows={self.table: [row]}, now=self.now)
        return f"{titled} is entered."

    def _refuse_second(self, row: Mapping[str, Any]) -> None:
        key = {name: row[name] for name in KEYS[self.table]}
        if "pk" not in self.kwargs and queries.rows(self.actor.environment_id, self.table).filter(**key).exists():
            named = entry_forms.subject(self.table, row, KEYS[self.table])
            raise AlreadyThere(f"There is {named} already", field=KEYS[self.table][-1])

    def cancel_url(self) -> str:
        known = {**self.values, "contract_id": self.contract_id}
        return home_of(self.table, known) if self.table in HOMES or self.contract_id else reverse("contracts")

    def next_url(self) -> str:
        return home_of(self.table, self.entered)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        offered = entry_forms.lists(self.actor.environment_id, shown["form"], self.contract_id)
        return {**shown, "table": self.table, "lists": offered}

    def _shown_in(self) -> str:
        try:
            return self.currency(self.values)
        except InvalidInput:
            return "USD"


class Amend(Enter):
    """A new version of a row: its key stays, and the version before stays in the history."""

    verb = "Save as new version"

    def heading(self) -> str:
        return entry_forms.subject(self.table, self.values, KEYS[self.table])

    def fixed(self) -> Sequence[str]:
        return KEYS[self.table]

    def instead(self) -> HttpResponseBase | None:
        """A rule is never changed: it gets a new version."""
        return redirect("rule_version", self.values["rule_id"]) if self.table == "rule" else None


class NewVersion(Enter):
    """A new version of a rule; those before stay as they are."""

    verb = "Enter the new version"

    @property
    def table(self) -> str:
        return "rule"

    @cached_property
    def newest(self) -> Any:
        return queries.newest_rule(self.actor.environment_id, self.kwargs["number"])

    def heading(self) -> str:
        return f"New version of rule {self.kwargs['number']}"

    def fixed(self) -> Sequence[str]:
        return ("rule_id", "version")

    def get_initial(self) -> dict[str, Any]:
        before = queries.values_of(self.newest, "rule")
        return {**before, "version": self.newest.version + 1, "starts_on": None}


class EndRow(OfTable, Action):
    """End a row: from now on it counts no more; what was computed with it stays as it was."""

    permission = Permission.CHANGE_DATA
    question = "Remove it?"
    consequence = (
        "It counts no more from now on. Closed periods keep what they hold; what they should have held without it comes "
        "in the first open period. The history keeps it, and the batch can be undone."
    )
    verb = "Remove"

    def subject(self) -> str:
        return entry_forms.subject(self.table, self.values, KEYS[self.table])

    def act(self) -> str:
        titled = f"Removed: {self.subject()}"
        self.back = self.next_url()
        batches.enter(self.actor, title=titled, rows={}, ends={self.table: [self.key]}, now=self.now)
        return f"{self.subject()} is removed."

    def next_url(self) -> str:
        return getattr(self, "back", "") or home_of(self.table, self.values)
