"""Behaviours that can be switched while the sandbox runs, where companies differ or where no public source decides."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

_CHOICES = {
    "over_limit": ("queue", "refuse"),
    "wrong_sender": ("control", "gateway"),
    "wrong_sign_in": ("authentication", "gateway"),
    "duplicate_check": ("arrival", "execution"),
}


class BadSetting(ValueError):
    """The setting does not exist or cannot have that value."""


@dataclass
class Settings:
    """See the README for what each one means; durations are in seconds."""

    deadline: float = 900.0
    concurrency: int = 8
    over_limit: str = "queue"
    processing: float = 0.0
    session_lifetime: float = 8 * 3600.0
    wrong_sender: str = "control"
    wrong_sign_in: str = "authentication"
    duplicate_check: str = "arrival"

    def change(self, values: dict[str, Any]) -> None:
        """Set the named values, all or none; raises BadSetting."""
        known = {one.name: type(getattr(self, one.name)) for one in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise BadSetting(f"unknown setting '{name}'; known are {', '.join(known)}")
            if name in _CHOICES and value not in _CHOICES[name]:
                raise BadSetting(f"'{name}' is one of {', '.join(_CHOICES[name])}")
            if name not in _CHOICES and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
                raise BadSetting(f"'{name}' is a number and not negative")
        if values.get("concurrency", 1) != int(values.get("concurrency", 1)) or values.get("concurrency", 1) < 1:
            raise BadSetting("'concurrency' is a whole number of at least 1")
        for name, value in values.items():
            setattr(self, name, known[name](value))

    def as_dict(self) -> dict[str, Any]:
        """All settings."""
        return asdict(self)
