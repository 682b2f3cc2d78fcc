"""Pages of connections. A source is the Admin's and a posting target the Controller's; buttons and doors follow that."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.urls import reverse

from tieout.connect import operations, queries
from tieout.connect.models import Connection
from tieout.connect.web.forms import ConnectionForm, initial_of
from tieout.connect.web.tables import ConnectionFilters, ConnectionTable
from tieout.connectors.kit import registry
from tieout.connectors.kit.capabilities import Connector
from tieout.people.actors import ALLOWED, Permission
from tieout.web.details import DetailPage
from tieout.web.forms import FormPage
from tieout.web.lists import Empty, ListPage
from tieout.web.pages import Action, Button, Crumb, Needed, Page

CONNECT = (Permission.CONNECT_SOURCE, Permission.CONNECT_TARGET)


class Connections(ListPage):
    """The systems of this environment."""

    permission = Permission.READ
    title = "Connections"
    lead = "The systems that this environment reads from and posts to."
    table_class = ConnectionTable
    filterset_class = ConnectionFilters
    empty = Empty(
        "Nothing is connected yet",
        "Connect the system that holds your payments and bills, and the Sage Intacct company that receives the postings.",
        icon="plug-connected",
    )

    def rows(self) -> QuerySet[Connection]:
        return queries.connections(self.actor.environment_id)

    def buttons(self) -> Iterable[Button]:
        yield Button("Add a connection", reverse("connection_choose"), "plus", CONNECT)


class _UnderConnections(Page):
    permission: ClassVar[Needed] = Permission.READ

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Connections", reverse("connections"))


class Choose(_UnderConnections):
    """First step of adding: which system."""

    permission = CONNECT
    title = "Add a connection"
    lead = "Which system do you want to connect?"
    template_name = "connect/choose.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = [self._choice(kind) for kind in registry.all_connectors()]
        return super().get_context_data(kinds=kinds, **kwargs)

    def _choice(self, kind: Connector) -> dict[str, Any]:
        needed = operations.permission_for(kind)
        roles = " or ".join(sorted(role.value.title() for role in ALLOWED[needed]))
        return {"connector": kind, "allowed": self.actor.may(needed), "roles": roles}


class Add(FormPage, _UnderConnections):
    """Second step of adding: its fields."""

    permission = CONNECT
    form_class = ConnectionForm
    cancel_page = "connections"
    verb = "Add connection"

    @cached_property
    def connector(self) -> Connector:
        found = registry.get(self.kwargs["connector"])
        self.actor.require(operations.permission_for(found))
        return found

    def heading(self) -> str:
        return f"Connect {self.connector.label}"

    def crumbs(self) -> Iterable[Crumb]:
        yield from super().crumbs()
        yield Crumb("Add a connection", reverse("connection_choose"))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "connector": self.connector}

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.connector.label}

    def save(self, form: ConnectionForm) -> str:
        self.made = operations.add(
            actor=self.actor,
            connector=self.connector.slug,
            name=form.cleaned_data["name"],
            values=form.values(),
            now=self.now,
        )
        return f"{self.made} is saved. Test it to see whether it answers."

    def next_url(self) -> str:
        return reverse("connection", args=[self.made.pk])


class Detail(DetailPage, _UnderConnections):
    """One connection: what it is, whether it works, and what is missing."""

    template_name = "connect/connection.html"
    context_name = "connection"

    def load(self) -> Connection:
        return queries.connection(self.actor.environment_id, self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        connector = queries.connector_of(self.object)
        allowed = self.actor.may(operations.permission_for(connector))
        told = {"fields": _fields(connector, self.object), "next_steps": list(self._next_steps(connector))}
        return {**shown, "connector": connector, "allowed": allowed, **told}

    def _next_steps(self, connector: Connector) -> Iterable[tuple[str, str]]:
        if connector.direction == "target" and self.actor.may(Permission.SET_UP_ACCOUNTING):
            yield "Set up the journals of revenue", reverse("accounting")
        if self.actor.may(Permission.EDIT_PROCESS):
            yield "Set up a process", reverse("process_new")


def _fields(connector: Connector, connection: Connection) -> list[tuple[str, str, bool]]:
    """Label, value and whether it is secret; a secret has no value here."""
    return [
        (field.label, "" if field.secret else connection.settings.get(field.name, ""), field.secret)
        for field in connector.fields
    ]


class Edit(FormPage, _UnderConnections):
    """Change settings; secrets that are left empty stay."""

    permission = CONNECT
    form_class = ConnectionForm

    @cached_property
    def connection(self) -> Connection:
        found = queries.connection(self.actor.environment_id, self.kwargs["pk"])
        self.actor.require(operations.permission_for(queries.connector_of(found)))
        return found

    def heading(self) -> str:
        return "Edit"

    def crumbs(self) -> Iterable[Crumb]:
        yield from super().crumbs()
        yield Crumb(self.connection.name, self.cancel_url())

    def cancel_url(self) -> str:
        return reverse("connection", args=[self.kwargs["pk"]])

    def get_form_kwargs(self) -> dict[str, Any]:
        connector = queries.connector_of(self.connection)
        return {**super().get_form_kwargs(), "connector": connector, "existing": self.connection}

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.connection)

    def save(self, form: ConnectionForm) -> str:
        made = operations.change(
            actor=self.actor,
            connection_id=self.kwargs["pk"],
            name=form.cleaned_data["name"],
            values=form.values(),
            concurrency=form.cleaned_data["concurrency"],
        )
        return f"{made} is saved. Test it again to see whether it answers."


class Test(Action):
    """Ask the vendor what works; the answer stands on the connection's page."""

    permission = CONNECT
    __test__ = False

    def next_url(self) -> str:
        return reverse("connection", args=[self.kwargs["pk"]])

    def act(self) -> str:
        health = operations.test(actor=self.actor, connection_id=self.kwargs["pk"], now=self.now)
        if health.ok:
            return "Everything works."
        messages.error(self.request, f"Not everything works: {', '.join(health.missing)}.")
        return ""


class Remove(Action):
    """Delete a connection that nothing uses."""

    permission = CONNECT
    question = "Remove this connection?"
    consequence = "Its settings and sealed secrets are deleted. Processes that use it keep it from being removed."
    verb = "Remove"

    def subject(self) -> str:
        return str(queries.connection(self.actor.environment_id, self.kwargs["pk"]))

    def next_url(self) -> str:
        return reverse("connections")

    def act(self) -> str:
        operations.remove(actor=self.actor, connection_id=self.kwargs["pk"])
        return "The connection is removed."
