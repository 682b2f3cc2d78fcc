"""Who calls: a bearer token stands for a person in one environment, and every route names the permission it takes.

Failed attempts are counted per address and answered 429 beyond the limit. A valid token is never held up by the failures
of others behind the same address; it has 256 bits, so guessing is no way in.
"""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from ninja.security import HttpBearer

from tieout.api.errors import NoToken, TooManyAttempts, WrongEnvironment
from tieout.people import queries
from tieout.people.actors import Actor, Permission

MOST_FAILURES = 20
FORGET_SECONDS = 300
HEADER = "X-Tieout-Environment"


class BearerToken(HttpBearer):
    """Lets those pass whose token's roles have any of the permissions; `request.auth` is the actor then."""

    def __init__(self, *permissions: Permission) -> None:
        super().__init__()
        self.permissions = permissions

    def __call__(self, request: HttpRequest) -> Actor:
        actor: Actor | None = super().__call__(request)
        if actor is None:
            raise NoToken
        _same_environment(request, actor)
        actor.require_any(*self.permissions)
        return actor

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        try:
            return queries.actor_by_token(token, now=request.now)  # type: ignore[attr-defined]
        except queries.BadToken:
            _count_failure(request.META.get("REMOTE_ADDR", ""))
            raise


def _count_failure(address: str) -> None:
    key = f"tieout.api.failures:{address}"
    cache.add(key, 0, FORGET_SECONDS)
    try:
        failures = cache.incr(key)
    except ValueError:
        return
    if failures > MOST_FAILURES:
        error = TooManyAttempts(f"More than {MOST_FAILURES} calls with a wrong token came from this address.")
        error.after = FORGET_SECONDS  # type: ignore[attr-defined]
        raise error


def _same_environment(request: HttpRequest, actor: Actor) -> None:
    slug = request.headers.get(HEADER)
    if slug is None:
        return
    mine = queries.environment_of(actor)
    if slug != mine.slug:
        raise WrongEnvironment(f"The token belongs to '{mine.slug}', not to '{slug}'.", environment=mine.slug)
