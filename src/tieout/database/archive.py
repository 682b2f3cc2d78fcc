"""Backup into one file, and restore from it, for the embedded server and for any other.

The file is a plain tar: `database.dump` (pg_dump's custom format), `files/…`, and last the manifest with a checksum of
each member and a row count of each table, all of one snapshot. The keys that unseal credentials stay out unless asked
for: whoever holds a backup with keys holds every credential of the site, whoever holds one without holds none.
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql

from tieout.database import manifest as contents
from tieout.database import tools
from tieout.database.address import Address
from tieout.database.errors import (
    ArchiveExists,
    ArchiveInvalid,
    DatabaseNotEmpty,
    RestoreIncomplete,
    ServerOlderThanBackup,
    ServerUnreachable,
)
from tieout.database.home import Home
from tieout.database.manifest import DUMP, Hashing, Manifest
from tieout.database.staging import Connection, staging

WORKSHOP = ".restoring-"
TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1, 2
"""


def backup(address: Address, home: Home, target_file: Path, *, now: datetime, include_keys: bool = False) -> Manifest:
    """Writes a backup and reads it back before it gets its name; `target_file` must not exist."""
    target = Path(target_file).expanduser().absolute()
    if target.exists():
        raise ArchiveExists(f"{target} exists already.")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Beside the target, because only there a rename is atomic; private to its owner.
    with tempfile.TemporaryDirectory(prefix=".tieout-backup-", dir=target.parent) as workshop:
        part = Path(workshop) / "part"
        with tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as archive:
            manifest = _write(archive, address, home, Path(workshop), now=now, include_keys=include_keys)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        if verify(part) != manifest:
            raise ArchiveInvalid("The backup does not read back as it was written.")
        part.chmod(0o600)
        part.rename(target)
    return manifest


def verify(file: Path) -> Manifest:
    """The manifest of a backup whose every member has the checksum it names; raises ArchiveInvalid otherwise."""
    with _opened(file) as archive:
        return _verified(archive)


def restore(address: Address, home: Home, file: Path, *, replace: bool) -> Manifest:
    """Puts a backup in the place of the database and the files (and of the keys, when it has them).

    Nothing is touched before the whole backup is verified, loaded aside, and its rows counted; then databases change
    places in one transaction and directories by rename. Keys that were here are kept under another name.
    """
    with _opened(file) as archive:
        manifest = _verified(archive)
        _check_target(address, home, manifest, replace=replace)
        with staging(address) as staged, _workshop(home) as workshop:
            _extract(archive, workshop)
            tools.load(staged.address, workshop / DUMP)
            _check_rows(staged.address, manifest)
            staged.replace_target()
            _swap_directories(home, workshop)
    return manifest


def _write(
    archive: tarfile.TarFile, address: Address, home: Home, workshop: Path, *, now: datetime, include_keys: bool
) -> Manifest:
    dump = workshop / DUMP
    with _connected(address) as connection:
        server = connection.info.server_version // 10_000
        tool = tools.major(server)
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        tools.dump(address, dump, snapshot=snapshot)
        rows = _count_rows(connection)
    # Files after rows: what a row refers to is there, a file too many does no harm.
    members = {DUMP: dump, **_tree("files", home.files), **(_tree("keys", home.keys) if include_keys else {})}
    checksums = {name: _add(archive, name, path) for name, path in members.items()}
    manifest = Manifest(created=now.isoformat(), server=server, tools=tool, rows=rows, sha256=checksums)
    text = manifest.encode()
    header = tarfile.TarInfo(contents.NAME)
    header.size = len(text)
    archive.addfile(header, io.BytesIO(text))
    return manifest


def _tree(name: str, folder: Path) -> dict[str, Path]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {f"{name}/{path.relative_to(folder).as_posix()}": path for path in paths}


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    with path.open("rb") as source:
        header = tarfile.TarInfo(name)
        header.size = os.fstat(source.fileno()).st_size
        hashing = Hashing(source)
        archive.addfile(header, hashing)
    return hashing.sha256


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    if not file.is_file():
        raise ArchiveInvalid(f"{file} is not a file.")
    try:
        with tarfile.open(file, "r:") as archive:
            yield archive
    except (EOFError, tarfile.TarError) as error:
        raise ArchiveInvalid(f"{file} cannot be read as a backup: {error}.") from error


