"""Lists of what contracts refer to: customers, entities, exchange rates, bundles and estimates."""

from __future__ import annotations

from typing import Any, ClassVar

import django_tables2
from django.db.models import QuerySet

from tieout.revenue import queries
from tieout.revenue.models import FACTS
from tieout.revenue.web.columns import DayColumn, KeyColumn, PairsColumn, RateColumn, ShareColumn, WordColumn
from tieout.revenue.web.lists import Acts, FactList, choices
from tieout.web.columns import MoneyColumn
from tieout.web.lists import Empty, Filters, ListTable


class CustomerTable(ListTable):
    """Who buys."""

    customer_id = django_tables2.Column(verbose_name="Customer")
    name = django_tables2.Column()
    region = django_tables2.Column()
    customer_class = django_tables2.Column(verbose_name="Class")
    fields = PairsColumn(verbose_name="Custom fields")
    acts = Acts("customer")


class CustomerFilters(Filters):
    searched: ClassVar[tuple[str, ...]] = ("customer_id", "name", "region", "customer_class")

    class Meta:
        model = FACTS["customer"]
        fields: ClassVar[list[str]] = []


class Customers(FactList):
    """Every customer of revenue data."""

    table = "customer"
    title = "Customers"
    lead = "Region and class choose the SSP; custom fields may feed the ledger's dimensions."
    table_class = CustomerTable
    filterset_class = CustomerFilters
    empty = Empty("No customers yet", "Enter one here, or import them. Contracts name their customer.", icon="users")


class EntityTable(ListTable):
    """Legal entities."""

    entity = django_tables2.Column(verbose_name="Entity")
    name = django_tables2.Column()
    functional_currency = django_tables2.Column(verbose_name="Functional currency")
    acts = Acts("entity")


class EntityFilters(Filters):
    searched: ClassVar[tuple[str, ...]] = ("entity", "name", "functional_currency")

    class Meta:
        model = FACTS["entity"]
        fields: ClassVar[list[str]] = []


class Entities(FactList):
    """Every legal entity with its functional currency."""

    table = "entity"
    title = "Entities"
    lead = "The legal entities that contracts belong to, and the currency that each keeps its books in."
    table_class = EntityTable
    filterset_class = EntityFilters
    empty = Empty("No entities yet", "One entity that keeps its books in the contracts' currency needs none.")


class RateTable(ListTable):
    """Exchange rates."""

    from_currency = django_tables2.Column(verbose_name="From")
    to_currency = django_tables2.Column(verbose_name="To")
    kind = WordColumn()
    starts_on = DayColumn(verbose_name="In force from")
    rate = RateColumn()
    acts = Acts("rate")


class RateFilters(Filters):
    searched: ClassVar[tuple[str, ...]] = ("from_currency", "to_currency")
    kind = choices("rate", "kind")

    class Meta:
        model = FACTS["rate"]
        fields: ClassVar[list[str]] = []


class Rates(FactList):
    """Every exchange rate."""

    table = "rate"
    title = "Exchange rates"
    lead = "Each is in force until the next of its pair and kind."
    table_class = RateTable
    filterset_class = RateFilters
    empty = Empty("No exchange rates yet", "They are needed when a contract's currency is not its entity's.")


class BundleTable(ListTable):
    """Bundles that are regularly sold for a price."""

    bundle_id = django_tables2.Column(verbose_name="Bundle")
    product_id = KeyColumn("product", "product_id", verbose_name="Product")
    price = MoneyColumn(verbose_name="Price of the bundle")
    acts = Acts("bundle")


class BundleFilters(Filters):
    searched: ClassVar[tuple[str, ...]] = ("bundle_id", "product_id")

    class Meta:
        model = FACTS["bundle"]
        fields: ClassVar[list[str]] = []


class Bundles(FactList):
    """Every product of every bundle."""

    table = "bundle"
    title = "Bundles"
    lead = "Products regularly sold together for a price: the discount then stays with them (606-10-32-37)."
    table_class = BundleTable
    filterset_class = BundleFilters
    empty = Empty("No bundles yet", "A bundle has one row for each of its products, all with the bundle's price.")


class EstimateTable(ListTable):
    """Outcomes of variable consideration."""

    estimate_id = django_tables2.Column(verbose_name="Estimate")
    contract_id = KeyColumn("contract", "contract_id", verbose_name="Contract")
    line_id = django_tables2.Column(verbose_name="Line")
    method = WordColumn()
    amount = MoneyColumn(currency="currency", verbose_name="Outcome")
    probability = ShareColumn()
    limit = MoneyColumn(currency="currency", verbose_name="At most")
    acts = Acts("estimate")


class EstimateFilters(Filters):
    searched: ClassVar[tuple[str, ...]] = ("estimate_id", "contract_id", "line_id")
    method = choices("estimate", "method")

    class Meta:
        model = FACTS["estimate"]
        fields: ClassVar[list[str]] = []


class Estimates(FactList):
    """Every outcome of every estimate."""

    table = "estimate"
    title = "Estimates"
    lead = "Outcomes of variable consideration with their probabilities, and the amount that meets the constraint."
    table_class = EstimateTable
    filterset_class = EstimateFilters
    empty = Empty("No estimates yet", "Bonuses, penalties, rebates and the like of a line are estimated here.")

    def rows(self) -> QuerySet[Any]:
        return queries.with_currency(self.actor.environment_id, super().rows())
