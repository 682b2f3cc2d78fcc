"""What a report answers: tables whose every amount is minor units of its row's currency, with the checks that it ties.

The same value is drawn as a page, written to CSV and XLSX, and answered by the API; nothing is computed after this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Kind = Literal["text", "money", "number", "day"]
Days = tuple[date | None, date | None]
"""First days of the first and the last period meant; None for no bound."""
EVER: Days = (None, None)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. `tone` tells apart what is past, to come, and adjusted."""

    name: str
    label: str
    kind: Kind = "money"
    tone: str = ""
    opens: str = ""
    """The measure that its amounts open: the contracts behind them. Empty: they lead nowhere."""
    days: Days = EVER
    """The periods that its amounts are of, unless the row says."""


@dataclass(frozen=True, slots=True)
class Row:
    """Values by column; `currency` is the unit of its amounts. `place` narrows a question down to this row."""

    currency: str
    values: Mapping[str, Any]
    place: Mapping[str, str] = field(default_factory=dict)
    tone: str = ""
    opens: str = ""
    """The measure that its amounts open instead of the columns'."""
    days: Days = EVER


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns with one total for each currency. `more`: there are further pages of rows."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    totals: Sequence[Row] = ()
    lead: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One equation that the figures must satisfy, with its two sides in minor units."""

    label: str
    currency: str
    left: int
    right: int

    @property
    def difference(self) -> int:
        """Zero when it ties."""
        return self.left - self.right


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a chart: an amount for each of its points. All of one currency."""

    label: str
    tone: str
    amounts: Sequence[int]


@dataclass(frozen=True, slots=True)
class Chart:
    """Stacked columns over `points`; the table beside it says the same in figures."""

    title: str
    currency: str
    points: Sequence[str]
    series: Sequence[Series]


@dataclass(frozen=True, slots=True)
class Basis:
    """What the answer was made from: a set of figures and the two dates."""

    figures: int
    made_at: datetime
    outputs_hash: str
    inputs_hash: str
    rules_hash: str
    as_of: date
    split: bool
    """The day lies inside an accounting period, which was split there."""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole answer."""

    name: str
    title: str
    lead: str
    basis: Basis
    tables: Sequence[Table]
    charts: Sequence[Chart] = ()
    checks: Sequence[Check] = ()
    notes: Sequence[str] = ()

    @property
    def ties(self) -> bool:
        """Whether every check comes to zero."""
        return not any(check.difference for check in self.checks)
