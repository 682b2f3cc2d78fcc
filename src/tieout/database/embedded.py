"""The PostgreSQL that Tieout brings along: started when it is needed, and it outlives whoever started it.

Ready means that a real connection was answered. Alive means that some process still holds the server's lock. Any
number of processes may call `ensure` at once, and any of them, or the server, may be killed at any instant.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo

from tieout.database import account, binaries, lock, sockets
from tieout.database.address import Address
from tieout.database.cluster import DATABASE, ROLE, Cluster
from tieout.database.errors import ServerDoesNotStart, ServerSilent
from tieout.database.home import Home

STARTS_MAX = 3
SILENCE_SECONDS_MAX = 120.0
FAST_SECONDS_MAX = 30.0
ANSWER_SECONDS_MAX = 5
PAUSE_SECONDS = 0.02


class State(StrEnum):
    """What a client finds at the socket."""

    ABSENT = "absent"
    STOPPED = "stopped"
    SILENT = "silent"
    BUSY = "starting or stopping"
    READY = "ready"


@dataclass(frozen=True)
class Status:
    """The server as it is now; `version` and `connections` only when it is ready."""

    state: State
    directory: Path
    pid: int | None = None
    version: str | None = None
    connections: int | None = None


@dataclass(frozen=True)
class EmbeddedPostgres:
    """The embedded server of one site."""

    home: Home

    def ensure(self) -> Address:
        """The address of a server that has just answered; makes and starts it where needed.

        Waits without limit while the server says that it is starting up (it may be replaying days of log). Raises
        ServerDoesNotStart when it stops by itself, ServerSilent when its processes live on but never answer.
        """
        starts, silence = 0, _Silence()
        while (state := self._probe()) is not State.READY:
            if state is State.BUSY:
                silence.broken()
            elif self._launched(starts):
                starts += 1
                silence.broken()
            silence.endure(f"No answer at {self._socket_directory} for {SILENCE_SECONDS_MAX:.0f} seconds.")
        return self.address

    def stop(self) -> None:
        """Ends the server's sessions and stops it; returns when its last process is gone.

        A session that cannot be ended is not waited for beyond FAST_SECONDS_MAX: the server then stops at once, and
        replays its log at the next start. That is also the way out of a recovery that a fast stop does not end.
        """
        begun, sent, silence = time.monotonic(), None, _Silence()
        while not lock.is_free(self._lock):
            patient = time.monotonic() - begun < FAST_SECONDS_MAX
            wanted = (self._postmaster(), signal.SIGINT if patient else signal.SIGQUIT)
            if wanted != sent:
                _send(*wanted)
                sent = wanted
            silence.endure(f"The server in {self.home.postgres} does not stop.")

    def status(self) -> Status:
        state = self._probe()
        directory = self.home.postgres
        if state is State.READY:
            version, connections = self._describe()
            return Status(state, directory, self._postmaster(), version, connections)
        if state is State.SILENT and lock.is_free(self._lock):
            state = State.STOPPED if (directory / "data").exists() else State.ABSENT
        return Status(state, directory)

    @property
    def address(self) -> Address:
        """Where the server answers when it runs. Peer authentication: there is no password."""
        parameters = {"host": str(self._socket_directory), "port": sockets.PORT, "dbname": DATABASE, "user": ROLE}
        return Address(parameters, embedded=True)

    @property
    def _socket_directory(self) -> Path:
        return sockets.client_directory(self.home.postgres / "run", self.home.run / "postgres-socket")

    @property
    def _lock(self) -> Path:
        return self.home.postgres / "server.lock"

    def _postmaster(self) -> int | None:
        return sockets.listener(self._socket_directory)

    def _probe(self) -> State:
        conninfo = make_conninfo(self.address.conninfo, connect_timeout=ANSWER_SECONDS_MAX)
        match pq.PGconn.ping(conninfo.encode()):
            case pq.Ping.OK:
                return State.READY if _answers(conninfo) else State.SILENT
            case pq.Ping.REJECT:
                return State.BUSY
            case _:
                return State.SILENT

    def _launched(self, starts: int) -> bool:
        """Starts the server unless somebody is alive who does or did."""
        with lock.taken(self._lock) as descriptor:
            if descriptor is None:
                return False
            if starts == STARTS_MAX:
                raise ServerDoesNotStart(f"It stopped {starts} times.\n{self._last_words()}")
            self._cluster().launch(descriptor)
            return True

    def _cluster(self) -> Cluster:
        site_account = account.of_site(self.home.path)
        return Cluster(self.home.postgres, account.executable(binaries.find(), site_account), site_account)

    def _last_words(self) -> str:
        logs = sorted((self.home.postgres / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
        return "\n".join(line for log in logs[-2:] for line in log.read_text(errors="replace").splitlines()[-8:])

    def _describe(self) -> tuple[str, int]:
        query = "SELECT current_setting('server_version'), count(*) FROM pg_stat_activity WHERE datname IS NOT NULL"
        with psycopg.connect(self.address.conninfo, connect_timeout=ANSWER_SECONDS_MAX) as connection:
            version, connections = connection.execute(query).fetchone() or ("", 0)
        return version, connections - 1


class _Silence:
    """Waits in short steps, and no longer than SILENCE_SECONDS_MAX since something was last heard."""

    def __init__(self) -> None:
        self.broken()

    def broken(self) -> None:
        self._since = time.monotonic()

    def endure(self, message: str) -> None:
        if time.monotonic() - self._since > SILENCE_SECONDS_MAX:
            raise ServerSilent(message)
        time.sleep(PAUSE_SECONDS)


def _answers(conninfo: str) -> bool:
    try:
        with psycopg.connect(conninfo) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def _send(pid: int | None, number: signal.Signals) -> None:
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
