"""People, tokens and the site as the API and `--json` show them. No secret, no hash."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema
from pydantic import Field

from tieout.api.shapes import Strict
from tieout.people.actors import Permission, Role
from tieout.people.models import ApiToken, User


class Environment(Schema):
    """A wall between two sets of records."""

    slug: str
    name: str
    production: bool


class Person(Schema):
    """Somebody who can sign in, with the roles held in this environment."""

    id: int
    email: str
    name: str
    active: bool = Field(alias="is_active")
    roles: list[Role]
    second_factor: bool = False


class Me(Schema):
    """Who the caller is."""

    name: str
    environment: str
    roles: list[Role]
    permissions: list[Permission]


class NewPerson(Strict):
    """A person to add. Without a password the person signs in through the identity provider only."""

    email: str = Field(max_length=254)
    name: str = Field("", max_length=150)
    password: str | None = Field(None, max_length=200)
    roles: list[Role] = Field(default_factory=list)


class Roles(Strict):
    """Exactly these roles."""

    roles: list[Role]


class Token(Schema):
    """An API token without its secret."""

    id: int
    name: str
    prefix: str
    owner: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    @staticmethod
    def resolve_owner(token: ApiToken) -> str:
        return token.user.email


class NewToken(Strict):
    """A token to make."""

    name: str = Field(max_length=100)
    expires_at: datetime | None = None


class MadeToken(Schema):
    """A new token; `secret` is shown this once."""

    token: Token
    secret: str


class Site(Schema):
    """The installation."""

    name: str
    time_zone: str
    country: str


class SiteSettings(Strict):
    """Name, IANA time zone and two-letter holiday country."""

    name: str = Field(max_length=100)
    time_zone: str = Field(max_length=64)
    country: str = Field(max_length=2)


def person(user: User) -> Person:
    """One of `people.queries.people`."""
    return Person.from_orm(user)
