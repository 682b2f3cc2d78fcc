"""Reads Rev.io's answers: JSON without floats, the envelope of a list, and what a refusal means."""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec import MsgspecError
from msgspec.json import Decoder

from tieout.connectors.kit.faults import PermissionMissing, Refused, VendorBusy, VendorFault, WrongCredentials
from tieout.connectors.kit.http import Answer
from tieout.connectors.kit.pagers import Fetched
from tieout.connectors.kit.statuses import check_status

_FAST = Decoder(float_hook=str)
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d)")


def parse(body: bytes) -> Any:
    """JSON with fractional numbers as the text that was sent, so that no amount is ever a float. Raises ValueError."""
    try:
        return _FAST.decode(body)
    except (MsgspecError, ValueError):
        # It refuses what this one takes: halves of surrogate pairs, a byte order mark, UTF-16.
        return json.loads(body, parse_float=str, parse_constant=_refuse_constant)


def page_of(answer: Answer) -> Fetched:
    """The page that a list call brought. Raises what the status or the envelope stands for."""
    if answer.status in (401, 403):
        raise _denial(answer)
    check_status(answer)
    data = _envelope(answer)
    records = data.get("records")
    if data.get("ok") is False:
        raise Refused(f"Rev.io refuses the request: {_said(answer.body)}").seen(answer.exchange)
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise VendorFault("The answer is not one of Rev.io's lists").seen(answer.exchange)
    return Fetched(answer.body, answer.request.decode(), tuple(records), data.get("has_more") is True)


def _envelope(answer: Answer) -> dict[str, Any]:
    try:
        data = parse(answer.body)
    except ValueError as error:
        raise VendorFault(f"The answer is not complete JSON: {error}").seen(answer.exchange) from None
    if not isinstance(data, dict):
        raise VendorFault("The answer is not a JSON object").seen(answer.exchange)
    return data


def _denial(answer: Answer) -> WrongCredentials | PermissionMissing | VendorBusy:
    text = _said(answer.body)
    lower = text.lower()
    if "quota" in lower:
        return VendorBusy(f"Rev.io's daily quota is used up: {text}", after=_until_reset(answer, text)).seen(
            answer.exchange
        )
    if "subscription" in lower:
        told = f"Rev.io does not accept the subscription key: {text}"
        return WrongCredentials(told, part="subscription_key").seen(answer.exchange)
    if "client" in lower:
        return WrongCredentials(f"Rev.io does not know the client code: {text}", part="client_code").seen(
            answer.exchange
        )
    if answer.status == 403:
        return PermissionMissing(f"Rev.io denies access: {text}").seen(answer.exchange)
    told = f"Rev.io does not accept the login, password or client code: {text}"
    return WrongCredentials(told, part="login").seen(answer.exchange)


def _until_reset(answer: Answer, text: str) -> float | None:
    clock = _CLOCK.search(text)
    if answer.retry_after is not None or clock is None:
        return answer.retry_after
    hours, minutes, seconds = map(int, clock.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def _said(body: bytes) -> str:
    """The vendor's own words in an error body, whatever they are keyed by."""
    try:
        data = parse(body)
    except ValueError:
        return "(no message)"
    words = [data.get(name) for name in ("message", "error", "error_message")] if isinstance(data, dict) else []
    return next((str(word)[:300] for word in words if word), "(no message)")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
