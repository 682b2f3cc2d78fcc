"""Dimensions between the engine's canonical text (`class=SaaS;location=100`) and a ledger's line, with what is given anyway.

Pure. Names that are not the ledger's own dimensions are user-defined ones or custom fields, by the ledger's name for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.connectors.kit.documents import Dimensions

STANDARD: Mapping[str, str] = {
    "location": "location",
    "department": "department",
    "class": "class_id",
    "customer": "customer",
    "item": "item",
    "project": "project",
}
"""The engine's names, and those of a line's attributes."""
_ATTRIBUTES = {attribute: name for name, attribute in STANDARD.items()}


def pairs(text: str) -> dict[str, str]:
    """The canonical text as name to value."""
    return {name: value for name, _, value in (part.partition("=") for part in text.split(";")) if name and value}


def text_of(given: Mapping[str, str]) -> str:
    """Name to value as the canonical text, names in order, without empty values."""
    return ";".join(f"{name}={value}" for name, value in sorted(given.items()) if value)


def with_defaults(text: str, defaults: Mapping[str, str]) -> str:
    """The canonical text with the defaults for names that it does not give."""
    return text_of({**defaults, **pairs(text)}) if defaults else text_of(pairs(text))


def dimensions_of(text: str) -> Dimensions:
    """The canonical text as a line carries it."""
    given = pairs(text)
    standard = {STANDARD[name]: value for name, value in given.items() if name in STANDARD}
    custom = {name: value for name, value in given.items() if name not in STANDARD}
    return Dimensions(**standard, custom=custom)


def text_of_line(stored: Mapping[str, Any]) -> str:
    """What a stored line carries as the canonical text."""
    plain = {_ATTRIBUTES[name]: value for name, value in stored.items() if name in _ATTRIBUTES}
    return text_of({**plain, **stored.get("custom", {})})
