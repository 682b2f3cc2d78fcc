"""Everything behind one figure of a contract: the arithmetic of its layers and of its allocation, the rule's version, the SSP
entries that fitted, and the rows that it depends on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.recognition.tables import INPUTS
from tieout.revenue import contract_figures, figures, formulas, queries
from tieout.revenue.contract_figures import ContractFigures
from tieout.revenue.figures import Explanation
from tieout.revenue.formulas import Formula
from tieout.revenue.models import FigureSet

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Explained:
    """The revenue of a line in a period: its own, and apart what belongs to closed periods; amounts in minor units."""

    contract_id: str
    line_id: str
    period: str
    amount: int
    adjustment: int
    layers: Sequence[Formula]
    allocation: Formula | None
    rule: Any
    prices: Sequence[str]
    """The entries of the SSP book that fitted, in words, the chosen one first."""
    sources: Sequence[tuple[str, Any]]
    """Rows in force, each with its table."""
    figure_set: FigureSet | None

    @property
    def total(self) -> int:
        return self.amount + self.adjustment


def explained(environment_id: int | None, contract: Any, line_id: str, period: str) -> Explained:
    """Explain a figure of the newest set. `contract` is a row in force. Raises NotFound."""
    found = figures.explain(environment_id, contract.contract_id, line_id, period)
    rows = _rows(environment_id, contract.contract_id, line_id)
    rule = _rule(environment_id, found.layers)
    stored = contract_figures.of_contract(environment_id, contract)
    return Explained(
        contract.contract_id,
        line_id,
        period,
        found.amount,
        found.adjustment,
        list(_layers(stored, contract, found, rows, rule)),
        _allocation(stored, contract.contract_id, line_id) if stored else None,
        rule,
        [formulas.candidate(each, contract.currency) for each in found.candidates],
        [(table, row) for table, each in rows.items() for row in each],
        stored.figure_set if stored else None,
    )


def _rows(environment_id: int | None, contract_id: str, line_id: str) -> dict[str, list[Any]]:
    """The rows in force of a line, and those of its contract that name no line, by table."""
    named = {"contract_id": contract_id, "line_id": line_id}
    found: dict[str, list[Any]] = {}
    for table in queries.OF_CONTRACT:
        wanted = {name: value for name, value in named.items() if name in INPUTS[table]}
        found[table] = list(queries.rows(environment_id, table).filter(**wanted).select_related("since")[:MOST_ROWS])
    return found


def _rule(environment_id: int | None, layers: Sequence[Mapping[str, Any]]) -> Any:
    if not layers:
        return None
    named = {"rule_id": layers[-1]["rule_id"], "version": layers[-1]["rule_version"]}
    return queries.rows(environment_id, "rule").filter(**named).first()


def _allocation(stored: ContractFigures, contract_id: str, line_id: str) -> Formula | None:
    for line in stored.lines:
        if (line["contract_id"], line["line_id"]) == (contract_id, line_id) and line["allocated"] is not None:
            pool = [each for each in stored.lines if each["pool"] == line["pool"] and each["allocated"] is not None]
            return formulas.allocation(line, pool)
    return None


def _layers(
    stored: ContractFigures | None, contract: Any, found: Explanation, rows: Mapping[str, Sequence[Any]], rule: Any
) -> Iterator[Formula]:
    """The layers with a share in the period, each with its slices up to then."""
    until = contract_figures.bounds(stored.figure_set, contract.entity, found.period) if stored else None
    line = next(iter(rows["line"]), None)
    for version in sorted({each["version"] for each in found.layers}):
        slices = [each for each in found.layers if each["version"] == version]
        if slices[-1]["period"] == found.period:
            trigger = rule.trigger if rule else ""
            happened = formulas.progress(slices[-1]["method"], trigger, rows, line, until[1]) if until else {}
            yield formulas.layer(slices, until[1] if until else None, contract.currency, happened)
