"""How values travel and how they are kept: MM/DD/YYYY on the wire, sortable text and scaled integers in the store.

Money is kept as an integer of 1/10,000, rates as one of 1/10,000,000,000, so that sums and comparisons are exact.
Timestamps are kept in UTC and travel in the user's own time zone, as the real gateway does.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from tieout.sandbox.intacct.catalogue.definition import Field, Type
from tieout.sandbox.intacct.errors import validation

Stored = str | int | None

SCALES = {Type.CURRENCY: 4, Type.DECIMAL: 10}
DATE = "%m/%d/%Y"
TIMESTAMP = "%m/%d/%Y %H:%M:%S"
KEPT_TIMESTAMP = "%Y-%m-%d %H:%M:%S"
_LARGEST = 2**63 - 1
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{0,18})?|[+-]?\.[0-9]{1,18}")
_BOOLEANS = {"true": "true", "t": "true", "false": "false", "f": "false"}


def kept(field: Field, text: str, offset: timedelta = timedelta(0), *, codes: bool = False) -> Stored:
    """The stored form of what a client wrote; blank text is None. Raises a validation error when it has no such form.

    Enumerations are given by label, or by database code where `codes` is true.
    """
    text = text if field.type is Type.TEXT else text.strip()
    if text == "":
        return None
    try:
        return _kept(field, text, offset, codes)
    except (ValueError, LookupError, InvalidOperation, OverflowError):
        raise validation(f"Illegal format for {field.caption}: '{text}'") from None


def shown(field: Field, value: Stored, offset: timedelta = timedelta(0)) -> str:
    """The text that a client reads; None is empty."""
    if value is None:
        return ""
    match field.type:
        case Type.CURRENCY | Type.DECIMAL:
            return plain(decimal(field, int(value)))
        case Type.DATE:
            return date.fromisoformat(str(value)).strftime(DATE)
        case Type.TIMESTAMP:
            return (datetime.fromisoformat(str(value)) + offset).strftime(TIMESTAMP)
        case Type.ENUM:
            return field.shown(str(value))
    return str(value)


def decimal(field: Field, value: int) -> Decimal:
    """The number that a scaled integer stands for."""
    return Decimal(value).scaleb(-SCALES[field.type])


def scaled(number: Decimal, kind: Type = Type.CURRENCY) -> int:
    """A number as the store keeps it."""
    return int((number.scaleb(SCALES[kind])).to_integral_value())


def plain(number: Decimal) -> str:
    """A number without an exponent and without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(text: str) -> date:
    """A date as clients write it; raises ValueError."""
    return _parsed(text.strip(), DATE).date()


def is_whole(text: str) -> bool:
    """Whether the text is a whole number in ASCII digits."""
    return text.isascii() and text.isdecimal()


def stamp(instant: datetime) -> str:
    """An instant as the store keeps it: UTC, whole seconds."""
    return instant.astimezone(UTC).strftime(KEPT_TIMESTAMP)


def _kept(field: Field, text: str, offset: timedelta, codes: bool) -> Stored:
    match field.type:
        case Type.INTEGER:
            return _bounded(int(_plain(text)))
        case Type.CURRENCY | Type.DECIMAL:
            return _bounded(scaled(Decimal(_plain(text)), field.type))
        case Type.DATE:
            return _parsed(text.split(" ")[0], DATE).date().isoformat()
        case Type.TIMESTAMP:
            pattern = TIMESTAMP if " " in text else DATE
            return (_parsed(text, pattern) - offset).strftime(KEPT_TIMESTAMP)
        case Type.BOOLEAN:
            return _BOOLEANS[text.lower()]
        case Type.ENUM:
            return text if codes else _code(field, text)
    return text


def _code(field: Field, label: str) -> str:
    code = field.code(label)
    if code is None:
        raise ValueError(label)
    return code


def _plain(text: str) -> str:
    """Refuse what Python would read and the gateway would not: exponents, underscores, infinities, other scripts' digits."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return text


def _bounded(number: int) -> int:
    if abs(number) > _LARGEST:
        raise OverflowError(number)
    return number


def _parsed(text: str, pattern: str) -> datetime:
    return datetime.strptime(text, pattern).replace(tzinfo=UTC)
