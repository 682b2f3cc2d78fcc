"""Starts a contestant over revenue in processes of its own, and watches how much memory they take together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench.contestants.race import Race

ROOT = Path(__file__).parent.parent
BENCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Result:
    """What a contestant made, in what time, and the most memory that it and its children held, each at its worst moment."""

    rows: int
    seconds: float
    peak_mb: float


def race(program: str, task: Race, python: Path | str = sys.executable) -> Result:
    """Run `bench.contestants.<program>` over the task, with a folder of its own. Raises RuntimeError when it fails."""
    os.sync()  # what others left to be written is not this one's to wait for
    with tempfile.TemporaryDirectory(prefix="tieout-race-", dir=Path(task.book).parent) as folder:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            [str(python), "-m", f"bench.contestants.{program}"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        watch = _Watch(process.pid)
        watch.start()
        said, complaint = process.communicate(json.dumps(asdict(replace(task, folder=folder))).encode())
        watch.ended.set()
        watch.join()
    if process.returncode:
        raise RuntimeError(f"{program} failed:\n{complaint.decode()}")
    return Result(**json.loads(said.splitlines()[-1]), peak_mb=watch.peak_mb)


class _Watch(threading.Thread):
    """What processes share is counted for each of them: no figure is better than the truth."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self.peak_mb, self.ended = pid, 0.0, threading.Event()

    def run(self) -> None:
        while not self.ended.wait(LOOK_SECONDS):
            self.peak_mb = max(self.peak_mb, sum(map(_held_mb, _family(self._pid))))


def _family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from _family(int(child))


def _held_mb(pid: int) -> float:
    """The most that a process held so far, so that no moment between two looks is missed."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0
