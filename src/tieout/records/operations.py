"""Writes of records that somebody asks for: understanding what was stored anew."""

from __future__ import annotations

from django.db import transaction

from tieout.audit import operations as audit
from tieout.connect import queries as connect
from tieout.kernel.errors import InvalidInput
from tieout.people.actors import Actor, Permission
from tieout.records import landing


class NoSuchStream(InvalidInput):
    """The connection has no stream of that name whose records are understood."""

    code = "records.no_such_stream"
    remedy = "Use one of the streams named in the message."


@transaction.atomic
def remap(*, actor: Actor, connection_id: int, stream: str) -> int:
    """Read every stored record of a stream with today's connector, without pulling. Returns how many; all or nothing."""
    actor.require(Permission.EDIT_PROCESS)
    source = connect.connection(actor.environment_id, connection_id)
    known = sorted(connect.connector_of(source).mappers)
    if stream not in known:
        raise NoSuchStream(f"'{stream}' is not one of {', '.join(known) or 'none'}.", stream=stream)
    count = landing.remap(source, stream)
    details = {"stream": stream, "records": count}
    audit.record(actor=actor, action="remap records", subject=f"connection:{source.pk}", details=details)
    return count
