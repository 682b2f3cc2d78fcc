"""`tieout user`, `token`, `environment` and `site`: doors to people and the installation."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from tieout.cli.terminal import Terminal, command, group
from tieout.people import operations, queries, shapes
from tieout.people.actors import Permission, Role
from tieout.people.models import Environment, User

users = group("Who may sign in, and which roles they hold in the environment.")
tokens = group("API tokens: each acts as its owner in one environment.")
environments = group("Production and sandbox.")
site = group("Settings of the whole installation.")

Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]
_PERSON = {"E-mail": "email", "Name": "name", "Roles": "roles", "Active": "active", "Second factor": "second_factor"}
_TOKEN = {
    "No.": "id",
    "Name": "name",
    "Begins with": "prefix",
    "Owner": "owner",
    "Made": "created_at",
    "Expires": "expires_at",
    "Last used": "last_used_at",
    "Revoked": "revoked_at",
}
_SITE = {"Name": "name", "Time zone": "time_zone", "Holidays of": "country"}


@command(users, "list", Permission.MANAGE_PEOPLE)
def list_users(terminal: Terminal) -> None:
    """Everybody, with the roles held in this environment."""
    found = list(queries.people(terminal.actor.environment_id))
    terminal.rows(shapes.Person, found, _PERSON, empty="Nobody is here yet.")


@command(users, "create", Permission.MANAGE_PEOPLE)
def create_user(
    terminal: Terminal,
    email: Email,
    name: Annotated[str, typer.Option(help="As others see it.")] = "",
    role: Annotated[list[Role] | None, typer.Option(help="A role in this environment; can be repeated.")] = None,
    password: Annotated[
        str, typer.Option(envvar="TIEOUT_NEW_PASSWORD", help="Without one, only the identity provider lets them in.")
    ] = "",
) -> None:
    """Add a person."""
    made = operations.create_user(
        actor=terminal.actor, email=email, password=password or None, name=name, roles=role or []
    )
    terminal.record(shapes.Person, _person(terminal, made.email), _PERSON)


@command(users, "roles", Permission.MANAGE_PEOPLE)
def set_roles(
    terminal: Terminal,
    email: Email,
    role: Annotated[list[Role] | None, typer.Argument(help="Exactly these; none takes all away.")] = None,
) -> None:
    """Give a person exactly these roles in this environment."""
    operations.set_roles(actor=terminal.actor, user_id=_person(terminal, email).pk, roles=role or [])
    terminal.record(shapes.Person, _person(terminal, email), _PERSON)


@command(users, "deactivate", Permission.MANAGE_PEOPLE)
def deactivate(terminal: Terminal, email: Email) -> None:
    """End a person's access, tokens too."""
    operations.set_active(actor=terminal.actor, user_id=_person(terminal, email).pk, active=False)
    terminal.done(f"{email} cannot sign in any more.")


@command(users, "activate", Permission.MANAGE_PEOPLE)
def activate(terminal: Terminal, email: Email) -> None:
    """Give a person access again."""
    operations.set_active(actor=terminal.actor, user_id=_person(terminal, email).pk, active=True)
    terminal.done(f"{email} can sign in again.")


@command(tokens, "list", Permission.OWN_TOKENS)
def list_tokens(terminal: Terminal) -> None:
    """Your tokens in this environment; an Admin sees everybody's."""
    terminal.rows(shapes.Token, list(queries.tokens(terminal.actor)), _TOKEN, empty="No tokens.")


@command(tokens, "create", Permission.OWN_TOKENS)
def create_token(
    terminal: Terminal,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    days: Annotated[int, typer.Option(min=0, max=3650, help="Days until it expires; 0 means never.")] = 90,
) -> None:
    """A new token. Its secret is printed this once."""
    expires_at = terminal.now + timedelta(days=days) if days else None
    token, secret = operations.create_token(actor=terminal.actor, name=name, now=terminal.now, expires_at=expires_at)
    made = shapes.MadeToken.from_orm({"token": token, "secret": secret})
    terminal.done(f"{token.name}: {secret}\nKeep it now; it is not shown again.", made)


@command(tokens, "revoke", Permission.OWN_TOKENS)
def revoke_token(terminal: Terminal, number: Annotated[int, typer.Argument(help="From `tieout token list`.")]) -> None:
    """End a token now."""
    operations.revoke_token(actor=terminal.actor, token_id=number, now=terminal.now)
    terminal.done(f"Token {number} is revoked.")


@command(environments, "list", Permission.READ)
def list_environments(terminal: Terminal) -> None:
    """The environments of this site."""
    columns = {"Name": "slug", "Label": "name", "Production": "production"}
    terminal.rows(shapes.Environment, list(Environment.objects.all()), columns, empty="Run `tieout setup` first.")


@command(site, "show", Permission.READ)
def show_site(terminal: Terminal) -> None:
    """Name, time zone and whose holidays are not working days."""
    terminal.record(shapes.Site, queries.site(), _SITE)


@command(site, "change", Permission.MANAGE_PEOPLE)
def change_site(
    terminal: Terminal,
    name: Annotated[str, typer.Option(help="Of the company or group.")] = "",
    time_zone: Annotated[str, typer.Option(help="IANA name, such as America/New_York.")] = "",
    country: Annotated[str, typer.Option(help="Two letters, such as US.")] = "",
) -> None:
    """Change what is given; the rest stays."""
    now = queries.site()
    changed = operations.configure_site(
        actor=terminal.actor,
        name=name or now.name,
        time_zone=time_zone or now.time_zone,
        country=country or now.country,
    )
    terminal.record(shapes.Site, changed, _SITE)


def _person(terminal: Terminal, email: str) -> User:
    return queries.person_by_email(terminal.actor.environment_id, email)
