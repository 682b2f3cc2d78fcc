"""Lists by keyset: every page costs the same however deep it lies, and nothing shifts while somebody reads.

The cursor is signed and bound to the list's order, so a changed one is refused rather than interpreted.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Q, QuerySet
from ninja import Schema
from pydantic import Field

from tieout.api.errors import BadCursor

Item = TypeVar("Item")
MOST = 500


class Asked(Schema):
    """How much of a list is wanted, and after which page."""

    limit: int = Field(50, ge=1, le=MOST, description="Rows per page.")
    after: str = Field("", max_length=1000, description="The `next` of the page before.")


class Page(Schema, Generic[Item]):
    """One page of a list. `next` is null on the last one."""

    items: list[Item]
    next: str | None = None


def page(rows: QuerySet[Any], asked: Asked, *order: str) -> dict[str, Any]:
    """One page of `rows` in `order` (column names without nulls, `-` for descending, unique together)."""
    found = list(_after(rows, asked.after, order).order_by(*order)[: asked.limit + 1])
    items = found[: asked.limit]
    return {"items": items, "next": _cursor(items[-1], order) if len(found) > asked.limit else None}


def _cursor(row: Any, order: tuple[str, ...]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in order]
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return signing.dumps(plain, salt=_salt(order), compress=True)


def _after(rows: QuerySet[Any], cursor: str, order: tuple[str, ...]) -> QuerySet[Any]:
    if not cursor:
        return rows
    try:
        values = signing.loads(cursor, salt=_salt(order))
    except signing.BadSignature:
        raise BadCursor from None
    return rows.filter(_beyond(list(zip(order, values, strict=True))))


def _beyond(keys: list[tuple[str, Any]]) -> Q:
    """(a, b) > (x, y) as `a >= x and (a > x or b > y)`: the first part is what an index can use."""
    (name, value), rest = keys[0], keys[1:]
    column, sign = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
    strictly = Q(**{f"{column}__{sign}": value})
    if not rest:
        return strictly
    return Q(**{f"{column}__{sign}e": value}) & (strictly | _beyond(rest))


def _salt(order: tuple[str, ...]) -> str:
    return f"tieout.api:{','.join(order)}"
