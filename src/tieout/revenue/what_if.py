"""What contracts would recognise if some rows were entered: computed by the engine, applied nowhere.

One arrangement at a time, so an answer takes the time of a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tieout.recognition import engine
from tieout.recognition.errors import Refusal, Refused
from tieout.revenue import figures
from tieout.revenue.contract_figures import Recognised, by_period
from tieout.revenue.figures.staged import Staged

_SCHEDULE = """
    SELECT s.period, p.starts_on, s.amount, s.adjustment
    FROM schedule s
    JOIN contract k ON k.contract_id = s.contract_id
    JOIN calendar p ON p.entity = k.entity AND p.period = s.period
    WHERE s.kind = 'revenue' AND s.contract_id = ?
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """The revenue of one contract by period under one assumption, or why the engine refuses it."""

    name: str
    recognised: Sequence[Recognised] = ()
    refused: Sequence[Refusal] = ()

    @property
    def total(self) -> int:
        return sum(each.amount + each.adjustment for each in self.recognised)


@dataclass(frozen=True, slots=True)
class Compared:
    """One period under each of several assumptions; None where an assumption has nothing in it."""

    period: str
    starts_on: date
    cells: Sequence[Recognised | None]


def trial(
    environment_id: int | None, contract_id: str, name: str, rows: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Trial:
    """The contract's revenue with these rows laid over what is known; with none, as it is."""
    with figures.load(environment_id, contracts=[contract_id], staged=Staged(rows=rows)) as book:
        try:
            engine.recognise(book)
        except Refused as error:
            return Trial(name, refused=error.refusals)
        found = book.execute(_SCHEDULE, [contract_id])
        names = [column[0] for column in found.description or ()]
        return Trial(name, by_period(dict(zip(names, values, strict=True)) for values in found.fetchall()))


def treatments(environment_id: int | None, change: Mapping[str, Any], names: Sequence[str]) -> list[Trial]:
    """The same change under each treatment, after the contract as it is."""
    number = change["contract_id"]
    now = trial(environment_id, number, "", {})
    return [now, *(trial(environment_id, number, name, {"change": [{**change, "treatment": name}]}) for name in names)]


def side_by_side(trials: Sequence[Trial]) -> list[Compared]:
    """Periods in order, with what each trial recognises in them."""
    found = [{each.period: each for each in one.recognised} for one in trials]
    periods = sorted({(each.starts_on, each.period) for one in trials for each in one.recognised})
    return [Compared(period, starts_on, [one.get(period) for one in found]) for starts_on, period in periods]
