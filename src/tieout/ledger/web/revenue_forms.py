"""The mapping of a source of revenue data as forms: products and how they are recognised, credits and what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from tieout.ledger.proposals import Seen
from tieout.ledger.reference import Chart
from tieout.ledger.web.mapping_forms import Editor
from tieout.ledger.web.rows import ChartForm, Dimensions, choice, text
from tieout.revenue.sources.settings import CreditWay, ProductWay, SourceSettings

WAYS = [
    ("ratable", "Day by day over its term or the days billed"),
    ("start", "At once, on its first day"),
    ("end", "At once, on its last day"),
    ("invoice", "At once, when it is billed"),
    ("billing", "In proportion to billing"),
    ("leave_out", "Not at all: leave it out"),
]
TREATMENTS = [
    ("refund", "Refund: less revenue for what was earned, the rest ahead"),
    ("price_concession", "Lower price, caught up with on the day"),
    ("goodwill", "Goodwill: lowers the rest of the term"),
    ("billing_correction", "Corrects the bill only"),
    ("bad_debt", "The receivable is lost; revenue stays"),
]
CONTRACTS = [("order", "What was ordered together"), ("line", "Each order line by itself")]
CHANGES = [
    ("prospective", "The rest of the contract continues at the new price (606-10-25-13a)"),
    ("separate", "A separate contract at its stand-alone price (606-10-25-12)"),
]
SSP = [("list", "The source's list prices"), ("here", "Only the SSP book kept here")]


class ProductRow(ChartForm):
    """How one product is recognised."""

    model = ProductWay
    product = text("Product", 200, listed="list-products")
    recognised = choice("Recognised", [("", "As all others"), *WAYS])

    def counts(self) -> bool:
        return bool(self.cleaned_data.get("recognised"))


class CreditRow(ChartForm):
    """What credits of one description do."""

    model = CreditWay
    reason = text("Description of the credit", 200)
    treatment = choice("What it does", TREATMENTS, "refund")

    def counts(self) -> bool:
        return bool(self.cleaned_data.get("reason"))


class SalesHead(forms.Form):
    """What the whole process is told."""

    start_on = forms.DateField(
        label="First day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Agreements in force are taken over from this day on, with what was billed ahead.",
    )
    prefix = forms.CharField(  # type: ignore[assignment]  # a declared field leaves the class
        label="Put before every number", max_length=40, required=False, help_text="Keeps several sources apart."
    )
    contracts = forms.ChoiceField(label="A contract is", choices=CONTRACTS)
    changes = forms.ChoiceField(label="An upgrade or downgrade is", choices=CHANGES)
    ssp = forms.ChoiceField(label="Stand-alone selling prices", choices=SSP)
    otherwise = forms.ChoiceField(
        label="All other products", choices=[("", "Ask for each: a finding"), *WAYS], required=False
    )
    other_credits = forms.ChoiceField(label="All other credits", choices=TREATMENTS)
    look_back_months = forms.IntegerField(
        label="Read again (months)", min_value=1, max_value=36, help_text="As long as bills are made ahead."
    )
    entity_field = forms.CharField(
        label="Customer's custom field that names the entity",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "list-fields", "autocomplete": "off"}),
        help_text="Leave empty when everything belongs to one entity.",
    )
    region_field = forms.CharField(label="Field that names the region", required=False, max_length=100)
    class_field = forms.CharField(label="Field that names the class of customer", required=False, max_length=100)
    customer_fields = Dimensions()


class RevenueEditor(Editor):
    """Products and credits, and the rest of a source of revenue data."""

    template = "ledger/mapping_revenue.html"
    row_form = ProductRow
    head_form = SalesHead
    setting = "products"
    asks_ledger = False

    def __init__(self, kind: str, settings: Mapping[str, Any], chart: Chart, seen: Seen, data: Any = None) -> None:
        super().__init__(kind, settings, chart, seen, data)
        self.credits = self._rows(CreditRow, "credits", list(settings.get("credits", [])))
        self.head.fields["customer_fields"].label = "Custom fields of customers"
        self.head.fields["customer_fields"].help_text = "Field of the source = field here, separated by commas."

    def parts(self) -> Sequence[Any]:
        return (*super().parts(), self.credits)

    def head_initial(self) -> dict[str, Any]:
        usual = {name: field.default for name, field in SourceSettings.model_fields.items() if not field.is_required()}
        return {**usual, "customer_fields": {}, **self.settings}

    def rows_initial(self) -> list[dict[str, Any]]:
        stored = list(self.settings.get("products", []))
        known = {row["product"] for row in stored}
        return [*stored, *({"product": each, "recognised": ""} for each in self.seen.products if each not in known)]

    def values(self) -> dict[str, Any]:
        found = super().values()
        return {**found, "start_on": found["start_on"].isoformat(), "credits": self.credits.kept()}

    def lists(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return [*super().lists(), ("list-products", [(each, "") for each in self.seen.products])]


def facts(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The settings that no row holds, in words."""
    told = SourceSettings.model_validate(settings)
    chosen = (
        ("A contract is", CONTRACTS, told.contracts),
        ("An upgrade is", CHANGES, told.changes),
        ("Stand-alone selling prices", SSP, told.ssp),
        ("All other products", WAYS, told.otherwise),
        ("All other credits", TREATMENTS, told.other_credits),
    )
    words = [(label, dict(choices).get(value, "Asked for, one by one")) for label, choices, value in chosen]
    return [("Numbers begin with", told.prefix), *words] if told.prefix else words
