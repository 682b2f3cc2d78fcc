"""A backup restores to the same rows and files, on either kind of server; a doubtful one changes nothing."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tieout.database import archive, staging
from tieout.database.address import Address
from tieout.database.embedded import EmbeddedPostgres
from tieout.database.errors import (
    ArchiveExists,
    ArchiveInvalid,
    DatabaseInUse,
    DatabaseNotEmpty,
    RestoreForbidden,
    RestoreIncomplete,
    ServerNewerThanTools,
    ServerOlderThanBackup,
    ToolFailed,
)
from tieout.database.home import Home
from tieout.kernel.errors import TieoutError

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
LEDGER = """
    CREATE SCHEMA books;
    CREATE TABLE books.entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payer text NOT NULL, minor bigint NOT NULL, raw jsonb NOT NULL
    );
    CREATE TABLE books.line (entry bigint REFERENCES books.entry, part int, PRIMARY KEY (entry, part));
    CREATE VIEW books.total AS SELECT sum(minor) FROM books.entry;
    CREATE FUNCTION books.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'append only'; END $$;
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON books.entry FOR EACH ROW EXECUTE FUNCTION books.refuse();
    INSERT INTO books.entry (payer, minor, raw)
        SELECT 'Łódź & Söhne "日本" 😀 ' || n, n * 7, jsonb_build_object('n', n) FROM generate_series(1, 500) n;
    INSERT INTO books.line SELECT id, part FROM books.entry, generate_series(1, 2) part;
