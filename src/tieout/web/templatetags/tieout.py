"""Template tags of the shell, available in every template without loading."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from tieout.kernel.money import Money
from tieout.people.actors import Actor, Permission
from tieout.web import display

register = template.Library()
register.simple_tag(display.icon, name="icon")


@register.simple_tag
def money(minor: int, currency: str) -> SafeString:
    """`{% money posting.total_minor posting.currency %}`: minor units as an amount."""
    return display.money(Money(minor, currency))


@register.simple_tag
def figure(minor: int, currency: str) -> SafeString:
    """`{% figure row.billed currency %}`: minor units as an amount, where the table says its currency once."""
    return display.figure(Money(minor, currency))


@register.simple_tag(takes_context=True)
def moment(context: template.Context, at: datetime | None) -> SafeString:
    """`{% moment job.started_at %}`: in the site's time zone, or a dash."""
    return display.moment(at, now=context["request"].now)


@register.simple_tag
def status(record: Any, field: str = "state") -> SafeString:
    """`{% status job %}`: the record's state as dot and word; takes the model's own label."""
    label = getattr(record, f"get_{field}_display", None)
    state = str(getattr(record, field))
    return display.status(state, str(label()) if label else state.capitalize())


@register.simple_tag
def badge(state: str, label: str) -> SafeString:
    """`{% badge "queued" "Queued" %}`: a status that no record holds."""
    return display.status(state, label)


@register.filter
def allowed(permission: str, actor: Actor) -> bool:
    """`{% if "run a process"|allowed:actor %}`: whether the person may do that."""
    return actor.may(Permission(permission))


@register.filter
def pretty(value: Any) -> str:
    """A JSON value on one line, in plain words: lists joined by commas, names with their values."""
    if isinstance(value, dict):
        return ", ".join(f"{name}: {pretty(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(pretty, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


@register.filter
def pretty_json(value: Any) -> str:
    """JSON with two spaces, every script readable. The template escapes it."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
