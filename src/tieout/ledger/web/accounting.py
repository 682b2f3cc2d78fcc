"""Settings › Accounting: the ledger and its journal, entities, accounts of events, custom fields, and what the ledger says."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.urls import reverse

from tieout.connectors.kit import registry
from tieout.ledger.journals import operations, readiness
from tieout.ledger.journals.coverage import coverage
from tieout.ledger.journals.dry_run import journal_settings
from tieout.ledger.journals.posted import journal_process
from tieout.ledger.journals.settings import JournalSettings
from tieout.ledger.web import accounting_forms as forms
from tieout.people.actors import Permission
from tieout.people.queries import site_clock
from tieout.revenue import periods
from tieout.revenue.models import CustomField
from tieout.sync.models import Process
from tieout.sync.schedule import Schedule
from tieout.web.forms import FormPage
from tieout.web.pages import Action, Crumb, Page

NEEDED = Permission.SET_UP_ACCOUNTING


class UnderAccounting(Page):
    """A page that is reached from Settings › Accounting and leads back to it."""

    permission = NEEDED

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Accounting", reverse("accounting"))

    @cached_property
    def process(self) -> Process | None:
        """What posts the journals; None before it is set up."""
        return journal_process(self.actor.environment_id)


class Accounting(Page):
    """Everything at a glance, each part with its own way to change it."""

    permission = NEEDED
    title = "Accounting"
    lead = "How revenue reaches the ledger: which company and journal, which accounts, which dimensions."
    template_name = "ledger/accounting.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        where = self.actor.environment_id
        process, told = journal_process(where), journal_settings(where)
        look, covered = readiness.last_look(where), coverage(where)
        shown = {
            "process": process,
            "settings": told if process else None,
            "schedule_label": Schedule.parse(process.schedule).label() if process else "",
            "entities": [(name, told.place(name)) for name in _entities(where, told)],
            **_events(where),
            "coverage": covered,
            "missing": forms.missing_accounts(covered.missing),
            "fields": CustomField.objects.filter(environment_id=where),
            "look": look,
            "parts": _by_part(look.checks) if look else [],
            "wrong": sum(not each["ok"] for each in look.checks) if look else 0,
        }
        return super().get_context_data(**shown, **kwargs)


class Connect(UnderAccounting):
    """Journal posting: which of the available systems, or which connection that is here already."""

    permission = NEEDED
    title = "Connect a ledger"
    lead = "Journals are posted into one company. Choose a connection, or connect one of the available systems."
    template_name = "ledger/accounting_connect.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        systems = [each for each in registry.all_connectors() if each.direction == "target"]
        return super().get_context_data(
            systems=systems, targets=forms.targets(self.actor.environment_id), process=self.process, **kwargs
        )


class EditJournal(FormPage, UnderAccounting):
    """Connection, journal symbol, how entries are cut, and when they are posted."""

    permission = NEEDED
    title = "Journal and posting"
    form_class = forms.JournalForm
    template_name = "ledger/accounting_form.html"
    cancel_page = "accounting"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "environment_id": self.actor.environment_id}

    def get_initial(self) -> dict[str, Any]:
        if self.process is None:
            return {"connection": self.request.GET.get("connection", "")}
        return {**self.process.settings, "connection": self.process.target_id}

    def save(self, form: forms.JournalForm) -> str:
        operations.set_up(
            actor=self.actor,
            connection_id=form.cleaned_data["connection"],
            told=form.told(),
            now=self.now,
            site=site_clock(),
        )
        return "Saved. Check what the ledger says before the first posting."


class EditEntity(FormPage, UnderAccounting):
    """An entity of the revenue data in the ledger, and the dimensions of its lines that name none themselves."""

    permission = NEEDED
    form_class = forms.PlaceForm
    template_name = "ledger/accounting_form.html"
    cancel_page = "accounting"

    @cached_property
    def entity(self) -> str:
        return str(self.request.GET.get("entity", ""))[:100]

    def heading(self) -> str:
        return self.entity or "The company as a whole"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "environment_id": self.actor.environment_id}

    def get_initial(self) -> dict[str, Any]:
        return journal_settings(self.actor.environment_id).place(self.entity).model_dump()

    def save(self, form: forms.PlaceForm) -> str:
        operations.place_entity(
            actor=self.actor, entity=self.entity, place=form.cleaned_data, now=self.now, site=site_clock()
        )
        return f"{self.heading()} is saved."


class MapEvent(FormPage, UnderAccounting):
    """The accounts of an event type, in general or for a product, an entity or dimensions."""

    permission = NEEDED
    title = "Accounts of an event"
    lead = "Of several mappings that fit a line, the most specific one counts: product, then entity, then dimensions."
    form_class = forms.EventForm
    template_name = "ledger/accounting_form.html"
    cancel_page = "accounting"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "environment_id": self.actor.environment_id}

    def get_initial(self) -> dict[str, Any]:
        names = ("event", "product_id", "entity", "dimension", "debit", "credit")
        return {name: self.request.GET.get(name, "") for name in names}

    def save(self, form: forms.EventForm) -> str:
        operations.map_event(actor=self.actor, values=form.cleaned_data, now=self.now)
        return "The accounts are mapped."


class Unmap(Action):
    """Remove the account of a role for exactly this product, entity and dimensions."""

    permission = NEEDED
    question = "Remove this account?"
    consequence = "What it was for falls back to the next less specific mapping; without one, periods are held."
    verb = "Remove"
    next_page = "accounting"

    def subject(self) -> str:
        return " · ".join(value for value in self._key().values() if value)

    def act(self) -> str:
        operations.unmap(actor=self.actor, **self._key())
        return "The account is removed."

    def _key(self) -> dict[str, str]:
        return {name: self.request.GET.get(name, "") for name in ("role", "product_id", "entity", "dimension")}


class EditField(FormPage, UnderAccounting):
    """A custom field: what people fill in, and what it feeds in the ledger."""

    permission = NEEDED
    form_class = forms.FieldForm
    template_name = "ledger/accounting_form.html"
    cancel_page = "accounting"

    @cached_property
    def field(self) -> CustomField | None:
        number = self.kwargs.get("pk")
        return operations.custom_field(self.actor.environment_id, number) if number else None

    def heading(self) -> str:
        return self.field.label if self.field else "Add a custom field"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "environment_id": self.actor.environment_id}

    def get_initial(self) -> dict[str, Any]:
        names = ("api_name", "label", "source", "in_journals", "dimension")
        return {name: getattr(self.field, name) for name in names} if self.field else {}

    def save(self, form: forms.FieldForm) -> str:
        made = operations.save_field(
            actor=self.actor, values=form.cleaned_data, field_id=self.field.pk if self.field else None
        )
        return f"{made.label} is saved. Check what the ledger says about its values."


class RemoveField(Action):
    """Remove a custom field."""

    permission = NEEDED
    question = "Remove this custom field?"
    consequence = "Journals to come no longer carry it. What people filled in stays with the revenue data."
    verb = "Remove"
    next_page = "accounting"

    def subject(self) -> str:
        return operations.custom_field(self.actor.environment_id, self.kwargs["pk"]).label

    def act(self) -> str:
        operations.remove_field(actor=self.actor, field_id=self.kwargs["pk"])
        return "The custom field is removed."


class Look(Action):
    """Ask the ledger whether journals can be posted as they are set up."""

    permission = NEEDED
    next_page = "accounting"

    def act(self) -> str:
        found = readiness.look(actor=self.actor, now=self.now)
        missing = [point.name for point in found if not point.ok]
        if not missing and coverage(self.actor.environment_id).missing:
            return "The ledger is ready; accounts are still to be mapped."
        if not missing:
            return "The ledger would take the journals."
        messages.error(self.request, f"Not everything is in order: {', '.join(missing)}.")
        return ""


def _entities(environment_id: int | None, told: JournalSettings) -> list[str]:
    named = getattr(told, "entities", {})
    return list(dict.fromkeys([*periods.entities(environment_id), *named]))


def _events(environment_id: int | None) -> dict[str, Any]:
    """The events that have accounts on both sides, and apart the others; all together while none has."""
    rows = forms.event_table(environment_id)
    sides = {(row.event, at) for row in rows for at, side in enumerate(row.sides) if side.account}
    complete = {row.event for row in rows if {(row.event, 0), (row.event, 1)} <= sides}
    left = [row for row in rows if row.event not in complete] if complete else []
    kept = [row for row in rows if row.event in complete] or rows
    return {"events": kept, "events_left": left, "events_left_count": len({row.event for row in left})}


def _by_part(checks: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    return [(part, found) for part in readiness.PARTS if (found := [each for each in checks if each["part"] == part])]
