"""Table and filters of connections."""

from __future__ import annotations

from typing import ClassVar

import django_filters
import django_tables2

from tieout.connect.models import Connection
from tieout.connect.queries import connector_of
from tieout.web.columns import LinkColumn, StatusColumn, TimeColumn
from tieout.web.lists import Filters, ListTable


class ConnectionTable(ListTable):
    """Which systems are connected, and whether they answer."""

    name = LinkColumn("connection")
    connector = django_tables2.Column(verbose_name="System")
    tenant = django_tables2.Column(verbose_name="Company")
    state = StatusColumn()
    tested_at = TimeColumn(verbose_name="Last tested")

    def render_connector(self, record: Connection) -> str:
        return connector_of(record).label


class ConnectionFilters(Filters):
    searched = ("name", "connector", "tenant")
    state = django_filters.ChoiceFilter(label="State", choices=Connection.State.choices)

    class Meta:
        model = Connection
        fields: ClassVar[list[str]] = []
