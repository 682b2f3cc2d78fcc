"""The audit trail: search, filter, page backwards. There is nothing to change here."""

from __future__ import annotations

from typing import ClassVar

import django_filters
import django_tables2
from django.db.models import QuerySet

from tieout.audit import queries
from tieout.audit.models import Entry
from tieout.people.actors import Permission
from tieout.web.columns import CodeColumn, TemplateColumn, TimeColumn
from tieout.web.lists import DayFilter, Empty, Filters, KeysetPage, ListTable

DOORS = (("web", "Web"), ("api", "API"), ("cli", "Command line"), ("schedule", "Schedule"))


class AuditTable(ListTable):
    """Who did what, newest first."""

    at = TimeColumn(verbose_name="When", orderable=False)
    actor = django_tables2.Column(verbose_name="Who", orderable=False)
    door = django_tables2.Column(verbose_name="Through", orderable=False)
    action = django_tables2.Column(verbose_name="What", orderable=False)
    subject = CodeColumn(verbose_name="Record", orderable=False)
    details = TemplateColumn("audit/details.html")

    def render_door(self, value: str) -> str:
        return dict(DOORS).get(value, value)


class AuditFilters(Filters):
    searched = ("actor", "action", "subject")
    door = django_filters.ChoiceFilter(label="Through", choices=DOORS)
    since = DayFilter(label="From", field_name="at", lookup_expr="date__gte")
    until = DayFilter(label="To", field_name="at", lookup_expr="date__lte")

    class Meta:
        model = Entry
        fields: ClassVar[list[str]] = []


class AuditTrail(KeysetPage):
    """Every change that a person, a program or a schedule made."""

    permission = Permission.READ_AUDIT
    title = "Audit trail"
    lead = "Every change and who made it. Entries cannot be changed or deleted, not even in the database."
    table_class = AuditTable
    filterset_class = AuditFilters
    empty = Empty("Nothing has been done yet", "Every change from now on is recorded here.", icon="history")

    def rows(self) -> QuerySet[Entry]:
        return queries.entries(self.actor.environment_id)
