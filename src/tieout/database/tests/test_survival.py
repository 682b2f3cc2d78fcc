"""Whatever is killed, whenever: the next caller gets a server, and every committed row is in it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest

from tieout.database import embedded
from tieout.database.embedded import EmbeddedPostgres

Fork = Callable[[Callable[[], object]], int]


@pytest.fixture
def kept(server: EmbeddedPostgres) -> EmbeddedPostgres:
    """A server with one committed row."""
    with psycopg.connect(server.ensure().conninfo) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'paid' AS what")
    return server


def _rows(server: EmbeddedPostgres) -> list[tuple[str]]:
    with psycopg.connect(server.ensure().conninfo) as connection:
        return connection.execute("SELECT what FROM kept").fetchall()


def _parent(pid: str) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _children(parent: int) -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if _parent(path.name) == parent]


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _kill_when_there(pid: int, path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came"
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_rows_survive_the_death_of_the_postmaster_alone(kept: EmbeddedPostgres) -> None:
    _kill([kept.status().pid])
    assert _rows(kept) == [("paid",)]


def test_rows_survive_the_death_of_all_its_children(kept: EmbeddedPostgres) -> None:
    postmaster = kept.status().pid
    _kill(_children(postmaster))
    assert _rows(kept) == [("paid",)]
    assert kept.status().pid == postmaster


def test_rows_survive_the_death_of_every_process_at_once(kept: EmbeddedPostgres) -> None:
    postmaster = kept.status().pid
    _kill([postmaster, *_children(postmaster)])
    assert _rows(kept) == [("paid",)]


def test_the_rest_of_a_killed_server_is_waited_for(kept: EmbeddedPostgres) -> None:
    """A session in the middle of a statement outlives its postmaster and still writes: no second server beside it."""
    with closing(psycopg.connect(kept.address.conninfo)) as connection:
        session = Path(f"/proc/{connection.info.backend_pid}/cwd")
        connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 4000000)")
        _kill([kept.status().pid])
        assert session.exists()
        assert _rows(kept) == [("paid",)]
        assert not session.exists()


def test_a_session_that_does_not_end_is_not_waited_for_forever(
    kept: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "FAST_SECONDS_MAX", 0.2)
    with closing(psycopg.connect(kept.address.conninfo)) as connection:
        os.kill(connection.info.backend_pid, signal.SIGSTOP)
        kept.stop()
    assert _rows(kept) == [("paid",)]


@pytest.mark.parametrize(
    "left", [["data/postmaster.pid"], ["run/.s.PGSQL.5432.lock"], ["data/postmaster.pid", "run/.s.PGSQL.5432.lock"]]
)
def test_a_zombie_and_a_recycled_pid_are_not_taken_for_the_server(
    kept: EmbeddedPostgres, forked: Fork, left: list[str]
) -> None:
    remains = (kept.home.postgres / "data" / "postmaster.pid").read_text()
    # The zombie is of the server's own user: PostgreSQL would take it for a server.
    owner = (kept.home.postgres / "data").stat().st_uid
    zombie = forked(lambda: os.setuid(owner))
    os.waitid(os.P_PID, zombie, os.WEXITED | os.WNOWAIT)
    alive = forked(lambda: (os.setuid(owner), signal.pause()))
    for pid in (zombie, alive):
        kept.stop()
        for stale in left:
            (kept.home.postgres / stale).write_text(remains.replace(remains.split("\n")[0], str(pid), 1))
        assert _rows(kept) == [("paid",)]
    os.kill(alive, 0)


@pytest.mark.parametrize(
    "moment",
    ["server.lock", "data.new", "data.new/global/pg_control", "data.new/base/5", "data",
     "log/startup.log", "data/postmaster.pid", "run/.s.PGSQL.5432"],
)  # fmt: skip
def test_a_launcher_killed_while_it_makes_the_site_is_followed_by_another(
    server: EmbeddedPostgres, forked: Fork, moment: str
) -> None:
    _kill_when_there(forked(server.ensure), server.home.postgres / moment)
    with psycopg.connect(server.ensure().conninfo) as connection:
        assert connection.execute("SELECT current_database(), current_user").fetchone() == ("tieout", "tieout")
    assert not (server.home.postgres / "data.new").exists()


@pytest.mark.parametrize("seconds", [0, 0.004, 0.008, 0.016, 0.032])
def test_a_launcher_killed_while_it_starts_the_server_is_followed_by_another(
    kept: EmbeddedPostgres, forked: Fork, seconds: float
) -> None:
    _kill([kept.status().pid])
    launcher = forked(kept.ensure)
    time.sleep(seconds)
    os.kill(launcher, signal.SIGKILL)
    assert _rows(kept) == [("paid",)]
