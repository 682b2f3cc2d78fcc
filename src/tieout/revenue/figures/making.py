"""Making a set of figures: read, compute, store the files, then in one transaction enter the set and its gaps.

Nothing is written to the database before all files are in the store; a run that dies leaves only files that nobody names.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
from django.db import transaction

from tieout.recognition import engine, steps, stored
from tieout.revenue.figures import gaps, loading
from tieout.revenue.models import Batch, FigureSet, Period
from tieout.revenue.store import store


def make(
    environment_id: int | None, *, cause: str, now: datetime, contracts: Collection[str] | None = None
) -> FigureSet:
    """Compute all figures, or those of some contracts on the base of the latest set. Raises Refused, Untied."""
    scope = loading.Scope(environment_id)
    with tempfile.TemporaryDirectory(prefix="tieout-figures-") as folder:
        with loading.one_moment():
            known = loading.known(environment_id)
            inputs_hash = _inputs_hash(environment_id)
            book = loading.read(scope)
        with book:
            refused = engine.recognise_what_can_be(book)
            saved = stored.save(book, Path(folder))
            files = {_name(table): _keep(book, place) for table, (place,) in saved.items()}
            totals = _totals(book)
    with transaction.atomic():
        made = FigureSet.objects.create(
            environment_id=environment_id,
            cause=cause,
            known=known,
            made_at=now,
            inputs_hash=inputs_hash,
            rules_hash=steps.fingerprint(),
            outputs_hash=_hash({name: about["sha256"] for name, about in files.items()}),
            files=files,
            totals=totals,
        )
        gaps.note(environment_id, refused, contracts=None, now=now)
    return made


def _name(table: str) -> str:
    return f"0/{table}/0" if table in stored.BY_CONTRACT else table


def _keep(book: duckdb.DuckDBPyConnection, place: Path) -> dict[str, Any]:
    rows = book.execute("SELECT count(*) FROM read_parquet(?)", [str(place)]).fetchone()
    return {**asdict(store().put_file(place)), "rows": rows[0] if rows else 0}


def _totals(book: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    found = book.execute(
        "SELECT kind, currency, sum(amount + adjustment)::BIGINT FROM stored_waterfall GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return {f"{kind} {currency}": amount for kind, currency, amount in found}


def _inputs_hash(environment_id: int | None) -> str:
    """Over what was applied, in order, by the hashes of the files; and over the periods as they stand."""
    applied = Batch.objects.filter(environment_id=environment_id, applied_at__isnull=False).order_by("applied_at", "pk")
    held = Period.objects.filter(environment_id=environment_id).order_by("entity", "starts_on")
    return _hash(
        {
            "batches": [list(each) for each in applied.values_list("pk", "origin", "file_sha256")],
            "periods": [list(each) for each in held.values_list("entity", "label", "state", "figures_id")],
        }
    )


def _hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
