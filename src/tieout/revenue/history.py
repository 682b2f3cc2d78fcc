"""The versions of a contract's rows: which batch brought each, who applied it when, and what differed from the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.recognition.tables import INPUTS, KEYS
from tieout.revenue import queries
from tieout.revenue.models import Batch


@dataclass(frozen=True, slots=True)
class Difference:
    """A column with its value before and after, as the row holds them."""

    column: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Step:
    """One version of one row, or its end."""

    table: str
    key: tuple[Any, ...]
    batch: Batch
    row: int
    what: str
    """`new`, `changed` or `ended`."""
    differences: Sequence[Difference] = ()


def of_contract(environment_id: int | None, contract_id: str) -> list[Step]:
    """Every version of every row of a contract, newest first."""
    found = [
        step
        for table in queries.OF_CONTRACT
        for step in steps(table, queries.versions(environment_id, table, {"contract_id": contract_id}))
    ]
    return sorted(found, key=lambda step: (step.batch.pk, step.table, tuple(map(str, step.key))), reverse=True)


def steps(table: str, versions: Sequence[Any]) -> Iterator[Step]:
    """The steps that versions of rows of one table tell, in no order."""
    by_key: dict[tuple[Any, ...], list[Any]] = {}
    for version in sorted(versions, key=lambda each: (each.since_id, each.pk)):
        by_key.setdefault(tuple(getattr(version, part) for part in KEYS[table]), []).append(version)
    for key, same in by_key.items():
        before = None
        for version in same:
            follows = before is not None and before.until_id == version.since_id
            if before is not None and before.until is not None and not follows:
                yield Step(table, key, before.until, 0, "ended")
            changed = tuple(_differences(table, before, version)) if follows else ()
            yield Step(table, key, version.since, version.row, "changed" if follows else "new", changed)
            before = version
        if before is not None and before.until is not None:
            yield Step(table, key, before.until, 0, "ended")


def _differences(table: str, before: Any, after: Any) -> Iterator[Difference]:
    for column in INPUTS[table]:
        was, now = getattr(before, column), getattr(after, column)
        if was != now:
            yield Difference(column, was, now)
