"""How many calls a connection may have under way at once, across every worker on every machine.

A slot is a session advisory lock in PostgreSQL: it ends with the call, or with the process that held it, so no slot is
ever lost to a kill. Needs a session of its own: do not put a transaction-pooling proxy between workers and PostgreSQL.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError
from django.db import connection as database

from tieout.connect.models import Connection

_SPACE = 7_201
"""First half of the advisory lock keys of this room."""
_MOST = 32


@contextmanager
def slot(connection: Connection, *, pause: float = 0.02) -> Iterator[None]:
    """Wait for one of the connection's slots, hold it for the block. Polls every `pause` seconds, growing to ten times."""
    wait = pause
    while (held := _try_any(connection)) is None:
        time.sleep(wait)
        wait = min(wait * 1.5, pause * 10)
    try:
        yield
    finally:
        # When the session is gone, so is its lock; that must not hide what came of the call.
        with suppress(OperationalError, InterfaceError), database.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, %s)", [_SPACE, held])


def _try_any(connection: Connection) -> int | None:
    for number in range(connection.concurrency):
        key = connection.pk * _MOST + number
        with database.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s, %s)", [_SPACE, key])
            if cursor.fetchone()[0]:
                return key
    return None
