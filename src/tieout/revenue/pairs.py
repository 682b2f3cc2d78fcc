"""Dimensions and custom fields as one canonical text, `class=SaaS;location=100`: names in order, so that equal ones are equal."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.kernel.errors import InvalidInput


class BadPairs(InvalidInput):
    """Dimensions or custom fields cannot be read."""

    code = "revenue.bad_pairs"
    remedy = "Write name=value, separated by semicolons, each name once: location=100; class=SaaS."


def read(text: str) -> dict[str, str]:
    """Values by name. Raises BadPairs for a part without a name or a value, or a name given twice."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if not name or not value or name in found:
            raise BadPairs(f"'{part}' cannot be used", part=part)
        found[name] = value
    return found


def write(values: Mapping[str, str]) -> str:
    """The canonical text; names without a value are left out."""
    return ";".join(f"{name}={values[name]}" for name in sorted(values) if values[name])
