"""Columns that every table shares: states, money, moments, numbers, links and acts. Sorting stays the database's."""

from __future__ import annotations

from typing import Any

import django_tables2
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2.utils import Accessor

from tieout.kernel.money import Money
from tieout.web import display

_RIGHT = {"th": {"class": "numeric"}, "td": {"class": "numeric"}}


class StatusColumn(django_tables2.Column):
    """A state as dot and word; the word is the model's own label."""

    def render(self, value: Any, record: Any, bound_column: Any) -> SafeString:
        return display.status(str(bound_column.accessor.resolve(record)), str(value))


class NumberColumn(django_tables2.Column):
    """A count, right aligned."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(attrs=_RIGHT, **kwargs)

    def render(self, value: int) -> str:
        return f"{value:,}"


class MoneyColumn(django_tables2.Column):
    """Minor units with the currency found at `currency`, right aligned. The value is what the database sorts by."""

    def __init__(self, *, currency: str = "currency", **kwargs: Any) -> None:
        super().__init__(attrs=_RIGHT, **kwargs)
        self.currency = Accessor(currency)

    def render(self, value: int, record: Any) -> SafeString:
        return display.money(Money(value, self.currency.resolve(record)))


class TimeColumn(django_tables2.Column):
    """A moment in the site's time zone; how long ago it is stands in the title."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(attrs={"td": {"class": "moment"}}, **kwargs)

    def render(self, value: Any, table: Any) -> SafeString:
        return display.moment(value, now=table.request.now)


class LinkColumn(django_tables2.Column):
    """The record's name, linking to its page: `LinkColumn("connection")` reverses with the record's pk."""

    def __init__(self, page: str, **kwargs: Any) -> None:
        super().__init__(
            linkify=(page, {"pk": django_tables2.A("pk")}), attrs={"a": {"class": "record-link"}}, **kwargs
        )


class CodeColumn(django_tables2.Column):
    """A key or code in fixed-width letters."""

    def render(self, value: Any) -> SafeString:
        return format_html("<code>{}</code>", value)


class TemplateColumn(django_tables2.Column):
    """Whatever `template` makes of `record`, with what every page's templates know, so it may hold forms."""

    def __init__(self, template: str, **kwargs: Any) -> None:
        kwargs = {"empty_values": (), "orderable": False, **kwargs}
        super().__init__(**kwargs)
        self.template = template

    def render(self, record: Any, value: Any, table: Any) -> str:
        return get_template(self.template).render({**table.everywhere, "record": record, "value": value})


class ActionsColumn(TemplateColumn):
    """What can be done with a row, at its end."""

    def __init__(self, template: str, **kwargs: Any) -> None:
        super().__init__(template, verbose_name="", attrs={"td": {"class": "row-actions"}}, **kwargs)
