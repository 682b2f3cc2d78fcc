"""The reports by name: what each is called, and how its tables, charts, checks and notes are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from tieout.kernel.money import Money
from tieout.reports import allocation, disaggregated, remaining, roll_forwards, waterfall
from tieout.reports.answers import Chart, Check, Table
from tieout.reports.questions import FACETS, Question
from tieout.reports.roll_forwards import Roll

_OF_CONTRACT = tuple(facet for facet in FACETS if facet not in ("product", "timing"))


@dataclass(frozen=True, slots=True)
class Content:
    """What a report says."""

    tables: Sequence[Table]
    charts: Sequence[Chart] = ()
    checks: Sequence[Check] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One report. `facets` are those that it can be narrowed to and grouped by; `asks` the questions of its own."""

    name: str
    title: str
    lead: str
    build: Callable[[duckdb.DuckDBPyConnection, Question], Content]
    facets: tuple[str, ...] = tuple(FACETS)
    usual: tuple[str, ...] = ()
    """What it is grouped by when nobody says."""
    ungrouped: str = "Not grouped"
    """What it is without a group, where nothing is usual."""
    asks: tuple[str, ...] = ("since", "span")


def _waterfall(book: duckdb.DuckDBPyConnection, question: Question) -> Content:
    tables = list(waterfall.tables(book, question))
    return Content(tables, list(waterfall.charts(tables[0])), list(waterfall.checks(book, question, tables[0])))


def _roll(roll: Roll) -> Callable[[duckdb.DuckDBPyConnection, Question], Content]:
    def build(book: duckdb.DuckDBPyConnection, question: Question) -> Content:
        tables = list(roll_forwards.tables(book, question, roll))
        notes = []
        if roll is roll_forwards.LIABILITY:
            found = roll_forwards.from_opening(book, question, tables[0])
            notes = [
                f"Revenue of these periods that was in the opening liability (606-10-50-8b): {Money(amount, currency)}."
                for currency, amount in sorted(found.items())
            ]
        charts = list(roll_forwards.charts(tables[0]))
        return Content(tables, charts, list(roll_forwards.checks(tables[0])), notes)

    return build


def _remaining(book: duckdb.DuckDBPyConnection, question: Question) -> Content:
    tables = list(remaining.tables(book, question))
    checks = list(remaining.checks(book, question, tables[0]))
    return Content(tables, list(remaining.charts(tables[0])), checks, remaining.EXPEDIENTS)


def _disaggregated(book: duckdb.DuckDBPyConnection, question: Question) -> Content:
    tables = list(disaggregated.tables(book, question))
    return Content(tables, list(disaggregated.charts(tables[0])), list(disaggregated.checks(tables)))


def _allocation(book: duckdb.DuckDBPyConnection, question: Question) -> Content:
    tables = list(allocation.tables(book, question))
    return Content(tables, list(allocation.charts(tables[0])), list(allocation.checks(tables)))


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "waterfall",
            "Revenue waterfall",
            "What each period recognised and what is scheduled, prior-period adjustments apart.",
            _waterfall,
            usual=("product",),
        ),
        Kind(
            "deferred-revenue",
            "Deferred revenue roll-forward",
            "The contract liability from period to period: opening, billed, recognised, reclassified, closing.",
            _roll(roll_forwards.LIABILITY),
            _OF_CONTRACT,
        ),
        Kind(
            "contract-assets",
            "Contract asset roll-forward",
            "What was recognised and is not billed yet, from period to period.",
            _roll(roll_forwards.ASSET),
            _OF_CONTRACT,
        ),
        Kind(
            "remaining-obligations",
            "Remaining performance obligations",
            "What was contracted and is not recognised, by when it will be.",
            _remaining,
            usual=("entity",),
            asks=("bands", "expedient"),
        ),
        Kind(
            "disaggregated-revenue",
            "Disaggregated revenue",
            "Recognised revenue by product, region, customer class, timing and entity.",
            _disaggregated,
            ungrouped="Each in turn",
        ),
        Kind(
            "ssp-allocation",
            "SSP allocation",
            "Line by line: price, stand-alone selling price, what was allocated, and the carve.",
            _allocation,
            usual=("product",),
            asks=(),
        ),
        Kind(
            "commissions",
            "Commission roll-forward",
            "Capitalised costs of obtaining contracts: incurred, amortised, what is left.",
            _roll(roll_forwards.COMMISSION),
            _OF_CONTRACT,
        ),
    )
}
