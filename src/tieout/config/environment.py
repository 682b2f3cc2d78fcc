"""What an operator may set from outside, read once: environment variables, each with a safe default."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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


@dataclass(frozen=True, slots=True)
class Oidc:
    """The company's OpenID Connect provider. `server` is its issuer address."""

    server: str
    client_id: str
    client_secret: str
    name: str

    @property
    def origin(self) -> str:
        """Scheme and host, as a content security policy names it."""
        parts = urlsplit(self.server)
        return f"{parts.scheme}://{parts.netloc}"

    def app(self) -> dict[str, Any]:
        """The provider as allauth wants it."""
        return {
            "provider_id": "company",
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.client_secret,
            "settings": {"server_url": self.server},
        }


def oidc() -> Oidc | None:
    """From TIEOUT_OIDC_SERVER, _CLIENT_ID, _CLIENT_SECRET and _NAME; None unless the first three are set."""
    server, client_id, secret = (
        os.environ.get(f"TIEOUT_OIDC_{name}", "") for name in ("SERVER", "CLIENT_ID", "CLIENT_SECRET")
    )
    if not (server and client_id and secret):
        return None
    return Oidc(server, client_id, secret, os.environ.get("TIEOUT_OIDC_NAME", "your company"))
