"""Reads typed values out of one raw record and refuses what it cannot read, naming record, field and value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NoReturn, TypeVar

from tieout.connectors.kit.canonical import BadRecord
from tieout.kernel.money import BadAmount, minor_units

_TOO_LARGE = 10**17
"""Minor units; one more digit might not fit the database's 64 bits when summed."""
_NO_DATE = "0001-01-01"
"""What .NET systems write for a date that was never set."""

T = TypeVar("T")


class Raw:
    """One record of `stream`, known by its `key` field. Every reading may raise BadRecord."""

    __slots__ = ("_stream", "_value", "key")

    def __init__(self, stream: str, key: str, record: Mapping[str, Any]) -> None:
        self._stream, self._value = stream, record.get
        self.key = ""
        self.key = self.id(key, required=True)

    @property
    def name(self) -> str:
        """What the record is called in messages."""
        return f"{self._stream}/{self.key}" if self.key else self._stream

    def id(self, field: str, *, required: bool = False) -> str:
        """An id as text; null, 0 and blank mean none."""
        value = self._value(field)
        if type(value) is int and value:
            return str(value)
        if isinstance(value, bool | list | dict):
            self.refuse(field, "is not an id")
        text = "" if value is None or value == 0 else str(value).strip()
        if required and not text:
            self.refuse(field, "is missing")
        return text

    def text(self, field: str) -> str:
        """A text; null means empty."""
        value = self._value(field)
        return value.strip() if type(value) is str else "" if value is None else str(value).strip()

    def flag(self, field: str) -> bool:
        """A truth value; null means no."""
        value = self._value(field)
        if value is None or value is False:
            return False
        return True if value is True else self.refuse(field, "is neither true nor false")

    def minor(self, field: str, currency: str, *, required: bool = False) -> int:
        """An amount in minor units of `currency`; null means zero unless required."""
        value = self._value(field)
        if value is None:
            return self.refuse(field, "is missing") if required else 0
        if isinstance(value, bool):
            self.refuse(field, "is not an amount")
        try:
            minor = minor_units(value, currency)
        except (BadAmount, TypeError, ValueError, ArithmeticError):
            return self.refuse(field, f"is not an amount in {currency}")
        return minor if abs(minor) < _TOO_LARGE else self.refuse(field, "is larger than any real amount")

    def moment(self, field: str) -> datetime | None:
        """A timestamp as the tenant's clock shows it, without a zone; null or never set means None."""
        return self._dated(field, _moment)

    def day(self, field: str) -> date | None:
        """The calendar day of a timestamp."""
        return self._dated(field, _day)

    def inside(self, field: str) -> Mapping[str, Any]:
        """A nested object; null means an empty one."""
        value = self._value(field)
        return value if isinstance(value, Mapping) else {}

    def rows(self, field: str) -> tuple[Mapping[str, Any], ...]:
        """A list of nested objects; null means none, a single object counts as a list of one."""
        value = self._value(field)
        several = [value] if isinstance(value, Mapping) else value
        return tuple(row for row in several if isinstance(row, Mapping)) if isinstance(several, list) else ()

    def _dated(self, field: str, read: Callable[[str], T | None]) -> T | None:
        value = self._value(field)
        if value is None or value == "":
            return None
        try:
            return read(str(value))
        except ValueError:
            return self.refuse(field, "is not a date")

    def refuse(self, field: str, why: str) -> NoReturn:
        """Raise BadRecord for this field."""
        value = self._value(field)
        shown = str(value)[:80]
        raise BadRecord(
            f"{self.name}: {field} {why}" + (f" ('{shown}')" if value is not None else ""),
            record=self.name,
            field=field,
            value=shown if value is not None else None,
        )


def _moment(text: str) -> datetime | None:
    if text.startswith(_NO_DATE):
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=None) if moment.tzinfo else moment


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    moment = _moment(text)
    return moment.date() if moment else None
