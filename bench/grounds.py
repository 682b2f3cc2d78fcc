"""Where the bench runs: a temporary home with a PostgreSQL of its own, and sandbox processes. All of it is removed."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

TODAY = "2026-11-20"
"""The sandboxes' present day: the same history in every run."""
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Vendors:
    """A sandbox process that answers, and what its clients need to sign in."""

    url: str
    credentials: dict[str, dict[str, str]]

    def control(self, path: str, body: Any) -> None:
        """Post to a control route."""
        httpx2.post(f"{self.url}{path}", json=body, trust_env=False).raise_for_status()

    def log(self, vendor: str) -> list[dict[str, Any]]:
        """What the vendor was asked."""
        answer = httpx2.get(f"{self.url}/control/log", params={"vendor": vendor}, timeout=60, trust_env=False)
        found: list[dict[str, Any]] = answer.json()["requests"]
        return found

    def forget_log(self) -> None:
        httpx2.delete(f"{self.url}/control/log", trust_env=False).raise_for_status()


@contextmanager
def home() -> Iterator[Path]:
    """A site's home that this process and its children use; its PostgreSQL is stopped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="tieout-bench-"))
    os.environ["TIEOUT_HOME"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tieout.config.settings"
    os.environ.pop("DATABASE_URL", None)
    try:
        yield folder
    finally:
        from tieout.database.embedded import EmbeddedPostgres
        from tieout.database.home import Home

        EmbeddedPostgres(Home(folder)).stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def vendors(scale: float) -> Iterator[Vendors]:
    """The vendor sandboxes in a process of their own, without call limits."""
    port = free_port()
    command = [sys.executable, "-m", "tieout", "sandbox", "serve", "--port", str(port)]
    command += ["--scale", str(scale), "--today", TODAY]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        yield _answering(Vendors(f"http://127.0.0.1:{port}", _credentials(port)), process)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _credentials(port: int) -> dict[str, dict[str, str]]:
    command = [sys.executable, "-m", "tieout", "sandbox", "credentials", "--json", "--port", str(port)]
    found: dict[str, dict[str, str]] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603
    return found


def _answering(found: Vendors, process: subprocess.Popen[bytes]) -> Vendors:
    """The sandboxes once they answer, with the company's history made: nobody's figures shall include that."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            found.control("/revio/control/limits", {"per_minute": None, "per_day": None})
            httpx2.get(f"{found.url}/revio/control/acme/totals?month=2026-10", timeout=PATIENCE, trust_env=False)
            return found
        except httpx2.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the sandboxes do not answer")


def free_port() -> int:
    """A port of the loopback address that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
