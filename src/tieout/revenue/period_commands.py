"""`tieout period …`: accounting periods, set up and extended."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from tieout.cli.terminal import Terminal, command, group
from tieout.people.actors import Permission
from tieout.revenue import period_shapes as shapes
from tieout.revenue import periods

accounting_periods = group("Accounting periods of each entity: set up, extend, look at.")
Entity = Annotated[str, typer.Option(help="As contracts name it; empty for the company as a whole.")]
PERIOD = {"Period": "label", "Entity": "entity", "From": "starts_on", "Until before": "ends_on", "State": "state"}


class Calendar(StrEnum):
    """Fiscal calendars."""

    MONTHS = "months"
    WEEKS_445 = "4-4-5"
    WEEKS_454 = "4-5-4"
    WEEKS_544 = "5-4-4"


@command(accounting_periods, "list", Permission.READ)
def list_periods(
    terminal: Terminal,
    entity: Annotated[str | None, typer.Option(help="Only of this entity.")] = None,
    future: Annotated[bool, typer.Option("--future", help="Future ones too.")] = False,
) -> None:
    """Periods by entity, in order."""
    found = periods.periods(terminal.actor.environment_id, entity)
    shown = list(found if future else found.exclude(state=periods.State.FUTURE))
    terminal.rows(shapes.Period, shown, PERIOD, empty="No period was opened yet.")


@command(accounting_periods, "set-up", Permission.SET_UP_ACCOUNTING)
def set_up(
    terminal: Terminal,
    first: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="A day in the first period.")],
    entity: Entity = "",
    calendar: Annotated[
        Calendar, typer.Option(help="For weeks, the day given begins a fiscal year.")
    ] = Calendar.MONTHS,
    years: Annotated[int, typer.Option(min=1, max=periods.MOST_YEARS)] = 1,
) -> None:
    """Make the periods of an entity; the first one opens, and conversion is over."""
    made = periods.set_up(
        terminal.actor, entity=entity, first=first.date(), calendar=calendar.value, years=years, now=terminal.now
    )
    terminal.rows(shapes.Period, made, PERIOD, empty="None.")


@command(accounting_periods, "extend", Permission.SET_UP_ACCOUNTING)
def extend(
    terminal: Terminal, entity: Entity = "", years: Annotated[int, typer.Option(min=1, max=periods.MOST_YEARS)] = 1
) -> None:
    """Add years at the end."""
    made = periods.extend(terminal.actor, entity=entity, years=years, now=terminal.now)
    terminal.rows(shapes.Period, made, PERIOD, empty="None.")
