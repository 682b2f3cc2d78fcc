"""`tieout sandbox …`: serve the vendor sandboxes, print what a client needs to reach them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tieout.sandbox.assemble import assemble
from tieout.sandbox.kit.faults import Fault, fault_from
from tieout.sandbox.kit.server import HOST, serve

app = typer.Typer(help="Local stateful servers of the vendors' APIs.", no_args_is_help=True)

Port = Annotated[int, typer.Option(help="Port on the loopback address.", min=1, max=65535)]


@app.command("serve")
def serve_command(
    port: Port = 8100,
    faults: Annotated[Path | None, typer.Option(help="JSON list of faults to switch on.", exists=True)] = None,
    today: Annotated[str | None, typer.Option(help="The sandbox's present day, YYYY-MM-DD.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed gives another company.")] = 1,
    scale: Annotated[float, typer.Option(help="Size of the seeded company.", min=0.001)] = 1.0,
    state: Annotated[Path | None, typer.Option(help="Folder that keeps what clients wrote.", file_okay=False)] = None,
) -> None:
    """Serve every vendor sandbox until interrupted."""
    sandbox = assemble(_day(today), seed, scale, state)
    for fault in _faults(faults):
        sandbox.panel.faults.add(fault)
    Console().print(f"Sandboxes on http://{HOST}:{port}/ · control routes under /control · Ctrl-C stops")
    serve(sandbox, port)


@app.command("credentials")
def credentials_command(
    port: Port = 8100, as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False
) -> None:
    """Print, per vendor, what a client needs to sign in."""
    credentials = assemble(date(2026, 1, 1), scale=0.001).credentials(f"http://{HOST}:{port}")
    if as_json:
        typer.echo(json.dumps(credentials, indent=2))
        return
    for slug, values in credentials.items():
        table = Table("field", "value", title=slug)
        for field, value in values.items():
            table.add_row(field, value)
        Console().print(table)


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else datetime.now(UTC).date()
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a day; write it as 2026-10-31", param_hint="--today") from None


def _faults(path: Path | None) -> list[Fault]:
    if path is None:
        return []
    try:
        return [fault_from(item) for item in json.loads(path.read_text("utf-8"))]
    except (ValueError, TypeError) as problem:
        raise typer.BadParameter(f"{path}: {problem}", param_hint="--faults") from None
