"""Faults as data: what goes wrong, for which requests, how often. A board hands each request at most one fault.

The kinds are the ways in which a real vendor fails its clients; `Kind` says for each whether the work was done.
A fault that does not name a known kind or match key is refused, so a typing mistake cannot pass as "no fault".
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

Facts = Mapping[str, str | Iterable[str]]
"""What is known of a request: function, object, path, method. A value may be several, as a request may hold several."""

MATCH_KEYS = frozenset({"function", "object", "path", "method"})


class Kind(StrEnum):
    """A way to fail."""

    ANSWER_LOST = "answer_lost"  # the work is done and committed, then the connection closes without an answer
    COMMIT_LOST = "commit_lost"  # the connection closes and nothing was done
    CUT = "cut"  # the work is done; the connection breaks in the middle of the answer's body
    MALFORMED_ANSWER = "malformed_answer"  # the work is done; a truncated body arrives as a complete HTTP 200
    SLOW = "slow"  # sleeps, then does the work, even when the client has gone by then
    SLOW_ANSWER = "slow_answer"  # does the work, then sleeps before it answers
    STATUS_429 = "status_429"  # refused by the rate limit, nothing was done
    STATUS_500 = "status_500"  # nothing was done
    STATUS_503 = "status_503"  # an HTML page, nothing was done
    EXPIRED_SESSION = "expired_session"  # the sign-in is refused, nothing was done
    LOCKED_PERIOD = "locked_period"  # the posting is refused as if its period were closed
    PERMISSION_DENIED = "permission_denied"  # the function is refused as if the user lacked the right


REFUSED_STATUS = {Kind.STATUS_429: 429, Kind.STATUS_500: 500, Kind.STATUS_503: 503}


class InvalidFault(ValueError):
    """The fault is not one that the sandbox knows."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One rule. `match` values are shell patterns, compared without case; `times=-1` means always.

    `skip` lets the first n matching requests pass; `delay` is in seconds and only for the slow kinds.
    """

    vendor: str
    kind: Kind
    match: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    skip: int = 0
    delay: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what could never fire as meant."""
        try:
            object.__setattr__(self, "kind", Kind(self.kind))
        except ValueError:
            raise InvalidFault(f"'{self.kind}' is not a kind of fault; known are {', '.join(Kind)}") from None
        if unknown := set(self.match) - MATCH_KEYS:
            raise InvalidFault(
                f"cannot match on {', '.join(sorted(unknown))}; known are {', '.join(sorted(MATCH_KEYS))}"
            )
        if self.times == 0 or self.times < -1 or self.skip < 0 or self.delay < 0:
            raise InvalidFault("times must be -1 or at least 1; skip and delay must not be negative")

    def matches(self, vendor: str, facts: Facts) -> bool:
        """Whether the rule speaks of this request."""
        return vendor == self.vendor and all(_fits(pattern, facts.get(key, ())) for key, pattern in self.match.items())

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape that `fault_from` reads back."""
        return asdict(self)


def fault_from(data: object) -> Fault:
    """Read one fault from JSON data; raises InvalidFault with the reason."""
    if not isinstance(data, dict):
        raise InvalidFault("a fault is an object with vendor, kind, and optionally match, times, skip, delay")
    expected: dict[str, type | tuple[type, ...]] = {
        "vendor": str, "kind": str, "match": dict, "times": int, "skip": int, "delay": (int, float)
    }  # fmt: skip
    for key, value in data.items():
        if key not in expected:
            raise InvalidFault(f"unknown key '{key}'")
        if not isinstance(value, expected[key]) or isinstance(value, bool):
            raise InvalidFault(f"'{key}' has the wrong type")
    if not {"vendor", "kind"} <= set(data):
        raise InvalidFault("vendor and kind are required")
    if not all(isinstance(pattern, str) for pattern in data.get("match", {}).values()):
        raise InvalidFault("'match' values must be strings")
    return Fault(**data)


@dataclass(frozen=True)
class Firing:
    """That a fault struck, and whom."""

    fault: Fault
    facts: Mapping[str, Any]


class FaultBoard:
    """The faults that are switched on, in order; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self._remaining: list[list[int]] = []
        self.fired: list[Firing] = []

    def add(self, fault: Fault) -> None:
        """Switch a fault on, after those that already wait."""
        with self._lock:
            self._waiting.append(fault)
            self._remaining.append([fault.skip, fault.times])

    def clear(self) -> None:
        """Switch all faults off and forget what fired."""
        with self._lock:
            self._waiting, self._remaining, self.fired = [], [], []

    def waiting(self) -> list[dict[str, Any]]:
        """Each fault that can still fire, with what is left of its `skip` and `times`."""
        with self._lock:
            pairs = zip(self._waiting, self._remaining, strict=True)
            return [fault.as_dict() | {"skip": skip, "times": times} for fault, (skip, times) in pairs if times]

    def take(self, vendor: str, facts: Facts) -> Fault | None:
        """The fault that strikes this request, counted down and recorded; None for a request in good weather."""
        with self._lock:
            for fault, left in zip(self._waiting, self._remaining, strict=True):
                if not left[1] or not fault.matches(vendor, facts):
                    continue
                if left[0]:
                    left[0] -= 1
                    continue
                left[1] -= left[1] > 0
                self.fired.append(Firing(fault, dict(facts)))
                return fault
        return None


def _fits(pattern: str, value: str | Iterable[str]) -> bool:
    candidates = (value,) if isinstance(value, str) else value
    return any(fnmatchcase(candidate.lower(), pattern.lower()) for candidate in candidates)
