"""Puts the actor on each request of a signed-in person: who, in which environment, with which roles."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tieout.people import queries
from tieout.people.actors import Actor
from tieout.people.models import Environment, User


class ActorMiddleware:
    """Sets `request.actor`, `request.environment` and `request.environments`; None and empty when nobody is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = request.environment = None  # type: ignore[attr-defined]
        request.environments = []  # type: ignore[attr-defined]
        if not request.path.startswith(("/static/", "/api/")) and request.user.is_authenticated:
            self._identify(request, request.user)
        return self.get_response(request)

    def _identify(self, request: HttpRequest, user: User) -> None:
        environments = queries.environments_of(user)
        current = next((each for each in environments if each.pk == user.environment_id), None) or _first(environments)
        request.environments = environments  # type: ignore[attr-defined]
        request.environment = current  # type: ignore[attr-defined]
        if current is not None:
            request.actor = queries.actor_for(user, current, "web")  # type: ignore[attr-defined]
        else:
            request.actor = Actor(None, user.pk, str(user), frozenset(), "web")  # type: ignore[attr-defined]


def _first(environments: list[Environment]) -> Environment | None:
    return environments[0] if environments else None
