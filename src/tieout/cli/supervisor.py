"""Keeps a few child processes running until it is told to stop: one that dies is started again, more slowly each time.

The children die with the supervisor, even when it is killed.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

ROUND_SECONDS = 0.1
PATIENCE_SECONDS = 30.0
"""How long a child may take to end before it is killed."""
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0
"""A child that ran this long starts again at once."""
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """A command that should run all the time."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    due: float = 0.0

    def start(self) -> None:
        """In a session of its own, so that Ctrl-C reaches the supervisor only."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=_die_with_parent)  # noqa: S603

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def pause(self) -> float:
        """Seconds to wait before the next start: none at first, then 1, 2, 4 … up to the longest."""
        if time.monotonic() - self.started > STEADY_SECONDS:
            self.deaths = 0
        self.deaths += 1
        return 0.0 if self.deaths == 1 else min(2.0 ** (self.deaths - 2), LONGEST_PAUSE)


@dataclass
class Supervisor:
    """Runs the children; `say` is told of every start again and end."""

    children: Sequence[Child]
    say: Callable[[str], None]
    stopping: bool = field(default=False, init=False)

    def run(self) -> None:
        """Until SIGINT or SIGTERM; returns when every child has ended."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stop())
        try:
            while not self.stopping:
                for child in self.children:
                    self._look_after(child)
                time.sleep(ROUND_SECONDS)
        finally:
            self._end_all()

    def stop(self) -> None:
        """Leave the loop at the next round."""
        self.stopping = True

    def _look_after(self, child: Child) -> None:
        if child.running:
            return
        if child.process is not None:
            pause = child.pause()
            self.say(f"{child.name} ended with {child.process.returncode}; started again in {pause:.0f} s.")
            child.process, child.due = None, time.monotonic() + pause
        if time.monotonic() >= child.due:
            child.start()

    def _end_all(self) -> None:
        running = [child for child in self.children if child.running]
        for child in running:
            child.process.terminate()  # type: ignore[union-attr]
        deadline = time.monotonic() + PATIENCE_SECONDS
        for child in running:
            assert child.process is not None
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{child.name} does not end and is killed.")
                child.process.kill()
                child.process.wait()


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
