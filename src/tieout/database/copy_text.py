"""Rows in the text format of PostgreSQL's COPY, so that they can be made ready in one thread and sent in another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import TypeAlias

Value: TypeAlias = str | int | bool | date | None


_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def cell(value: Value) -> str:
    """One value. Source: PostgreSQL's manual, COPY, "Text Format"."""
    if value is None:
        return r"\N"
    text = str(value)
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text


def row(values: Iterable[Value]) -> str:
    """Several values, without the end of the line."""
    return "\t".join([cell(value) for value in values])
