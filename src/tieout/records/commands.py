"""`tieout remap`: what an improved connector understands better is read from what is stored, not pulled again."""

from __future__ import annotations

from typing import Annotated

import typer

from tieout.cli.terminal import Terminal, command, group
from tieout.people.actors import Permission
from tieout.records import operations

remap = group()


@command(remap, "remap", Permission.EDIT_PROCESS)
def remap_stream(
    terminal: Terminal,
    connection: Annotated[int, typer.Argument(help="From `tieout connect list`.")],
    stream: Annotated[str, typer.Argument(help="For example payments.")],
) -> None:
    """Read the stored raw records of a stream anew; nothing is asked of the vendor."""
    count = operations.remap(actor=terminal.actor, connection_id=connection, stream=stream)
    terminal.done(f"{count:,} records read anew.", {"count": count})
