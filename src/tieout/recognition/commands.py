"""`tieout revenue …`: the engine alone, over files. Needs no database and no sign-in, and reaches nothing but the files named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from tieout.recognition.results import Format

if TYPE_CHECKING:
    from collections.abc import Mapping

app = typer.Typer(
    help="Recognise revenue from files, without a database.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.callback()(lambda: None)


@app.command()
def compute(
    files: Annotated[
        list[Path], typer.Argument(help="CSV, XLSX or Parquet named after the tables in docs/revenue.md.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the results.")],
    form: Annotated[Format, typer.Option("--format", "-f", help="What to write.")] = Format.CSV,
) -> None:
    """Allocation, schedule, positions, waterfall and journals of the contracts in FILES."""
    from tieout.recognition import engine, intake, results

    with engine.new_book() as book:
        read = intake.load(book, files)
        engine.compute(book)
        written = results.write(book, out, form)
    console = Console(highlight=False)
    console.print(_counted("Read", read), _counted(f"Written to {out}", written))


def _counted(title: str, counts: Mapping[str, int]) -> Table:
    drawn = Table(title=title, title_justify="left", header_style="bold")
    drawn.add_column("Table")
    drawn.add_column("Rows", justify="right")
    for name, count in counts.items():
        drawn.add_row(name, f"{count:,}")
    return drawn
