"""A whole sandbox on a socket, for clients that other people wrote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tieout.sandbox.intacct.app import IntacctSandbox
from tieout.sandbox.kit.server import RunningSandbox, build


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    today = date(2026, 10, 5)
    with RunningSandbox(build(IntacctSandbox(seed=1, today=today, scale=0.2), today=today)) as running:
        yield running
