"""What is asked of a report, as one value that stands whole in an address: the same text gives the same answer.

Two dates travel apart: `as_of` is the day up to which time has passed in the report, `known_on` the day up to which data
counts. Refuses names and values that mean nothing rather than leaving them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from urllib.parse import urlencode

from tieout.reports.errors import BadQuestion

FACETS: Mapping[str, str] = {
    "entity": "Entity",
    "currency": "Currency",
    "product": "Product",
    "region": "Region",
    "class": "Customer class",
    "timing": "Timing",
    "customer": "Customer",
    "contract": "Contract",
}
"""What figures can be narrowed to and grouped by, with the words for it."""
SPANS = (6, 12, 24, 36)
SIZES = (50, 100, 500)
_BANDS = (12, 24)
_MOST_BANDS = 8
NONE = "(none)"
"""How an empty value is written in an address: the customers without a class."""
Given = Mapping[str, Iterable[str]]


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Days are inclusive: as of 31 March counts the whole of that day."""

    as_of: date | None = None
    """None: the end of the last accounting period that is over."""
    known_on: date | datetime | None = None
    """What had been applied by the end of that day, or by that moment; None: everything."""
    against: date | datetime | None = None
    """A second such day to compare with."""
    since: date | None = None
    """First day of the first period shown apart; None: so that `span` periods end one year after `as_of`."""
    span: int = 12
    by: tuple[str, ...] = ()
    only: tuple[tuple[str, str], ...] = ()
    """(facet, value) pairs; several of one facet are alternatives."""
    bands: tuple[int, ...] = _BANDS
    """Ends of the disclosure bands of remaining obligations, in months from `as_of`, rising."""
    expedient: bool = False
    """Leave out contracts of one year or less (606-10-50-14a)."""
    first: date | None = None
    last: date | None = None
    """Only periods that begin within these days, both included, when a figure is opened."""
    page: int = 1
    size: int = 50

    def values(self, facet: str) -> tuple[str, ...]:
        """What the facet is narrowed to; empty for no limit."""
        return tuple(value for name, value in self.only if name == facet)

    def narrowed(self, **facets: str) -> Question:
        """The same question about less: each facet limited to one value."""
        kept = tuple((name, value) for name, value in self.only if name not in facets)
        return replace(self, only=kept + tuple(facets.items()), page=1)

    def address(self, **changes: object) -> str:
        """The query string of this question, with some of it changed; None takes a part away."""
        told = {**dict(self._told()), **{name: value for name, value in changes.items() if name not in FACETS}}
        facets = [(name, value or NONE) for name, value in self.only if name not in changes]
        facets += [
            (name, str(value) or NONE) for name, value in changes.items() if name in FACETS and value is not None
        ]
        return urlencode([(name, str(value)) for name, value in told.items() if value is not None] + facets)

    def _told(self) -> Iterator[tuple[str, object]]:
        usual = _USUAL
        for name in ("as_of", "known_on", "against", "since", "span", "first", "last", "page", "size"):
            value = getattr(self, name)
            if value != getattr(usual, name):
                yield name, value.isoformat() if isinstance(value, date) else value
        if self.by:
            yield "by", ",".join(self.by)
        if self.bands != usual.bands:
            yield "bands", ",".join(map(str, self.bands))
        if self.expedient:
            yield "expedient", "1"


_USUAL = Question()


@dataclass(frozen=True, slots=True)
class _Reader:
    given: Given
    found: dict[str, object] = field(default_factory=dict)

    def one(self, name: str) -> str:
        values = [value.strip() for value in self.given.get(name, ()) if value.strip()]
        return values[-1] if values else ""

    def day(self, name: str) -> date | None:
        text = self.one(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise _bad(name, text, "is not a day") from None

    def moment(self, name: str) -> date | datetime | None:
        text = self.one(name)
        if len(text) <= len("2026-03-31"):
            return self.day(name)
        try:
            found = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError:
            raise _bad(name, text, "is neither a day nor a moment") from None
        if found.tzinfo is None:
            raise _bad(name, text, "names no time zone")
        return found

    def number(self, name: str, usual: int, most: int) -> int:
        text = self.one(name)
        if not text:
            return usual
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
            raise _bad(name, text, f"is not a number from 1 to {most}")
        return int(text)

    def numbers(self, name: str, usual: tuple[int, ...]) -> tuple[int, ...]:
        parts = [part.strip() for part in self.one(name).split(",") if part.strip()]
        if not parts:
            return usual
        if not all(part.isascii() and part.isdigit() and 0 < int(part[:4]) <= 1200 for part in parts):
            raise _bad(name, self.one(name), "is not a list of months")
        if len(parts) > _MOST_BANDS:
            raise _bad(name, self.one(name), f"has more than {_MOST_BANDS} bands")
        return tuple(sorted({int(part) for part in parts}))

    def names(self, name: str) -> tuple[str, ...]:
        parts = [part.strip() for value in self.given.get(name, ()) for part in value.split(",") if part.strip()]
        for part in parts:
            if part not in FACETS:
                raise _bad(name, part, f"is none of {', '.join(FACETS)}")
        return tuple(dict.fromkeys(parts))

    def facets(self) -> Iterator[tuple[str, str]]:
        for name in FACETS:
            for value in dict.fromkeys(self.given.get(name, ())):
                if value:
                    yield name, "" if value == NONE else value


def read(given: Given) -> Question:
    """The question that the parts of an address ask. Raises BadQuestion naming the part."""
    reader = _Reader(given)
    return Question(
        as_of=reader.day("as_of"),
        known_on=reader.moment("known_on"),
        against=reader.moment("against"),
        since=reader.day("since"),
        span=reader.number("span", _USUAL.span, max(SPANS)),
        by=reader.names("by"),
        only=tuple(reader.facets()),
        bands=reader.numbers("bands", _BANDS),
        expedient=reader.one("expedient") in ("1", "on", "true"),
        first=reader.day("first"),
        last=reader.day("last"),
        page=reader.number("page", 1, 1_000_000),
        size=reader.number("size", _USUAL.size, max(SIZES)),
    )


def _bad(name: str, value: str, cause: str) -> BadQuestion:
    return BadQuestion(f"{name}: '{value}' {cause}.", field=name)
