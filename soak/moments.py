"""Instants at which a strike lands, made certain without touching the product's code.

A vendor's request is held by a slow sandbox; a step in the database is held by a lock that the soak takes. Either way the
worker stands exactly there when it is struck.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import psycopg

from soak.vendors import Controls

Moment = Callable[[Controls], AbstractContextManager[Callable[[], None]]]
"""Opened before the job starts; gives a function that returns when the worker stands there; closed after the strike."""
PATIENCE = 60.0


class NeverCame(Exception):
    """The worker did not get to the place where it was to be struck."""


def held(vendor: str, kind: str, *, delay: float = 3.0, skip: int = 0, **match: str) -> Moment:
    """While a request of this sort is under way. `slow`: not executed yet; `slow_answer`: executed, not answered."""

    @contextmanager
    def moment(controls: Controls) -> Iterator[Callable[[], None]]:
        before = controls.fired()
        controls.fault(vendor, kind, delay=delay, skip=skip, **match)
        yield lambda: _until(lambda: controls.fired() > before, f"{kind} {match}")

    return moment


def blocked(table: str) -> Moment:
    """While the worker is about to write to a table, inside its transaction."""

    @contextmanager
    def moment(_: Controls) -> Iterator[Callable[[], None]]:
        with _lock(table) as somebody_waits:
            yield lambda: _until(somebody_waits, f"a write to {table}")

    return moment


def answered_but_unrecorded(**match: str) -> Moment:
    """When the ledger's answer has arrived and the worker is about to write it down."""

    @contextmanager
    def moment(controls: Controls) -> Iterator[Callable[[], None]]:
        controls.fault("intacct", "slow_answer", delay=1.0, **match)
        before = controls.fired()
        locks: list[Any] = []

        def wait() -> None:
            _until(lambda: controls.fired() > before, "the sending")
            locks.append(_lock("ledger_attempt"))
            _until(locks[0].__enter__(), "the recording of the answer")

        try:
            yield wait
        finally:
            for lock in locks:
                lock.__exit__(None, None, None)

    return moment


def signing_in_again(**match: str) -> Moment:
    """After a posting was claimed and before it is sent: its session has expired, and the new sign-in is held."""

    @contextmanager
    def moment(controls: Controls) -> Iterator[Callable[[], None]]:
        controls.fault("intacct", "expired_session", **match)
        # Before it, each of the two posting threads signs in.
        with held("intacct", "slow_answer", function="getAPISession", skip=2, delay=1.5)(controls):
            yield lambda: _until(lambda: controls.fired() == 2, "a second sign-in")

    return moment


@contextmanager
def _lock(table: str) -> Iterator[Callable[[], bool]]:
    from django.conf import settings

    waiting = "select exists (select 1 from pg_locks where relation = %s::regclass and not granted)"
    with psycopg.connect(settings.DATABASE_ADDRESS.conninfo, prepare_threshold=None) as holder:
        holder.execute(f"lock table {table} in exclusive mode")  # type: ignore[arg-type]
        yield lambda: bool(holder.execute(waiting, [table]).fetchone()[0])  # type: ignore[index]
        with suppress(psycopg.OperationalError):  # when it is the server that was struck
            holder.rollback()


def _until(there: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not there():
        if time.monotonic() > deadline:
            raise NeverCame(f"The worker never came to {what}.")
        time.sleep(0.02)
