"""Tables and filters of people."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_tables2
from django.db.models import Q, QuerySet

from tieout.people.actors import Role
from tieout.people.models import ApiToken, User
from tieout.web.columns import ActionsColumn, CodeColumn, LinkColumn, TemplateColumn, TimeColumn
from tieout.web.lists import Filters, ListTable


class PeopleTable(ListTable):
    """Who can sign in, and what they are here."""

    email = LinkColumn("person", verbose_name="E-mail address")
    name = django_tables2.Column()
    roles = TemplateColumn("people/roles.html", verbose_name="Roles here")
    second_factor = TemplateColumn("people/second_factor.html", verbose_name="Second factor", orderable=True)
    last_login = TimeColumn(verbose_name="Last sign-in")
    is_active = TemplateColumn("people/active.html", verbose_name="State", orderable=True)


class PeopleFilters(Filters):
    searched = ("email", "name")
    role = django_filters.ChoiceFilter(
        label="Role",
        field_name="roles",
        method="with_role",
        choices=[(role.value, role.value.title()) for role in Role],
    )
    active = django_filters.ChoiceFilter(
        label="State",
        field_name="is_active",
        choices=[("true", "Active"), ("false", "Deactivated")],
        method="with_state",
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = []

    def with_role(self, rows: QuerySet[User], _name: str, role: str) -> QuerySet[User]:
        return rows.filter(roles__contains=[role])

    def with_state(self, rows: QuerySet[User], _name: str, active: str) -> QuerySet[User]:
        return rows.filter(is_active=active == "true")


class TokenTable(ListTable):
    """Tokens by name and first letters; the rest of the secret is not known to anybody here."""

    name = django_tables2.Column()
    prefix = CodeColumn(verbose_name="Begins with", orderable=False)
    user = django_tables2.Column(verbose_name="Acts as", order_by="user__email")
    created_at = TimeColumn(verbose_name="Created")
    last_used_at = TimeColumn(verbose_name="Last used")
    expires_at = TimeColumn(verbose_name="Ends")
    state = TemplateColumn("people/token_state.html", verbose_name="State")
    acts = ActionsColumn("people/token_acts.html")


class TokenFilters(Filters):
    searched = ("name", "prefix", "user__email")
    state = django_filters.ChoiceFilter(
        label="State", choices=[("active", "Active"), ("ended", "Ended")], method="with_state"
    )

    class Meta:
        model = ApiToken
        fields: ClassVar[list[str]] = []

    def with_state(self, rows: QuerySet[Any], _name: str, state: str) -> QuerySet[Any]:
        ended = Q(revoked_at__isnull=False) | Q(expires_at__lte=self.request.now)
        return rows.filter(ended) if state == "ended" else rows.exclude(ended)
