"""Revenue books to test with."""

from __future__ import annotations

from typing import Any

import pytest

from tieout.connect.models import Connection
from tieout.ledger.journals.tests.books import NOW, RevenueBooks


@pytest.fixture
def books(environments: dict[str, Any]) -> RevenueBooks:
    """Empty books in production, with a ledger that is never called."""
    where = environments["production"].pk
    target = Connection.objects.create(environment_id=where, connector="intacct", name="Intacct", created_at=NOW)
    return RevenueBooks(where, target)
