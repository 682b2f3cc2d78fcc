"""How a room declares its commands, and what each gets: who acts, in which environment, and where to print.

Every command takes `--as`, `--environment` and `--json` and declares its permission, so that roles hold here as they do on
the pages. A person with a shell on the server could act as anybody; the audit trail says which door was used.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from django.utils import timezone
from ninja import Schema

from tieout.cli import screen
from tieout.cli.errors import WhoAreYou
from tieout.people import queries
from tieout.people.actors import Actor, Permission
from tieout.people.models import User
from tieout.people.queries import SiteClock

Needed = Permission | tuple[Permission, ...]
View = Callable[..., None]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="Rows at most.")]
COMMANDS: dict[View, tuple[Permission, ...]] = {}
"""Every command that was declared, with what it takes."""


@dataclass(frozen=True)
class Terminal:
    """One call of one command."""

    environment: str
    email: str
    as_json: bool

    @cached_property
    def actor(self) -> Actor:
        """Who acts. Raises WhoAreYou, NoEnvironment."""
        return queries.actor_for(_person(self.email), queries.environment(self.environment), "cli")

    @cached_property
    def now(self) -> datetime:
        """The moment of the command."""
        return timezone.now()

    @cached_property
    def site(self) -> SiteClock:
        """Time zone and holidays of the site."""
        return queries.site_clock()

    @property
    def zone(self) -> ZoneInfo:
        return self.site.zone

    def rows(self, shape: type[Schema], found: Sequence[Any], columns: screen.Columns, *, empty: str) -> None:
        """Print a list, or in words that it is empty."""
        shown = [shape.from_orm(each) for each in found]
        if self.as_json:
            sys.stdout.write(screen.as_json(shown) + "\n")
        elif shown:
            screen.console().print(screen.table(shown, columns, self.zone))
        else:
            screen.console().print(f"[dim]{empty}[/]")

    def record(self, shape: type[Schema], found: Any, columns: screen.Columns) -> None:
        """Print one record."""
        shown = shape.from_orm(found)
        if self.as_json:
            sys.stdout.write(screen.as_json(shown) + "\n")
        else:
            screen.console().print(screen.facts(shown, columns, self.zone))

    def done(self, text: str, result: Any = None) -> None:
        """Say what was done; with `--json` the result itself."""
        if self.as_json:
            sys.stdout.write(screen.as_json({"done": text} if result is None else result) + "\n")
        else:
            screen.console().print(text, markup=False)

    def more(self, shape: type[Schema], found: Sequence[Any], columns: screen.Columns) -> None:
        """Print a list that belongs to the record just printed, for people; the record's JSON holds it already."""
        if found and not self.as_json:
            shown = [shape.from_orm(each) for each in found]
            screen.console().print(screen.table(shown, columns, self.zone))

    def print(self, *drawn: Any) -> None:
        """More for people; nothing with `--json`."""
        if not self.as_json:
            screen.console().print(*drawn)


_SHARED = (
    Parameter(
        "environment",
        Parameter.KEYWORD_ONLY,
        default="sandbox",
        annotation=Annotated[
            str,
            typer.Option(
                "--environment",
                "-e",
                envvar="TIEOUT_ENVIRONMENT",
                help="production or sandbox. Forgetting it never touches production.",
                rich_help_panel="Who and where",
            ),
        ],
    ),
    Parameter(
        "acting",
        Parameter.KEYWORD_ONLY,
        default="",
        annotation=Annotated[
            str,
            typer.Option(
                "--as",
                envvar="TIEOUT_USER",
                help="E-mail address of who acts; not needed while the site has one person.",
                rich_help_panel="Who and where",
            ),
        ],
    ),
    Parameter(
        "as_json",
        Parameter.KEYWORD_ONLY,
        default=False,
        annotation=Annotated[
            bool, typer.Option("--json", help="Print JSON in the API's shapes.", rich_help_panel="Who and where")
        ],
    ),
)


def group(about: str = "") -> typer.Typer:
    """The commands of one subject. Faults are told by `tieout.cli.root`, without a trace that could show values."""
    made = typer.Typer(help=about, no_args_is_help=bool(about), add_completion=False, pretty_exceptions_enable=False)
    if about:
        made.callback()(lambda: None)  # else Typer takes the only command of a group for the group itself
    return made


def command(app: typer.Typer, name: str, permission: Needed) -> Callable[[View], View]:
    """Declare a command whose function takes a Terminal first and then its own arguments and options."""
    needed = permission if isinstance(permission, tuple) else (permission,)

    def declare(view: View) -> View:
        @wraps(view)
        def run(*, environment: str, acting: str, as_json: bool, **values: Any) -> None:
            terminal = Terminal(environment, acting, as_json)
            terminal.actor.require_any(*needed)
            view(terminal, **values)

        own = list(signature(view, eval_str=True).parameters.values())[1:]
        parameters = [*(each.replace(kind=Parameter.KEYWORD_ONLY) for each in own), *_SHARED]
        run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        app.command(name)(run)
        COMMANDS[view] = needed
        return view

    return declare


def _person(email: str) -> User:
    people = User.objects.filter(is_active=True)
    if email:
        found = people.filter(email=email.strip().lower()).first()
        if found is None:
            raise WhoAreYou(f"Nobody with the address '{email}' may use this site.", email=email)
        return found
    everybody = list(people[:2])
    if len(everybody) != 1:
        raise WhoAreYou if everybody else WhoAreYou("This site has no people yet.", remedy="Run `tieout setup` first.")
    return everybody[0]
