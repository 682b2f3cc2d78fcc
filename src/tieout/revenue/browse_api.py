"""Routes of contracts, what is incomplete, why a figure is what it is, entries by hand, and changes tried before they are made."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from ninja import Query

from tieout.api.doors import Call, Doors
from tieout.api.paging import Asked, Page, page
from tieout.api.shapes import Strict
from tieout.people.actors import Permission
from tieout.people.queries import site_clock
from tieout.recognition.tables import CHANGES
from tieout.revenue import browse_shapes as shapes
from tieout.revenue import contract_figures, explanations, queries, what_if
from tieout.revenue.batches import operations as batches

doors = Doors("revenue data")


class Wanted(Asked):
    """Which contracts."""

    customer_id: str = ""
    entity: str = ""
    currency: str = ""


class Figure(Strict):
    """Which figure."""

    contract: str
    line: str
    period: str


class Open(Asked):
    """Which gaps."""

    resolved: bool = False


@doors.get("/revenue/contracts", Permission.READ, Page[shapes.Contract])
def list_contracts(request: Call, asked: Query[Wanted]) -> dict[str, Any]:
    """Contracts in force, newest first."""
    names = ("customer_id", "entity", "currency")
    wanted = {name: value for name in names if (value := getattr(asked, name))}
    return page(queries.contracts(request.auth.environment_id).filter(**wanted), asked, "-id")


@doors.get("/revenue/contracts/{path:number}", Permission.READ, shapes.ContractDetail)
def show_contract(request: Call, number: str) -> Any:
    """One contract with its rows, obligations and schedule."""
    environment = request.auth.environment_id
    contract = queries.keyed(environment, "contract", number)
    rows = {
        table: [queries.values_of(row, table) for row in queries.of_contract(environment, table, number)]
        for table in queries.OF_CONTRACT
    }
    on = timezone.localdate(request.now, site_clock().zone)
    found = contract_figures.of_contract(environment, contract)
    return shapes.ContractDetail.of(contract, {table: each for table, each in rows.items() if each}, found, on)


@doors.get("/revenue/explain", Permission.READ, shapes.Explanation)
def explain_figure(request: Call, asked: Query[Figure]) -> Any:
    """The arithmetic, the rule's version, the SSP and the source rows of a line's revenue in a period."""
    environment = request.auth.environment_id
    contract = queries.keyed(environment, "contract", asked.contract)
    found = explanations.explained(environment, contract, asked.line, asked.period)
    return shapes.Explanation.of(found, contract.currency)


@doors.get("/revenue/gaps", Permission.READ, Page[shapes.Gap])
def list_gaps(request: Call, asked: Query[Open]) -> dict[str, Any]:
    """What is incomplete; with `resolved` what was."""
    found = queries.gaps(request.auth.environment_id).filter(resolved_at__isnull=not asked.resolved)
    return page(found, asked, "-id")


@doors.post("/revenue/entries", Permission.CHANGE_DATA, shapes.Entered, status=201)
def enter_rows(request: Call, given: shapes.Entry) -> Any:
    """Enter rows, or end some, as one batch: applied whole or not at all."""
    rows, ends = given.given()
    return batches.enter(request.auth, title=given.title, rows=rows, ends=ends, now=request.now)


@doors.post("/revenue/changes/preview", Permission.READ, list[shapes.Trial])
def preview_change(request: Call, given: shapes.Change) -> Any:
    """What a contract recognises as it is, and would under each treatment of a change. Nothing is entered."""
    environment, change = request.auth.environment_id, given.row()
    contract = queries.keyed(environment, "contract", change["contract_id"])
    trials = what_if.treatments(environment, change, CHANGES)
    return [
        shapes.Trial(
            treatment=each.name,
            schedule=[shapes.Recognised.of(one, contract.currency) for one in each.recognised],
            refused=[str(one) for one in each.refused],
        )
        for each in trials
    ]
