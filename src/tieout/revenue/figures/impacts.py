"""What rows that are not applied yet would change: revenue, deferred revenue and journals by period, before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from tieout.recognition import engine
from tieout.recognition.errors import Refusal
from tieout.recognition.steps import text
from tieout.recognition.tables import INPUTS
from tieout.revenue.figures.loading import Scope, read
from tieout.revenue.figures.staged import NOTHING, Staged

BY_PERIOD = ("revenue", "deferred")


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of a period in minor units, as it is and as it would be. `deferred` is the contract liability at its end."""

    figure: str
    entity: str
    currency: str
    period: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything that would change; figures that stay as they are are left out."""

    contracts: int
    periods: Sequence[Change]
    journals: Sequence[Change]
    """`figure` is the role of the account; debits positive."""
    refused: Sequence[Refusal]
    """What would be refused afterwards and was not before."""

    def as_dict(self) -> dict[str, Any]:
        """For `Batch.impact`."""
        return asdict(self)


def impact(environment_id: int | None, staged: Staged) -> Impact:
    """Compute the contracts that the staged rows touch twice, without and with these rows. Changes nothing."""
    touched = None if _touches_all(staged) else staged.contracts()
    with read(Scope(environment_id, contracts=touched)) as book:
        refused_before = engine.recognise_what_can_be(book)
        before = _figures(book)
    with read(Scope(environment_id, contracts=touched), staged=staged) as book:
        contracts = book.execute("SELECT count(*) FROM contract").fetchone()
        refused = engine.recognise_what_can_be(book)
        after = _figures(book)
    changes = _compared(before, after)
    return Impact(
        contracts=contracts[0] if contracts else 0,
        periods=[each for each in changes if each.figure in BY_PERIOD],
        journals=[each for each in changes if each.figure not in BY_PERIOD],
        refused=[each for each in refused if each not in refused_before],
    )


def _touches_all(staged: Staged) -> bool:
    """Products, rules, SSPs and rates may concern any contract."""
    return any("contract_id" not in INPUTS[table] for table in (*staged.rows, *staged.ends))


Figures = Mapping[tuple[str, str, str, str], int]


def _figures(book: duckdb.DuckDBPyConnection) -> Figures:
    return {
        (name, entity, currency, period): amount
        for name, entity, currency, period, amount in book.execute(text("impact")).fetchall()
    }


def _compared(before: Figures, after: Figures) -> list[Change]:
    return [
        Change(*key, before.get(key, 0), after.get(key, 0))
        for key in sorted(before.keys() | after.keys(), key=lambda key: (key[0], key[1], key[2], key[3]))
        if before.get(key, 0) != after.get(key, 0)
    ]


__all__ = ["NOTHING", "Change", "Impact", "Staged", "impact"]
