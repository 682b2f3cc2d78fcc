"""A site with something on every list, so that a page which asks the database once per row is caught."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tieout.audit import operations as audit
from tieout.connect.models import Connection
from tieout.people import operations as people
from tieout.people.actors import Actor, Role

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def fill(actor: Callable[..., Actor]) -> Callable[[int], None]:
    """`fill(12)` puts twelve more of everything into production. A room that adds a list page adds its rows here."""
    admin = actor(Role.ADMIN)
    made: list[int] = []

    def more(rows: int) -> None:
        for number in range(len(made), len(made) + rows):
            made.append(number)
            people.create_user(actor=admin, email=f"clerk{number}@example.com", password=None, roles=[Role.VIEWER])
            people.create_token(actor=admin, name=f"Export {number}", now=NOW)
            audit.record(actor=admin, action="look", subject=f"clerk:{number}", details={"number": number})
            Connection.objects.create(
                environment_id=admin.environment_id, connector="revio", name=f"Billing {number}", created_at=NOW
            )

    return more
