"""Rows in the text format of PostgreSQL's COPY, so that they can be made ready in one thread and sent in another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeAlias

Value: TypeAlias = str | int | bool | bytes | date | None


def cell(value: Value) -> str:
    """One value. Source: PostgreSQL's manual, COPY, "Text Format"."""
    if value is None:
        return r"\N"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("\t", "\\t")
        return escaped.replace("\n", "\\n").replace("\r", "\\r")
    return rf"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


def row(values: Iterable[Value]) -> str:
    """Several values, without the end of the line."""
    return "\t".join([cell(value) for value in values])
