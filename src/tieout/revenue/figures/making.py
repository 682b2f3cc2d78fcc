"""Making a set of figures: read, compute, store the files, then in one transaction enter the set and its gaps.

Nothing is written to the database before all files are in the store; a run that dies leaves only files that nobody names.
When few contracts changed, only their arrangements are computed, as a further generation of files on the base of the last set.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from django.db import transaction

from tieout.recognition import engine, shards, steps, stored
from tieout.revenue.figures import gaps, loading
from tieout.revenue.figures.changes import changed_since
from tieout.revenue.figures.opening import latest, placed
from tieout.revenue.figures.recomputing import GENERATIONS, recompute
from tieout.revenue.figures.states import State, state_of
from tieout.revenue.models import FigureSet
from tieout.revenue.store import store


@dataclass(frozen=True, slots=True)
class Made:
    """What a computation left in its folder."""

    outcome: shards.Outcome
    base: FigureSet | None = None
    contracts: Collection[str] | None = None
    """The contracts computed again; None: all."""


def make(environment_id: int | None, *, cause: str, now: datetime, workers: int | None = None) -> FigureSet:
    """Compute all figures. Raises Refused, Untied, TooLarge, ShardFailed."""
    with tempfile.TemporaryDirectory(prefix="tieout-figures-") as name:
        state, made = _whole(environment_id, Path(name), workers)
        return _enter(environment_id, state, made, cause, now)


def refresh(environment_id: int | None, *, now: datetime) -> FigureSet:
    """Bring the figures up to date with what was applied, at the least cost; the latest set when nothing was.

    Everything is computed when the latest set cannot be built on: the engine, the periods or the settings are others, or too
    much changed. Raises as `make` does.
    """
    state = state_of(environment_id)
    base = _base(environment_id, state)
    changed = changed_since(environment_id, base) if base else None
    if base and changed == frozenset():
        return base
    with tempfile.TemporaryDirectory(prefix="tieout-figures-") as name:
        computed = recompute(environment_id, base, changed, Path(name)) if base and changed is not None else None
        if computed:
            made = Made(computed.outcome, base, computed.contracts)
        else:
            state, made = _whole(environment_id, Path(name), None)
        return _enter(environment_id, state, made, FigureSet.Cause.DATA, now)


def _base(environment_id: int | None, state: State) -> FigureSet | None:
    """The latest set, if its files can stay in use."""
    found = latest(environment_id)
    if found is None or found.rules_hash != steps.fingerprint() or found.totals.get("settings") != state.settings:
        return None
    return found if len(placed(found)[1]) < GENERATIONS else None


def _whole(environment_id: int | None, folder: Path, workers: int | None) -> tuple[State, Made]:
    with loading.one_moment():
        state = state_of(environment_id)
        book = loading.read(loading.Scope(environment_id), file=folder / "whole.duckdb")
    with book:
        lines = engine.count(book, "line")
        if lines <= shards.LINES:
            return state, Made(shards.compute_here(book, folder))
        return state, Made(shards.compute(book, folder / "shards", shards.plan(lines, workers=workers, lenient=True)))


def _enter(environment_id: int | None, state: State, made: Made, cause: str, now: datetime) -> FigureSet:
    totals = {**_sums(made.outcome.totals["waterfall"]), "settings": state.settings}
    files = _files(made)  # moves them
    with transaction.atomic():
        entered = FigureSet.objects.create(
            environment_id=environment_id,
            cause=cause,
            known=state.known,
            base=made.base,
            made_at=now,
            inputs_hash=state.inputs,
            rules_hash=steps.fingerprint(),
            outputs_hash=state.hashed({name: about["sha256"] for name, about in files.items()}),
            files=files,
            totals=totals,
        )
        gaps.note(environment_id, made.outcome.refused, contracts=made.contracts, now=now)
    return entered


def _files(made: Made) -> dict[str, dict[str, Any]]:
    """Generations stay as they are in the base; the totals are new."""
    before = made.base.files if made.base else {}
    kept = {name: about for name, about in before.items() if "/" in name}
    generation = 1 + max((int(name.split("/")[0]) for name in kept), default=-1)
    new = {
        f"{generation}/{table}/{part:04}": place
        for table, places in made.outcome.parts.items()
        for part, place in enumerate(places)
    }
    new |= {name: places[0] for name, places in made.outcome.totals.items()}
    rows = _rows(new.values())
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # hashing leaves Python free
        stood = pool.map(store().put_file, new.values())
        return kept | {name: {**asdict(each), "rows": rows[new[name]]} for name, each in zip(new, stood, strict=True)}


def _rows(places: Collection[Path]) -> Mapping[Path, int]:
    with duckdb.connect() as reader:
        asked = "SELECT file_name, num_rows FROM parquet_file_metadata(?)"
        found = reader.execute(asked, [[str(place) for place in places]]).fetchall()
    return {Path(name): rows for name, rows in found}


def _sums(waterfall: Collection[Path]) -> Mapping[str, int]:
    with duckdb.connect() as reader:
        found = reader.execute(
            f"SELECT kind, currency, sum(amount + adjustment)::BIGINT FROM {stored.scan(list(waterfall))} GROUP BY ALL ORDER BY ALL"  # noqa: S608
        ).fetchall()
    return {f"{kind} {currency}": amount for kind, currency, amount in found}
