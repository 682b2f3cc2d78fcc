"""The page of every error that the product can show, written from the classes themselves.

`python -m tieout.cli.catalogue` rewrites it; a test holds the committed page to it.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from importlib import import_module
from itertools import groupby
from pathlib import Path

import tieout
from tieout.kernel.errors import CATALOGUE, Fatal, NeedsHuman, Retriable, Skip, TieoutError

PAGE = Path(tieout.__file__).resolve().parents[2] / "docs" / "errors.md"
_RECOVERY = {
    Retriable: "tried again by itself",
    Skip: "this record is left out",
    NeedsHuman: "somebody mends it",
    Fatal: "the run ends",
    TieoutError: "reported",
}
_HEAD = """# Errors

Every error has a stable code. The pages, the API and the command line show the same code, message and remedy; the API
answers with the HTTP status. This page is written from the code by `python -m tieout.cli.catalogue`.
"""


def page() -> str:
    """The whole page. Django must be set up."""
    _import_everything()
    ours = sorted((error for error in CATALOGUE.values() if _ours(error)), key=lambda error: error.code)
    rooms = groupby(ours, key=lambda error: error.code.partition(".")[0])
    return _HEAD + "".join(f"\n## {room}\n\n{_table(errors)}" for room, errors in rooms)


def _table(errors: Iterable[type[TieoutError]]) -> str:
    rows = [
        f"| `{error.code}` | {_said(error)} | {error.remedy} | {_recovery(error)} | {error.http_status} |\n"
        for error in errors
    ]
    return "| code | what happened | what to do | recovery | HTTP |\n|---|---|---|---|---|\n" + "".join(rows)


def _said(error: type[TieoutError]) -> str:
    return " ".join((error.__doc__ or "").split()).replace("|", "\\|")


def _recovery(error: type[TieoutError]) -> str:
    return next(words for kind, words in _RECOVERY.items() if issubclass(error, kind))


def _ours(error: type[TieoutError]) -> bool:
    return error.__module__.startswith("tieout.") and ".tests." not in error.__module__


def _import_everything() -> None:
    for module in pkgutil.walk_packages(tieout.__path__, "tieout."):
        names = module.name.split(".")
        if not {"tests", "migrations", "conformance", "__main__", "sandbox", "wsgi"} & set(names):
            import_module(module.name)


def _write() -> None:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tieout.config.settings")
    import django

    django.setup()
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    _write()
