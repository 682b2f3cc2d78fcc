"""The processes that are struck: workers, and the vendor sandboxes with their books kept on disk.

Each child is ended by its own number, and its output goes to a file beside the site.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen


class Child:
    """One command of Tieout under way."""

    def __init__(self, log: Path, *arguments: str, **environment: str) -> None:
        with log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own commands
                [sys.executable, "-m", "tieout", *arguments],
                stdout=output,
                stderr=output,
                env={**os.environ, **environment},
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Strike it; after SIGKILL, wait until it is gone."""
        self.process.send_signal(number)
        if number is signal.SIGKILL:
            self.process.wait()

    def end(self) -> None:
        """Stop it politely, then not."""
        if self.alive:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(timeout=8)
            except subprocess.TimeoutExpired:
                self.send(signal.SIGKILL)


class Sandboxes:
    """Both vendors on one port; what clients wrote to Intacct survives a kill."""

    def __init__(self, folder: Path, today: str, scale: float) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        state = str(folder / "vendor-state")
        self._arguments = (
            *("sandbox", "serve", "--port", str(self.port)),
            *("--today", today, "--scale", str(scale), "--state", state),
        )
        self.start()

    def start(self) -> None:
        """Serve, and return when it answers."""
        self.child = Child(self._folder / "sandbox.log", *self._arguments)
        deadline = time.monotonic() + 60
        while True:
            try:
                urlopen(self.url, timeout=5).close()  # noqa: S310 - our own loopback address
                return
            except (URLError, ConnectionError):
                if time.monotonic() > deadline or not self.child.alive:
                    raise
                time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL."""
        self.child.send(signal.SIGKILL)


class Crew:
    """The workers of the site. `lease` is how long a silent one is believed, in seconds."""

    def __init__(self, folder: Path, lease: float) -> None:
        self.lease = lease
        self._log = folder / "workers.log"
        self.workers: list[Child] = []

    def man(self, count: int, concurrency: int = 2, *, lease: float | None = None) -> None:
        """Have so many workers running, and no others."""
        self.workers = [worker for worker in self.workers if worker.alive]
        while len(self.workers) > count:
            self.workers.pop().end()
        while len(self.workers) < count:
            seconds = str(self.lease if lease is None else lease)
            arguments = ("worker", "--concurrency", str(concurrency))
            self.workers.append(Child(self._log, *arguments, TIEOUT_LEASE_SECONDS=seconds))

    def holder(self, name: str) -> Child:
        """The worker that a job names."""
        return next(worker for worker in self.workers if worker.pid == _number(name))

    def holds(self, name: str) -> bool:
        """Whether the worker that a job names is still alive."""
        return any(worker.alive and worker.pid == _number(name) for worker in self.workers)

    def dismiss(self) -> None:
        """End all of them."""
        for worker in self.workers:
            worker.end()
        self.workers = []


def _number(name: str) -> int:
    """Workers call themselves `machine:number-birth`."""
    return int(name.rpartition(":")[2].partition("-")[0])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
