"""The table of periods and their closes."""

from __future__ import annotations

import django_filters
import django_tables2

from tieout.revenue.models import Period
from tieout.web.columns import LinkColumn, StatusColumn, TemplateColumn, TimeColumn
from tieout.web.lists import Filters, ListTable

_STATES = [choice for choice in Period.State.choices if choice[0] != Period.State.FUTURE]


class PeriodTable(ListTable):
    """Period, entity, state, and who froze and closed it when."""

    label = LinkColumn("close_period", verbose_name="Period")
    entity = django_tables2.Column(empty_values=(), verbose_name="Entity")
    ends_on = TemplateColumn("close/last_day.html", verbose_name="Last day", orderable=True)
    state = StatusColumn()
    frozen_at = TimeColumn(verbose_name="Frozen")
    closed_at = TimeColumn(verbose_name="Closed")
    closed_by = django_tables2.Column(verbose_name="By")

    class Meta:
        model = Period
        fields = ("label", "entity", "ends_on", "state", "frozen_at", "closed_at", "closed_by")
        order_by = ("-ends_on",)

    def render_entity(self, value: str) -> str:
        return value or "The company"


class PeriodFilters(Filters):
    """Search by label or entity; narrow by state."""

    searched = ("label", "entity")
    state = django_filters.ChoiceFilter(choices=_STATES, label="State")

    class Meta:
        model = Period
        fields: list[str] = []
