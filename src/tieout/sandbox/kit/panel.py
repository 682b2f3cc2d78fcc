"""The state behind the control routes: faults, the log of requests, the clock and the latency."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tieout.sandbox.kit.faults import Fault, FaultBoard

LOG_LENGTH = 20_000


class Clock:
    """The sandbox's own time: it starts at noon UTC of the given day and runs on from there."""

    def __init__(self, today: date) -> None:
        self._start = today
        self.reset()

    def reset(self) -> None:
        """Back to the day the sandbox started with."""
        self.set(datetime.combine(self._start, time(12), UTC))

    def set(self, now: datetime) -> None:
        """Move to another instant; the clock runs on from it."""
        self._offset = now - datetime.now(UTC)

    def advance(self, seconds: float) -> None:
        """Move forward."""
        self._offset += timedelta(seconds=seconds)

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC) + self._offset

    def today(self) -> date:
        """The present day in UTC."""
        return self.now().date()


@dataclass(frozen=True)
class Seen:
    """One request as the log keeps it. `status` is the HTTP status, or 0 when no complete answer was given."""

    vendor: str
    method: str
    path: str
    status: int
    fault: str | None
    facts: Mapping[str, Any] = field(default_factory=dict)


class RequestLog:
    """The last requests, oldest first; `total` counts all of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._seen: deque[Seen] = deque(maxlen=LOG_LENGTH)
        self.total = 0

    def add(self, seen: Seen) -> None:
        """Append one request."""
        with self._lock:
            self._seen.append(seen)
            self.total += 1

    def entries(self, vendor: str | None = None) -> list[Seen]:
        """The requests kept, of one vendor or of all."""
        with self._lock:
            return [seen for seen in self._seen if vendor in (None, seen.vendor)]

    def as_list(self, vendor: str | None = None) -> list[dict[str, Any]]:
        """JSON shape of `entries`: facts such as function and object stand beside the rest."""
        flat = [asdict(seen) for seen in self.entries(vendor)]
        return [entry.pop("facts") | entry for entry in flat]


class ControlPanel:
    """What tests and demos turn: shared by every vendor of one sandbox process."""

    def __init__(self, today: date) -> None:
        self.clock = Clock(today)
        self.faults = FaultBoard()
        self.log = RequestLog()
        self.latency = 0.0
        """Seconds that every vendor request waits before it is worked on."""

    def fault(self, vendor: str, kind: str, *, times: int = 1, skip: int = 0, delay: float = 0.0, **match: str) -> None:
        """Switch on a fault: `panel.fault("intacct", "answer_lost", function="create")`."""
        self.faults.add(Fault(vendor=vendor, kind=kind, match=match, times=times, skip=skip, delay=delay))  # type: ignore[arg-type]

    def reset(self) -> None:
        """Good weather, empty log, no latency, first day."""
        self.clock.reset()
        self.faults.clear()
        self.log.clear()
        self.latency = 0.0
