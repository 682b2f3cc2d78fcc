"""Writes of connections: add, change, test, remove, re-seal. Sources take an Admin, posting targets a Controller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from tieout.audit import operations as audit
from tieout.connect import queries
from tieout.connect.models import Connection, Secret
from tieout.connect.sealing import Sealed
from tieout.connectors.kit import registry
from tieout.connectors.kit.capabilities import Check, Connector, Health
from tieout.connectors.kit.faults import OtherTenant
from tieout.connectors.kit.fields import BadField, clean_all
from tieout.kernel.errors import Conflict, InvalidInput
from tieout.people.actors import Actor, Permission


class NameTaken(Conflict):
    """Another connection of this environment has this name."""

    code = "connect.name_taken"
    remedy = "Choose another name."


class ConnectionInUse(Conflict):
    """Processes use this connection."""

    code = "connect.in_use"
    remedy = "Delete the processes or point them to another connection first."


def permission_for(connector: Connector) -> Permission:
    """What it takes to connect this vendor: a source is the Admin's, a posting target the Controller's."""
    return Permission.CONNECT_SOURCE if connector.direction == "source" else Permission.CONNECT_TARGET


def add(*, actor: Actor, connector: str, name: str, values: Mapping[str, str], now: datetime) -> Connection:
    """A new connection, secrets sealed. Raises BadField, NameTaken, RoleMissing; nothing is sent to the vendor."""
    kind = registry.get(connector)
    actor.require(permission_for(kind))
    cleaned = clean_all(kind.fields, values)
    try:
        with transaction.atomic():
            made = Connection.objects.create(
                environment_id=actor.environment_id,
                connector=kind.slug,
                name=_name(name),
                settings=_plain(kind, cleaned),
                concurrency=kind.concurrency,
                created_at=now,
            )
            _seal(made, kind, cleaned)
            audit.record(
                actor=actor, action="add connection", subject=f"connection:{made.pk}", details={"name": made.name}
            )
    except IntegrityError:
        raise NameTaken(f"'{name}' is taken.", name=name) from None
    return made


def change(
    *, actor: Actor, connection_id: int, name: str, values: Mapping[str, str], concurrency: int | None = None
) -> Connection:
    """Change settings; a secret left empty stays as it is. The pinned company stays pinned."""
    found = queries.connection(actor.environment_id, connection_id)
    kind = queries.connector_of(found)
    actor.require(permission_for(kind))
    kept = {field.name for field in kind.fields if field.secret and not values.get(field.name)}
    cleaned = clean_all(kind.fields, {**values, **dict.fromkeys(kept, "kept")})
    if concurrency is not None and not 1 <= concurrency <= 32:
        raise BadField("Calls at once must be between 1 and 32", field="concurrency")
    try:
        with transaction.atomic():
            found.name, found.settings, found.state = _name(name), _plain(kind, cleaned), Connection.State.UNTESTED
            found.concurrency = concurrency or found.concurrency
            found.save()
            _seal(found, kind, {name: value for name, value in cleaned.items() if name not in kept})
            audit.record(
                actor=actor, action="change connection", subject=f"connection:{found.pk}", details={"name": found.name}
            )
    except IntegrityError:
        raise NameTaken(f"'{name}' is taken.", name=name) from None
    return found


def test(*, actor: Actor, connection_id: int, now: datetime) -> Health:
    """Ask the vendor what works, outside any transaction, and keep the result. Pins the company on first success."""
    found = queries.connection(actor.environment_id, connection_id)
    actor.require(permission_for(queries.connector_of(found)))
    with queries.session(found) as session:
        health = session.test()
    health = _with_pin(found, health)
    with transaction.atomic():
        found.tested_at, found.health = now, [asdict(check) for check in health.checks]
        found.state = Connection.State.HEALTHY if health.ok else Connection.State.FAILING
        found.tenant = found.tenant or (health.tenant if health.ok else "")
        found.save(update_fields=["tested_at", "health", "state", "tenant"])
        audit.record(
            actor=actor,
            action="test connection",
            subject=f"connection:{found.pk}",
            details={"ok": health.ok, "missing": health.missing},
        )
    return health


def remove(*, actor: Actor, connection_id: int) -> None:
    """Delete a connection that nothing uses. Raises ConnectionInUse."""
    found = queries.connection(actor.environment_id, connection_id)
    actor.require(permission_for(queries.connector_of(found)))
    try:
        with transaction.atomic():
            audit.record(
                actor=actor, action="remove connection", subject=f"connection:{found.pk}", details={"name": found.name}
            )
            found.delete()
    except ProtectedError:
        raise ConnectionInUse(f"{found.name} is in use.", connection=connection_id) from None


@transaction.atomic
def reseal_all(*, actor: Actor) -> int:
    """Make a new sealing key and seal every secret of the site with it. Returns how many; old keys can be deleted then."""
    actor.require(Permission.MANAGE_PEOPLE)
    ring = queries.keyring()
    ring.rotate()
    secrets = list(Secret.objects.select_for_update())
    for secret in secrets:
        owner = queries.owner(secret.connection_id, secret.field)
        fresh = ring.seal(ring.unseal(Sealed(secret.key_id, bytes(secret.box)), owner=owner), owner=owner)
        Secret.objects.filter(pk=secret.pk).update(key_id=fresh.key_id, box=fresh.box)
    audit.record(actor=actor, action="reseal secrets", subject="site:1", details={"count": len(secrets)})
    return len(secrets)


def _name(name: str) -> str:
    if not name.strip():
        raise InvalidInput("A connection needs a name.", remedy="Give it the name your team calls the system by.")
    return name.strip()[:100]


def _plain(kind: Connector, cleaned: Mapping[str, str]) -> dict[str, str]:
    return {field.name: cleaned[field.name] for field in kind.fields if not field.secret}


def _seal(connection: Connection, kind: Connector, cleaned: Mapping[str, str]) -> None:
    ring = queries.keyring()
    for field in kind.fields:
        if field.secret and field.name in cleaned:
            sealed = ring.seal(cleaned[field.name], owner=queries.owner(connection.pk, field.name))
            Secret.objects.update_or_create(
                connection=connection, field=field.name, defaults={"key_id": sealed.key_id, "box": sealed.box}
            )


def _with_pin(connection: Connection, health: Health) -> Health:
    if not connection.tenant or not health.tenant or health.tenant == connection.tenant:
        return health
    refusal = OtherTenant(
        f"These credentials answer for the company '{health.tenant}', but this connection is pinned to '{connection.tenant}'."
    )
    return Health(health.tenant, (*health.checks, Check("Same company", False, refusal.message, refusal.advice)))
