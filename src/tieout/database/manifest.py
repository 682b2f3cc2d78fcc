"""What a backup says about itself: the table of contents by which a restore decides whether the file is whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any, Protocol

from tieout.database.errors import ArchiveInvalid

FORMAT = 1
NAME = "manifest.json"
DUMP = "database.dump"
FOLDERS = ("files", "keys")
CHUNK_BYTES = 1 << 20


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Manifest:
    """`rows` counts each table in the dump's snapshot; `sha256` has every other member of the archive, by its name."""

    created: str
    server: int
    tools: int
    rows: Mapping[str, int]
    sha256: Mapping[str, str]
    format: int = FORMAT

    def encode(self) -> bytes:
        return json.dumps(asdict(self), indent=2, sort_keys=True).encode()

    @classmethod
    def decode(cls, text: bytes) -> Manifest:
        """Raises ArchiveInvalid on anything that this version did not write."""
        try:
            fields: dict[str, Any] = json.loads(text)
            if fields["format"] != FORMAT:
                raise ArchiveInvalid(f"This backup has format {fields['format']}; this Tieout reads {FORMAT}.")
            manifest = cls(**fields)
            names = list(manifest.sha256)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ArchiveInvalid(f"The backup's manifest cannot be read: {error}.") from error
        if DUMP not in names or not all(map(_is_ours, names)):
            raise ArchiveInvalid("The backup's manifest names members that a backup does not have.")
        return manifest


class Hashing:
    """A file that remembers the SHA-256 of what was read from it."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._source.read(size)
        self._digest.update(chunk)
        return chunk

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def exhausted(self) -> Hashing:
        while self.read(CHUNK_BYTES):
            pass
        return self


def _is_ours(name: str) -> bool:
    path = PurePosixPath(name)
    inside = len(path.parts) > 1 and path.parts[0] in FOLDERS and not {"..", "."} & set(path.parts)
    return name == DUMP or (inside and str(path) == name)
