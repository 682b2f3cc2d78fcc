"""Reads of connections: lists for pages, and an opened session for those who talk to the vendor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db.models import QuerySet

from tieout.connect.models import Connection
from tieout.connect.sealing import Keyring, Sealed
from tieout.connectors.kit import registry
from tieout.connectors.kit.capabilities import Connector, Session
from tieout.connectors.kit.faults import OtherTenant
from tieout.kernel.errors import NotFound


def keyring() -> Keyring:
    """The sealing keys of this site."""
    return Keyring(settings.SEALING_KEYS_DIR)


def connections(environment_id: int | None) -> QuerySet[Connection]:
    """The connections of one environment, by name."""
    return Connection.objects.filter(environment_id=environment_id)


def connection(environment_id: int | None, connection_id: int) -> Connection:
    """One connection of the environment. Raises NotFound."""
    found = connections(environment_id).filter(pk=connection_id).first()
    if found is None:
        raise NotFound(f"There is no connection {connection_id} in this environment.", connection=connection_id)
    return found


def connector_of(connection: Connection) -> Connector:
    """The connector that the connection is made with."""
    return registry.get(connection.connector)


def credentials(connection: Connection) -> dict[str, str]:
    """Every declared field with secrets opened. Only for opening a session; never shown, never logged."""
    ring = keyring()
    opened = {
        secret.field: ring.unseal(Sealed(secret.key_id, bytes(secret.box)), owner=owner(connection.pk, secret.field))
        for secret in connection.secrets.all()
    }
    return {**connection.settings, **opened}


def owner(connection_id: int, field: str) -> str:
    """What a sealed box is bound to."""
    return f"connection:{connection_id}:{field}"


@contextmanager
def session(connection: Connection) -> Iterator[Session]:
    """An opened session, closed at the end. Opening sends nothing."""
    opened = connector_of(connection).open(credentials(connection))
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def pinned_session(connection: Connection) -> Iterator[Session]:
    """An opened session with the company that the connection is pinned to. Raises OtherTenant and the faults of a read."""
    with session(connection) as opened:
        answers = opened.tenant()
        if connection.tenant and answers != connection.tenant:
            raise OtherTenant(
                f"{connection.name} answers for the company '{answers}', but it is pinned to '{connection.tenant}'."
            )
        yield opened
