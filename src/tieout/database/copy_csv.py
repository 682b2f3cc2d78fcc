"""Rows for PostgreSQL's COPY, so that they can be made ready in one thread and sent in another.

They are JSON's lists without their brackets: to COPY these are CSV, once it is told of JSON's escape and null.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

import orjson

Value: TypeAlias = str | int | bool | date | None
OPTIONS = r"(format csv, escape '\', null 'null')"
"""What `copy … from stdin` has to be told."""


def row(values: Sequence[Value]) -> bytes:
    """One row, without the end of the line. Source: PostgreSQL's manual, COPY, "CSV Format"."""
    line = orjson.dumps(values)[1:-1]
    # JSON also writes `\n` and `\u0007`, where COPY wants the characters themselves.
    return line if b"\\" not in line else ",".join(map(_cell, values)).encode()


def _cell(value: Value) -> str:
    return "null" if value is None else '"{}"'.format(str(value).replace("\\", r"\\").replace('"', r"\""))
