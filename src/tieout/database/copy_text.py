"""A value in the text format of PostgreSQL's COPY, so that rows can be made ready in one thread and sent in another."""

from __future__ import annotations

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def cell(value: str) -> bytes:
    """One text. Source: PostgreSQL's manual, COPY, "Text Format"."""
    return value.encode() if value.isalnum() else value.translate(_ESCAPES).encode()
