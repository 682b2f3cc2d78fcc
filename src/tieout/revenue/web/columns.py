"""Columns of revenue data: keys that lead to their page, days, last days, quantities, shares, words and dimensions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_tables2
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from tieout.recognition.tables import MICRO, NANO
from tieout.revenue import pairs, words
from tieout.revenue.web.fields import written

_RIGHT = {"th": {"class": "numeric"}, "td": {"class": "numeric"}}


def day(value: date) -> str:
    """A day as lists show it: `1 Jan 2026`."""
    return f"{value.day} {value:%b %Y}"


def chips(text: str) -> SafeString:
    """Dimensions or custom fields as small labels."""
    return format_html_join("", '<span class="chip">{} {}</span>', pairs.read(text).items())


class KeyColumn(django_tables2.Column):
    """A number that leads to the page of what it names: `KeyColumn("product", "product_id")`."""

    def __init__(self, page: str, named: str, **kwargs: Any) -> None:
        super().__init__(
            linkify=(page, [django_tables2.A(named)]),
            attrs={"a": {"class": "record-link"}},
            accessor=named,
            **kwargs,
        )


class DayColumn(django_tables2.Column):
    """A day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(attrs={"td": {"class": "moment"}}, **kwargs)

    def render(self, value: date) -> str:
        return day(value)


class LastDayColumn(DayColumn):
    """The last day of a half-open term."""

    def render(self, value: date) -> str:
        return day(value - timedelta(days=1))


class ScaledColumn(django_tables2.Column):
    """A whole number of `scale`ths, right aligned; nought is a dash."""

    def __init__(self, scale: int = MICRO, unit: str = "", **kwargs: Any) -> None:
        super().__init__(attrs=_RIGHT, **kwargs)
        self.scale, self.unit = scale, unit

    def render(self, value: int) -> str:
        return f"{written(value, self.scale)}{self.unit}" if value else "—"


class ShareColumn(ScaledColumn):
    """A share as a percentage."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(MICRO // 100, "%", **kwargs)


class RateColumn(ScaledColumn):
    """An exchange rate."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(NANO, **kwargs)


class WordColumn(django_tables2.Column):
    """A stored word as people read it."""

    def render(self, value: str) -> str:
        return words.choice(value)


class PairsColumn(django_tables2.Column):
    """Dimensions or custom fields."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(orderable=False, **kwargs)

    def render(self, value: str) -> SafeString:
        return chips(value)
