"""Two controllers at the same moment: one of them closes, freezes or reopens, and the other is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tieout.close.errors import FiguresMoved, NotFrozen
from tieout.close.models import Closing
from tieout.close.tests.conftest import Desk
from tieout.kernel.errors import TieoutError
from tieout.revenue import periods
from tieout.revenue.models import Period

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _left_as_it_was() -> Iterator[None]:
    yield
    call_command("flush", verbosity=0, interactive=False)


def _both(act: Callable[[], Any]) -> list[Any]:
    """What two threads get that begin together: a result or a refusal."""
    begin = Barrier(2)

    def one() -> Any:
        try:
            begin.wait()
            return act()
        except TieoutError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return [each.result() for each in [pool.submit(one), pool.submit(one)]]


def test_a_month_is_frozen_closed_and_reopened_once(desk: Desk) -> None:
    desk.books.sell("A", 120_000)
    frozen = _both(lambda: desk.freeze("2026-09"))
    assert sorted(type(each).__name__ for each in frozen) == ["Closing", "OutOfOrder"]
    desk.sign("2026-09", "data", "preview")
    desk.post("2026-09")
    closed = _both(lambda: desk.close("2026-09"))
    assert [type(each) for each in closed].count(Closing) == 1
    assert any(isinstance(each, NotFrozen | FiguresMoved) for each in closed)
    reopened = _both(lambda: desk.reopen("2026-09"))
    assert sorted(type(each).__name__ for each in reopened) == ["Closing", "OutOfOrder"]
    assert Closing.objects.count() == 1
    assert periods.open_first(desk.books.environment_id, "US") == Period.objects.get(label="2026-09")
