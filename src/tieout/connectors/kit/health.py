"""Turns what goes wrong during "Test connection" into checks in plain words."""

from __future__ import annotations

from collections.abc import Callable

from tieout.connectors.kit.capabilities import Check
from tieout.kernel.errors import TieoutError


def checking(name: str, probe: Callable[[], object], *, detail: str = "") -> Check:
    """The check that `probe` passes, or fails with its error's message and remedy. Other exceptions pass through."""
    try:
        probe()
    except TieoutError as error:
        return Check(name, ok=False, detail=error.message, remedy=error.advice)
    return Check(name, ok=True, detail=detail)
