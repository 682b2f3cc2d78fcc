"""`tieout up`: everything on one machine, as children of one foreground process."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from django.db import connections

from tieout.cli.serving import Host, Port
from tieout.cli.setup import prepare
from tieout.cli.supervisor import Child, Supervisor
from tieout.people.models import User


def up(
    port: Port = 8000,
    host: Host = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, max=16, help="Worker processes.")] = 1,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="The vendor sandboxes too.")] = False,
    sandbox_port: Annotated[int, typer.Option(help="Port of the vendor sandboxes.")] = 8100,
) -> None:
    """Start PostgreSQL, the pages and workers; Ctrl-C ends all but PostgreSQL (`tieout down`)."""
    prepare()
    if not User.objects.exists():
        typer.echo("Nobody can sign in yet: run `tieout setup` in another terminal.")
    connections.close_all()
    children = [_child("web", "web", "--port", str(port), "--host", host)]
    children += [_child(f"worker {number}", "worker") for number in range(1, workers + 1)]
    if sandbox:
        children.append(_child("sandbox", "sandbox", "serve", "--port", str(sandbox_port)))
    _say(f"Tieout is at http://{host}:{port}/ · Ctrl-C ends it")
    Supervisor(children, _say).run()
    _say("Ended. PostgreSQL stays up until `tieout down`.")


def _say(text: str) -> None:
    """At once, also into a file."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _child(name: str, *arguments: str) -> Child:
    return Child(name, [sys.executable, "-m", "tieout", *arguments])
