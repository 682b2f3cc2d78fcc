"""Gaps: what is incomplete and keeps contracts out of the figures, with who can mend it and the form that does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urlencode

import django_filters
import django_tables2
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst

from tieout.kernel.errors import NotFound
from tieout.people.actors import Permission
from tieout.revenue import queries
from tieout.revenue.models import Gap
from tieout.web.columns import LinkColumn, TemplateColumn, TimeColumn
from tieout.web.details import DetailPage
from tieout.web.lists import Empty, Filters, ListPage, ListTable
from tieout.web.pages import Button, Crumb

ELSEWHERE = {"account": "accounting", "period": "periods"}
"""Pages of other rooms that mend a gap about such a table."""


class GapTable(ListTable):
    """What is incomplete."""

    cause = LinkColumn("gap")
    contract_id = django_tables2.Column(verbose_name="Contract")
    line_id = django_tables2.Column(verbose_name="Line")
    owner = django_tables2.Column(verbose_name="To be mended")
    remedy = django_tables2.Column(orderable=False)
    last_seen_at = TimeColumn(verbose_name="Last seen")
    state = TemplateColumn("revenue/gap_state.html")


class GapFilters(Filters):
    searched: ClassVar[tuple[str, ...]] = ("contract_id", "line_id", "cause", "rule")
    state = django_filters.ChoiceFilter(
        label="State", choices=[("open", "Open"), ("resolved", "Resolved")], method="in_state"
    )
    owner = django_filters.ChoiceFilter(label="To be mended", choices=Gap.Owner.choices)

    class Meta:
        model = Gap
        fields: ClassVar[list[str]] = []

    def in_state(self, rows: QuerySet[Gap], _name: str, state: str) -> QuerySet[Gap]:
        """What is open, or what is mended."""
        return rows.filter(resolved_at__isnull=state == "open")


class Gaps(ListPage):
    """Everything that is or was incomplete."""

    permission = Permission.READ
    title = "Incomplete data"
    lead = "What keeps contracts out of the figures. Mend it here, or in the system that it comes from."
    table_class = GapTable
    filterset_class = GapFilters
    empty = Empty("Nothing is missing", "Every contract is in the figures.", icon="circle-check")

    def rows(self) -> QuerySet[Gap]:
        return queries.gaps(self.actor.environment_id)


class GapPage(DetailPage):
    """One gap with the way to mend it."""

    permission = Permission.READ
    template_name = "revenue/gap.html"
    context_name = "gap"

    def load(self) -> Gap:
        found = queries.gaps(self.actor.environment_id).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound(f"There is no gap {self.kwargs['pk']} in this environment.", gap=self.kwargs["pk"])
        return found

    def heading(self) -> str:
        return capfirst(self.object.cause)

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Incomplete data", reverse("gaps"))

    def buttons(self) -> Iterable[Button]:
        if self.object.resolved_at is None and (url := mend_url(self.actor.environment_id, self.object)):
            yield Button("Mend it", url, "edit", Permission.CHANGE_DATA)


def mend_url(environment_id: int | None, gap: Gap) -> str:
    """The form that mends a gap, filled in as far as the gap says; empty when only the source system can."""
    if gap.table in ELSEWHERE:
        try:
            return reverse(ELSEWHERE[gap.table])
        except NoReverseMatch:
            return ""
    line = _line(environment_id, gap)
    product = line.product_id if line is not None else str(gap.facts.get("product_id", ""))
    if gap.table == "product" or gap.table == "rule":
        return _product_form(environment_id, product)
    if gap.table == "ssp":
        return f"{reverse('enter', args=['ssp'])}?{urlencode(_ssp(environment_id, gap, product))}"
    if gap.table and gap.table != "line":
        return reverse("enter", args=[gap.table])
    known = queries.rows(environment_id, "contract").filter(contract_id=gap.contract_id).exists()
    return reverse("contract_edit", args=[gap.contract_id]) if known else ""


def _line(environment_id: int | None, gap: Gap) -> Any:
    """The line, or the change that adds it."""
    for table in ("line", "change"):
        named = {"contract_id": gap.contract_id, "line_id": gap.line_id}
        if gap.line_id and (found := queries.rows(environment_id, table).filter(**named).first()):
            return found
    return None


def _product_form(environment_id: int | None, product: str) -> str:
    found = queries.rows(environment_id, "product").filter(product_id=product).first() if product else None
    if found is not None:
        return reverse("amend", args=["product", found.pk])
    return f"{reverse('enter', args=['product'])}?{urlencode({'product_id': product})}"


def _ssp(environment_id: int | None, gap: Gap, product: str) -> dict[str, str]:
    contract = queries.rows(environment_id, "contract").filter(contract_id=gap.contract_id).first()
    asked = {"product_id": product, "basis": "amount"}
    if contract is not None:
        asked |= {"currency": contract.currency, "starts_on": f"{contract.signed_on:%Y-%m-%d}"}
    return asked
