"""Runs pg_dump and pg_restore against any server.

They must be at least as new as the server. A password travels in the environment, never on a command line.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from psycopg.conninfo import make_conninfo

from tieout.database import binaries
from tieout.database.address import Address
from tieout.database.errors import ServerNewerThanTools, ToolFailed

RESTORE_JOBS = "2"
# Owners and grants are the other server's; whoever restores owns what is restored.
PORTABLE = ("--no-owner", "--no-acl", "--no-password")


def major(server: int) -> int:
    """The tools' major version; raises ServerNewerThanTools when the server's is higher."""
    tools = binaries.find().major
    if server > tools:
        raise ServerNewerThanTools(f"The server is PostgreSQL {server}, the tools are {tools}.")
    return tools


def dump(address: Address, target: Path, *, snapshot: str) -> None:
    """Writes the database as it is in an exported snapshot, in pg_dump's custom format."""
    _run(address, "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}", *PORTABLE)


def load(address: Address, source: Path) -> None:
    """Fills an empty database from a dump; stops at the first error."""
    _run(address, "pg_restore", "--exit-on-error", f"--jobs={RESTORE_JOBS}", *PORTABLE, str(source))


def _run(address: Address, program: str, *arguments: str) -> None:
    parameters = dict(address.parameters)
    password = parameters.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    command = [binaries.find().path(program), f"--dbname={make_conninfo('', **parameters)}", *arguments]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if answer.returncode:
        raise ToolFailed(f"{program} failed: {answer.stderr.strip()[-2000:]}", program=program)
