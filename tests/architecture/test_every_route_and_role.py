"""Every route of the API, called by nobody, by every role, and by holders of every permission.

Routes are read from the API itself, so one added later is walked too, and one without a declared permission fails the run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone
from ninja.operation import Operation
from ninja.security.base import AuthBase

from tieout.api.guard import BearerToken
from tieout.config.api import api
from tieout.people import operations
from tieout.people.actors import ALLOWED, Actor, Permission, Role

ABSENT = "987654321"
ANSWERED = {200, 201, 202, 204, 404, 409, 422}
"""What a route may answer to somebody who is let in, about records that are not there."""


@dataclass(frozen=True)
class Route:
    """One method of one address, with ids of records that do not exist."""

    method: str
    path: str
    operation: Operation

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def guard(self) -> AuthBase | None:
        found = list(self.operation.auth_callbacks)
        return found[0] if len(found) == 1 else None  # type: ignore[return-value]

    @property
    def needed(self) -> tuple[Permission, ...]:
        assert isinstance(self.guard, BearerToken)
        return self.guard.permissions

    def open_to(self, role: Role) -> bool:
        return any(role in ALLOWED[permission] for permission in self.needed)

    def call(self, token: str | None = None):  # type: ignore[no-untyped-def]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = Client(raise_request_exception=False)
        return client.generic(self.method, self.path, b"{}", "application/json", headers=headers)


def _routes() -> Iterator[Route]:
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield Route(method, "/api/v1" + prefix + re.sub(r"\{[^}]*\}", ABSENT, path), operation)


ROUTES = list(_routes())


@pytest.fixture
def token_of() -> Callable[[Actor], str]:
    """The secret of a new token that acts as this actor."""
    return lambda holder: operations.create_token(actor=holder, name="walk", now=timezone.now())[1]


@pytest.fixture
def tokens(actor: Callable[..., Actor], token_of: Callable[[Actor], str]) -> dict[Role, str]:
    """A token of one person per role."""
    return {role: token_of(actor(role)) for role in Role}


def test_every_route_declares_its_permission() -> None:
    undeclared = [str(route) for route in ROUTES if not isinstance(route.guard, BearerToken) or not route.needed]
    assert undeclared == []
    assert len(ROUTES) >= 50


def test_no_route_is_open_without_a_token(db: None) -> None:
    answers = {str(route): route.call() for route in ROUTES}
    assert {name: reply.status_code for name, reply in answers.items() if reply.status_code != 401} == {}
    assert {reply.json()["code"] for reply in answers.values()} == {"api.no_token"}


def test_every_route_refuses_a_made_up_token(db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    answers = {str(route): route.call("tieout_made-up") for route in ROUTES}
    assert {name: reply.status_code for name, reply in answers.items() if reply.status_code != 401} == {}


def test_every_role_is_let_in_exactly_where_its_permissions_say(tokens: dict[Role, str]) -> None:
    wrong = []
    for route in ROUTES:
        for role, token in tokens.items():
            reply = route.call(token)
            refused = reply.status_code == 403 and reply.json()["code"] == "people.role_missing"
            fits = reply.status_code in ANSWERED if route.open_to(role) else refused
            if not fits:
                wrong.append(f"{route} as {role}: {reply.status_code} {reply.content[:200]!r}")
    assert wrong == []


def test_a_token_loses_its_power_with_the_roles_of_its_owner(
    actor: Callable[..., Actor], token_of: Callable[[Actor], str]
) -> None:
    owner, admin = actor(Role.VIEWER), actor(Role.ADMIN)
    secret = token_of(owner)
    assert owner.user_id is not None
    operations.set_roles(actor=admin, user_id=owner.user_id, roles=[])
    assert {route.call(secret).status_code for route in ROUTES} == {403}
