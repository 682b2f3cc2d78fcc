"""Reads are repeated within reason, calls are rationed, and looking ahead never runs away."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping

import pytest
import stamina

from tieout.connectors.kit.faults import NoAnswer, Refused, VendorBusy, VendorFault
from tieout.connectors.kit.limits import Budget
from tieout.connectors.kit.pagers import Fetched, numbered
from tieout.connectors.kit.prefetch import prefetch
from tieout.connectors.kit.retry import retrying
from tieout.connectors.kit.streams import Page, Window


class _Failing:
    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.faults:
            raise self.faults.pop(0)
        return "read"


class _Clock:
    """A clock that moves only when one sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.mark.usefixtures("_no_waiting")
def test_a_read_is_tried_again_after_passing_faults() -> None:
    call = _Failing(VendorBusy(after=0.0), NoAnswer())
    assert retrying(call) == "read"
    assert call.calls == 3


@pytest.mark.usefixtures("_no_waiting")
@pytest.mark.parametrize("fault", [Refused(), VendorBusy(after=86_400.0)])
def test_a_read_is_not_repeated_when_that_cannot_help_now(fault: Exception) -> None:
    call = _Failing(fault)
    with pytest.raises(type(fault)):
        retrying(call)
    assert call.calls == 1


def test_no_minute_holds_more_calls_than_the_budget() -> None:
    clock = _Clock()
    budget = Budget(3, 100, clock=clock, sleep=clock.sleep)
    moments = []
    for _ in range(8):
        budget.take()
        moments.append(clock.now)
        clock.now += 1
    assert all(later - earlier >= 60 for earlier, later in zip(moments, moments[3:], strict=False))


def test_a_used_up_day_says_how_long_to_wait_and_ends() -> None:
    clock = _Clock()
    budget = Budget(100, 2, clock=clock, sleep=clock.sleep)
    budget.take()
    budget.take()
    clock.now = 400.0
    with pytest.raises(VendorBusy) as raised:
        budget.take()
    assert raised.value.after == 86_000.0
    clock.now = 86_400.0
    budget.take()
    assert budget.left_today == 1


def test_looking_ahead_makes_one_item_more_than_is_asked_for() -> None:
    made: list[int] = []
    enough = threading.Event()

    def source() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            if number == 1:
                enough.set()
            yield number

    with prefetch(source()) as items:
        assert next(items) == 0
        assert enough.wait(5)
    assert made == [0, 1]


def test_leaving_the_loop_early_closes_the_source_and_its_thread() -> None:
    closed = threading.Event()

    def source() -> Iterator[int]:
        try:
            yield from range(1_000_000)
        finally:
            closed.set()

    with prefetch(source(), ahead=3) as items:
        assert next(items) == 0
    assert closed.is_set()
    assert "prefetch" not in {thread.name for thread in threading.enumerate()}


def test_the_sources_error_comes_up_behind_the_items_before_it() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise VendorFault("broken")

    with prefetch(source()) as items:
        assert next(items) == 1
        with pytest.raises(VendorFault, match="broken"):
            next(items)


def test_what_is_ready_comes_at_once_and_the_error_behind_it() -> None:
    made = threading.Event()

    def source() -> Iterator[int]:
        yield from range(3)
        made.set()
        raise VendorFault("broken")

    with prefetch(source(), ahead=8) as items:
        assert next(items) == 0
        assert made.wait(5)
        assert items.ready() == [1, 2]
        with pytest.raises(VendorFault, match="broken"):
            next(items)


def _pages(rows: int, size: int, position: Mapping[str, object]) -> list[Page]:
    def fetch(number: int) -> Fetched:
        part = tuple({"id": row} for row in range((number - 1) * size, min(number * size, rows)))
        return Fetched(b"", f"page {number}", part, number * size < rows)

    return list(numbered("rows", fetch, size=size, window=Window(), position=position))


def test_a_position_of_another_page_size_loses_no_record() -> None:
    first = _pages(100, 30, {"page": 3, "size": 30, "window": ["", ""]})[0]
    assert first.records[0]["id"] == 60
    smaller = _pages(100, 7, first.position)[0]
    assert smaller.records[0]["id"] <= 60


def test_a_position_of_another_window_starts_over() -> None:
    pages = _pages(25, 10, {"page": 3, "size": 10, "window": ["2026-01-01T00:00:00", ""]})
    assert [page.number for page in pages] == [1, 2, 3]


def test_a_vendor_that_promises_more_and_sends_nothing_is_not_asked_for_ever() -> None:
    def empty(number: int) -> Fetched:
        return Fetched(b"", "", (), more=True)

    with pytest.raises(VendorFault, match="empty"):
        list(numbered("rows", empty, size=10, window=Window(), position=None))
