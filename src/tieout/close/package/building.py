"""From a checklist that is done to what the close package says. Reads figures and postings; writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb

from tieout.close import facts, proof, queries
from tieout.close.package.contents import Cell, Contents, Section
from tieout.close.queries import Checklist
from tieout.close.steps import Step
from tieout.kernel.money import Money
from tieout.ledger import journals
from tieout.people.models import Environment, Site
from tieout.revenue.figures import open_figures
from tieout.revenue.models import FigureSet, Period

_ROLL = """
    SELECT 'Contract liability' AS balance, currency,
        coalesce(sum(liability_moved) FILTER (starts_on < $start), 0)::BIGINT,
        coalesce(sum(billed) FILTER (starts_on = $start), 0)::BIGINT,
        -coalesce(sum(recognised) FILTER (starts_on = $start), 0)::BIGINT,
        coalesce(sum(asset_moved) FILTER (starts_on = $start), 0)::BIGINT, sum(liability_moved)::BIGINT
    FROM position WHERE entity = $entity AND starts_on <= $start GROUP BY currency
    UNION ALL
    SELECT 'Contract asset', currency,
        coalesce(sum(asset_moved) FILTER (starts_on < $start), 0)::BIGINT,
        -coalesce(sum(billed) FILTER (starts_on = $start), 0)::BIGINT,
        coalesce(sum(recognised) FILTER (starts_on = $start), 0)::BIGINT,
        coalesce(sum(liability_moved) FILTER (starts_on = $start), 0)::BIGINT, sum(asset_moved)::BIGINT
    FROM position WHERE entity = $entity AND starts_on <= $start GROUP BY currency
    ORDER BY balance DESC, currency
"""
_REVENUE = """
    SELECT kind, product_id, currency, sum(amount)::BIGINT, sum(adjustment)::BIGINT FROM waterfall
    WHERE entity = $entity AND starts_on = $start GROUP BY ALL HAVING sum(abs(amount)) + sum(abs(adjustment)) <> 0 ORDER BY ALL
"""


def contents(found: Checklist, *, closed_by: str, now: datetime) -> Contents:
    """Everything that the package of a period says that is about to be closed by somebody at a moment."""
    period, closing = found.period, found.closing
    assert closing is not None
    assert period.figures is not None
    assert found.proof is not None
    with open_figures(period.figures) as book:
        sections = [
            _signatures(found, closed_by, now),
            _equations(found.proof),
            _roll_forward(book, period),
            _revenue(book, period),
            _journals(period, found.proof),
            _entries(period),
            _gaps(period, closing.frozen_at),
            _hashes(period.figures),
            _versions(period),
        ]
    return Contents(f"Close package {period.label}", _whose(period), list(_facts(found, closed_by, now)), sections)


def _whose(period: Period) -> str:
    environment = Environment.objects.get(pk=period.environment_id)
    site = Site.objects.filter(pk=1).first()
    return " · ".join(part for part in (site.name if site else "", environment.name, period.entity) if part)


def _facts(found: Checklist, closed_by: str, now: datetime) -> Iterator[tuple[str, str]]:
    period, closing = found.period, found.closing
    assert closing is not None
    yield "Period", f"{period.label}, from {period.starts_on} until before {period.ends_on}"
    yield "Entity", period.entity or "The company as a whole"
    yield "Closing", f"{closing.number}"
    yield "Frozen", f"{_moment(closing.frozen_at)} by {closing.frozen_by}"
    yield "Closed", f"{_moment(now)} by {closed_by}"
    yield "Figures", f"Set {closing.figures_id} of {_moment(closing.figures.made_at)}"
    yield "Last batch known", str(closing.figures.known or "None")


def _signatures(found: Checklist, closed_by: str, now: datetime) -> Section:
    rows: list[list[Cell]] = []
    for each in found.steps:
        if each.step is Step.LOCKED:
            rows.append([each.rule.label, "Closed", each.owner, closed_by, _moment(now), ""])
            continue
        signed = [(one.by, _moment(one.at), one.note) for one in each.in_force] or [("Proved by its facts", "", "")]
        rows += [[each.rule.label, each.facts.said, each.owner, *words] for words in signed]
    return Section("Checklist", ("Step", "As it stood", "Owner", "Signed by", "When (UTC)", "Note"), rows)


def _equations(proved: proof.Proof) -> Section:
    rows: list[list[Cell]] = [
        [
            each.label,
            each.currency,
            *(Money(minor, each.currency) for minor in (each.left, each.right, each.difference)),
        ]
        for each in proved.checks
    ]
    lead = "To date through the period: source, subledger and journals."
    return Section("Tie-out", ("Equation", "Currency", "Left", "Right", "Difference"), rows, lead)


def _roll_forward(book: duckdb.DuckDBPyConnection, period: Period) -> Section:
    columns = ("Balance", "Currency", "Opening", "Billed", "Recognised", "Transferred", "Closing")
    rows: list[list[Cell]] = [
        [name, currency, *_amounts(currency, amounts)] for name, currency, *amounts in _ask(book, period, _ROLL)
    ]
    return Section("Roll-forward", columns, rows, "Net per contract; what changes sides is transferred.")


def _revenue(book: duckdb.DuckDBPyConnection, period: Period) -> Section:
    columns = ("Kind", "Product", "Currency", "Of the period", "Prior-period adjustment")
    rows: list[list[Cell]] = [
        [kind.capitalize(), product, currency, *_amounts(currency, amounts)]
        for kind, product, currency, *amounts in _ask(book, period, _REVENUE)
    ]
    return Section("Recognised", columns, rows, empty="Nothing was recognised.")


def _journals(period: Period, proved: proof.Proof) -> Section:
    """Each account as it stood before the period's entries, what they moved, and what it holds with them."""
    moved: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    assert period.environment_id is not None
    for row in journals.posted(period.environment_id, entity=period.entity, until=period.starts_on):
        if row.period == period.label:
            moved[row.currency, row.account, row.dimensions][row.part] += row.held + row.under_way
    rows: list[list[Cell]] = []
    for line in proved.dry_run.lines:
        own = moved[line.currency, line.account, line.dimensions]
        holds, current, prior = line.holds_now + line.under_way, own["current"], own["prior_period"]
        amounts = _amounts(line.currency, (holds - current - prior, current, prior, holds))
        rows.append([line.account, line.dimensions, line.currency, *amounts])
    columns = ("Account", "Dimensions", "Currency", "Before", "Posted, own", "Posted, earlier periods", "After")
    return Section("Journals", columns, rows, "Debits positive, to date through the period.", "Nothing was posted.")


