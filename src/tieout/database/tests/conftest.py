"""Real servers in temporary homes; each is stopped when its test ends, whatever the test did to it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tieout.database import account, binaries
from tieout.database.address import Address
from tieout.database.embedded import EmbeddedPostgres
from tieout.database.home import Home

PASSWORD = 'it\'s "odd" & secret'


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "TIEOUT_HOME", "TIEOUT_POSTGRES_BIN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "site")
    yield home
    EmbeddedPostgres(home).stop()


@pytest.fixture
def server(home: Home) -> EmbeddedPostgres:
    return EmbeddedPostgres(home)


@pytest.fixture
def forked() -> Iterator[Callable[[Callable[[], object]], int]]:
    """Runs a function in a process of its own, which ends with 0 if the function returns; answers with the pid."""
    pids: list[int] = []

    def fork(function: Callable[[], object]) -> int:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                function()
                code = 0
            finally:
                os._exit(code)
        pids.append(pid)
        return pid

    yield fork
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


@pytest.fixture(scope="session")
def remote() -> Iterator[Address]:
    """A server of somebody else: TCP on the loopback, SCRAM, reached by address only; the role may create databases."""
    directory = Path(tempfile.mkdtemp(prefix="tieout-remote-"))
    user = account.of_site(directory)
    programs = account.executable(binaries.find(), user)
    (directory / "password").write_text(PASSWORD + "\n")
    for path in (directory, directory / "password"):
        os.chown(path, user.uid, user.gid)

    def run(program: str, *arguments: str) -> None:
        command = [programs.path(program), "-D", str(directory / "data"), *arguments]
        identity = user.identity if user.is_other else {}
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **identity)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run("initdb", "-U", "finance", "--auth=scram-sha-256", f"--pwfile={directory}/password", "--locale=C",
        "--encoding=UTF8", "--no-sync")  # fmt: skip
    options = f"-h 127.0.0.1 -p {port} -c unix_socket_directories='' -c fsync=off"
    run("pg_ctl", "start", "-w", "-s", "-l", str(directory / "log"), "-o", options)
    try:
        yield Address({"host": "127.0.0.1", "port": str(port), "user": "finance", "password": PASSWORD,
                       "dbname": "postgres"})  # fmt: skip
    finally:
        run("pg_ctl", "stop", "-w", "-s", "-m", "immediate")
        shutil.rmtree(directory)
