"""The list of contracts: by customer, entity, currency, state and amount; what a page of it shows is summed for that page only,
so that a million lines cost what a hundred do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, ClassVar

import django_filters
import django_tables2
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from tieout.kernel.money import Money
from tieout.people.actors import Permission
from tieout.revenue import queries
from tieout.revenue.models import FACTS
from tieout.revenue.web.columns import DayColumn, KeyColumn, LastDayColumn
from tieout.revenue.web.fields import AmountField
from tieout.revenue.web.lists import exactly
from tieout.web import display
from tieout.web.columns import NumberColumn, TemplateColumn
from tieout.web.lists import Empty, Filters, ListPage, ListTable
from tieout.web.pages import Button

STATES = [("running", "Running"), ("future", "Not begun"), ("ended", "Ended"), ("incomplete", "Incomplete")]
_LATER = {"orderable": False, "empty_values": (None,)}
"""Columns filled in for the page that is shown."""


class ContractTable(ListTable):
    """Contracts with what their lines come to."""

    contract_id = KeyColumn("contract", "contract_id", verbose_name="Contract")
    customer_id = django_tables2.Column(verbose_name="Customer")
    entity = django_tables2.Column()
    signed_on = DayColumn(verbose_name="Signed")
    first_day = DayColumn(verbose_name="First day", **_LATER)
    last_day = LastDayColumn(verbose_name="Last day", **_LATER)
    lines = NumberColumn(**_LATER)
    price = django_tables2.Column(attrs={"th": {"class": "numeric"}, "td": {"class": "numeric"}}, **_LATER)
    state = TemplateColumn("revenue/contract_state.html")

    def render_customer_id(self, value: str, record: Any) -> str:
        return f"{record.customer_name} ({value})" if getattr(record, "customer_name", "") else value

    def render_price(self, value: int, record: Any) -> SafeString:
        return display.money(Money(value, record.currency))


class ContractFilters(Filters):
    searched: ClassVar[tuple[str, ...]] = ("contract_id", "customer_id", "arrangement_id")
    customer = exactly("Customer", "customer_id")
    entity = exactly("Entity")
    currency = exactly("Currency")
    state = django_filters.ChoiceFilter(label="State", choices=STATES, method="in_state")
    at_least = django_filters.CharFilter(label="Price from", method="priced")

    class Meta:
        model = FACTS["contract"]
        fields: ClassVar[list[str]] = []

    @property
    def environment_id(self) -> int | None:
        found: int | None = self.request.actor.environment_id
        return found

    def search(self, rows: QuerySet[Any], _name: str, text: str) -> QuerySet[Any]:
        """Every word must occur in a number or in the customer's name."""
        for word in text.split()[:8]:
            named = queries.rows(self.environment_id, "customer").filter(name__icontains=word).values("customer_id")
            fits = Q(customer_id__in=named)
            for column in self.searched:
                fits |= Q((f"{column}__icontains", word))
            rows = rows.filter(fits)
        return rows

    def in_state(self, rows: QuerySet[Any], _name: str, state: str) -> QuerySet[Any]:
        """Contracts by whether today lies in the term of a line."""
        if state == "incomplete":
            return rows.filter(incomplete=True)
        today = timezone.localdate(self.request.now)
        lines = queries.rows(self.environment_id, "line").filter(contract_id=OuterRef("contract_id"))
        begun = Exists(lines.filter(starts_on__lte=today))
        lasts = Exists(lines.filter(Q(ends_on__isnull=True, starts_on__gte=today) | Q(ends_on__gt=today)))
        return rows.filter(*{"future": (~begun,), "running": (begun, lasts), "ended": (begun, ~lasts)}[state])

    def priced(self, rows: QuerySet[Any], _name: str, text: str) -> QuerySet[Any]:
        """Contracts whose lines come to at least so much, each in its own currency."""
        fits = Q(pk__in=[])
        for currency in set(rows.order_by().values_list("currency", flat=True).distinct()):
            try:
                least = AmountField().minor(text.strip(), currency)
            except forms.ValidationError:
                continue
            lines = queries.rows(self.environment_id, "line").values("contract_id").annotate(total=Sum("price"))
            fits |= Q(currency=currency, contract_id__in=lines.filter(total__gte=least).values("contract_id"))
        return rows.filter(fits)


class Contracts(ListPage):
    """Every contract in force."""

    permission = Permission.READ
    title = "Contracts"
    lead = "Orders and subscriptions with their obligations, schedule, billing and changes."
    table_class = ContractTable
    filterset_class = ContractFilters
    empty = Empty("No contracts yet", "Enter one by hand, or import sales orders.", icon="receipt")

    def rows(self) -> QuerySet[Any]:
        return queries.contracts(self.actor.environment_id)

    def buttons(self) -> Iterator[Button]:
        yield Button("New contract", reverse("contract_new"), "plus", Permission.CHANGE_DATA)

    def paginate(self, table: ListTable) -> None:
        super().paginate(table)
        shown = [row.record for row in table.page.object_list]
        totals = queries.totals(self.actor.environment_id, [each.contract_id for each in shown])
        names = queries.names(self.actor.environment_id, "customer", [each.customer_id for each in shown])
        for each in shown:
            each.customer_name = names.get(each.customer_id, "")
            if total := totals.get(each.contract_id):
                each.lines, each.price = total.lines, total.price
                each.first_day, each.last_day = total.starts_on, total.ends_on
                each.phase = _phase(total.starts_on, total.ends_on, timezone.localdate(self.now))


def _phase(first: date, end: date | None, today: date) -> str:
    """Where today lies in the term of a contract's lines; `end` is the first day after it."""
    if today < first:
        return "future"
    return "running" if today < (end or first + timedelta(days=1)) else "ended"
