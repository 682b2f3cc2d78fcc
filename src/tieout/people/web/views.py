"""Pages of the site's settings and of people. Each makes one call into people's queries or operations."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from tieout.people import operations, queries
from tieout.people.actors import Permission
from tieout.people.models import User
from tieout.people.web import forms, tables
from tieout.web.forms import FormPage
from tieout.web.lists import Empty, ListPage
from tieout.web.pages import Action, Button, Crumb


class SiteSettings(FormPage):
    """Name and calendar of the installation."""

    permission = Permission.MANAGE_PEOPLE
    title = "Site"
    lead = "Settings of the whole installation, in every environment."
    form_class = forms.SiteForm
    cancel_page = "site"

    def get_initial(self) -> dict[str, Any]:
        return forms.initial_of(self.request.site, "name", "time_zone", "country")

    def save(self, form: forms.SiteForm) -> str:
        operations.configure_site(actor=self.actor, **form.cleaned_data)
        return "The site's settings are saved."


class People(ListPage):
    """Everybody who can sign in."""

    permission = Permission.MANAGE_PEOPLE
    title = "People"
    lead = "Who can sign in, and which roles they hold in this environment."
    table_class = tables.PeopleTable
    filterset_class = tables.PeopleFilters
    empty = Empty("Nobody is here yet", "Add the people who work with this site.", icon="users")

    def rows(self) -> QuerySet[User]:
        return queries.people(self.actor.environment_id)

    def buttons(self) -> Iterable[Button]:
        yield Button("Add a person", reverse("person_add"), "user-plus", Permission.MANAGE_PEOPLE)


class AddPerson(FormPage):
    """A new person with roles in this environment."""

    permission = Permission.MANAGE_PEOPLE
    title = "Add a person"
    form_class = forms.PersonForm
    cancel_page = "people"
    verb = "Add"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("People", reverse("people"))

    def save(self, form: forms.PersonForm) -> str:
        values = form.cleaned_data
        made = operations.create_user(actor=self.actor, **{**values, "password": values["password"] or None})
        return f"{made} can sign in now."


class Person(FormPage):
    """One person: their roles here, and whether they may sign in."""

    permission = Permission.MANAGE_PEOPLE
    template_name = "people/person.html"
    form_class = forms.RolesForm
    cancel_page = "people"
    verb = "Save roles"

    @cached_property
    def person(self) -> User:
        return queries.person(self.actor.environment_id, self.kwargs["pk"])

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("People", reverse("people"))

    def heading(self) -> str:
        return str(self.person)

    def get_initial(self) -> dict[str, Any]:
        return {"roles": self.person.roles}  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(person=self.person, **kwargs)

    def save(self, form: forms.RolesForm) -> str:
        operations.set_roles(actor=self.actor, user_id=self.kwargs["pk"], roles=form.cleaned_data["roles"])
        return f"The roles of {self.person} are saved."


class _PersonAction(Action):
    permission = Permission.MANAGE_PEOPLE

    def next_url(self) -> str:
        return reverse("person", args=[self.kwargs["pk"]])


class Deactivate(_PersonAction):
    """End a person's access."""

    question = "Deactivate this person?"
    consequence = (
        "They cannot sign in any more and their API tokens stop working. Everything they did stays in the record."
    )
    verb = "Deactivate"

    def subject(self) -> str:
        return str(queries.person(self.actor.environment_id, self.kwargs["pk"]).email)

    def act(self) -> str:
        operations.set_active(actor=self.actor, user_id=self.kwargs["pk"], active=False)
        return "The person is deactivated."


class Activate(_PersonAction):
    """Give a person access again."""

    def act(self) -> str:
        operations.set_active(actor=self.actor, user_id=self.kwargs["pk"], active=True)
        return "The person can sign in again."
