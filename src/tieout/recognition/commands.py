"""`tieout revenue …`: the engine alone, over files. Needs no database and no sign-in, and reaches nothing but the files named."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from tieout.recognition.results import Format
from tieout.recognition.tables import MICRO

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
    """Allocation, schedule, positions, waterfall, journals and explanations of the contracts in FILES."""
    from tieout.recognition import engine, intake, results

    with engine.new_book() as book:
        read = intake.load(book, files)
        engine.compute(book)
        written = results.write(book, out, form)
    _tell(read, out, written)


@app.command()
def receivables(
    files: Annotated[list[Path], typer.Argument(help="Contracts, invoices and payments, as for compute.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the results.")],
    on: Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day, at its end.")],
    days_to_pay: Annotated[int, typer.Option(min=0, help="Days from an invoice to its due day.")] = 30,
    interest: Annotated[str, typer.Option(help="Interest a year on what is overdue: 0.10 is ten per cent.")] = "0",
    fee: Annotated[str, typer.Option(help="Fee for an overdue invoice, in its currency.")] = "0",
    days: Annotated[int, typer.Option(min=1, help="Days of a year of interest, and of the sales compared with.")] = 365,
    form: Annotated[Format, typer.Option("--format", "-f", help="What to write.")] = Format.CSV,
) -> None:
    """Open and overdue invoices with interest and fee, and days sales outstanding."""
    from tieout.recognition import engine, intake, receivables, results

    terms = receivables.Terms(days_to_pay, _millionths(interest, "--interest"), _millionths(fee, "--fee"), days)
    with engine.new_book() as book:
        read = intake.load(book, files)
        receivables.stand(book, on.date(), terms)
        written = results.write(book, out, form, receivables.TABLES)
    _tell(read, out, written)


def _millionths(written: str, option: str) -> int:
    number = Decimal(written) * MICRO if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", written) else None
    if number is None:
        raise typer.BadParameter("write a number with at most six decimals, for example 0.10", param_hint=option)
    return int(number)


def _tell(read: Mapping[str, int], out: Path, written: Mapping[str, int]) -> None:
    console = Console(highlight=False)
    console.print(_counted("Read", read), _counted(f"Written to {out}", written))


def _counted(title: str, counts: Mapping[str, int]) -> Table:
    drawn = Table(title=title, title_justify="left", header_style="bold")
    drawn.add_column("Table")
    drawn.add_column("Rows", justify="right")
    for name, count in counts.items():
        drawn.add_row(name, f"{count:,}")
    return drawn
