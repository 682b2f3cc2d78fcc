"""Who may come in, and how often: subscription key, calls per minute and per day, then login, client code and password."""

from __future__ import annotations

import base64
import binascii
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hmac import compare_digest

from starlette.datastructures import Headers

from tieout.sandbox.company.tenants import TENANTS
from tieout.sandbox.revio.wire import GatewayProblem, Problem

LOGIN, CLIENT_CODE, PASSWORD, SUBSCRIPTION_KEY = "tieout", "acme", "open:sesame", "5eed5eed5eed5eed5eed5eed5eed5eed"
LIMITED_LOGIN = "support"
DENIED: Mapping[str, frozenset[str]] = {
    LOGIN: frozenset(),
    LIMITED_LOGIN: frozenset({"Payments", "PaymentAccounts", "Bills", "Charges", "Credits"}),
}
"""Each login, with the resources that it may not read."""

_MINUTE, _DAY = 60.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """A login that proved itself, and the tenant it works in."""

    login: str
    tenant: str

    def require(self, resource: str) -> None:
        """Raises Problem 403 when the login may not read the resource."""
        if resource in DENIED[self.login]:
            raise denied(self.login, resource)


@dataclass
class Limits:
    """Calls allowed in any 60 seconds and in each day of 24 hours since the first call; None switches one off."""

    per_minute: int | None = 500
    per_day: int | None = 150_000
    clock: Callable[[], float] = time.monotonic
    _recent: deque[float] = field(default_factory=deque, init=False)
    _day: float | None = field(default=None, init=False)
    _today: int = field(default=0, init=False)

    def reset(self) -> None:
        """Forget all calls."""
        self._recent.clear()
        self._day, self._today = None, 0

    def admit(self) -> None:
        """Count one call, or raise GatewayProblem: 429 for the minute, 403 for the day."""
        now = self.clock()
        if self._day is None or now - self._day >= _DAY:
            self._day, self._today = now, 0
        while self._recent and now - self._recent[0] >= _MINUTE:
            self._recent.popleft()
        if self.per_day is not None and self._today >= self.per_day:
            raise _quota(int(self._day + _DAY - now) + 1)
        if self.per_minute is not None and len(self._recent) >= self.per_minute:
            raise rate_problem(int(self._recent[0] + _MINUTE - now) + 1)
        self._recent.append(now)
        self._today += 1


def check_key(headers: Headers) -> None:
    """The gateway's own check; raises GatewayProblem 401."""
    key = headers.get("ocp-apim-subscription-key")
    if not key:
        raise GatewayProblem(
            401,
            "Access denied due to missing subscription key. "
            "Make sure to include subscription key when making requests to an API.",
        )
    if not compare_digest(key.encode(), SUBSCRIPTION_KEY.encode()):
        raise GatewayProblem(
            401,
            "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.",
        )


def sign_in(headers: Headers) -> Visitor:
    """Basic credentials `login@clientcode:password`; raises Problem 401."""
    user, password = _basic(headers.get("authorization", ""))
    login, separator, code = user.partition("@")
    if not separator or "@" in code:
        raise _unauthorized("The user name must be login@clientcode, and the login itself must not contain '@'.")
    if code.lower() not in TENANTS:
        raise _unauthorized(f"The client code '{code}' was not found.")
    if login not in DENIED or not compare_digest(password.encode(), PASSWORD.encode()):
        raise _unauthorized("The login or the password is not valid.")
    return Visitor(login, code.lower())


def denied(login: str, resource: str) -> Problem:
    """The backend's refusal of a resource that the login may not read."""
    return Problem(403, f"The user '{login}' does not have permission to access {resource}.")


def rate_problem(seconds: int) -> GatewayProblem:
    """The gateway's refusal of a call too many."""
    return GatewayProblem(
        429, f"Rate limit is exceeded. Try again in {seconds} seconds.", {"Retry-After": str(seconds)}
    )


def _quota(seconds: int) -> GatewayProblem:
    left = f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return GatewayProblem(
        403, f"Out of call volume quota. Quota will be replenished in {left}.", {"Retry-After": str(seconds)}
    )


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise _unauthorized("Authorization has been denied for this request.")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise _unauthorized("Authorization has been denied for this request.") from None
    return user, password


def _unauthorized(message: str) -> Problem:
    return Problem(401, message, {"WWW-Authenticate": 'Basic realm="Rev.io"'})
