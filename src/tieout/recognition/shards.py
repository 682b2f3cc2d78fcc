"""A large book in shards: each holds whole arrangements, is computed alone, and leaves files; totals are added up at the end.

Shards bound memory, and worker processes take them in turn. Nothing crosses an arrangement, so the figures do not depend on
how many shards or workers there are.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from tieout.kernel.errors import Fatal
from tieout.recognition import engine, stored
from tieout.recognition.errors import Refusal, Refused, TooLarge, Untied
from tieout.recognition.steps import text
from tieout.recognition.tables import INPUTS

LINES = 125_000
"""Lines that one shard may hold: their computation takes about 400 MB."""


class ShardFailed(Fatal):
    """A worker process ended before its shard was computed."""

    code = "revenue.shard_failed"
    remedy = "Look at the message; when memory ran out, compute with fewer workers. Nothing was written."


@dataclass(frozen=True, slots=True)
class Outcome:
    """Files by table, in parts; the totals over all of them; and what was refused and set aside."""

    parts: stored.Files
    totals: stored.Files
    refused: Sequence[Refusal] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a book is split: whether what is refused is set aside, and what a process may take."""

    shards: int = 1
    workers: int = 1
    lenient: bool = False
    memory: str = ""
    threads: int = 0


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was wrong with the data of a shard: rows refused, whether they stopped it, what does not tie, what is too large."""

    refused: Sequence[Refusal] = ()
    stopped: bool = False
    untied: str = ""
    too_large: str = ""


def plan(lines: int, *, workers: int | None = None, lenient: bool = False) -> Plan:
    """The plan for a number of lines: no shard too large, and a shard for each worker (None: for each core)."""
    needed = -(-lines // LINES)
    if needed <= 1:
        return Plan(lenient=lenient)
    workers = workers or len(os.sched_getaffinity(0))
    shards = -(-needed // workers) * workers
    return Plan(shards, workers, lenient, memory="1GB", threads=1 if workers > 1 else 0)


def compute(whole: Path, folder: Path, chosen: Plan) -> Outcome:
    """Compute the book in the file `whole` (input tables only, closed by its writer) into files below `folder`.

    Raises Refused, Untied, TooLarge, ShardFailed; then the files below `folder` are of no use.
    """
    numbers = range(chosen.shards)
    if chosen.shards > 1:
        _place(whole, folder, chosen.shards)
    alone = chosen.workers == 1
    answers = list(_answers(whole, folder, chosen, numbers)) if alone else _in_processes(whole, folder, chosen)
    refused = [each for found in answers for each in found.refused]
    if any(found.stopped for found in answers):
        raise Refused(refused)
    for found in answers:
        if found.untied:
            raise Untied(found.untied)
        if found.too_large:
            raise TooLarge(found.too_large)
    parts = {name: [_shard(folder, number) / f"{name}.parquet" for number in numbers] for name in stored.BY_CONTRACT}
    return Outcome(parts, _merge(folder, numbers), refused)


def compute_here(book: duckdb.DuckDBPyConnection, folder: Path) -> Outcome:
    """Compute an open book that is small enough for one shard, setting aside what is refused. Raises Refused, Untied, TooLarge."""
    refused = engine.recognise_what_can_be(book)
    saved = stored.save(book, folder)
    parts = {name: saved[name] for name in stored.BY_CONTRACT}
    return Outcome(parts, {name: saved[name] for name in stored.TOTALS}, refused)


def _answers(whole: Path, folder: Path, chosen: Plan, numbers: Iterable[int]) -> Iterator[_Answer]:
    """Compute shards into their folders, one after the other."""
    with engine.new_book(memory=chosen.memory, threads=chosen.threads) as book:
        for number in numbers:
            _take(book, whole, folder, chosen, number)
            yield _answer(book, folder, chosen, number)
            engine.empty(book)


def _answer(book: duckdb.DuckDBPyConnection, folder: Path, chosen: Plan, number: int) -> _Answer:
    refused: Sequence[Refusal] = ()
    try:
        if chosen.lenient:
            refused = engine.recognise_what_can_be(book)
        else:
            engine.recognise(book)
    except Refused as error:
        return _Answer(error.refusals, stopped=True)
    except Untied as error:
        return _Answer(untied=error.message)
    except TooLarge as error:
        return _Answer(too_large=error.message)
    stored.save(book, _shard(folder, number), shards=chosen.shards, shard=number)
    return _Answer(refused)


def _place(whole: Path, folder: Path, shards: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"memory_limit": "500MB", "autoinstall_known_extensions": False}) as book:
        book.execute(f"ATTACH '{stored.quoted(whole)}' AS whole (READ_ONLY)")
        book.execute(text("shard").replace("$shards", str(shards)))
        book.execute(f"COPY (FROM placed ORDER BY shard) TO '{stored.quoted(_places(folder))}' (FORMAT parquet)")


def _take(book: duckdb.DuckDBPyConnection, whole: Path, folder: Path, chosen: Plan, number: int) -> None:
    book.execute(f"ATTACH '{stored.quoted(whole)}' AS whole (READ_ONLY)")
    picked = _of_shard(book, folder, number) if chosen.shards > 1 else ""
    for table in _filled(book):
        book.execute(f'INSERT INTO "{table}" FROM whole."{table}" t {picked if "contract_id" in INPUTS[table] else ""}')
    book.execute("DETACH whole")


def _filled(book: duckdb.DuckDBPyConnection) -> list[str]:
    return [table for table in INPUTS if book.execute(f'SELECT 1 FROM whole."{table}" LIMIT 1').fetchone()]  # noqa: S608


def _of_shard(book: duckdb.DuckDBPyConnection, folder: Path, number: int) -> str:
    """The join that picks a shard's rows. Those that name no contract fall to the first shard, which refuses them by name."""
    kind, which = ("SEMI", "=") if number else ("ANTI", "<>")
    asked = f"SELECT contract_id FROM {stored.scan([_places(folder)])} WHERE shard {which} {number}"  # noqa: S608
    book.execute(f"CREATE OR REPLACE TEMP TABLE listed AS {asked}")
    return f"{kind} JOIN listed ON listed.contract_id = t.contract_id"


