"""Words and figures of revenue data for templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString

from tieout.recognition.tables import MICRO
from tieout.revenue import queries, words
from tieout.revenue.models import FACTS
from tieout.revenue.web import columns
from tieout.revenue.web.fields import written

register = template.Library()
_TABLES = {model: table for table, model in FACTS.items()}


@register.filter
def item(found: Mapping[str, Any], name: str) -> Any:
    """What a mapping says under that name; empty when it says nothing."""
    return found.get(name, "")


@register.filter
def micro(value: int) -> str:
    """Millionths as a number, its thousands apart."""
    return f"{Decimal(written(value, MICRO)):,f}"


@register.filter
def percent(value: int) -> str:
    """Millionths as a percentage."""
    return f"{written(value, MICRO // 100)}%"


@register.filter
def day_before(value: date) -> date:
    """The last day of a half-open term."""
    return value - timedelta(days=1)


@register.filter
def chips(text: str) -> SafeString:
    """Dimensions as small labels."""
    return columns.chips(text or "")


@register.filter
def word(value: str) -> str:
    """A stored word as people read it."""
    return words.choice(value)


@register.filter
def table_word(table: str) -> str:
    """What a row of the table is called."""
    return words.TABLES[table]


@register.filter
def tables_word(table: str) -> str:
    """What several rows of the table are called."""
    return words.many(table)


@register.filter
def in_order(told: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
    """What is told by table, in the order in which people think of them; nothing when nothing is told."""
    return words.in_order(told or {})


@register.filter
def table_name(row: Any) -> str:
    """The table that a row belongs to."""
    return _TABLES[type(row)]


@register.filter
def rule_words(rule: Any) -> str:
    """What a version of a rule does, in a sentence."""
    return words.rule(queries.values_of(rule, "rule"))
