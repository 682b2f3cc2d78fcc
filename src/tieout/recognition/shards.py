"""A large book in shards: each holds whole arrangements, is computed alone, and leaves files; totals are added up at the end.

Shards bound memory, and workers take them in turn. A worker is a thread with a database of its own inside the book's DuckDB: it
reads the book where it stands, and while it computes it needs nothing of Python. Nothing crosses an arrangement, so the figures
do not depend on how many shards or workers there are.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path

import duckdb

from tieout.kernel.errors import Fatal
from tieout.recognition import engine, stored
from tieout.recognition.errors import Refusal, Refused, TooLarge, Untied
from tieout.recognition.steps import text
from tieout.recognition.tables import INPUTS

LINES = 170_000
"""Lines that one shard may hold: their computation takes about 400 MB."""
IN_MEMORY = 2_000_000
"""Lines of a book that may stand in memory while its shards are computed: about 320 MB. A larger one stands in a file."""
WORKER_GB = 1
"""What a worker may take before DuckDB puts it on disk."""


class ShardFailed(Fatal):
    """A shard could not be computed, for want of memory or of disk."""

    code = "revenue.shard_failed"
    remedy = "Make room in memory or in the temporary directory (TMPDIR), or run on fewer cores; nothing was written."


@dataclass(frozen=True, slots=True)
class Outcome:
    """Files by table, in parts; the totals over all of them; and what was refused and set aside."""

    parts: stored.Files
    totals: stored.Files
    refused: Sequence[Refusal] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a book is split, by how many workers it is computed, and whether what is refused is set aside."""

    shards: int = 1
    workers: int = 1
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was wrong with the data of a shard: rows refused, and what stopped it."""

    refused: Sequence[Refusal] = ()
    error: Refused | Untied | TooLarge | None = None


@dataclass(frozen=True, slots=True)
class _Task:
    """What workers share: the book with the name of its database, and the numbers of the shards that nobody took yet."""

    book: duckdb.DuckDBPyConnection
    whole: str
    folder: Path
    chosen: Plan
    left: Iterator[int]


def plan(lines: int, *, workers: int | None = None, lenient: bool = False) -> Plan:
    """The plan for a number of lines: no shard too large, and a shard for each worker (None: for each core)."""
    needed = -(-lines // LINES)
    if needed <= 1:
        return Plan(lenient=lenient)
    workers = workers or len(os.sched_getaffinity(0))
    return Plan(-(-needed // workers) * workers, workers, lenient)


def compute(book: duckdb.DuckDBPyConnection, folder: Path, chosen: Plan) -> Outcome:
    """Compute a book (input tables only, which stay as they are) into files below `folder`. The book is of no other use then.

    Raises Refused, Untied, TooLarge, ShardFailed; then the files below `folder` are of no use either.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _place(book, chosen)
    numbers = range(chosen.shards)
    task = _Task(book, engine.database(book), folder, chosen, iter(numbers))
    with ThreadPoolExecutor(chosen.workers) as pool:
        worked = pool.map(partial(_work, task), range(chosen.workers))
        answers = dict(chain.from_iterable(worked))
    refused = _agreed([answers[number] for number in numbers])
    parts = {name: [_shard(folder, number) / f"{name}.parquet" for number in numbers] for name in stored.PARTS}
    return Outcome(parts, _merge(folder, numbers), refused)


def compute_here(book: duckdb.DuckDBPyConnection, folder: Path) -> Outcome:
    """Compute an open book that is small enough for one shard, setting aside what is refused. Raises Refused, Untied, TooLarge."""
    refused = engine.recognise_what_can_be(book)
    saved = stored.save(book, folder)
    parts = {name: saved[name] for name in stored.PARTS}
    return Outcome(parts, {name: saved[name] for name in stored.TOTALS}, refused)


def _place(book: duckdb.DuckDBPyConnection, chosen: Plan) -> None:
    """Which shard each contract falls to. From here on each worker is the one thread of what it does."""
    book.execute("ATTACH ':memory:' AS places")
    book.execute(text("shard").replace("$shards", str(chosen.shards)))
    book.execute(f"SET memory_limit = '{WORKER_GB * chosen.workers}GB'; SET threads = 1")


def _work(task: _Task, worker: int) -> list[tuple[int, _Answer]]:
    """Take shards for as long as any is left. When one fails, nobody takes another."""
    answers: list[tuple[int, _Answer]] = []
    with engine.beside(task.book, f"worker_{worker}") as own:
        for number in task.left:
            try:
                if answers:
                    engine.empty(own)
                _take(task, own, number)
                answers.append((number, _answer(task, own, number)))
            except (duckdb.Error, OSError) as error:
                deque(task.left, maxlen=0)
                raise ShardFailed(f"Shard {number} of {task.chosen.shards}: {error}") from error
    return answers


def _take(task: _Task, own: duckdb.DuckDBPyConnection, number: int) -> None:
    """Copy a shard's rows. Those that name no contract fall to the first shard, which refuses them by name."""
    kind, which = ("SEMI", "=") if number else ("ANTI", "<>")
    asked = f"SELECT contract_id FROM places.placed WHERE shard {which} {number}"  # noqa: S608
    own.execute(f"CREATE OR REPLACE TEMP TABLE listed AS {asked}")
    picked = f"{kind} JOIN listed ON listed.contract_id = t.contract_id"
    for table, columns in INPUTS.items():
        rows = f'"{task.whole}"."{table}" t {picked if "contract_id" in columns else ""}'
        own.execute(f'INSERT INTO "{table}" FROM {rows}')


def _answer(task: _Task, own: duckdb.DuckDBPyConnection, number: int) -> _Answer:
    refused: Sequence[Refusal] = ()
    try:
        if task.chosen.lenient:
            refused = engine.recognise_what_can_be(own)
        else:
            engine.recognise(own)
    except Refused as error:
        return _Answer(error.refusals, error)
    except (Untied, TooLarge) as error:
        return _Answer(error=error)
    stored.save(own, _shard(task.folder, number), shards=task.chosen.shards, shard=number)
    return _Answer(refused)


def _agreed(answers: Sequence[_Answer]) -> list[Refusal]:
    """What was set aside. Raises what stopped any shard; what several of them refuse, in one error."""
    refused = [each for found in answers for each in found.refused]
    stopped = [found.error for found in answers if found.error]
    if any(isinstance(error, Refused) for error in stopped):
        raise Refused(refused)
    for error in stopped:
        raise error
    return refused


def _merge(folder: Path, numbers: Sequence[int]) -> stored.Files:
    shards = [_shard(folder, number) for number in numbers]
    return stored.merge({name: [each / f"{name}.parquet" for each in shards] for name in stored.TOTALS}, folder)


def _shard(folder: Path, number: int) -> Path:
    return folder / f"{number:04}"
