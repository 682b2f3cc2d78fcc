"""From facets to SQL: which relation of the figures can answer a question at least cost, and its conditions.

Values travel as parameters; the only text that enters a query is the names declared here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.reports.errors import BadQuestion
from tieout.reports.questions import FACETS, Question

COLUMNS: Mapping[str, str] = {
    "entity": "entity",
    "currency": "currency",
    "product": "product_id",
    "region": "region",
    "class": "customer_class",
    "timing": "timing",
    "customer": "customer_id",
    "contract": "contract_id",
}
_OF_CONTRACT = ("entity", "currency", "region", "class", "customer", "contract")
RELATIONS: Mapping[str, tuple[str, ...]] = {
    "cube": ("entity", "currency", "product", "region", "class", "timing"),
    "moved": tuple(COLUMNS),
    "promise": tuple(COLUMNS),
    "standing": _OF_CONTRACT,
    "cost": _OF_CONTRACT,
    "counted_promise": tuple(COLUMNS),
    "counted_moved": tuple(COLUMNS),
    "counted_owing": tuple(COLUMNS),
    "happened": ("entity", "currency"),
    "calendar": ("entity",),
}
"""What each relation of an opened set can be narrowed to and grouped by."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Conditions joined by AND, with their parameters; `sql` is never empty."""

    sql: str
    values: Mapping[str, Any]

    def also(self, sql: str, **values: Any) -> Narrowed:
        """One more condition."""
        return Narrowed(f"{self.sql} AND {sql}", {**self.values, **values})


def cheapest(asked: Collection[str], *relations: str) -> str:
    """The first of the relations that knows all facets asked for. Raises BadQuestion naming one that none knows."""
    for relation in relations:
        if set(asked) <= set(RELATIONS[relation]):
            return relation
    known = set(RELATIONS[relations[-1]])
    stranger = next(facet for facet in asked if facet not in known)
    raise BadQuestion(f"This report does not know the {FACETS[stranger].lower()}.", field="by")


def asked(question: Question, by: Sequence[str] = ()) -> set[str]:
    """Every facet that the question narrows or groups by."""
    return {*by, *(facet for facet, _ in question.only)}


def where(question: Question, relation: str = "") -> Narrowed:
    """The conditions of the question's facets; with a relation, of those that it knows."""
    conditions, values = ["true"], dict[str, Any]()
    for facet in dict(question.only):
        if relation and facet not in RELATIONS[relation]:
            continue
        names = []
        for number, value in enumerate(question.values(facet)):
            names.append(f"${facet}_{number}")
            values[f"{facet}_{number}"] = value
        conditions.append(f"{COLUMNS[facet]} IN ({', '.join(names)})")
    return Narrowed(" AND ".join(conditions), values)


def grouping(by: Sequence[str]) -> list[str]:
    """The columns that rows are grouped by; the currency always, last, because amounts of two are never added."""
    return [COLUMNS[facet] for facet in by if facet != "currency"] + ["currency"]
