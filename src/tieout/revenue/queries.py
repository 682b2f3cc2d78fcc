"""Reads of revenue data: rows in force now or as known at a moment, the versions behind them, and what is incomplete.

Contracts belong together by their number, not by keys of the database, because a line may arrive before its contract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum

from tieout.kernel.errors import NotFound
from tieout.recognition.tables import INPUTS, KEYS
from tieout.revenue.models import FACTS, CustomField, Gap

OF_CONTRACT = tuple(table for table, columns in INPUTS.items() if table in KEYS and "contract_id" in columns)
"""Tables whose rows belong to one contract, in the order in which they are shown."""
MOST_PROPOSALS = 500


@dataclass(frozen=True, slots=True)
class Totals:
    """What the lines of one contract come to, in minor units of its currency, and the days that they span."""

    lines: int
    price: int
    starts_on: date
    ends_on: date | None


def rows(environment_id: int | None, table: str, *, known_at: datetime | None = None) -> QuerySet[Any]:
    """Rows in force: now, or as known at a moment."""
    found = FACTS[table]._default_manager.filter(environment_id=environment_id)
    if known_at is None:
        return found.filter(until__isnull=True)
    ended = Q(until__isnull=True) | Q(until__applied_at__gt=known_at)
    return found.filter(ended, since__applied_at__lte=known_at)


def row(environment_id: int | None, table: str, pk: int) -> Any:
    """One version of a row, in force or not. Raises NotFound."""
    found = FACTS[table]._default_manager.filter(environment_id=environment_id, pk=pk).first()
    if found is None:
        raise NotFound(f"There is no row {pk} of {table} in this environment.", row=pk)
    return found


def keyed(environment_id: int | None, table: str, *key: Any, known_at: datetime | None = None) -> Any:
    """The row in force with this key. Raises NotFound."""
    named = dict(zip(KEYS[table], key, strict=False))
    found = rows(environment_id, table, known_at=known_at).filter(**named).first()
    if found is None:
        raise NotFound(f"There is no {table} {' · '.join(map(str, key))} in this environment.", **named)
    return found


def contracts(environment_id: int | None) -> QuerySet[Any]:
    """Contracts in force, newest first, each with whether a gap keeps it out of the figures."""
    gaps = Gap.objects.filter(
        environment_id=environment_id, contract_id=OuterRef("contract_id"), resolved_at__isnull=True
    )
    return rows(environment_id, "contract").annotate(incomplete=Exists(gaps)).order_by("-id")


def totals(environment_id: int | None, contract_ids: Sequence[str]) -> dict[str, Totals]:
    """The totals of these contracts, by contract; one without lines is left out."""
    found = (
        rows(environment_id, "line")
        .filter(contract_id__in=contract_ids)
        .values("contract_id")
        .annotate(price=Sum("price"), first=Min("starts_on"), last=Max("ends_on"), lines=Count("pk"))
    )
    return {each["contract_id"]: Totals(each["lines"], each["price"], each["first"], each["last"]) for each in found}


def names(environment_id: int | None, table: str, ids: Sequence[str]) -> dict[str, str]:
    """Names of customers, products or entities by their number; one without a name is left out."""
    number = KEYS[table][0]
    found = rows(environment_id, table).filter(**{f"{number}__in": ids}).exclude(name="")
    return dict(found.values_list(number, "name"))


def proposals(environment_id: int | None, table: str) -> list[tuple[str, str]]:
    """Numbers with names to pick from, the first of them in order."""
    number = KEYS[table][0]
    named = "name" if "name" in INPUTS[table] else number
    found = rows(environment_id, table).order_by(number).values_list(number, named).distinct()
    return list(found[:MOST_PROPOSALS])


def of_contract(
    environment_id: int | None, table: str, contract_id: str, *, known_at: datetime | None = None
) -> QuerySet[Any]:
    """The rows of one contract, in the order of their numbers."""
    found = rows(environment_id, table, known_at=known_at).filter(contract_id=contract_id)
    return found.select_related("since").order_by(*KEYS[table])


def with_currency(environment_id: int | None, found: QuerySet[Any]) -> QuerySet[Any]:
    """Rows of contracts with the `currency` of their contract; rows whose contract is not there are left out."""
    contract = rows(environment_id, "contract").filter(contract_id=OuterRef("contract_id"))
    return found.annotate(currency=Subquery(contract.values("currency")[:1])).exclude(currency=None)


def line_numbers(environment_id: int | None, contract_id: str) -> list[str]:
    """The lines of a contract, those that changes add included."""
    found = rows(environment_id, "line").filter(contract_id=contract_id).values_list("line_id", flat=True)
    added = rows(environment_id, "change").filter(contract_id=contract_id).values_list("line_id", flat=True)
    return sorted({*found, *added})


def versions(environment_id: int | None, table: str, named: Mapping[str, Any]) -> list[Any]:
    """Every version of the rows with these columns, newest first, each with the batches that brought and ended it."""
    found = FACTS[table]._default_manager.filter(environment_id=environment_id, **named)
    return list(found.select_related("since", "until").order_by("-since_id", "-pk")[:1000])


def custom_fields(environment_id: int | None, source: str) -> list[CustomField]:
    """The custom fields of customers, products or subscriptions."""
    return list(CustomField.objects.filter(environment_id=environment_id, source=source))


def gaps(environment_id: int | None) -> QuerySet[Gap]:
    """What is or was incomplete, last seen first."""
    return Gap.objects.filter(environment_id=environment_id)


def values_of(found: Any, table: str) -> dict[str, Any]:
    """A row's own columns: engine values by name, without what says which batch brought it."""
    return {name: getattr(found, name) for name in INPUTS[table]}


def newest_rule(environment_id: int | None, rule_id: str) -> Any:
    """The newest version of a rule. Raises NotFound."""
    found = rows(environment_id, "rule").filter(rule_id=rule_id).order_by("-version").first()
    if found is None:
        raise NotFound(f"There is no rule {rule_id} in this environment.", rule=rule_id)
    return found
