"""Form fields for the columns of revenue data: people type amounts in the currency, percentages and last days; rows hold
minor units, millionths and half-open ends.

A field only reads text; what the values mean together is checked where every row enters, in `revenue.batches`.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from tieout.kernel.errors import InvalidInput
from tieout.kernel.money import Money
from tieout.recognition.tables import MICRO, NANO, Column, Kind
from tieout.revenue import words

_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")
SHARES = {"share", "upfront", "progress_step", "probability"}
"""Columns of millionths that people write in per cent."""
LAST_DAYS = {"ends_on", "amortised_until"}
"""Columns that hold the day after; people write the last day."""
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_FIGURE = {**_PLAIN, "inputmode": "decimal", "class": "numeric"}


class AmountField(forms.CharField):
    """An amount as text; the form that holds it turns it into minor units once it knows the currency."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, widget=forms.TextInput(attrs=_FIGURE), **kwargs)

    def minor(self, text: str, currency: str) -> int | None:
        """Minor units, or None for an empty field. Raises ValidationError on what is no amount of the currency."""
        if not text:
            return None
        plain = text.replace(",", "") if _GROUPED.fullmatch(text) else text
        try:
            return Money.parse(plain, currency).minor
        except InvalidInput as error:
            raise forms.ValidationError(f"{error.message}. {error.advice}") from None


class ScaledField(forms.CharField):
    """A number that is kept as a whole number of `scale`ths."""

    def __init__(self, scale: int, *, unit: str = "", **kwargs: Any) -> None:
        attrs = {**_FIGURE, **({"placeholder": unit} if unit else {})}
        super().__init__(max_length=30, widget=forms.TextInput(attrs=attrs), **kwargs)
        self.scale = scale
        self.unit = unit

    def prepare_value(self, value: Any) -> Any:
        return written(value, self.scale) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        text = super().clean(value).removesuffix(self.unit).strip()
        if not text:
            return None
        try:
            scaled = Decimal(text.replace(",", "") if _GROUPED.fullmatch(text) else text) * self.scale
        except InvalidOperation:
            raise forms.ValidationError(f"'{text}' is not a number.") from None
        if not scaled.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) >= 2**63:
            raise forms.ValidationError(f"'{text}' is too large or has too many decimals.")
        return int(scaled)


class DayField(forms.DateField):
    """A day picked from a calendar."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class LastDayField(DayField):
    """The last day of a term, inside it; the row holds the day after."""

    def prepare_value(self, value: Any) -> Any:
        return value - timedelta(days=1) if isinstance(value, date) else value

    def clean(self, value: Any) -> date | None:
        found = super().clean(value)
        return found + timedelta(days=1) if found else None


def written(value: int, scale: int) -> str:
    """A scaled whole number as people write it, without trailing zeros."""
    return f"{(Decimal(value) / scale).normalize():f}"


def field(table: str, name: str, column: Column) -> forms.Field:
    """The form field of a column, not required where the column has a default."""
    shared: dict[str, Any] = {
        "label": words.label(table, name),
        "help_text": words.hint(table, name),
        "required": column.required,
    }
    if column.choices:
        choices = [(each, words.choice(each)) for each in column.choices]
        return forms.ChoiceField(choices=choices, initial=column.default, **shared)
    made: forms.Field = _READ[column.kind](name, shared)  # type: ignore[no-untyped-call]
    return made


def _text(name: str, shared: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=500, widget=forms.TextInput(attrs=_PLAIN), **shared)


def _day(name: str, shared: dict[str, Any]) -> forms.Field:
    return LastDayField(**shared) if name in LAST_DAYS else DayField(**shared)


def _micro(name: str, shared: dict[str, Any]) -> forms.Field:
    return ScaledField(MICRO // 100, unit="%", **shared) if name in SHARES else ScaledField(MICRO, **shared)


_READ = {
    Kind.TEXT: _text,
    Kind.DATE: _day,
    Kind.MONEY: lambda _, shared: AmountField(**shared),
    Kind.MICRO: _micro,
    Kind.WHOLE: lambda _, shared: forms.IntegerField(**shared),
    Kind.RATE: lambda _, shared: ScaledField(NANO, **shared),
}
