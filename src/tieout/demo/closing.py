"""The demo's closes, one after the other, and their tie-out as a table. A site where they ran before is only tied out again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils import timezone
from rich.console import Console
from rich.table import Table

from tieout.demo import orders, revenue
from tieout.demo.revenue import Tie, Work
from tieout.demo.site import DemoSite
from tieout.revenue import periods
from tieout.revenue.models import Period
from tieout.sync.models import Process

MONTHS_BACK = 12


def run(made: DemoSite, today: date, work: Work, console: Console) -> bool:
    """Import a year of orders, close three months, change a contract in the past, close the fourth. True when all ties."""
    first = orders.months_later(today.replace(day=1), -MONTHS_BACK)
    process = revenue.set_up(made.actor, made.gl_reports.destination.pk, now=timezone.now())
    batch = revenue.import_orders(made.actor, first, now=timezone.now())
    console.print(f"Orders of a year: [bold]{batch.get_state_display()}[/] ({batch.title})", highlight=False)
    labels = [each.label for each in periods.periods(made.actor.environment_id, "")[:4]]
    for label in labels:
        if label == labels[-1]:
            _change_late(made, first, console)
        _close(made, label, process, work, console)
    first_open = orders.months_later(first, len(labels))
    revenue.set_up_sales(made.actor, made.receipts.origin.pk, first_open, now=timezone.now())
    return _tell(list(revenue.ties(made.actor, labels)), console)


def _close(made: DemoSite, label: str, process: Process, work: Work, console: Console) -> None:
    if periods.find(made.actor.environment_id, "", label).state != Period.State.CLOSED:
        revenue.close_month(made.actor, process, label, work, now=timezone.now())
    console.print(f"Period {label}: [bold]closed[/]", highlight=False)


def _change_late(made: DemoSite, first: date, console: Console) -> None:
    effective = orders.months_later(first, 1) + timedelta(days=9)
    late = orders.retroactive_upgrade(orders.year_of_orders(first), effective)
    revenue.bring_in(made.actor, "prices-agreed-late.zip", late, now=timezone.now())
    console.print(f"Contracts changed with effect of {effective}, which is closed by now", highlight=False)


def _tell(ties: Sequence[Tie], console: Console) -> bool:
    table = Table(title="Revenue to date: figures and journal entries in Sage Intacct")
    for name in ("Period", "Account"):
        table.add_column(name)
    for name in ("Figures", "In Intacct", "Difference", "Prior periods"):
        table.add_column(name, justify="right")
    for tie in ties:
        amounts = (tie.target, tie.held, tie.difference, tie.late)
        table.add_row(tie.period, tie.account, *(f"{amount.decimal():,}" for amount in amounts))
    console.print(table)
    off = [tie for tie in ties if tie.difference]
    if off or not any(tie.held for tie in ties):
        console.print(f"[bold red]{len(off)} accounts of revenue do not tie out.[/]")
        return False
    console.print(f"[bold green]{len(ties)} balances of revenue tie out: every difference is 0.00.[/]")
    return True
