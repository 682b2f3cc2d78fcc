"""Words of the ledger room for templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from tieout.ledger.journals.events import role_label

register = template.Library()
WORDS = {
    "bank": "Bank account",
    "undeposited": "Undeposited funds",
    "no_money": "Moves no money",
    "charge": "Charges",
    "credit": "Credits",
    "payment": "Payments",
    "leave_out": "Left out",
    "clearing": "Clearing account",
    "include": "Booked here",
    "receivable": "Receivables",
    "tax": "Taxes",
    "bad_debt": "Bad debt",
}


@register.filter
def words(value: Any) -> Any:
    """A stored word as people read it; anything else as it stands."""
    return WORDS.get(value, value) if isinstance(value, str) else value


@register.filter
def item(row: Mapping[str, Any], name: str) -> Any:
    """What a row says under that name."""
    return row.get(name, "")


@register.filter
def kind_words(kind: str) -> str:
    """A kind of record as people read it: `credit_memo` is a Credit memo."""
    return kind.replace("_", " ").capitalize()


@register.filter
def role_words(role: str) -> str:
    """What an account is for, as people read it: `contract_liability` is a Contract liability."""
    return role_label(role)


@register.filter
def dimension_chips(text: str) -> list[str]:
    """The canonical text of dimensions as small labels: `class SaaS`."""
    return dimension_words(text.split(";"))


@register.filter
def dimension_words(parts: Iterable[str]) -> list[str]:
    """Dimensions as small labels: `class SaaS` for `class=SaaS`."""
    return [part.replace("=", " ", 1) for part in parts if part]
