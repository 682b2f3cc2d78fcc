"""What an operator may set from outside, read once: environment variables, each with a safe default."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tieout.database.home import Home


def flag(name: str, default: bool = False) -> bool:
    """`1`, `true`, `yes` and `on` are true."""
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def names(name: str, default: str = "") -> list[str]:
    """A comma-separated list; empty parts are dropped."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def key_file(home: Home, name: str) -> str:
    """The secret kept in `home/keys/<name>`, made on first use with mode 0600. Safe with several processes at once."""
    folder = Path(home.path) / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        fresh = folder / f".{name}.{secrets.token_hex(8)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
