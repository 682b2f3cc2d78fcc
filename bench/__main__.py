"""`python -m bench`: set up, measure, print, remove everything."""

from __future__ import annotations

import logging
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.grounds import home, vendors
from bench.sizes import FULL, TINY

SMALL = 0.01
console = Console(width=160)


class Part(StrEnum):
    """A group of rows."""

    PULL = "pull"
    POST = "post"
    PAGES = "pages"
    REVENUE = "revenue"
    IMPORTS = "imports"


def main(
    only: Annotated[list[Part] | None, typer.Option(help="Measure only this part; may be repeated.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write the figures to this page as well.")] = None,
    tiny: Annotated[bool, typer.Option(help="Run everything at a tiny size, to see that it works.")] = False,
) -> None:
    """Measure pulling, posting, pages, revenue and imports against their peers."""
    with home():
        import django

        django.setup()
        logging.disable(logging.WARNING)
        from django.conf import settings

        from bench import figures, imports, machine, pages, post, pull, revenue, site

        with vendors(SMALL) as running:
            site.set_up(running.credentials)
        about = machine.describe(settings.DATABASE_ADDRESS.conninfo)
        console.print(about)
        groups = []
        parts = {Part.PULL: pull.measure, Part.POST: post.measure, Part.PAGES: pages.measure,
                 Part.REVENUE: revenue.measure, Part.IMPORTS: imports.measure}  # fmt: skip
        for part in only or list(Part):
            groups.append(parts[part](TINY if tiny else FULL, lambda text: console.print(f"[dim]{text}[/]")))
            console.print(figures.table(groups[-1]))
        if write:
            write.write_text(figures.page(groups, about))


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(main)
app()
