"""A site of its own on one machine: set up, started, spoken to, bereaved of a worker, ended. Real processes throughout."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="the site brings its own PostgreSQL"),
]
PATIENCE_SECONDS = 60


class Machine:
    """Commands of one site, as an operator types them."""

    def __init__(self, home: Path) -> None:
        self.environment = {**os.environ, "TIEOUT_HOME": str(home), "COLUMNS": "200"}
        self.log = home / "up.log"

    def run(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "tieout", *arguments]
        ran = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "tieout", *arguments]
            return subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)

    def said(self, pattern: str, times: int = 1) -> list[str]:
        """What the log says, once it has said so that often."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(found := re.findall(pattern, self.log.read_text(errors="replace"))) < times:
            assert time.monotonic() < deadline, self.log.read_text(errors="replace")[-2000:]
            time.sleep(0.05)
        return found


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.run("db", "stop")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _status(request: Request) -> int:
    """The answer's status, once somebody answers."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urlopen(request, timeout=10) as answer:
                status: int = answer.status
                return status
        except HTTPError as error:
            with error:
                return error.code
        except (URLError, ConnectionError):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_site_is_set_up_started_and_ended(machine: Machine) -> None:
    assert "Password, shown this once" in machine.run("setup", "--email", "pat@example.com")
    assert "up to date" in machine.run("setup")
    secret = re.search(r"tieout_\S+", machine.run("token", "create", "Check"))
    assert secret is not None
    port = _free_port()
    up = machine.start("up", "--port", str(port))
    try:
        address = f"http://127.0.0.1:{port}"
        signed = {"Authorization": f"Bearer {secret[0]}", "Content-Type": "application/json"}
        assert _status(Request(f"{address}/api/v1/me", headers=signed)) == 200
        assert _status(Request(f"{address}/account/login/")) == 200
        garbage = os.urandom(10 * 1024 * 1024)
        assert _status(Request(f"{address}/api/v1/tokens", garbage, signed)) == 413

        (worker,) = machine.said(r"worker started.* worker='[^':]+:(\d+)")
        os.kill(int(worker), signal.SIGKILL)
        assert len(set(machine.said(r"worker started.* worker='[^':]+:(\d+)", times=2))) == 2
    finally:
        up.terminate()
        assert up.wait(PATIENCE_SECONDS) == 0
    assert "worker 1 ended with -9" in machine.log.read_text()
    with pytest.raises(URLError):
        urlopen(address, timeout=5)
    assert "stopped" in machine.run("down")
