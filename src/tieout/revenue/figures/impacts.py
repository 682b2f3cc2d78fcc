"""What rows that are not applied yet would change: revenue, deferred revenue and journals by period, before and after."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from tieout.recognition import engine, shards, stored
from tieout.recognition.errors import Refusal
from tieout.recognition.steps import text
from tieout.recognition.tables import INPUTS
from tieout.revenue.figures.loading import Scope, without_and_with
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
    if _touches_all(staged):
        before, after = _of_all(Scope(environment_id), staged)
    else:
        books = list(without_and_with(Scope(environment_id, contracts=staged.contracts()), staged))
        with ThreadPoolExecutor(len(books)) as pool:
            before, after = pool.map(_computed, books)
    changes = _compared(before.figures, after.figures)
    return Impact(
        contracts=after.contracts,
        periods=[each for each in changes if each.figure in BY_PERIOD],
        journals=[each for each in changes if each.figure not in BY_PERIOD],
        refused=[each for each in after.refused if each not in before.refused],
    )


def _touches_all(staged: Staged) -> bool:
    """Products, rules, SSPs and rates may concern any contract."""
    return any("contract_id" not in INPUTS[table] for table in (*staged.rows, *staged.ends))


Figures = Mapping[tuple[str, str, str, str], int]


class _Computed(NamedTuple):
    contracts: int
    refused: Sequence[Refusal]
    figures: Figures


def _of_all(scope: Scope, staged: Staged) -> Iterator[_Computed]:
    """One after the other, and a large book in shards, because of the memory that each takes."""
    with tempfile.TemporaryDirectory(prefix="tieout-impact-") as name:
        folders = [Path(name) / "before", Path(name) / "after"]
        with closing(without_and_with(scope, staged, [each.with_suffix(".duckdb") for each in folders])) as books:
            for book, folder in zip(books, folders, strict=True):
                lines = engine.count(book, "line")
                yield _computed(book) if lines <= shards.LINES else _in_shards(book, folder, lines)


def _computed(book: duckdb.DuckDBPyConnection) -> _Computed:
    """Takes the book up."""
    with book:
        contracts = engine.count(book, "contract")
        refused = engine.recognise_what_can_be(book)
        return _Computed(contracts, refused, _figures(book))


def _in_shards(book: duckdb.DuckDBPyConnection, folder: Path, lines: int) -> _Computed:
    """The same for a large book."""
    with book:
        contracts = engine.count(book, "contract")
        made = shards.compute(book, folder, shards.plan(lines, lenient=True))
    return _Computed(contracts, made.refused, _figures_of(made.totals))


def _figures_of(totals: stored.Files) -> Figures:
    with duckdb.connect() as book:
        stored.reopen(book, totals)
        book.execute(f"CREATE VIEW waterfall AS SELECT * FROM {stored.scan(totals['waterfall'])}")  # noqa: S608
        return _figures(book)


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
