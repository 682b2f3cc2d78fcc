"""A database that is filled aside and then takes another's place by two renames in one transaction.

PostgreSQL renames a database only when nobody is connected to it: our own sessions are ended, others are named.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from tieout.database.address import Address
from tieout.database.errors import DatabaseInUse, RestoreForbidden, ServerUnreachable

MAINTENANCE = ("postgres", "template1")
SWAPS_MAX = 10
SWAP_MILLISECONDS_MAX = 500
Connection = psycopg.Connection[Any]


class Staging:
    """One restore at a time for a database, by an advisory lock; what an earlier one left behind is dropped."""

    def __init__(self, administration: Connection, address: Address) -> None:
        self._administration = administration
        self._target = address.name
        # A name that no one else gives to a database of their own: what bears it is dropped without asking.
        self._prefix = f"tieout_restore_{hashlib.sha256(address.name.encode()).hexdigest()[:12]}_"
        self.address = address.to(f"{self._prefix}{secrets.token_hex(4)}")

    def create(self) -> None:
        """An empty database with the target's encoding and collation."""
        collate, ctype = self._administration.execute(
            "SELECT datcollate, datctype FROM pg_database WHERE datname = %s", [self._target]
        ).fetchone() or ("C", "C")
        self.clear()
        self._execute(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE {} LC_CTYPE {}",
            sql.Identifier(self.address.name), sql.Literal(collate), sql.Literal(ctype),
        )  # fmt: skip

    def replace_target(self) -> None:
        """Takes the target's name, all or nothing; raises DatabaseInUse when others hold on to it."""
        retired = f"{self.address.name}_old"
        for _ in range(SWAPS_MAX):
            self._end_sessions(self.address.name)
            self._end_sessions(self._target)
            try:
                with self._administration.transaction():
                    self._administration.execute(f"SET LOCAL statement_timeout = {SWAP_MILLISECONDS_MAX}")
                    self._rename(self._target, retired)
                    self._rename(self.address.name, self._target)
            except (psycopg.errors.ObjectInUse, psycopg.errors.QueryCanceled):
                continue
            return
        raise DatabaseInUse(f"Still connected to {self._target}: {self._sessions()}.")

    def clear(self) -> None:
        """Drops what is not in the target's place: a database not finished, or the one replaced."""
        leftovers = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        for (name,) in self._administration.execute(leftovers, [self._prefix]).fetchall():
            self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", sql.Identifier(name))

    def lock(self) -> None:
        locked = self._administration.execute(
            "SELECT pg_try_advisory_lock(hashtext('tieout restore'), hashtext(%s))", [self._target]
        ).fetchone()
        if locked != (True,):
            raise DatabaseInUse(f"Another restore into {self._target} is running.")

    def _rename(self, old: str, new: str) -> None:
        self._execute("ALTER DATABASE {} RENAME TO {}", sql.Identifier(old), sql.Identifier(new))

    def _execute(self, statement: str, *parts: sql.Composable) -> None:
        try:
            self._administration.execute(sql.SQL(statement).format(*parts))
        except psycopg.errors.InsufficientPrivilege as error:
            raise RestoreForbidden(f"{error.diag.message_primary}.") from error

    def _end_sessions(self, database: str) -> None:
        """Tells them to end and does not wait: the rename does, and it lets no new one in meanwhile."""
        try:
            self._administration.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename IS NOT NULL",
                [database],
            )
        except psycopg.errors.InsufficientPrivilege:
            raise DatabaseInUse(f"Connected to {database}, and not ours to end: {self._sessions()}.") from None

    def _sessions(self) -> str:
        rows = self._administration.execute(
            "SELECT DISTINCT format('%%s (%%s, %%s)', usename, coalesce(nullif(application_name, ''), 'no name'),"
            " coalesce(client_addr::text, 'local')) FROM pg_stat_activity WHERE datname = %s AND usename IS NOT NULL",
            [self._target],
        ).fetchall()
        return ", ".join(session for (session,) in rows) or "nobody any more"


@contextmanager
def staging(address: Address) -> Iterator[Staging]:
    """A new empty database beside the address's; dropped on leaving unless it took the other's place."""
    with _administration(address) as administration:
        staged = Staging(administration, address)
        staged.lock()
        staged.create()
        try:
            yield staged
        finally:
            staged.clear()


@contextmanager
def _administration(address: Address) -> Iterator[Connection]:
    """A connection to a database that is neither of the two."""
    for database in (name for name in MAINTENANCE if name != address.name):
        try:
            connection = psycopg.connect(address.to(database).conninfo, autocommit=True, connect_timeout=10)
        except psycopg.OperationalError as error:
            reason = str(error)
            continue
        with connection:
            yield connection
        return
    raise ServerUnreachable(f"No database to administer the server from: {reason.strip()}")
