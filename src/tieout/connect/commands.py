"""`tieout connect …`: doors to connections. Secrets are asked for or come from the environment, never from arguments."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Annotated

import typer

from tieout.cli.errors import BadOption
from tieout.cli.terminal import Terminal, command, group
from tieout.connect import operations, queries, shapes
from tieout.connect.models import Connection
from tieout.connectors.kit import registry
from tieout.connectors.kit.capabilities import Connector
from tieout.connectors.kit.fields import Field
from tieout.people.actors import Permission

connections = group("Connections to vendors.")
CONNECT = (Permission.CONNECT_SOURCE, Permission.CONNECT_TARGET)
Number = Annotated[int, typer.Argument(help="From `tieout connect list`.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A field as name=value; can be repeated.")]
SetFromEnv = Annotated[
    list[str] | None, typer.Option("--set-from-env", help="A field as name=VARIABLE; meant for secrets.")
]
_ROW = {
    "No.": "id",
    "Name": "name",
    "Vendor": "connector",
    "State": "state",
    "Company": "tenant",
    "Calls at once": "concurrency",
    "Tested": "tested_at",
}
_CHECK = {"Check": "name", "Works": "ok", "Found": "detail", "What to do": "remedy"}


@command(connections, "kinds", Permission.READ)
def list_kinds(terminal: Terminal) -> None:
    """The vendors that can be connected."""
    columns = {"Vendor": "slug", "Label": "label", "Direction": "direction", "Docs": "docs"}
    terminal.rows(shapes.Connector, list(registry.all_connectors()), columns, empty="No connectors are installed.")


@command(connections, "fields", Permission.READ)
def list_fields(terminal: Terminal, vendor: Annotated[str, typer.Argument(help="From `connect kinds`.")]) -> None:
    """What a vendor's connection asks for."""
    columns = {"Field": "name", "Label": "label", "Secret": "secret", "Needed": "required", "Default": "default"}
    terminal.rows(shapes.Field, list(registry.get(vendor).fields), {**columns, "Help": "help"}, empty="Nothing.")


@command(connections, "list", Permission.READ)
def list_connections(terminal: Terminal) -> None:
    """The connections of this environment."""
    found = list(queries.connections(terminal.actor.environment_id))
    terminal.rows(shapes.Connection, found, _ROW, empty="Nothing is connected yet: `tieout connect add`.")


@command(connections, "show", Permission.READ)
def show_connection(terminal: Terminal, number: Number) -> None:
    """One connection with the result of its last test. Secrets are not shown."""
    found = queries.connection(terminal.actor.environment_id, number)
    terminal.record(shapes.Connection, found, {**_ROW, "Settings": "settings"})
    terminal.more(shapes.Check, found.health, _CHECK)


@command(connections, "add", CONNECT)
def add_connection(
    terminal: Terminal,
    vendor: Annotated[str, typer.Argument(help="From `connect kinds`.")],
    name: Annotated[str, typer.Option(help="What your team calls it; the vendor's label when not given.")] = "",
    values: Set = None,
    secrets: SetFromEnv = None,
) -> None:
    """Add a connection. Fields that are not given are asked for; secrets are not echoed."""
    kind = registry.get(vendor)
    given = _asked(kind.fields, _given(kind, values, secrets))
    made = operations.add(
        actor=terminal.actor, connector=kind.slug, name=name or kind.label, values=given, now=terminal.now
    )
    terminal.record(shapes.Connection, made, _ROW)
    terminal.print(f"Now test it: [bold]tieout connect test {made.pk}[/]")


@command(connections, "change", CONNECT)
def change_connection(
    terminal: Terminal,
    number: Number,
    name: Annotated[str, typer.Option(help="A new name.")] = "",
    concurrency: Annotated[int | None, typer.Option(help="Calls at once, 1 to 32.")] = None,
    values: Set = None,
    secrets: SetFromEnv = None,
) -> None:
    """Change what is given; the rest stays, secrets too."""
    found = queries.connection(terminal.actor.environment_id, number)
    given = {**found.settings, **_given(queries.connector_of(found), values, secrets)}
    changed = operations.change(
        actor=terminal.actor,
        connection_id=number,
        name=name or found.name,
        values=given,
        concurrency=concurrency,
    )
    terminal.record(shapes.Connection, changed, _ROW)


@command(connections, "test", CONNECT)
def test_connection(terminal: Terminal, number: Number) -> None:
    """Ask the vendor what works; ends with 1 when something does not."""
    health = operations.test(actor=terminal.actor, connection_id=number, now=terminal.now)
    terminal.record(shapes.Health, health, {"Company": "tenant", "Works": "ok", "Missing": "missing"})
    terminal.more(shapes.Check, health.checks, _CHECK)
    raise typer.Exit(0 if health.ok else 1)


@command(connections, "remove", CONNECT)
def remove_connection(
    terminal: Terminal, number: Number, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Remove a connection that no process uses."""
    found: Connection = queries.connection(terminal.actor.environment_id, number)
    if not yes:
        typer.confirm(f"Remove {found.name} and its sealed secrets?", abort=True)
    operations.remove(actor=terminal.actor, connection_id=number)
    terminal.done(f"{found.name} is removed.")


@command(connections, "reseal", Permission.MANAGE_PEOPLE)
def reseal(terminal: Terminal) -> None:
    """Make a new sealing key and seal every secret of the site with it."""
    count = operations.reseal_all(actor=terminal.actor)
    terminal.done(f"{count} secrets are sealed with a new key.", {"count": count})


def _given(kind: Connector, values: list[str] | None, secrets: list[str] | None) -> dict[str, str]:
    declared = {field.name: field for field in kind.fields}
    plain = dict(_pair(each) for each in values or [])
    for name in plain:
        if name in declared and declared[name].secret:
            raise BadOption(
                f"{name} is a secret and would stay in the shell's history.",
                remedy=f"Use `--set-from-env {name}=VARIABLE`, or leave it out to be asked.",
            )
    return {**plain, **{name: _variable(variable) for name, variable in map(_pair, secrets or [])}}


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise BadOption(f"'{text}' is not name=value.")
    return name.strip(), value


def _variable(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise BadOption(f"The environment variable {name} is not set.") from None


def _asked(fields: tuple[Field, ...], given: Mapping[str, str]) -> dict[str, str]:
    """What is missing, asked for at a terminal; elsewhere the operation says what is missing."""
    if not sys.stdin.isatty():
        return dict(given)
    return {**given, **{field.name: _ask(field) for field in fields if field.name not in given and field.required}}


def _ask(field: Field) -> str:
    typer.echo(field.help)
    answer: str = typer.prompt(field.label, default=field.default or None, hide_input=field.secret)
    return answer
