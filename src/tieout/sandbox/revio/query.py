"""The search parameters of a list call. What cannot be understood is refused with 400 rather than ignored."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tieout.sandbox.company.days import DAY, number
from tieout.sandbox.revio.wire import Problem

DEFAULT_SIZE, LARGEST_SIZE = 10, 500

Parse = Callable[[str], object]
Window = tuple[int | None, int | None]
"""First and last moment, both included; None is open."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows, in which order; hashable, since selections are kept between pages."""

    equals: tuple[tuple[str, frozenset[object]], ...]
    windows: tuple[tuple[str, Window], ...]
    sort: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A selection and the page of it that is asked for."""

    selection: Selection
    page: int
    size: int


def integer(text: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        raise ValueError(text)
    return int(text)


def boolean(text: str) -> bool:
    """`true` or `false`, any case."""
    return {"true": True, "false": False}[text.lower()]


def stamp(text: str) -> int:
    """A moment as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS[.fff]`, without a zone."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is not None or not text[:4].isdigit() or text[4] != "-":
        raise ValueError(text)
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    return number(value.date()) * DAY + seconds * 1_000 + value.microsecond // 1_000


def parse(pairs: Iterable[tuple[str, str]], fields: Mapping[str, Parse], dates: Iterable[str], key: str) -> Query:
    """Read the parameters of one resource: `fields` can be searched, `dates` have windows, `key` is the default order.

    Names take the prefix `search.`; page and page_size do without it too. Other parameters without it are ignored.
    """
    allowed = _allowed(fields, tuple(dates))
    given: dict[str, list[object]] = {}
    for name, text in pairs:
        field = name.lower().removeprefix("search.")
        if field in allowed and (name.lower() != field or field in ("page", "page_size")):
            given.setdefault(field, []).append(_value(name, text, allowed[field]))
        elif name.lower() != field:
            raise Problem(400, f"'{name}' is not a valid search parameter.")
    return _query(given, fields, tuple(dates), key)


def _allowed(fields: Mapping[str, Parse], dates: tuple[str, ...]) -> dict[str, Parse]:
    windows = {f"{name}{edge}": stamp for name in dates for edge in ("_start", "_end")}
    sortable = {name.lower() for name in (*fields, *dates)}

    def order(text: str) -> str:
        if text.lower().removeprefix("-") not in sortable:
            raise ValueError(text)
        return text.lower()

    return {**fields, **windows, "sort": order, "page": integer, "page_size": integer}


def _value(name: str, text: str, parse: Parse) -> object:
    try:
        return parse(text)
    except (ValueError, KeyError, IndexError, OverflowError):
        raise Problem(400, f"The value '{text}' is not valid for {name}.") from None


def _query(given: Mapping[str, list[object]], fields: Mapping[str, Parse], dates: tuple[str, ...], key: str) -> Query:
    def last(name: str, default: int) -> int:
        return int(str(given.get(name, [default])[-1]))

    page = last("page", 1)
    if page < 1:
        raise Problem(400, "search.page must be 1 or more.")
    sort = str(given.get("sort", [key])[-1])
    edges = {name: tuple(_edge(given, name + edge) for edge in ("_start", "_end")) for name in dates}
    windows = tuple((name, (edge[0], edge[1])) for name, edge in edges.items() if edge != (None, None))
    equals = tuple((name, frozenset(given[name])) for name in fields if name in given)
    selection = Selection(equals, windows, sort.removeprefix("-"), sort.startswith("-"))
    return Query(selection, page, min(max(last("page_size", DEFAULT_SIZE), 1), LARGEST_SIZE))


def _edge(given: Mapping[str, list[object]], name: str) -> int | None:
    return int(str(given[name][-1])) if name in given else None
