"""Table and filters of postings."""

from __future__ import annotations

from typing import ClassVar

import django_filters
import django_tables2
from django.forms import TextInput

from tieout.ledger.models import Posting
from tieout.sync.web.tables import process_filter
from tieout.web.columns import LinkColumn, MoneyColumn, StatusColumn
from tieout.web.lists import DayFilter, Filters, ListTable


class PostingTable(ListTable):
    """Receipts and entries with how far they have come."""

    day = django_tables2.DateColumn(format="j M Y", attrs={"td": {"class": "moment"}})
    group = LinkColumn("posting", verbose_name="Stands for")
    kind = django_tables2.Column()
    state = StatusColumn()
    record_no = django_tables2.Column(verbose_name="In Intacct")
    key = django_tables2.Column(attrs={"td": {"class": "key"}})
    process = django_tables2.Column(linkify=("process", {"pk": django_tables2.A("process_id")}))
    total_minor = MoneyColumn(verbose_name="Total")


class PostingFilters(Filters):
    searched = ("key", "group", "record_no")
    process = process_filter()
    kind = django_filters.ChoiceFilter(label="Kind", choices=Posting.Kind.choices)
    state = django_filters.ChoiceFilter(label="State", choices=Posting.State.choices)
    currency = django_filters.CharFilter(
        label="Currency",
        lookup_expr="iexact",
        widget=TextInput(attrs={"placeholder": "Currency", "size": 8, "maxlength": 3}),
    )
    since = DayFilter(label="From", field_name="day", lookup_expr="gte")
    until = DayFilter(label="To", field_name="day", lookup_expr="lte")

    class Meta:
        model = Posting
        fields: ClassVar[list[str]] = []


class PostingsOfOne(PostingFilters):
    """Within one process or job."""

    process = None
