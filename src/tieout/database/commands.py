"""`tieout db status`, `tieout db stop`, `tieout backup`, `tieout restore`: doors to the site's database."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tieout.database import archive
from tieout.database.address import resolve
from tieout.database.embedded import EmbeddedPostgres
from tieout.database.home import Home
from tieout.database.manifest import Manifest

app = typer.Typer(name="db", help="The site's own PostgreSQL.", no_args_is_help=True)


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """Show whether the embedded PostgreSQL runs. Starts nothing."""
    facts = {key: str(value) for key, value in asdict(EmbeddedPostgres(Home.from_environment()).status()).items()
             if value is not None}  # fmt: skip
    if as_json:
        typer.echo(json.dumps(facts))
    else:
        _show("Embedded PostgreSQL", facts)


@app.command()
def stop() -> None:
    """Stop the embedded PostgreSQL cleanly; running work is ended and can be continued later."""
    EmbeddedPostgres(Home.from_environment()).stop()
    typer.echo("The embedded PostgreSQL is stopped.")


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to; by default a dated file in the site's backups.")
    ] = None,
    include_keys: Annotated[
        bool, typer.Option("--include-keys", help="Also the keys that unseal credentials: guard such a file like them.")
    ] = False,
) -> None:
    """Back up the database and the files into one file, verified before it gets its name."""
    home, now = Home.from_environment(), datetime.now(UTC)
    target = file or home.backups / f"tieout-{now:%Y%m%d-%H%M%S}.tar"
    with Console(stderr=True).status("Backing up …"):
        manifest = archive.backup(resolve(home), home, target, now=now, include_keys=include_keys)
    _show(f"Backup {target}", _facts(manifest))
    if not include_keys:
        typer.echo(
            "Without the keys: credentials cannot be unsealed from it. Keep a copy of them, or use --include-keys."
        )


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `tieout backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of the data that is there.")] = False,
) -> None:
    """Restore a backup; what is there stays untouched until the backup is verified and loaded aside."""
    home = Home.from_environment()
    with Console(stderr=True).status("Restoring …"):
        manifest = archive.restore(resolve(home), home, file, replace=replace)
    _show(f"Restored {file}", _facts(manifest))


def _facts(manifest: Manifest) -> dict[str, str]:
    return {
        "made": manifest.created,
        "PostgreSQL": str(manifest.server),
        "tables": f"{len(manifest.rows):,}",
        "rows": f"{sum(manifest.rows.values()):,}",
        "files": f"{sum(name.startswith('files/') for name in manifest.sha256):,}",
        "keys": "included" if any(name.startswith("keys/") for name in manifest.sha256) else "not included",
    }


def _show(title: str, facts: dict[str, str]) -> None:
    table = Table(title=title, show_header=False, title_justify="left")
    for name, value in facts.items():
        table.add_row(name, value)
    Console().print(table)
