"""Which table a sheet is and which column a heading means: by name, synonym and closeness of spelling, with a confidence.

Pure; what a person chose always wins. Refuses nothing: what nobody can tell is left unmatched and shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from tieout.kernel.currency import EXPONENTS
from tieout.revenue import words
from tieout.revenue.batches.vocabulary import (
    CUSTOM_SOURCES,
    DIMENSIONS,
    KINDS,
    LAST_DAYS,
    PASSED_OVER,
    SYNONYMS,
    columns_of,
    needed_by,
)

CLOSE = 0.82
"""Spellings that are less alike than this mean different things."""
SURE = 0.9
_NUMBER = re.compile(r"#|№|\b(no|nr|num|nbr)\b\.?")
_LETTERS = re.compile(r"[^\w]+|_")


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of a sheet: what it says, what it means (empty: nothing), and how sure that is, from 0 to 1."""

    heading: str
    column: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Matched:
    """One sheet: its kind (empty: not used) and its columns, in the order of the sheet."""

    name: str
    kind: str
    confidence: float
    columns: tuple[Heading, ...] = ()

    def place(self, column: str) -> int | None:
        """Where a column stands."""
        return next((at for at, each in enumerate(self.columns) if each.column == column), None)


@dataclass(frozen=True, slots=True)
class Custom:
    """A custom field of customers, products or subscriptions."""

    source: str
    api_name: str
    label: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person decided: the kind by sheet, and the column by sheet and heading; an empty one means not used."""

    sheets: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, choices: Mapping[str, Any]) -> Chosen:
        """From a batch's stored choices."""
        return cls(choices.get("sheets", {}), choices.get("columns", {}))


def match(name: str, headings: Sequence[str], customs: Sequence[Custom] = (), chosen: Chosen | None = None) -> Matched:
    """The meaning of one sheet with these headings."""
    chosen = chosen or Chosen()
    if name in chosen.sheets:
        kind, confidence = chosen.sheets[name], 1.0
    else:
        kind, confidence = kind_of(name, headings, customs)
    if kind not in KINDS:
        return Matched(name, "", confidence, tuple(Heading(each, "", 0.0) for each in headings))
    return Matched(name, kind, confidence, columns(kind, headings, customs, chosen.columns.get(name, {})))


def kind_of(name: str, headings: Sequence[str], customs: Sequence[Custom] = ()) -> tuple[str, float]:
    """The kind of a sheet, by its name or else by its headings."""
    said = re.sub(r"\s*\d+$", "", plain(name))
    if said in PASSED_OVER:
        return "", 1.0
    spelled = {
        kind: max(alike(said, plain(each)) for each in (kind, label, *also)) for kind, (label, also) in KINDS.items()
    }
    kind = max(spelled, key=lambda each: spelled[each])
    if spelled[kind] >= SURE:
        return kind, round(spelled[kind], 2)
    covered = {kind: _coverage(kind, headings, customs) for kind in KINDS}
    kind = max(covered, key=lambda each: covered[each])
    return (kind, round(covered[kind], 2)) if covered[kind] >= 0.5 else ("", 0.0)


def columns(
    kind: str, headings: Sequence[str], customs: Sequence[Custom] = (), chosen: Mapping[str, str] | None = None
) -> tuple[Heading, ...]:
    """The meaning of each heading; no two mean the same column, the surest one has it."""
    names = spellings(kind, customs)
    chosen = {heading: name for heading, name in (chosen or {}).items() if heading in headings and name in ("", *names)}
    taken = {column for column in chosen.values() if column}
    free = [at for at, heading in enumerate(headings) if heading not in chosen]
    scored = (
        (score, at, column)
        for at in free
        for column, spelled in names.items()
        if column not in taken and (score := closeness(headings[at], spelled)) >= CLOSE
    )
    found: dict[int, tuple[str, float]] = {}
    for score, at, column in sorted(scored, key=lambda each: (-each[0], each[1])):
        if at not in found and column not in taken:
            found[at] = (column, round(score, 2))
            taken.add(column)
    told = {at: (chosen[heading], 1.0) for at, heading in enumerate(headings) if heading in chosen}
    return tuple(Heading(heading, *(told | found).get(at, ("", 0.0))) for at, heading in enumerate(headings))


def spellings(kind: str, customs: Sequence[Custom] = ()) -> dict[str, tuple[str, ...]]:
    """Every column of a kind with the plain spellings of what it is called."""
    found = {name: _names_of(name, table) for name, table in columns_of(kind).items()}
    source = CUSTOM_SOURCES.get(kind, "")
    own = {
        f"fields.{each.api_name}": (plain(each.label), plain(each.api_name))
        for each in customs
        if each.source == source
    }
    return {**found, **own}


def closeness(heading: str, spelled: Iterable[str]) -> float:
    """How surely a heading means one of these spellings."""
    said = plain(heading)
    bare = " ".join(word for word in said.split() if word.upper() not in EXPONENTS)
    return max(max(alike(said, each), 0.97 * alike(bare, each)) for each in spelled) if said else 0.0


@cache
def alike(one: str, other: str) -> float:
    """Closeness of two plain spellings: 1 for equal ones, less for the same words in another order, then by letters."""
    if one == other:
        return 1.0
    if set(one.split()) == set(other.split()):
        return 0.95
    if min(len(one), len(other)) < 4:
        return 0.0
    return 0.94 * SequenceMatcher(None, one, other).ratio()


@cache
def plain(text: str) -> str:
    """Lower case without accents and punctuation; `#` and `no.` become `number`."""
    folded = _NUMBER.sub(" number ", text.casefold())
    bare = "".join(each for each in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(each))
    return " ".join(_LETTERS.sub(" ", bare).split())


def heading(table: str, name: str) -> str:
    """What a column is called in our own files."""
    if name in LAST_DAYS:
        return words.label(table, LAST_DAYS[name])
    return LABELS.get(name) or words.label(table, name)


LABELS = {
    "ends_on": "Day after the end",
    "amortised_until": "Amortised until, exclusive",
    "term_months": "Term (months)",
    "unit_price": "Unit price",
    "customer_name": "Customer name",
    **{f"dimensions.{name}": name.title() for name in DIMENSIONS},
}
"""Columns whose word on the pages means something else, or that only files have."""


def _names_of(name: str, table: str) -> tuple[str, ...]:
    own = name.removeprefix("dimensions.")
    return tuple({plain(each) for each in (heading(table, name), own, own.removesuffix("_id"), *SYNONYMS.get(own, ()))})


def _coverage(kind: str, headings: Sequence[str], customs: Sequence[Custom]) -> float:
    """How much of a kind's needs the headings meet, and how much of the headings the kind explains."""
    found = [each for each in columns(kind, headings, customs) if each.column]
    have = {each.column for each in found} | (
        {"price"} if any(each.column == "unit_price" for each in found) else set()
    )
    needed = needed_by(kind)
    met = sum(name in have for name in needed) / len(needed)
    return met * len(found) / max(len(headings), 1)
