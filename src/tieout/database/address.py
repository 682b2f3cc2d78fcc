"""Which PostgreSQL this site talks to: DATABASE_URL when set, else the embedded one, started on demand.

An address never shows its password, neither printed nor in an error.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tieout.database.errors import AddressInvalid
from tieout.database.home import Home

SCHEMES = ("postgres", "postgresql")
PATIENCE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
"""A server whose network vanishes without a word is noticed within half a minute; of no effect on a Unix socket."""
DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


@dataclass(frozen=True, repr=False)
class Address:
    """How to connect. `parameters` are libpq's keywords (host, port, dbname, user, password, sslmode, …)."""

    parameters: Mapping[str, str] = field(repr=False)
    embedded: bool = False

    @classmethod
    def parse(cls, url: str) -> Address:
        """The address in a URL; raises AddressInvalid, which names the fault and never repeats the URL."""
        try:
            scheme = urlsplit(url).scheme
            parameters = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
        except (ValueError, psycopg.ProgrammingError):
            raise AddressInvalid("DATABASE_URL cannot be read as an address.") from None
        if scheme not in SCHEMES:
            raise AddressInvalid(f"DATABASE_URL names {scheme or 'no scheme'!r}; only PostgreSQL is supported.")
        if not parameters.get("dbname"):
            raise AddressInvalid("DATABASE_URL names no database.")
        return cls(parameters)

    @property
    def conninfo(self) -> str:
        """libpq's connection string, password included: for `psycopg.connect`, never for display."""
        return make_conninfo("", **self.parameters)

    @property
    def name(self) -> str:
        return self.parameters["dbname"]

    def to(self, database: str) -> Address:
        """The same server and user, another database."""
        return Address({**self.parameters, "dbname": database}, embedded=self.embedded)

    def django(self) -> dict[str, Any]:
        """Django's DATABASES["default"] for its own PostgreSQL backend, without psycopg's pool."""
        named = {DJANGO_NAMES[key]: value for key, value in self.parameters.items() if key in DJANGO_NAMES}
        options = {key: value for key, value in self.parameters.items() if key not in DJANGO_NAMES}
        return {"ENGINE": "django.db.backends.postgresql", **named, "OPTIONS": {**PATIENCE, **options, "pool": False}}

    def __repr__(self) -> str:
        at = f"{self.parameters.get('user', '')}@{self.parameters.get('host', '')}:{self.parameters.get('port', '')}"
        return f"<Address {at}/{self.name}{' embedded' if self.embedded else ''}>"


def resolve(home: Home) -> Address:
    """DATABASE_URL's address, checked but not connected to; else the embedded server's, which then answers."""
    url = os.environ.get("DATABASE_URL", "").strip()
    if url:
        return Address.parse(url)
    from tieout.database.embedded import EmbeddedPostgres

    return EmbeddedPostgres(home).ensure()
