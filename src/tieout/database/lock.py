"""Tells whether any process of a server is alive, without trusting a pid.

The launcher takes an advisory lock on a file and hands the open file down to the server, whose every process inherits
it. The kernel frees the lock when the last of them is gone: a zombie holds nothing, a recycled pid means nothing, and
the rest of a killed server still counts as alive. A launcher that is killed leaves the lock to the server it started.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def taken(path: Path) -> Iterator[int | None]:
    """The locked file's descriptor, or None when somebody else holds the lock; never waits.

    Leaving closes this process's descriptor; the lock stays with those that inherited it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor if _locked(descriptor) else None
    finally:
        os.close(descriptor)


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock at this moment."""
    with taken(path) as descriptor:
        return descriptor is not None


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
