"""The parts that mapping forms are made of: a code picked from a ledger's list, rows of such codes, and rows that grow.

A code is a text field with the ledger's list behind it, so that several hundred rows stay one quick page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.forms import BaseFormSet, BoundField, formset_factory
from pydantic import BaseModel, ValidationError

from tieout.connectors.kit.capabilities import ReferenceKind
from tieout.ledger.reference import Chart

MORE = 3
MOST = 1000
SMALL = {"class": "form-control form-control-sm"}
PICK = {"class": "form-select form-select-sm"}


class Code(forms.CharField):
    """A code of one of the ledger's lists; `listed` names the list."""

    def __init__(
        self, listed: ReferenceKind, label: str, *, required: bool = False, max_length: int = 100, hint: str = ""
    ) -> None:
        attrs = {**SMALL, "list": f"list-{listed}", "autocomplete": "off", "spellcheck": "false", "placeholder": hint}
        super().__init__(label=label, required=required, max_length=max_length, widget=forms.TextInput(attrs=attrs))
        self.listed: ReferenceKind = listed


def text(label: str, most: int = 100, *, listed: str = "", required: bool = False) -> forms.CharField:
    """A short text; `listed` names a list of proposals on the page."""
    attrs = {**SMALL, "autocomplete": "off", **({"list": listed} if listed else {})}
    return forms.CharField(label=label, max_length=most, required=required, widget=forms.TextInput(attrs=attrs))


def choice(label: str, choices: list[tuple[str, str]], initial: str = "") -> forms.ChoiceField:
    """One of a few words."""
    return forms.ChoiceField(
        label=label, choices=choices, initial=initial, required=False, widget=forms.Select(attrs=PICK)
    )


class Dimensions(forms.CharField):
    """User-defined dimensions, written `NAME=value, NAME=value`."""

    def __init__(self) -> None:
        attrs = {**SMALL, "placeholder": "NAME=value, …", "autocomplete": "off"}
        super().__init__(label="Other dimensions", required=False, max_length=500, widget=forms.TextInput(attrs=attrs))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(f"{name}={each}" for name, each in value.items()) if isinstance(value, Mapping) else value

    def clean(self, value: Any) -> Any:
        parts = [part.partition("=") for part in (super().clean(value) or "").split(",") if part.strip()]
        if not all(name.strip() and each.strip() for name, _, each in parts):
            raise forms.ValidationError("Write NAME=value, separated by commas.")
        return {name.strip(): each.strip() for name, _, each in parts}


class ChartForm(forms.Form):
    """A form whose codes are looked up in the ledger's lists, as far as those are here."""

    model: ClassVar[type[BaseModel] | None] = None

    def __init__(self, *args: Any, chart: Chart, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chart = chart

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name, field in self.fields.items():
            if isinstance(field, Code) and said.get(name):
                self._look_up(name, field.listed, said[name])
        if self.model is not None and not self.errors and self.counts():
            self._check(self.model)
        return said

    def counts(self) -> bool:
        """Whether the form says something that is kept."""
        return True

    def values(self) -> dict[str, Any]:
        """What is kept: everything but the tick that removes a row."""
        return {name: value for name, value in self.cleaned_data.items() if name != "DELETE"}

    def named(self) -> Iterator[tuple[BoundField, str]]:
        """Each field with the name that belongs to its code, empty when there is none."""
        for bound in self:
            field = bound.field
            item = self.chart.get(field.listed, str(bound.value() or "")) if isinstance(field, Code) else None
            yield bound, (item.name if item.active else f"{item.name} (inactive)") if item else ""

    @property
    def cell(self) -> dict[str, tuple[BoundField, str]]:
        """`named`, by field."""
        return {bound.name: (bound, name) for bound, name in self.named()}

    def _look_up(self, name: str, listed: ReferenceKind, code: str) -> None:
        if not self.chart.of(listed):
            return
        item = self.chart.get(listed, code)
        if item is None:
            self.add_error(name, f"The ledger has no {listed.replace('_', ' ')} '{code}'.")
        elif not item.active:
            self.add_error(name, f"'{code}' is inactive in the ledger.")

    def _check(self, model: type[BaseModel]) -> None:
        try:
            model.model_validate(self.values())
        except ValidationError as error:
            for each in error.errors(include_url=False):
                name = str(each["loc"][0]) if each["loc"] else None
                self.add_error(name if name in self.fields else None, each["msg"].removeprefix("Value error, "))


class Rows(BaseFormSet):  # type: ignore[type-arg]
    """Rows of which any may be left empty. Every row counts as new: what is sent is the whole list."""

    def initial_form_count(self) -> int:
        return 0 if self.is_bound else super().initial_form_count()

    def kept(self) -> list[dict[str, Any]]:
        """The rows that say something and are not to be removed."""
        live = [form for form in self.forms if form.has_changed() and not form.cleaned_data.get("DELETE")]
        return [form.values() for form in live if form.counts()]


def rows_of(form: type[ChartForm], prefix: str, chart: Chart, *, data: Any = None, initial: Any = None) -> Rows:
    """Rows as sent, or to be shown, with some empty ones at the end."""
    factory = formset_factory(form, formset=Rows, extra=MORE, can_delete=True, max_num=MOST, absolute_max=MOST + MORE)
    return cast(Rows, factory(data=data, initial=initial, prefix=prefix, form_kwargs={"chart": chart}))


def as_sent(form: type[ChartForm], prefix: str, data: Any) -> list[dict[str, Any]]:
    """The rows as the browser sent them, unchecked: for showing them again with more room."""
    count = data.get(f"{prefix}-TOTAL_FORMS", "")
    names = list(form.base_fields)
    rows = [
        {name: data.get(f"{prefix}-{index}-{name}", "") for name in names}
        for index in range(min(int(count), MOST) if count.isascii() and count.isdigit() else 0)
        if f"{prefix}-{index}-DELETE" not in data
    ]
    return [row for row in rows if any(value for name, value in row.items() if name not in _ALWAYS)]


_ALWAYS = ("treatment", "payment_method", "component", "deposit_after")
"""Fields that hold something in an empty row too."""
