"""How values look on the wire: .NET decimals and dates, problems of the backend and of the gateway before it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import orjson
from starlette.responses import Response

from tieout.sandbox.company.days import DAY, date_of

JSON = "application/json; charset=utf-8"


@lru_cache(maxsize=8_192)
def _day(day: int) -> str:
    return f"{date_of(day):%Y-%m-%dT}"


def moment(stamp: int) -> str:
    """`2026-10-03T14:22:31.137`: local time without a zone, a fraction only where there is one, without trailing zeros."""
    day, rest = divmod(stamp, DAY)
    if not rest:
        return _day(day) + "00:00:00"
    seconds, thousandths = divmod(rest, 1_000)
    minutes, second = divmod(seconds, 60)
    text = f"{_day(day)}{minutes // 60:02}:{minutes % 60:02}:{second:02}"
    return f"{text}.{thousandths:03}".rstrip("0") if thousandths else text


def moment_or_null(stamp: int | None) -> str | None:
    """None stays null."""
    return None if stamp is None else moment(stamp)


def decimal_text(minor: int, places: int) -> str:
    """Minor units as a .NET decimal prints: all the currency's places, and `.0` when it has none."""
    if not places:
        return f"{minor}.0"
    whole, part = divmod(abs(minor), 10**places)
    return f"{'-' if minor < 0 else ''}{whole}.{part:0{places}}"


def decimal(minor: int, places: int) -> orjson.Fragment:
    """The same as a JSON number, digit by digit."""
    return orjson.Fragment(decimal_text(minor, places))


class Problem(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, dict(headers or {})

    def response(self) -> Response:
        """The backend's shape."""
        return self._json({"ok": False, "message": self.message})

    def _json(self, body: Mapping[str, object]) -> Response:
        return Response(orjson.dumps(body), self.status, self.headers, JSON)


class GatewayProblem(Problem):
    """The API gateway refused; the backend never saw the request."""

    def response(self) -> Response:
        """The gateway's shape."""
        return self._json({"statusCode": self.status, "message": self.message})
