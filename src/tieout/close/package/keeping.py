"""Keeping packages: both files in the site's store by their hash, and found again for whoever may read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tieout.close.models import Closing
from tieout.close.package import document, workbook
from tieout.close.package.contents import Contents
from tieout.kernel.errors import NotFound
from tieout.revenue.models import Period
from tieout.revenue.store import store

WRITERS = {"xlsx": workbook.write, "pdf": document.write}


def store_files(contents: Contents, period: Period) -> dict[str, dict[str, Any]]:
    """Write and store every file of a package; by name, its hash and size in bytes."""
    base = "-".join(part for part in ("close", period.label, period.entity) if part).replace(" ", "-").replace("/", "-")
    kept = {}
    for ending, write in WRITERS.items():
        stored = store().put(write(contents))
        kept[f"{base}.{ending}"] = {"sha256": stored.sha256, "size": stored.size}
    return kept


def file_of(closing: Closing, ending: str) -> tuple[str, Path]:
    """Name and place of a closing's file with that ending. Raises NotFound, FileMissing."""
    for name, about in closing.package.items():
        if name.endswith(f".{ending}"):
            return name, store().path(about["sha256"], size=about["size"])
    raise NotFound(f"{closing} has no {ending} file.", closing=closing.pk)
