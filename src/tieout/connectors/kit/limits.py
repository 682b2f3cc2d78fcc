"""How many calls a vendor is asked to answer: so many in any minute, so many a day. Clock and sleep are passed in.

The minute is a sliding one, so that no sixty seconds ever hold more than the limit. The day starts with the first call.
A budget is shared by all sessions of one account in this process; other processes show only through the vendor's 429.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from tieout.connectors.kit.faults import VendorBusy

_MINUTE, _DAY = 60.0, 86_400.0


class Budget:
    """Calls allowed per minute and per day. `take()` waits for the minute and refuses beyond the day. Thread-safe."""

    def __init__(
        self,
        per_minute: int,
        per_day: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.per_minute, self.per_day = per_minute, per_day
        self._clock, self._sleep = clock, sleep
        self._recent: deque[float] = deque(maxlen=per_minute)
        self._day_start = clock()
        self._today = 0
        self._lock = threading.Lock()

    @property
    def left_today(self) -> int:
        """Calls left until the day ends."""
        return self.per_day - self._today

    def take(self) -> None:
        """Count one call, after waiting for its turn. Raises VendorBusy when the day's calls are used up."""
        with self._lock:
            self._turn_day()
            self._wait_for_minute()
            self._recent.append(self._clock())
            self._today += 1

    def _turn_day(self) -> None:
        now = self._clock()
        if now - self._day_start >= _DAY:
            self._day_start, self._today = now, 0
        if self._today >= self.per_day:
            left = self._day_start + _DAY - now
            raise VendorBusy(f"The day's budget of {self.per_day:,} calls is used up", after=left)

    def _wait_for_minute(self) -> None:
        if len(self._recent) == self.per_minute:
            pause = self._recent[0] + _MINUTE - self._clock()
            if pause > 0:
                self._sleep(pause)
