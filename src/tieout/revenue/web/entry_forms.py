"""The form of any table of revenue data, made from the engine's declaration of it, so that a new column has its field at once.

Validation is that of the import, behind `revenue.batches.enter`; here text becomes values and nothing more is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django import forms

from tieout.kernel.currency import EXPONENTS
from tieout.kernel.errors import InvalidInput
from tieout.kernel.money import Money
from tieout.recognition.tables import INPUTS, Kind
from tieout.revenue import pairs, queries, words
from tieout.revenue.models import CustomField
from tieout.revenue.web.fields import AmountField, field

REFERENCES = {"customer_id": "customer", "product_id": "product", "rule_id": "rule", "entity": "entity"}
"""Columns that name a row of another table; the form offers its rows."""
CURRENCIES = {"currency", "from_currency", "to_currency", "functional_currency"}
CUSTOM = {
    "customer": CustomField.Source.CUSTOMER,
    "product": CustomField.Source.PRODUCT,
    "line": CustomField.Source.SUBSCRIPTION,
}
_OWN = "own:"


class FactForm(forms.Form):
    """One row of `table`. `currency` says in which currency the amounts of the row are, given what else it holds."""

    def __init__(
        self,
        *args: Any,
        table: str,
        currency: Callable[[Mapping[str, Any]], str],
        fixed: Collection[str] = (),
        custom: Collection[CustomField] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.table, self.currency = table, currency
        for name, column in INPUTS[table].items():
            if name != "fields":
                self.fields[name] = field(table, name, column)
                self.fields[name].disabled = name in fixed
        for each in custom:
            self.fields[_OWN + each.api_name] = forms.CharField(label=each.label, max_length=200, required=False)
        self._offer()

    def clean_dimensions(self) -> str:
        return self._pairs("dimensions")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        amounts = {name: each for name, each in self.fields.items() if isinstance(each, AmountField) and name in said}
        if not any(said[name] for name in amounts):
            self.cleaned_data = {**said, **dict.fromkeys(amounts)}
            return self.cleaned_data
        try:
            currency = self.currency(said)
        except InvalidInput as error:
            self.add_error(str(error.facts.get("field", "")) or None, f"{error.message}. {error.advice}")
            return said
        for name, each in amounts.items():
            self._read(name, each, currency)
        return self.cleaned_data

    def row(self, existing: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Engine values by column; what the form does not show keeps its present value or takes its default."""
        before = existing or {}
        columns = INPUTS[self.table]
        made = {name: before.get(name, column.default) for name, column in columns.items() if not column.required}
        for name in self.fields:
            if name in columns:
                made[name] = self._filled(name)
        if "fields" in columns:
            own = {name.removeprefix(_OWN): self.cleaned_data[name] for name in self.fields if name.startswith(_OWN)}
            made["fields"] = pairs.write({**pairs.read(before.get("fields", "")), **own})
        return made

    def proposals(self) -> Iterator[tuple[str, str]]:
        """Each list that the fields pick from, by the id of its element, with the table that fills it."""
        for name in self.fields:
            if name in REFERENCES:
                yield f"list-{name}", REFERENCES[name]

    def _offer(self) -> None:
        for name, each in self.fields.items():
            if name in REFERENCES or name == "line_id":
                each.widget.attrs["list"] = f"list-{name}"
            elif name in CURRENCIES:
                each.widget.attrs |= {"list": "list-currency", "maxlength": "3"}
            elif name == "dimensions":
                each.widget.attrs["placeholder"] = "location=100; class=SaaS"

    def _filled(self, name: str) -> Any:
        value, column = self.cleaned_data[name], INPUTS[self.table][name]
        return column.default if value in (None, "") and column.default is not None else value

    def _read(self, name: str, each: AmountField, currency: str) -> None:
        try:
            self.cleaned_data[name] = each.minor(self.cleaned_data[name], currency)
        except forms.ValidationError as error:
            self.add_error(name, error)

    def _pairs(self, name: str) -> str:
        try:
            return pairs.write(pairs.read(self.cleaned_data[name]))
        except pairs.BadPairs as error:
            raise forms.ValidationError(f"{error.message}. {error.advice}") from None


def shown(table: str, values: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """A row as a form begins with it: amounts as text in the currency, the rest as the fields take it."""
    made = dict(values)
    for name, column in INPUTS[table].items():
        if column.kind is Kind.MONEY and isinstance(made.get(name), int):
            made[name] = Money(made[name], currency).text()
    if "dimensions" in made:
        made["dimensions"] = made["dimensions"].replace(";", "; ")
    if made.get("fields"):
        made |= {_OWN + name: value for name, value in pairs.read(made["fields"]).items()}
    return made


def lists(environment_id: int | None, form: FactForm, contract_id: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """What the fields of a form offer, by the id of the list."""
    found = [(name, queries.proposals(environment_id, table)) for name, table in form.proposals()]
    if CURRENCIES & set(form.fields):
        found.append(("list-currency", [(code, code) for code in EXPONENTS]))
    if contract_id and "line_id" in form.fields:
        found.append(("list-line_id", [(line, line) for line in queries.line_numbers(environment_id, contract_id)]))
    return found


def custom_of(environment_id: int | None, table: str) -> list[CustomField]:
    """The custom fields that rows of the table carry."""
    return queries.custom_fields(environment_id, CUSTOM[table]) if table in CUSTOM else []


def subject(table: str, values: Mapping[str, Any], key: Collection[str]) -> str:
    """What a row is called in titles: its kind and its key."""
    return (
        f"{words.TABLES[table]} {' · '.join(str(values[part]) for part in key if values.get(part) not in ('', None))}"
    )
