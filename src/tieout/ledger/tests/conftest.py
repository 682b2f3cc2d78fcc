"""Books to test with."""

from __future__ import annotations

from typing import Any

import pytest

from tieout.ledger.tests.books import Books


@pytest.fixture
def books(environments: dict[str, Any]) -> Books:
    """Empty books in the sandbox environment."""
    return Books(environments["sandbox"].pk)