def _in_processes(whole: Path, folder: Path, chosen: Plan) -> list[_Answer]:
    running = [_start(whole, folder, chosen, worker) for worker in range(chosen.workers)]
    answers = []
    for process in running:
        said, complaint = process.communicate()
        if process.returncode:
            for other in running:
                other.kill()
            raise ShardFailed(complaint.decode(errors="replace")[-2000:] or f"It ended with {process.returncode}.")
        answers += [_heard(json.loads(line)) for line in said.splitlines()]
    return answers


def _heard(said: dict[str, Any]) -> _Answer:
    return _Answer(**{**said, "refused": [Refusal(**each) for each in said["refused"]]})


def _start(whole: Path, folder: Path, chosen: Plan, worker: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tieout.recognition.shards", str(whole), str(folder), str(worker)]
    given = json.dumps(asdict(chosen))
    return subprocess.Popen([*command, given], stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603


def _merge(folder: Path, numbers: Sequence[int]) -> stored.Files:
    shards = [_shard(folder, number) for number in numbers]
    return stored.merge({name: [each / f"{name}.parquet" for each in shards] for name in stored.TOTALS}, folder)


def _shard(folder: Path, number: int) -> Path:
    return folder / f"{number:04}"


def _places(folder: Path) -> Path:
    return folder / "placed.parquet"


def _work(arguments: Sequence[str]) -> None:
    whole, folder, worker, given = arguments
    values: Mapping[str, int] = json.loads(given)
    chosen = Plan(**values)  # type: ignore[arg-type]
    for answer in _answers(Path(whole), Path(folder), chosen, range(int(worker), chosen.shards, chosen.workers)):
        print(json.dumps(asdict(answer)), flush=True)


if __name__ == "__main__":
    _work(sys.argv[1:])
