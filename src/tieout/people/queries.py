"""Reads of people: the site, environments, what a user may do, and whose token this is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from tieout.kernel.errors import NeedsHuman, NotFound
from tieout.people.actors import Actor, Role
from tieout.people.models import ApiToken, Environment, Grant, Site, User


class BadToken(NeedsHuman):
    """The bearer token is unknown, expired or revoked."""

    code = "people.bad_token"
    remedy = "Make a new token on the page API tokens, or with `tieout token create`."
    http_status = 401


class NoEnvironment(NotFound):
    """There is no such environment, or you hold no role in it."""

    code = "people.no_environment"
    remedy = "Use `production` or `sandbox`, or ask an Admin for a role there."


@dataclass(frozen=True, slots=True)
class SiteClock:
    """The site's calendar: its time zone and whose holidays count."""

    zone: ZoneInfo
    country: str


def site() -> Site:
    """The installation; made with defaults when it is not there yet."""
    found, _ = Site.objects.get_or_create(pk=1)
    return found


def site_clock() -> SiteClock:
    """Time zone and country of the site."""
    found = site()
    return SiteClock(ZoneInfo(found.time_zone), found.country)


def environment(slug: str) -> Environment:
    """The environment of that name. Raises NoEnvironment."""
    found = Environment.objects.filter(slug=slug).first()
    if found is None:
        raise NoEnvironment(f"There is no environment '{slug}'.", environment=slug)
    return found


def environments_of(user: User) -> list[Environment]:
    """The environments where the user holds any role, production first."""
    return list(Environment.objects.filter(pk__in=Grant.objects.filter(user=user).values("environment")))


def actor_for(user: User, environment: Environment, door: str) -> Actor:
    """The user as an actor in the environment, with every role held there (possibly none)."""
    roles = Grant.objects.filter(user=user, environment=environment).values_list("role", flat=True)
    return Actor(environment.pk, user.pk, str(user), frozenset(Role(role) for role in roles), door)


def actor_by_token(secret: str, *, now: datetime) -> Actor:
    """Who a bearer token acts as. Raises BadToken without saying which of the reasons it was."""
    digest = hashlib.sha256(secret.encode()).digest()
    valid = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now)) & Q(user__is_active=True)
    token = ApiToken.objects.filter(valid, digest=digest).select_related("user", "environment").first()
    if token is None:
        raise BadToken
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 60:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return actor_for(token.user, token.environment, "api")
