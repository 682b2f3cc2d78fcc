"""Routes of connectors and connections. Secrets can be written and are never read."""

from __future__ import annotations

from typing import Any

from ninja import Query

from tieout.api.doors import CONNECT, Call, Doors
from tieout.api.paging import Asked, Page, page
from tieout.connect import operations, queries, shapes
from tieout.connect.models import Connection
from tieout.connectors.kit import registry
from tieout.connectors.kit.capabilities import Connector, Health
from tieout.people.actors import Permission

doors = Doors("connections")


@doors.get("/connectors", Permission.READ, list[shapes.Connector])
def list_connectors(request: Call) -> list[Connector]:
    """The vendors that can be connected, with the fields that each asks for."""
    return list(registry.all_connectors())


@doors.get("/connections", Permission.READ, Page[shapes.Connection])
def list_connections(request: Call, asked: Query[Asked]) -> dict[str, Any]:
    """The connections of this environment."""
    return page(queries.connections(request.auth.environment_id), asked, "name", "id")


@doors.post("/connections", CONNECT, shapes.Connection, status=201)
def add_connection(request: Call, given: shapes.NewConnection) -> Any:
    """Add a connection; nothing is sent to the vendor yet."""
    return operations.add(actor=request.auth, now=request.now, **given.dict())


@doors.get("/connections/{int:connection_id}", Permission.READ, shapes.Connection)
def show_connection(request: Call, connection_id: int) -> Connection:
    """One connection, without its secrets."""
    return queries.connection(request.auth.environment_id, connection_id)


@doors.put("/connections/{int:connection_id}", CONNECT, shapes.Connection)
def change_connection(request: Call, connection_id: int, given: shapes.ChangedConnection) -> Connection:
    """Change values; secrets that are left out stay."""
    return operations.change(actor=request.auth, connection_id=connection_id, **given.dict())


@doors.delete("/connections/{int:connection_id}", CONNECT)
def remove_connection(request: Call, connection_id: int) -> None:
    """Remove a connection that no process uses."""
    operations.remove(actor=request.auth, connection_id=connection_id)


@doors.post("/connections/{int:connection_id}/test", CONNECT, shapes.Health)
def test_connection(request: Call, connection_id: int) -> Health:
    """Ask the vendor what works; the first success pins the company."""
    return operations.test(actor=request.auth, connection_id=connection_id, now=request.now)
