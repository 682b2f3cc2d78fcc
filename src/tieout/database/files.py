"""A store of files by content: each has the name of its SHA-256 and is never changed.

Several processes, and machines that share the directory, may write at once: a file appears whole, by rename, or not at all.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from tieout.kernel.errors import NotFound

CHUNK_BYTES = 1 << 20
_HEX = frozenset("0123456789abcdef")


class FileMissing(NotFound):
    """A stored file is not there, or not as it was stored."""

    code = "database.file_missing"
    remedy = "Restore the site's files from a backup, or mount the shared directory that TIEOUT_FILES names."


@dataclass(frozen=True, slots=True)
class Stored:
    """What a stored file is known by: `sha256` in hexadecimal, `size` in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class FileStore:
    """Files below `root`, as `ab/abcdef…`. Nothing is ever removed: rows refer to files by their hash."""

    root: Path

    def put(self, data: bytes) -> Stored:
        """Store bytes; storing the same again changes nothing, and mends what was altered."""
        part = self._part()
        part.write_bytes(data)
        return self._keep(part, Stored(hashlib.sha256(data).hexdigest(), len(data)))

    def put_file(self, path: Path, *, move: bool = True) -> Stored:
        """Store a file; with `move` it is gone from its place afterwards."""
        part = self._part()
        if move:
            shutil.move(path, part)
        else:
            shutil.copyfile(path, part)
        return self._keep(part, Stored(_digest(part), part.stat().st_size))

    def path(self, sha256: str, *, size: int | None = None) -> Path:
        """Where a stored file stands. Raises FileMissing when it is not there, or has another size than the row says."""
        found = self._place(sha256)
        if not found.is_file() or (size is not None and found.stat().st_size != size):
            raise FileMissing(f"The file {sha256[:12]}… is not in the store, or is damaged.", sha256=sha256)
        return found

    def verify(self, sha256: str) -> Path:
        """The same, after reading the whole file and comparing its hash."""
        found = self.path(sha256)
        if _digest(found) != sha256:
            raise FileMissing(f"The file {sha256[:12]}… was altered.", sha256=sha256)
        return found

    def _place(self, sha256: str) -> Path:
        if len(sha256) != 64 or not _HEX.issuperset(sha256):
            raise FileMissing(f"'{sha256[:80]}' is no hash of a stored file.", sha256=sha256[:80])
        return self.root / sha256[:2] / sha256

    def _part(self) -> Path:
        # In the store itself, because only there a rename is atomic.
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.root / f".part-{secrets.token_hex(8)}"

    def _keep(self, part: Path, stored: Stored) -> Stored:
        place = self._place(stored.sha256)
        if place.is_file() and _digest(place) == stored.sha256:
            part.unlink()
            return stored
        part.chmod(0o400)
        _sync(part)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        part.replace(place)
        _sync(place.parent)
        return stored


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
