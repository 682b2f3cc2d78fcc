"""What commands print: rich tables for people, the API's own shapes as JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tieout.api.shapes import Amount

WIDE = 160
"""Columns when the output is no terminal, so that nothing is cut where a program or a file receives it."""
_COLOURS = {
    "bold red": ("failed", "FAILED", "failing", "unknown"),
    "yellow": ("attention", "NEEDS ATTENTION", "open", "stopping", "STOPPING", "stopped", "untested", "reversing"),
    "cyan": ("queued", "QUEUED", "running", "RUNNING", "sending", "planned"),
    "green": ("succeeded", "verified", "healthy", "sent"),
}
_COLOUR = {word: colour for colour, words in _COLOURS.items() for word in words}
_NOTHING: tuple[Any, ...] = (None, "", {}, [], ())
Columns = Mapping[str, str]
"""Header to the path of a value, for example `{"From": "source.name"}`."""


@cache
def console(*, stderr: bool = False) -> Console:
    """The terminal."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else WIDE
    return Console(stderr=stderr, width=width, highlight=False)


def as_json(value: Any) -> str:
    """Shapes as the API answers them."""
    return json.dumps(_plain(value), indent=2, ensure_ascii=False)


def table(rows: Sequence[Any], columns: Columns, zone: ZoneInfo, title: str = "") -> Table:
    """One line a row; amounts and numbers stand to the right."""
    drawn = Table(title=title or None, title_justify="left", header_style="bold", row_styles=("", "dim"))
    values = [[_at(row, path) for path in columns.values()] for row in rows]
    for number, header in enumerate(columns):
        right = any(isinstance(line[number], Amount) or type(line[number]) is int for line in values)
        drawn.add_column(header, justify="right" if right else "left", overflow="fold")
    for line in values:
        drawn.add_row(*(_shown(value, zone) for value in line))
    return drawn


def facts(record: Any, columns: Columns, zone: ZoneInfo) -> Table:
    """One record as a list of names and values; what is empty is left out."""
    drawn = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    drawn.add_column(style="bold")
    drawn.add_column(overflow="fold")
    for header, path in columns.items():
        value = _at(record, path)
        if value not in _NOTHING:
            drawn.add_row(header, _shown(value, zone))
    return drawn


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _at(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
    return row


def _shown(value: Any, zone: ZoneInfo) -> Text:
    if value is None:
        return Text("")
    if isinstance(value, datetime):
        return Text(f"{value.astimezone(zone):%Y-%m-%d %H:%M}")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, int):
        return Text(f"{value:,}")
    if isinstance(value, Mapping):
        told = {name: _shown(each, zone).plain for name, each in value.items() if each not in _NOTHING}
        return Text(", ".join(f"{name} {each}" for name, each in told.items()))
    if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        return Text(f"{len(value)} rows")
    if isinstance(value, list | tuple):
        return Text(", ".join(_shown(each, zone).plain for each in value))
    return Text(str(value), style=_COLOUR.get(str(value), ""))
