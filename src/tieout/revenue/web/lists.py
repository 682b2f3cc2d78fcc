"""Lists of revenue data in force: each table with its columns, its filters and what to enter next."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_tables2
from django.db.models import QuerySet
from django.urls import reverse

from tieout.people.actors import Permission
from tieout.recognition.tables import INPUTS, KEYS, METHODS
from tieout.revenue import queries, words
from tieout.revenue.models import FACTS
from tieout.revenue.web.columns import (
    DayColumn,
    KeyColumn,
    LastDayColumn,
    PairsColumn,
    ScaledColumn,
    ShareColumn,
    WordColumn,
)
from tieout.revenue.web.entry import HOMES
from tieout.web.columns import ActionsColumn, MoneyColumn
from tieout.web.lists import Empty, Filters, ListPage, ListTable
from tieout.web.pages import Button


def choices(table: str, column: str) -> django_filters.ChoiceFilter:
    """Narrow a list down to one of a column's words."""
    offered = [(each, words.choice(each)) for each in INPUTS[table][column].choices]
    return django_filters.ChoiceFilter(label=words.label(table, column), choices=offered)


def exactly(label: str, field_name: str | None = None) -> django_filters.CharFilter:
    """Narrow a list down to one value."""
    made = django_filters.CharFilter(label=label, field_name=field_name)
    made.extra["widget"] = django_filters.CharFilter.field_class.widget(attrs={"placeholder": label, "size": 12})
    return made


KIN = (("product", "bundle", "estimate"), ("customer", "entity", "rate"))
"""Lists that stand beside each other as tabs."""


class FactList(ListPage):
    """Rows of one table in force now; `table` names it."""

    permission = Permission.READ
    table: ClassVar[str]
    template_name = "revenue/list.html"

    def rows(self) -> QuerySet[Any]:
        return queries.rows(self.actor.environment_id, self.table).order_by(*KEYS[self.table])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kin = next((each for each in KIN if self.table in each), ())
        views = [
            (words.PLURALS[table], reverse({**HOMES, "estimate": "estimates"}[table]), table == self.table)
            for table in kin
        ]
        return super().get_context_data(views=views, **kwargs)

    def buttons(self) -> Any:
        named = words.TABLES[self.table]
        named = named if named.startswith("SSP") else named.lower()
        yield Button(f"New {named}", reverse("enter", args=[self.table]), "plus", Permission.CHANGE_DATA)


class Acts(ActionsColumn):
    """Change or remove the row."""

    def __init__(self, table: str) -> None:
        super().__init__("revenue/row_acts.html")
        self.table = table

    def render(self, record: Any, value: Any, table: Any) -> str:
        record.table = self.table
        return super().render(record, value, table)


class ProductTable(ListTable):
    """What is sold."""

    product_id = KeyColumn("product", "product_id", verbose_name="Product")
    name = django_tables2.Column()
    rule_id = KeyColumn("rule", "rule_id", verbose_name="Rule")
    allocation = WordColumn(verbose_name="Part in allocation")
    dimensions = PairsColumn()
    fields = PairsColumn(verbose_name="Custom fields")
    acts = Acts("product")


class ProductFilters(Filters):
    searched: ClassVar[tuple[str, ...]] = ("product_id", "name", "rule_id")
    allocation = choices("product", "allocation")

    class Meta:
        model = FACTS["product"]
        fields: ClassVar[list[str]] = []


class Products(FactList):
    """Every product with the rule by which it is recognised."""

    table = "product"
    title = "Products"
    lead = "What is sold, the rule that says when it is recognised, and its part in allocation."
    table_class = ProductTable
    filterset_class = ProductFilters
    empty = Empty("No products yet", "Enter one here, or import them. A product names its rule.", icon="receipt")


class RuleTable(ListTable):
    """Versions of recognition rules."""

    rule_id = KeyColumn("rule", "rule_id", verbose_name="Rule")
    version = ScaledColumn(1)
    method = WordColumn()
    trigger = WordColumn()
    convention = WordColumn()
    upfront = ShareColumn(verbose_name="Up front")
    residual = WordColumn(verbose_name="Odd cent")

    def render_trigger(self, value: str, record: Any) -> str:
        return words.choice(value) if record.method == "point_in_time" else "—"

    def render_convention(self, value: str, record: Any) -> str:
        return words.choice(value) if record.method == "ratable" else "—"


class RuleFilters(Filters):
    searched: ClassVar[tuple[str, ...]] = ("rule_id",)
    method = django_filters.ChoiceFilter(label="Method", choices=[(each, words.choice(each)) for each in METHODS])

    class Meta:
        model = FACTS["rule"]
        fields: ClassVar[list[str]] = []


class Rules(FactList):
    """Every version of every rule."""

    table = "rule"
    title = "Rules"
    lead = "When an obligation is satisfied. A rule is changed by a new version; the old one stays as it is."
    table_class = RuleTable
    filterset_class = RuleFilters
    empty = Empty("No rules yet", "Enter the first: for example, ratably over the term by actual days.", icon="scale")


class SspTable(ListTable):
    """Entries of the SSP book."""

    product_id = KeyColumn("product", "product_id", verbose_name="Product")
    currency = django_tables2.Column()
    region = django_tables2.Column()
    customer_class = django_tables2.Column(verbose_name="Class")
    quantity_from = ScaledColumn(verbose_name="From quantity")
    starts_on = DayColumn(verbose_name="In force from")
    ends_on = LastDayColumn(verbose_name="Through")
    basis = WordColumn()
    amount = MoneyColumn()
    share = ShareColumn(verbose_name="Of list price")
    low = MoneyColumn()
    mid = MoneyColumn()
    high = MoneyColumn()
    acts = Acts("ssp")


class SspFilters(Filters):
    searched: ClassVar[tuple[str, ...]] = ("product_id", "region", "customer_class")
    basis = choices("ssp", "basis")
    currency = exactly("Currency")
    on = django_filters.DateFilter(label="In force on", method="in_force", field_name="starts_on")

    class Meta:
        model = FACTS["ssp"]
        fields: ClassVar[list[str]] = []

    def in_force(self, rows: QuerySet[Any], _name: str, on: Any) -> QuerySet[Any]:
        """Entries whose term holds the day."""
        return rows.filter(starts_on__lte=on).exclude(ends_on__lte=on)


class SspBook(FactList):
    """Every entry of the SSP book."""

    table = "ssp"
    title = "SSP book"
    lead = (
        "Stand-alone selling prices for one unit. The most specific entry in force when a contract was signed is used."
    )
    table_class = SspTable
    filterset_class = SspFilters
    empty = Empty("The SSP book is empty", "Enter prices here, take them from history, or import them.", icon="scale")

    def buttons(self) -> Any:
        yield from super().buttons()
        yield Button("From history", reverse("ssp_history"), "history", tone="")
