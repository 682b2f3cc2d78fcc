"""`tieout setup`: brings the database, the static files and the site to this version, and makes the first Admin."""

from __future__ import annotations

import secrets
import sys
from typing import Annotated

import typer
from django.core.management import call_command
from rich.console import Console

from tieout.cli.errors import BadOption
from tieout.people import operations
from tieout.people.models import User


def setup(
    email: Annotated[
        str, typer.Option(envvar="TIEOUT_ADMIN_EMAIL", help="The first Admin's address; asked for when needed.")
    ] = "",
    password: Annotated[
        str, typer.Option(envvar="TIEOUT_ADMIN_PASSWORD", help="Made and printed once when not given.")
    ] = "",
    name: Annotated[str, typer.Option(help="The first Admin's name.")] = "",
) -> None:
    """Make this site, or bring it to this version. Safe to repeat; people and data stay."""
    with Console(stderr=True).status("Setting up …"):
        prepare()
    if User.objects.exists():
        typer.echo("The site is up to date.")
        return
    chosen = password or secrets.token_urlsafe(12)
    admin = operations.create_first_admin(email=email or _ask_address(), password=chosen, name=name)
    typer.echo(f"The site is ready. {admin.email} is Admin and Controller in every environment.")
    if not password:
        typer.echo(f"Password, shown this once: {chosen}")


def prepare() -> None:
    """Everything that can be done without knowing anybody: schema, cache table, static files, environments."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    operations.prepare_site()


def _ask_address() -> str:
    if not sys.stdin.isatty():
        raise BadOption("The first Admin's address is missing.", remedy="Add `--email ADDRESS`.")
    address: str = typer.prompt("E-mail address of the first Admin")
    return address
