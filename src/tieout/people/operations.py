"""Writes of people: users, roles, tokens, the site's settings. Each leaves an entry in the audit trail."""

from __future__ import annotations

import hashlib
import secrets
import zoneinfo
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from tieout.audit import operations as audit
from tieout.kernel.errors import Conflict, InvalidInput, NotFound
from tieout.people.actors import Actor, Permission, Role
from tieout.people.models import ApiToken, Environment, Grant, Site, User
from tieout.people.queries import site

DEFAULT_ENVIRONMENTS = (("production", "Production", True), ("sandbox", "Sandbox", False))


class BadPerson(InvalidInput):
    """This user cannot be saved."""

    code = "people.bad_person"
    remedy = "Correct the e-mail address or choose a longer, less common password."


class EmailTaken(Conflict):
    """Somebody with this e-mail address exists already."""

    code = "people.email_taken"
    remedy = "Give that person the role instead of creating a second one."


class LastAdmin(Conflict):
    """An environment keeps at least one active Admin."""

    code = "people.last_admin"
    remedy = "Make somebody else Admin first."


class BadSite(InvalidInput):
    """These site settings cannot be used."""

    code = "people.bad_site"
    remedy = "Choose a time zone by its IANA name, for example America/New_York, and a two-letter country code."


@transaction.atomic
def prepare_site() -> None:
    """Make the site and its two environments when they are not there. Safe to repeat."""
    site()
    for slug, name, production in DEFAULT_ENVIRONMENTS:
        Environment.objects.get_or_create(slug=slug, defaults={"name": name, "production": production})


@transaction.atomic
def create_user(*, actor: Actor, email: str, password: str | None, name: str = "", roles: Iterable[Role] = ()) -> User:
    """A new person with roles in the actor's environment. Raises BadPerson, EmailTaken."""
    actor.require(Permission.MANAGE_PEOPLE)
    user = _new_user(email, password, name)
    for role in roles:
        Grant.objects.create(user=user, environment_id=actor.environment_id, role=Role(role))
    audit.record(
        actor=actor,
        action="create user",
        subject=f"user:{user.pk}",
        details={"email": user.email, "roles": sorted(roles)},
    )
    return user


@transaction.atomic
def create_first_admin(*, email: str, password: str, name: str = "") -> User:
    """The person who sets up a new site: Admin and Controller everywhere. Raises LastAdmin when users exist already."""
    if User.objects.exists():
        raise Conflict("This site has users already.", remedy="Sign in as an Admin and add people on the page People.")
    prepare_site()
    user = _new_user(email, password, name)
    for environment in Environment.objects.all():
        for role in (Role.ADMIN, Role.CONTROLLER):
            Grant.objects.create(user=user, environment=environment, role=role)
    setup = Actor(None, user.pk, "Set-up", frozenset(), "cli")
    audit.record(actor=setup, action="create first admin", subject=f"user:{user.pk}", details={"email": user.email})
    return user


@transaction.atomic
def set_roles(*, actor: Actor, user_id: int, roles: Iterable[Role]) -> None:
    """Exactly these roles for the person in the actor's environment. Raises LastAdmin."""
    actor.require(Permission.MANAGE_PEOPLE)
    user = _user(user_id)
    wanted = {Role(role) for role in roles}
    mine = Grant.objects.filter(user=user, environment_id=actor.environment_id)
    before = sorted(mine.values_list("role", flat=True))
    mine.exclude(role__in=wanted).delete()
    Grant.objects.bulk_create(
        [Grant(user=user, environment_id=actor.environment_id, role=role) for role in wanted], ignore_conflicts=True
    )
    _keep_an_admin(actor.environment_id)
    audit.record(
        actor=actor, action="set roles", subject=f"user:{user.pk}", details={"before": before, "after": sorted(wanted)}
    )


@transaction.atomic
def set_active(*, actor: Actor, user_id: int, active: bool) -> None:
    """Let the person sign in, or not any more. Raises LastAdmin."""
    actor.require(Permission.MANAGE_PEOPLE)
    user = _user(user_id)
    User.objects.filter(pk=user.pk).update(is_active=active)
    _keep_an_admin(actor.environment_id)
    audit.record(actor=actor, action="activate" if active else "deactivate", subject=f"user:{user.pk}")


@transaction.atomic
def rename(*, actor: Actor, name: str) -> None:
    """Change the actor's own name as others see it."""
    User.objects.filter(pk=actor.user_id).update(name=name.strip()[:150])
    audit.record(actor=actor, action="rename", subject=f"user:{actor.user_id}", details={"name": name.strip()[:150]})


@transaction.atomic
def create_token(*, actor: Actor, name: str, now: datetime, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """A new API token of the actor. The secret is returned once and only its hash is kept."""
    actor.require(Permission.OWN_TOKENS)
    if not name.strip():
        raise InvalidInput("A token needs a name.", remedy="Say what the token is for.")
    secret = f"tieout_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user_id=actor.user_id,
        environment_id=actor.environment_id,
        name=name.strip()[:100],
        prefix=secret[:12],
        digest=hashlib.sha256(secret.encode()).digest(),
        created_at=now,
        expires_at=expires_at,
    )
    audit.record(actor=actor, action="create token", subject=f"token:{token.pk}", details={"name": token.name})
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Actor, token_id: int, now: datetime) -> None:
    """End one of the actor's own tokens; an Admin may end anybody's in the environment."""
    actor.require(Permission.OWN_TOKENS)
    tokens = ApiToken.objects.filter(pk=token_id, environment_id=actor.environment_id, revoked_at=None)
    if not actor.may(Permission.MANAGE_PEOPLE):
        tokens = tokens.filter(user_id=actor.user_id)
    if not tokens.update(revoked_at=now):
        raise NotFound(f"There is no token {token_id} of yours to revoke.")
    audit.record(actor=actor, action="revoke token", subject=f"token:{token_id}")


@transaction.atomic
def configure_site(*, actor: Actor, name: str, time_zone: str, country: str) -> Site:
    """Name, time zone and holiday country of the site. Raises BadSite."""
    actor.require(Permission.MANAGE_PEOPLE)
    if time_zone not in zoneinfo.available_timezones():
        raise BadSite(f"'{time_zone}' is not a time zone.", time_zone=time_zone)
    if len(country) != 2 or not country.isalpha():
        raise BadSite(f"'{country}' is not a two-letter country code.", country=country)
    found = site()
    before = {"name": found.name, "time_zone": found.time_zone, "country": found.country}
    found.name, found.time_zone, found.country = name.strip()[:100] or "Tieout", time_zone, country.upper()
    found.save()
    audit.record(actor=actor, action="configure site", subject="site:1", details={"before": before})
    return found


@transaction.atomic
def look_at(*, user: User, environment: Environment) -> None:
    """Remember which environment the person looks at."""
    User.objects.filter(pk=user.pk).update(environment=environment)


def _new_user(email: str, password: str | None, name: str) -> User:
    try:
        validate_email(email)
        if password is not None:
            validate_password(password)
    except ValidationError as error:
        raise BadPerson(" ".join(error.messages), email=email) from None
    if User.objects.filter(email=email.strip().lower()).exists():
        raise EmailTaken(f"{email} is taken.", email=email)
    return User.objects.create_user(email, password, name=name.strip()[:150])


def _user(user_id: int) -> User:
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    return user


def _keep_an_admin(environment_id: int | None) -> None:
    if not Grant.objects.filter(environment_id=environment_id, role=Role.ADMIN, user__is_active=True).exists():
        raise LastAdmin
