"""The SQL files of the engine, by name. Nothing else reads them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files


@cache
def text(name: str) -> str:
    """The text of one step."""
    return (files("tieout.recognition") / "sql" / f"{name}.sql").read_text("utf-8")


@cache
def fingerprint() -> str:
    """The SHA-256 of all steps: the same text gives the same figures."""
    folder = files("tieout.recognition") / "sql"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".sql"))
    return hashlib.sha256("\n".join(f"{name}\n{text(name[:-4])}" for name in names).encode()).hexdigest()
