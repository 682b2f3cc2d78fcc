"""What each tab of a contract's page shows, from the rows and the figures that the page holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.kernel.money import Money
from tieout.revenue import history, queries, words
from tieout.revenue.contract_figures import ContractFigures, Recognised
from tieout.revenue.models import Period
from tieout.revenue.web import values
from tieout.web.display import shortened

_BAR = 12
_HEIGHT = 100.0
_LEGEND = (("Closed", "closed"), ("Closing", "closing"), ("Open or to come", "open"))


@dataclass(frozen=True, slots=True)
class Bar:
    """One period in a chart of the schedule; places in the chart's own units, downwards from the top."""

    x: int
    y: float
    height: float
    state: str
    recognised: Recognised


@dataclass(frozen=True, slots=True)
class Obligation:
    """A line with what the engine made of it; without figures only what was entered."""

    line_id: str
    product_id: str
    row: Any
    figures: Mapping[str, Any] | None
    recognised: int

    @property
    def carve(self) -> int | None:
        """Allocated less priced; None without figures, and for a line that came with a change."""
        if not self.figures or self.figures["allocated"] is None:
            return None
        return int(self.figures["allocated"] - self.figures["price"])

    @property
    def remaining(self) -> int:
        return int(self.figures["total"]) - self.recognised if self.figures else 0


def obligations(page: Any) -> dict[str, Any]:
    """Lines with price, SSP, allocation, carve, recognised and remaining; the proof that the allocation sums."""
    lines, figures, number = page.rows("line"), page.figures, page.object.contract_id
    by_line = {row["line_id"]: row for row in figures.lines if row["contract_id"] == number} if figures else {}
    done = figures.to_date(page.today) if figures else {}
    made = [
        Obligation(line.line_id, line.product_id, line, by_line.get(line.line_id), done.get(line.line_id, 0))
        for line in lines
    ]
    added = [
        Obligation(line, row["product_id"], None, row, done.get(line, 0))
        for line, row in by_line.items()
        if row["origin"] != "order"
    ]
    return {
        "obligations": [*made, *added],
        "names": queries.names(page.actor.environment_id, "product", [line.product_id for line in lines]),
        "proof": proof(figures) if figures else None,
        "estimates": page.rows("estimate"),
        "rights": [
            (words.TABLES[table], row, list(values.facts(table, row, page.object.currency)))
            for table in ("return_right", "financing")
            for row in page.rows(table)
        ],
        "figure_set": figures.figure_set if figures else None,
    }


def proof(figures: ContractFigures) -> dict[str, Any]:
    """The sums over the whole arrangement: prices, SSPs, allocated amounts; the difference is zero or something is wrong."""
    lines = [row for row in figures.lines if row["allocated"] is not None]
    price, allocated = (sum(row[name] for row in lines) for name in ("price", "allocated"))
    return {
        "contracts": sorted({row["contract_id"] for row in lines}),
        "lines": len(lines),
        "price": price,
        "ssp": sum(row["ssp"] or 0 for row in lines),
        "allocated": allocated,
        "carve": allocated - price,
    }


def schedule(page: Any) -> dict[str, Any]:
    """Revenue by period, prior-period adjustments apart, and the same by line."""
    figures, currency = page.figures, page.object.currency
    periods = figures.recognised() if figures else []
    states = _states(page)
    unknown = "future" if states else "open"
    by_line = [(line, figures.recognised(line_id=line)) for line in _lines_of(figures, "revenue")] if figures else []
    return {
        "periods": [(each, states.get(each.period, unknown)) for each in periods],
        "bars": bars(periods, states),
        "width": len(periods) * _BAR,
        "top": shortened(Money(max((each.amount + each.adjustment for each in periods), default=0), currency)),
        "legend": [(label, state) for label, state in _LEGEND if state in states.values() or state == "open"],
        "by_line": by_line,
        "total": sum(each.amount + each.adjustment for each in periods),
        "figure_set": figures.figure_set if figures else None,
    }


def billing(page: Any) -> dict[str, Any]:
    """Invoices and credit memos, and the net position by period."""
    figures = page.figures
    return {
        "invoices": [(row, -row.amount if row.kind == "credit_memo" else row.amount) for row in page.rows("invoice")],
        "payments": page.rows("payment"),
        "positions": figures.positions if figures else [],
        "states": _states(page),
    }


def changes(page: Any) -> dict[str, Any]:
    """Modifications with their treatment."""
    return {"changes": [(row, words.TREATMENTS.get(row.treatment, "")) for row in page.rows("change")]}


def events(page: Any) -> dict[str, Any]:
    """Deliveries, milestones, progress, usage, holds and resumptions."""
    return {"events": sorted(page.rows("event"), key=lambda row: (row.happened_on, row.event_id))}


def commissions(page: Any) -> dict[str, Any]:
    """Costs of obtaining the contract, and how they are amortised."""
    figures = page.figures
    lines = _lines_of(figures, "commission") if figures else []
    return {
        "commissions": page.rows("commission"),
        "amortised": [(line, figures.recognised("commission", line)) for line in lines],
        "states": _states(page),
    }


def versions(page: Any) -> dict[str, Any]:
    """Every version of every row: batch, who, when, what differed."""
    steps = history.of_contract(page.actor.environment_id, page.object.contract_id)
    told = [(step, values.differences(step, page.object.currency)) for step in steps]
    return {"steps": told}


def source(page: Any) -> dict[str, Any]:
    """Which file and row each row in force came in."""
    found = [(words.TABLES[table], row) for table in queries.OF_CONTRACT for row in page.rows(table)]
    return {"rows": found}


def bars(periods: Sequence[Recognised], states: Mapping[str, str]) -> list[Bar]:
    """A bar for each period, of a chart whose highest one fills it; amounts below zero hang from the base."""
    sums = [each.amount + each.adjustment for each in periods]
    top, low = max([0, *sums]), min([0, *sums])
    if top == low:
        return []
    unit = _HEIGHT / (top - low)
    return [
        Bar(
            index * _BAR,
            round((top - max(total, 0)) * unit, 1),
            round(abs(total) * unit, 1),
            states.get(each.period, "open"),
            each,
        )
        for index, (total, each) in enumerate(zip(sums, periods, strict=True))
    ]


def _lines_of(figures: ContractFigures, kind: str) -> list[str]:
    return sorted({row["line_id"] for row in figures.schedule if row["kind"] == kind})


def _states(page: Any) -> dict[str, str]:
    found = Period.objects.filter(environment_id=page.actor.environment_id, entity=page.object.entity)
    return dict(found.values_list("label", "state"))


TABS: dict[str, tuple[str, Callable[[Any], dict[str, Any]]]] = {
    "obligations": ("Obligations", obligations),
    "schedule": ("Schedule", schedule),
    "billing": ("Billing", billing),
    "changes": ("Changes", changes),
    "events": ("Events & holds", events),
    "commissions": ("Commissions", commissions),
    "history": ("History", versions),
    "source": ("Source", source),
}
