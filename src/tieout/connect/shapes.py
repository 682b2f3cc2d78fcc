"""Connectors and connections as the API and `--json` show them. A secret field has a name here and never a value."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field as Declared

from tieout.api.shapes import Strict
from tieout.connect.models import Connection as Stored


class Field(Schema):
    """One value that a connector asks for."""

    name: str
    label: str
    kind: str
    required: bool
    secret: bool
    default: str
    help: str
    choices: list[tuple[str, str]]


class Connector(Schema):
    """A vendor and what it takes to connect it."""

    slug: str
    label: str
    direction: Literal["source", "target"]
    fields: list[Field]
    docs: str


class Check(Schema):
    """One thing that a test of the connection looked at."""

    name: str
    ok: bool
    detail: str = ""
    remedy: str = ""


class Health(Schema):
    """What a test of the connection found. `tenant` is the company that answered."""

    tenant: str
    ok: bool
    missing: list[str]
    checks: list[Check]


class Connection(Schema):
    """One company at one vendor. `settings` holds every declared value that is not a secret."""

    id: int
    connector: str
    name: str
    settings: dict[str, str]
    tenant: str
    concurrency: int
    state: str
    health: list[Check]
    tested_at: datetime | None
    created_at: datetime


class NewConnection(Strict):
    """A connection to add: every declared field by name, secrets too."""

    connector: str = Declared(max_length=40)
    name: str = Declared(max_length=100)
    values: dict[str, str] = Declared(default_factory=dict)


class ChangedConnection(Strict):
    """A connection's new values. A secret that is left out stays as it is."""

    name: str = Declared(max_length=100)
    values: dict[str, str] = Declared(default_factory=dict)
    concurrency: int | None = Declared(None, description="Calls at once, 1 to 32.")


def connection(stored: Stored) -> Connection:
    """From the table."""
    return Connection.from_orm(stored)