def _verified(archive: tarfile.TarFile) -> Manifest:
    found: dict[str, str] = {}
    manifest = None
    for member in archive:
        source = archive.extractfile(member) if member.isreg() else None
        if source is None or member.name in found or manifest is not None:
            raise ArchiveInvalid(f"The backup has a member that does not belong there: {member.name}.")
        if member.name == contents.NAME:
            manifest = Manifest.decode(source.read())
        else:
            found[member.name] = Hashing(source).exhausted().sha256
    if manifest is None:
        raise ArchiveInvalid("The backup has no manifest at its end: it is not whole.")
    wrong = sorted(
        name for name in found.keys() | manifest.sha256.keys() if found.get(name) != manifest.sha256.get(name)
    )
    if wrong:
        raise ArchiveInvalid(f"Altered or missing in the backup: {', '.join(wrong[:5])}.", members=wrong)
    return manifest


def _check_target(address: Address, home: Home, manifest: Manifest, *, replace: bool) -> None:
    with _connected(address) as connection:
        server = connection.info.server_version // 10_000
        tables = connection.execute(TABLES).fetchall()
    if server < manifest.server:
        raise ServerOlderThanBackup(f"The backup is of PostgreSQL {manifest.server}, the server is {server}.")
    tools.major(max(server, manifest.tools))
    files = _tree("files", home.files)
    if (tables or files) and not replace:
        raise DatabaseNotEmpty(f"{address.name} has {len(tables)} tables and {len(files)} files.")


def _extract(archive: tarfile.TarFile, target: Path) -> None:
    """Only what was verified: regular files with names of our own pattern."""
    for member in archive.getmembers():
        path = target / member.name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source = archive.extractfile(member)
        assert source is not None
        with path.open("xb") as copy:
            path.chmod(0o600)
            shutil.copyfileobj(source, copy, contents.CHUNK_BYTES)


def _check_rows(address: Address, manifest: Manifest) -> None:
    with _connected(address) as connection:
        rows = _count_rows(connection)
        connection.execute("ANALYZE")
    if rows != manifest.rows:
        wrong = sorted(name for name in rows.keys() | manifest.rows.keys() if rows.get(name) != manifest.rows.get(name))
        raise RestoreIncomplete(f"Row counts differ after loading: {', '.join(wrong[:5])}.", tables=wrong)


def _count_rows(connection: Connection) -> dict[str, int]:
    return {
        f"{schema}.{table}": connection.execute(
            sql.SQL("SELECT count(*) FROM ONLY {}").format(sql.Identifier(schema, table))
        ).fetchall()[0][0]
        for schema, table in connection.execute(TABLES).fetchall()
    }


@contextmanager
def _workshop(home: Home) -> Iterator[Path]:
    """In the site's own directory, because only there a rename is atomic; an earlier one's remains are removed."""
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for remains in home.path.glob(f"{WORKSHOP}*"):
        shutil.rmtree(remains)
    with tempfile.TemporaryDirectory(prefix=WORKSHOP, dir=home.path) as workshop:
        yield Path(workshop)


def _swap_directories(home: Home, workshop: Path) -> None:
    retired = workshop / "retired"
    retired.mkdir()
    fresh = workshop / "files"
    fresh.mkdir(mode=0o700, exist_ok=True)
    if home.files.parent == home.path:
        _swap(home.files, fresh, retired)
    else:
        _swap_content(home.files, fresh)
    if (workshop / "keys").exists():
        _swap(home.keys, workshop / "keys", home.path)


def _swap(current: Path, fresh: Path, kept: Path) -> None:
    fresh.chmod(0o700)
    current.rename(kept / f"{current.name}.replaced-{secrets.token_hex(4)}")
    fresh.rename(current)


def _swap_content(current: Path, fresh: Path) -> None:
    """For a directory that may be a mount: it stays, and what is in it changes places by rename."""
    arriving, leaving = (current / f"{WORKSHOP}{word}" for word in ("new", "old"))
    for remains in (arriving, leaving):
        shutil.rmtree(remains, ignore_errors=True)
    shutil.copytree(fresh, arriving)
    before = [each for each in current.iterdir() if each != arriving]
    leaving.mkdir(mode=0o700)
    for each in before:
        each.rename(leaving / each.name)
    for each in arriving.iterdir():
        each.rename(current / each.name)
    arriving.rmdir()
    shutil.rmtree(leaving)


@contextmanager
def _connected(address: Address) -> Iterator[Connection]:
    try:
        connection = psycopg.connect(address.conninfo, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise ServerUnreachable(str(error).strip()) from error
    with connection:
        yield connection
