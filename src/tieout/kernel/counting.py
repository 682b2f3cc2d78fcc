"""Numbers with their words, for what people read: one line, two lines."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """The number with its word; `many` is `one` with an s unless it is given."""
    return f"{count} {one if count == 1 else many or one + 's'}"
