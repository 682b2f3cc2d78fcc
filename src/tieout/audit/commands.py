"""`tieout audit list`: who did what."""

from __future__ import annotations

from typing import Annotated

import typer

from tieout.audit import queries, shapes
from tieout.cli.terminal import Limit, Terminal, command, group
from tieout.people.actors import Permission

audit = group("Who did what, through which door.")
_ENTRY = {"When": "at", "Who": "actor", "Door": "door", "Did": "action", "To": "subject", "Details": "details"}


@command(audit, "list", Permission.READ_AUDIT)
def list_audit(
    terminal: Terminal,
    subject: Annotated[str, typer.Option(help="Only this record, as `kind:number`.")] = "",
    limit: Limit = 50,
) -> None:
    """The newest entries of this environment and of the site."""
    found = queries.entries(terminal.actor.environment_id)
    found = found.filter(subject=subject) if subject else found
    terminal.rows(shapes.Entry, list(found[:limit]), _ENTRY, empty="Nothing yet.")