"""


def _furnished(home: Home) -> Address:
    """An embedded site with rows, a file and a key."""
    address = EmbeddedPostgres(home).ensure()
    with psycopg.connect(address.conninfo) as connection:
        connection.execute(LEDGER)
    (home.files / "2026" / "03").mkdir(parents=True)
    (home.files / "2026" / "03" / "answer ü.json").write_bytes(b'{"has_more": false}')
    (home.keys / "seal").write_text("the sealing key")
    return address


@pytest.fixture
def site(home: Home) -> Address:
    return _furnished(home)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Home:
    return Home(tmp_path / "elsewhere")


@pytest.fixture
def empty(remote: Address) -> Iterator[Address]:
    """An empty database on somebody else's server."""
    name = f"ledger-{secrets.token_hex(4)}"
    with psycopg.connect(remote.conninfo, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield remote.to(name)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("original")
    home = Home(directory / "site")
    archive.backup(_furnished(home), home, directory / "site.tar", now=NOW)
    yield directory / "site.tar"
    EmbeddedPostgres(home).stop()


@pytest.fixture
def saved(original: Path, tmp_path: Path) -> Path:
    """A backup of a site like this one."""
    return Path(shutil.copy(original, tmp_path))


def _content(address: Address) -> dict[str, Any]:
    with psycopg.connect(address.conninfo) as connection:
        return {
            "entries": connection.execute("SELECT * FROM books.entry ORDER BY id").fetchall(),
            "lines": connection.execute("SELECT * FROM books.line ORDER BY 1, 2").fetchall(),
            "total": connection.execute("SELECT * FROM books.total").fetchall(),
        }


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _databases(address: Address) -> list[str]:
    with psycopg.connect(address.conninfo) as connection:
        return [name for (name,) in connection.execute("SELECT datname FROM pg_database ORDER BY 1").fetchall()]


def _rewritten(file: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """A copy of a backup with another manifest; every checksum still holds."""
    copy = file.with_name("rewritten.tar")
    with tarfile.open(file) as source, tarfile.open(copy, "w") as target:
        for member in source:
            content = source.extractfile(member).read()
            if member.name == "manifest.json":
                manifest = json.loads(content)
                change(manifest)
                content = json.dumps(manifest).encode()
            member.size = len(content)
            target.addfile(member, BytesIO(content))
    return copy


def test_a_backup_moves_a_site_to_another_server_and_back(
    site: Address, home: Home, saved: Path, empty: Address, elsewhere: Home, tmp_path: Path
) -> None:
    archive.restore(empty, elsewhere, saved, replace=False)
    assert _content(empty) == _content(site)
    assert _files(elsewhere.files) == _files(home.files)
    with (
        psycopg.connect(empty.conninfo) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="append only"),
    ):
        connection.execute("DELETE FROM books.entry")

    with psycopg.connect(empty.conninfo) as connection:
        connection.execute("INSERT INTO books.entry (payer, minor, raw) VALUES ('later', 1, '{}')")
    (elsewhere.files / "later.csv").write_text("id")
    again = tmp_path / "again.tar"
    archive.backup(empty, elsewhere, again, now=NOW)
    archive.restore(site, home, again, replace=True)
    assert _content(site) == _content(empty)
    assert _content(site)["entries"][-1][1] == "later"
    assert "later.csv" in _files(home.files)
    assert _databases(site) == ["postgres", "template0", "template1", "tieout"]


def test_files_on_a_shared_mount_are_backed_up_and_change_places_there(
    site: Address, home: Home, empty: Address, elsewhere: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "mount" / "figures"
    monkeypatch.setenv("TIEOUT_FILES", str(shared))
    (shared / "ab").mkdir(parents=True)
    (shared / "ab" / "abc").write_bytes(b"figures")
    saved = tmp_path / "shared.tar"
    archive.backup(site, home, saved, now=NOW)
    (shared / "later").write_bytes(b"later")
    archive.restore(empty, elsewhere, saved, replace=True)
    assert _files(shared) == {"ab/abc": b"figures"}


def test_the_keys_are_in_a_backup_only_when_asked_for_and_replaced_keys_are_kept(
    site: Address, home: Home, saved: Path, empty: Address, elsewhere: Home, tmp_path: Path
) -> None:
    assert b"the sealing key" not in saved.read_bytes()
    (elsewhere.keys / "seal").write_text("another key")
    archive.restore(empty, elsewhere, saved, replace=False)
    assert _files(elsewhere.keys) == {"seal": b"another key"}

    whole = tmp_path / "whole.tar"
    archive.backup(site, home, whole, now=NOW, include_keys=True)
    assert whole.stat().st_mode & 0o777 == 0o600
    archive.restore(empty, elsewhere, whole, replace=True)
    assert _files(elsewhere.keys) == {"seal": b"the sealing key"}
    assert [path.read_text() for path in elsewhere.path.glob("keys.replaced-*/seal")] == ["another key"]


def test_a_backup_never_overwrites_and_leaves_nothing_half_written(site: Address, home: Home, saved: Path) -> None:
    with pytest.raises(ArchiveExists):
        archive.backup(site, home, saved, now=NOW)
    target = saved.with_name("other.tar")
    with psycopg.connect(site.conninfo) as owner:
        owner.execute("CREATE TABLE closed (); ALTER TABLE closed ENABLE ROW LEVEL SECURITY")
        owner.execute("ALTER TABLE closed FORCE ROW LEVEL SECURITY")
    with pytest.raises(ToolFailed, match="row-level security"):
        archive.backup(site, home, target, now=NOW)
    assert not target.exists()
    assert not list(target.parent.glob(".tieout-backup-*"))


@pytest.mark.parametrize("part", ["database.dump", "files/2026/03/answer ü.json", "manifest.json"])
def test_an_altered_backup_is_refused_before_anything_is_touched(
    saved: Path, empty: Address, elsewhere: Home, part: str
) -> None:
    with tarfile.open(saved) as source:
        offset = source.getmember(part).offset_data + 8
    content = bytearray(saved.read_bytes())
    content[offset] ^= 0xFF
    saved.write_bytes(content)
    with pytest.raises(ArchiveInvalid):
        archive.restore(empty, elsewhere, saved, replace=True)
    assert not elsewhere.path.exists()


def test_a_backup_cut_short_anywhere_is_refused(saved: Path) -> None:
    content = saved.read_bytes()
    with tarfile.open(saved) as source:
        end = source.getmember("manifest.json").offset_data + source.getmember("manifest.json").size
    for length in (0, 1, 511, 512, len(content) // 3, end - 600, end - 1):
        saved.write_bytes(content[:length])
        with pytest.raises(ArchiveInvalid):
            archive.verify(saved)


@pytest.mark.parametrize("name", ["files/../../escape", "/etc/escape", "files/./x", "other/x", "files"])
def test_a_member_outside_its_place_is_refused(saved: Path, name: str) -> None:
    def add(manifest: dict[str, Any]) -> None:
        manifest["sha256"][name] = "0" * 64

    with pytest.raises(ArchiveInvalid, match="does not have"):
        archive.verify(_rewritten(saved, add))


def test_what_is_there_is_replaced_only_when_asked(site: Address, home: Home, saved: Path) -> None:
    with pytest.raises(DatabaseNotEmpty, match="2 tables and 1 files"):
        archive.restore(site, home, saved, replace=False)
    archive.restore(site, home, saved, replace=True)


def test_a_restore_that_fails_at_the_end_leaves_rows_and_files_as_they_were(
    site: Address, home: Home, saved: Path
) -> None:
    before, files, databases = _content(site), _files(home.files), _databases(site)
    wrong = _rewritten(saved, lambda manifest: manifest["rows"].update({"books.entry": 501}))
    with pytest.raises(RestoreIncomplete, match="books"):
        archive.restore(site, home, wrong, replace=True)
    assert (_content(site), _files(home.files), _databases(site)) == (before, files, databases)
    assert not list(home.path.glob(".restoring-*"))


def test_what_a_killed_restore_left_behind_is_cleared_by_the_next(
    site: Address, home: Home, saved: Path, forked: Callable[[Callable[[], object]], int]
) -> None:
    def die_before_the_swap() -> None:
        staging.Staging.replace_target = lambda self: os.kill(os.getpid(), 9)
        archive.restore(site, home, saved, replace=True)

    os.waitpid(forked(die_before_the_swap), 0)
    assert len(_databases(site)) == 5
    assert len(list(home.path.glob(".restoring-*"))) == 1
    archive.restore(site, home, saved, replace=True)
    assert len(_databases(site)) == 4
    assert not list(home.path.glob(".restoring-*"))


def test_sessions_of_our_own_that_keep_coming_back_do_not_stop_a_restore(
    site: Address, home: Home, saved: Path
) -> None:
    done = threading.Event()
    cut: list[bool] = []

    def worker() -> None:
        while not done.is_set():
            try:
                with psycopg.connect(site.conninfo, autocommit=True) as connection:
                    while not done.is_set():
                        connection.execute("SELECT 1")
            except psycopg.OperationalError:
                cut.append(True)

    thread = threading.Thread(target=worker)
    thread.start()
    try:
        archive.restore(site, home, saved, replace=True)
    finally:
        done.set()
        thread.join()
    assert cut


def test_a_database_with_the_name_of_the_usual_maintenance_one_is_replaced_like_any_other(
    saved: Path, remote: Address, elsewhere: Home
) -> None:
    assert remote.name == "postgres"
    archive.restore(remote, elsewhere, saved, replace=False)
    assert len(_content(remote)["entries"]) == 500


def test_sessions_of_others_are_named_and_nothing_is_changed(site: Address, home: Home, saved: Path) -> None:
    before = _content(site)
    auditor = make_conninfo(site.conninfo, user="postgres", application_name="audit export")
    with closing(psycopg.connect(auditor)), pytest.raises(DatabaseInUse, match=r"postgres \(audit export, local\)"):
        archive.restore(site, home, saved, replace=True)
    assert _content(site) == before


def test_a_user_who_may_not_create_databases_is_told_what_is_missing(
    saved: Path, empty: Address, elsewhere: Home
) -> None:
    with psycopg.connect(empty.conninfo, autocommit=True) as connection:
        connection.execute("CREATE ROLE clerk LOGIN PASSWORD 'clerk'")
        connection.execute(f'ALTER DATABASE "{empty.name}" OWNER TO clerk')
    try:
        clerk = Address({**empty.parameters, "user": "clerk", "password": "clerk"})
        with pytest.raises(RestoreForbidden) as refusal:
            archive.restore(clerk, elsewhere, saved, replace=False)
        assert "CREATEDB" in refusal.value.advice
    finally:
        with psycopg.connect(empty.conninfo, autocommit=True) as connection:
            connection.execute("REASSIGN OWNED BY clerk TO finance; DROP OWNED BY clerk; DROP ROLE clerk")


def test_a_backup_of_a_newer_server_is_refused(saved: Path, empty: Address, elsewhere: Home) -> None:
    newer = _rewritten(saved, lambda manifest: manifest.update(server=99))
    with pytest.raises(ServerOlderThanBackup, match="PostgreSQL 99"):
        archive.restore(empty, elsewhere, newer, replace=False)


def test_tools_older_than_the_server_are_refused(
    site: Address, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for program in ("postgres", "initdb", "pg_ctl", "pg_dump", "pg_restore"):
        (tmp_path / program).write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 12.1'\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("TIEOUT_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(ServerNewerThanTools, match="tools are 12") as refusal:
        archive.backup(site, home, tmp_path / "never.tar", now=NOW)
    assert isinstance(refusal.value, TieoutError)
    assert not (tmp_path / "never.tar").exists()