def _entries(period: Period) -> Section:
    rows: list[list[Cell]] = [
        [
            each.group,
            each.record_no,
            str(each.get_state_display()),
            each.day.isoformat(),
            each.currency,
            Money(each.total_minor, each.currency),
            _moment(each.verified_at),
            each.key,
        ]
        for each in proof.postings_of(period).order_by("pk")
    ]
    columns = ("Entry", "Record no.", "State", "Day", "Currency", "Total", "Verified (UTC)", "Key")
    return Section("Entries in the ledger", columns, rows, empty="No entry was needed, or none is posted from here.")


def _gaps(period: Period, frozen_at: datetime) -> Section:
    rows: list[list[Cell]] = [
        [gap.contract_id, gap.line_id, gap.cause, str(gap.get_owner_display())]
        for gap in facts.gaps_of(period, frozen_at).order_by("pk")
    ]
    lead = "Contracts that were set aside when the period was frozen; its figures are without them."
    return Section("Gaps", ("Contract", "Line", "Cause", "Owner"), rows, lead)


def _hashes(figures: FigureSet) -> Section:
    whole: list[list[Cell]] = [
        ["Inputs", figures.inputs_hash, ""],
        ["Rules", figures.rules_hash, ""],
        ["Outputs", figures.outputs_hash, ""],
    ]
    files = [[name, about["sha256"], about["rows"]] for name, about in sorted(figures.files.items())]
    return Section("Hashes", ("Of", "SHA-256", "Rows"), [*whole, *files], "Files of the set by name.")


def _versions(period: Period) -> Section:
    rows: list[list[Cell]] = [
        [each.number, each.figures.outputs_hash, _moment(each.frozen_at), each.state.capitalize(), each.reason]
        for each in queries.history(period)
        if each.state in ("thawed", "reopened")
    ]
    columns = ("Closing", "Outputs", "Frozen (UTC)", "Became", "Reason")
    return Section("Earlier closings of this period", columns, rows)


def _ask(book: duckdb.DuckDBPyConnection, period: Period, sql: str) -> list[Any]:
    found: list[Any] = book.execute(sql, {"entity": period.entity, "start": period.starts_on}).fetchall()
    return found


def _amounts(currency: str, amounts: Sequence[int]) -> list[Cell]:
    return [Money(amount, currency) for amount in amounts]


def _moment(at: datetime | None) -> str:
    """In UTC, so that the same moment always reads the same."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if at else ""
