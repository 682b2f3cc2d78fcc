"""`tieout revenue compute` and its kin: the engine alone, over files that an import would take as well.

Needs no database and no sign-in, and reaches nothing but the files named.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from tieout.recognition.results import Format
from tieout.recognition.tables import MICRO

if TYPE_CHECKING:
    from collections.abc import Mapping


class Form(StrEnum):
    """What the results of a computation are written as."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"
    BEANCOUNT = "beancount"


app = typer.Typer(
    help="Revenue data by file, and the engine alone over files, with no site.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.callback()(lambda: None)


@app.command()
def compute(
    files: Annotated[
        list[Path],
        typer.Argument(help="What an import takes: XLSX, a zip of CSV, CSV; and Parquet. Several belong together."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the results.")],
    form: Annotated[Form, typer.Option("--format", "-f", help="What to write; beancount: journals.")] = Form.CSV,
    encoding: Annotated[str, typer.Option(help="Of CSV files that are not UTF-8, for example windows-1252.")] = "",
) -> None:
    """Allocation, schedule, positions, waterfall, journals and explanations of the contracts in FILES."""
    from tieout.recognition import beancount, engine, results
    from tieout.revenue.batches import alone

    with engine.new_book() as book:
        read = alone.load(book, files, encoding)
        engine.compute(book)
        written = beancount.write(book, out) if form is Form.BEANCOUNT else results.write(book, out, Format(form))
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
    from tieout.recognition import engine, receivables, results
    from tieout.revenue.batches import alone

    terms = receivables.Terms(days_to_pay, _millionths(interest, "--interest"), _millionths(fee, "--fee"), days)
    with engine.new_book() as book:
        read = alone.load(book, files)
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
