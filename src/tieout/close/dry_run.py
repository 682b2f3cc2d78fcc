"""The dry run as a table and as files: by account and dimension, what the ledger holds, what will be posted, what it will hold."""

from __future__ import annotations

import csv
import io

from tieout.close import queries
from tieout.close.package import workbook
from tieout.close.package.contents import Cell, Contents, Section
from tieout.kernel.errors import Conflict
from tieout.kernel.money import Money
from tieout.ledger import journals
from tieout.ledger.journals import DryLine, DryRun
from tieout.revenue.models import Period

COLUMNS = ("Account", "Dimensions", "Currency", "Holds now", "Under way", "Own", "Earlier periods", "Will hold")


class NoFiguresYet(Conflict):
    """There are no figures yet, so there is nothing to post."""

    code = "close.no_figures"
    remedy = "Import or enter contracts first; figures are computed soon after, or when the period is frozen."


def of_period(period: Period) -> DryRun:
    """With the figures that the period is frozen with, else the newest. Raises NoFiguresYet."""
    figures = queries.reviewed_figures(period)
    if figures is None or period.environment_id is None:
        raise NoFiguresYet(period=period.label)
    return journals.difference(period.environment_id, figures, entity=period.entity, period=period.label)


def amounts(line: DryLine) -> tuple[int, int, int, int, int]:
    """Held now, under way, to be posted for the period itself and for earlier ones, and held after; minor units."""
    return line.holds_now, line.under_way, line.current, line.prior, line.holds_after


def section(found: DryRun) -> Section:
    """Every line, amounts with debits positive."""
    rows: list[list[Cell]] = [
        [line.account, line.dimensions, line.currency, *(Money(minor, line.currency) for minor in amounts(line))]
        for line in found.lines
    ]
    return Section(f"Dry run {found.period}", COLUMNS, rows, "Debits positive, to date through the period.")


def as_csv(found: DryRun) -> bytes:
    """UTF-8 with a byte order mark, as spreadsheets expect; amounts as `1234.50`."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for row in section(found).rows:
        writer.writerow([cell.text() if isinstance(cell, Money) else _plain(str(cell)) for cell in row])
    return target.getvalue().encode("utf-8-sig")


def as_xlsx(found: DryRun) -> bytes:
    """A workbook with the same lines, amounts as numbers."""
    return workbook.write(Contents(f"Dry run {found.period}", found.entity, (), [section(found)]))


def _plain(text: str) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
