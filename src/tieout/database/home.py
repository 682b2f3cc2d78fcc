"""The directory of one site: its PostgreSQL, keys, files and backups.

Every directory is created for its owner only (0700). Nothing here decides what goes into them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DEFAULT = Path(".tieout")


@dataclass(frozen=True)
class Home:
    """A site's data directory; `path` is made absolute, so a later change of directory does not move it."""

    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path).expanduser().resolve())

    @classmethod
    def from_environment(cls) -> Home:
        """The directory named by TIEOUT_HOME, else `.tieout` in the current directory."""
        return cls(Path(os.environ.get("TIEOUT_HOME") or DEFAULT))

    @property
    def postgres(self) -> Path:
        """The embedded PostgreSQL: data, configuration, log and socket."""
        return self._private("postgres")

    @property
    def run(self) -> Path:
        """What is worthless after a restart: pid files, remembered addresses."""
        return self._private("run")

    @property
    def files(self) -> Path:
        """What users and vendors gave us, and figures; rows refer to them. Backed up. TIEOUT_FILES may name a shared mount."""
        named = os.environ.get("TIEOUT_FILES")
        if not named:
            return self._private("files")
        directory = Path(named).expanduser().resolve()
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return directory

    @property
    def keys(self) -> Path:
        """The keys that unseal credentials. Backed up only when asked for."""
        return self._private("keys")

    @property
    def backups(self) -> Path:
        """Where backups go that name no other place."""
        return self._private("backups")

    def _private(self, name: str) -> Path:
        directory = self.path / name
        for each in (self.path, directory):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        return directory
