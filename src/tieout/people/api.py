"""Routes of people: who I am, my tokens, everybody and the site."""

from __future__ import annotations

from typing import Any

from ninja import Query

from tieout.api.doors import Call, Doors
from tieout.api.paging import Asked, Page, page
from tieout.people import operations, queries, shapes
from tieout.people.actors import Permission
from tieout.people.models import User

doors = Doors("people")


@doors.get("/me", Permission.READ, shapes.Me)
def who_am_i(request: Call) -> dict[str, Any]:
    """The token's owner, environment, roles and permissions."""
    actor = request.auth
    return {
        "name": actor.name,
        "environment": queries.environment_of(actor).slug,
        "roles": sorted(actor.roles),
        "permissions": [each for each in Permission if actor.may(each)],
    }


@doors.get("/site", Permission.READ, shapes.Site)
def show_site(request: Call) -> Any:
    """Name, time zone and holiday country of the installation."""
    return queries.site()


@doors.put("/site", Permission.MANAGE_PEOPLE, shapes.Site)
def configure_site(request: Call, given: shapes.SiteSettings) -> Any:
    """Change the installation's settings, in every environment."""
    return operations.configure_site(actor=request.auth, **given.dict())


@doors.get("/tokens", Permission.OWN_TOKENS, Page[shapes.Token])
def list_tokens(request: Call, asked: Query[Asked]) -> dict[str, Any]:
    """Your tokens in this environment; an Admin sees everybody's."""
    return page(queries.tokens(request.auth), asked, "-id")


@doors.post("/tokens", Permission.OWN_TOKENS, shapes.MadeToken, status=201)
def create_token(request: Call, given: shapes.NewToken) -> Any:
    """A new token that acts as you in this environment. Its secret is in this answer only."""
    token, secret = operations.create_token(actor=request.auth, now=request.now, **given.dict())
    return {"token": token, "secret": secret}


@doors.delete("/tokens/{int:token_id}", Permission.OWN_TOKENS)
def revoke_token(request: Call, token_id: int) -> None:
    """End a token now."""
    operations.revoke_token(actor=request.auth, token_id=token_id, now=request.now)


@doors.get("/people", Permission.MANAGE_PEOPLE, Page[shapes.Person])
def list_people(request: Call, asked: Query[Asked]) -> dict[str, Any]:
    """Everybody who can sign in, with the roles held in this environment."""
    return page(queries.people(request.auth.environment_id), asked, "email")


@doors.post("/people", Permission.MANAGE_PEOPLE, shapes.Person, status=201)
def create_person(request: Call, given: shapes.NewPerson) -> Any:
    """Add somebody with roles in this environment."""
    made = operations.create_user(actor=request.auth, **given.dict())
    return _person(request, made.pk)


@doors.get("/people/{int:user_id}", Permission.MANAGE_PEOPLE, shapes.Person)
def show_person(request: Call, user_id: int) -> User:
    """One person."""
    return _person(request, user_id)


@doors.put("/people/{int:user_id}/roles", Permission.MANAGE_PEOPLE, shapes.Person)
def set_roles(request: Call, user_id: int, given: shapes.Roles) -> User:
    """Give the person exactly these roles in this environment."""
    operations.set_roles(actor=request.auth, user_id=user_id, roles=given.roles)
    return _person(request, user_id)


@doors.post("/people/{int:user_id}/activate", Permission.MANAGE_PEOPLE, shapes.Person)
def activate_person(request: Call, user_id: int) -> User:
    """Let the person sign in again."""
    operations.set_active(actor=request.auth, user_id=user_id, active=True)
    return _person(request, user_id)


@doors.post("/people/{int:user_id}/deactivate", Permission.MANAGE_PEOPLE, shapes.Person)
def deactivate_person(request: Call, user_id: int) -> User:
    """End the person's access; their tokens stop working at once."""
    operations.set_active(actor=request.auth, user_id=user_id, active=False)
    return _person(request, user_id)


def _person(request: Call, user_id: int) -> User:
    return queries.person(request.auth.environment_id, user_id)
