"""Rows in the text format of PostgreSQL's COPY, so that they can be made ready in one thread and sent in another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

Value: TypeAlias = str | int | bool | date | None
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def cell(value: Value) -> str:
    """One value. Source: PostgreSQL's manual, COPY, "Text Format"."""
    return r"\N" if value is None else str(value).translate(_ESCAPES)


def row(values: Sequence[Value]) -> str:
    """Several values, without the end of the line."""
    if None not in values:
        line = "\t".join(map(str, values))
        # Nearly all rows have nothing to escape, and one look at the whole is much faster than one at each value.
        if line.count("\t") < len(values) and not ("\\" in line or "\n" in line or "\r" in line):
            return line
    return "\t".join(map(cell, values))
