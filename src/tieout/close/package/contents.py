"""What a close package says, as plain values: sections of tables whose amounts are minor units with their currency.

The same content always has the same digest, whatever file it is written to. Refuses nothing and computes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tieout.kernel.money import Money

Cell = str | int | Money
"""Text, a count, or an amount."""


@dataclass(frozen=True, slots=True)
class Section:
    """A table under a heading; `empty` stands in its place when it has no rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    lead: str = ""
    empty: str = "None."


@dataclass(frozen=True, slots=True)
class Contents:
    """A whole package: its title, facts as label and text, and its sections."""

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]

    @property
    def digest(self) -> str:
        """SHA-256 of everything it says."""
        text = json.dumps(asdict(self), default=str, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def said(cell: Cell) -> str:
    """A cell as text: `1,234.50` for an amount, whose currency stands in a column of its own."""
    if isinstance(cell, Money):
        return f"{cell.decimal():,f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def is_figure(cell: Cell) -> bool:
    """Whether it is drawn right-aligned."""
    return not isinstance(cell, str)


def as_text(contents: Contents) -> dict[str, Any]:
    """The contents with every cell as text, and which columns hold figures."""
    return {
        "title": contents.title,
        "subtitle": contents.subtitle,
        "facts": [list(fact) for fact in contents.facts],
        "digest": contents.digest,
        "sections": [
            {
                "title": section.title,
                "lead": section.lead,
                "empty": section.empty,
                "columns": list(section.columns),
                "figures": [
                    any(is_figure(row[place]) for row in section.rows) for place in range(len(section.columns))
                ],
                "rows": [[said(cell) for cell in row] for row in section.rows],
            }
            for section in contents.sections
        ],
    }
