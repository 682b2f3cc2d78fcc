"""Where the site keeps the files of revenue data and figures: one store of files by content."""

from __future__ import annotations

from django.conf import settings

from tieout.database.files import FileStore


def store() -> FileStore:
    """The site's store, in the directory that TIEOUT_FILES names, else in the site's home."""
    return FileStore(settings.HOME.files)
