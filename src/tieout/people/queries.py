"""Reads of people: the site, environments, what a user may do, and whose token this is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from tieout.kernel.errors import NeedsHuman, NotFound
from tieout.people.actors import Actor, Permission, Role
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


def environment_of(actor: Actor) -> Environment:
    """Where the actor acts. Raises NoEnvironment."""
    found = Environment.objects.filter(pk=actor.environment_id).first()
    if found is None:
        raise NoEnvironment("You act in no environment.")
    return found


def environments_of(user: User) -> list[Environment]:
    """The environments where the user holds any role, production first."""
    return list(Environment.objects.filter(pk__in=Grant.objects.filter(user=user).values("environment")))


def people(environment_id: int | None) -> QuerySet[User]:
    """Everybody, each with `roles` held in this environment and whether a `second_factor` is set up."""
    here = Q(grants__environment_id=environment_id)
    totp = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return User.objects.annotate(
        roles=ArrayAgg("grants__role", filter=here, default=Value([]), order_by="grants__role"),
        second_factor=Exists(totp),
    ).order_by("email")


def person(environment_id: int | None, user_id: int) -> User:
    """One of `people`. Raises NotFound."""
    found = people(environment_id).filter(pk=user_id).first()
    if found is None:
        raise NotFound(f"There is no person {user_id}.", user=user_id)
    return found


def person_by_email(environment_id: int | None, email: str) -> User:
    """One of `people`. Raises NotFound."""
    found = people(environment_id).filter(email=email.strip().lower()).first()
    if found is None:
        raise NotFound(f"There is nobody with the address '{email}'.", email=email)
    return found


def roles_of(user: User) -> list[tuple[Environment, list[Role]]]:
    """The environments where the user holds a role, with those roles."""
    held: dict[Environment, list[Role]] = {}
    for grant in Grant.objects.filter(user=user).select_related("environment").order_by("environment", "role"):
        held.setdefault(grant.environment, []).append(Role(grant.role))
    return list(held.items())


def tokens(actor: Actor) -> QuerySet[ApiToken]:
    """The actor's own tokens in the environment; an Admin sees everybody's."""
    found = ApiToken.objects.filter(environment_id=actor.environment_id).select_related("user")
    return found if actor.may(Permission.MANAGE_PEOPLE) else found.filter(user_id=actor.user_id)


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
