"""Computing some contracts again, on the base of a set of figures that holds the others.

Totals become the base's, less what these contracts had in it, plus what they have now. What they had is computed from what the
base knew, with the same engine, periods and settings; so it is what the base holds, to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tieout.recognition import shards, stored
from tieout.recognition.steps import text
from tieout.revenue.figures import loading
from tieout.revenue.figures.opening import placed
from tieout.revenue.models import FigureSet

GENERATIONS = 8
"""Sets build on each other so often; then everything is computed again, which folds the generations into one."""
SHARE = 10
"""More than one contract in ten: everything is computed again."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The files of the new generation, the totals of the whole, and the contracts whose figures it replaces."""

    outcome: shards.Outcome
    contracts: frozenset[str]


def recompute(environment_id: int | None, base: FigureSet, changed: frozenset[str], folder: Path) -> Recomputed | None:
    """Compute the arrangements of changed contracts as they were and as they are; None when they are too many."""
    if not base.known or len(changed) > _contracts(base) // SHARE:
        return None
    with loading.one_moment():
        before = loading.read(loading.Scope(environment_id, base.known.applied_at, changed))
        touched = changed | _names(before)
        after = loading.read(loading.Scope(environment_id, None, touched))
        again = touched | _names(after)
        if again - touched:
            before.close()
            before = loading.read(loading.Scope(environment_id, base.known.applied_at, again))
    with before, after, ThreadPoolExecutor(2) as pool:
        were, are = pool.map(shards.compute_here, (before, after), (folder / "were", folder / "are"))
    replaced = _write_names(folder / "replaced.parquet", again)
    totals = _differ(placed(base)[0], were.totals, are.totals, folder)
    return Recomputed(shards.Outcome({**are.parts, "replaced": [replaced]}, totals, are.refused), again)


def _contracts(base: FigureSet) -> int:
    return sum(about["rows"] for name, about in base.files.items() if "/contract/" in name)


def _names(book: duckdb.DuckDBPyConnection) -> frozenset[str]:
    return frozenset(name for (name,) in book.execute("SELECT contract_id FROM contract").fetchall())


def _write_names(path: Path, names: frozenset[str]) -> Path:
    with duckdb.connect() as writer:
        writer.execute("CREATE TABLE replaced AS SELECT unnest(?::VARCHAR[]) AS contract_id", [sorted(names)])
        writer.execute(f"COPY replaced TO '{stored.quoted(path)}' (FORMAT parquet)")
    return path


def _differ(base: stored.Files, were: stored.Files, are: stored.Files, folder: Path) -> Mapping[str, Sequence[Path]]:
    step = text("differed")
    for name in stored.TOTALS:
        for place, files in (("base", base), ("were", were), ("are", are)):
            step = step.replace(f"${place}_{name}", stored.scan(files[name]))
    with duckdb.connect() as book:
        book.execute(step)
        return {name: [stored.write(book, f"differed_{name}", folder / f"{name}.parquet")] for name in stored.TOTALS}
