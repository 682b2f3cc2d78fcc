"""Reads of revenue journals: their postings, what is due, what a choice of them comes to, and the exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, prefetch_related_objects

from tieout.ledger import preflight, queries, reference
from tieout.ledger.drafts import document_of
from tieout.ledger.errors import PreflightFailed
from tieout.ledger.journals.dry_run import DryRun, difference, frozen
from tieout.ledger.journals.places import text_of_line
from tieout.ledger.journals.posted import KIND
from tieout.ledger.models import Line, Posting
from tieout.revenue import figures, periods
from tieout.revenue.models import FigureSet, Period
from tieout.sync.models import Job

WAITING = (Posting.State.PLANNED, Posting.State.FAILED)
SHOWN_CLOSED = 3
"""Closed periods of an entity that are still listed, newest first."""


@dataclass(frozen=True, slots=True)
class Sum:
    """One account with its dimensions and part over several entries, in minor units."""

    currency: str
    account: str
    dimensions: tuple[str, ...]
    prior: bool
    debit: int
    credit: int


def journal_postings(environment_id: int | None) -> QuerySet[Posting]:
    """Entries of revenue journals, newest day first."""
    return queries.postings(environment_id).filter(process__kind=KIND)


def failed(environment_id: int | None) -> QuerySet[Posting]:
    """Entries that the ledger refused, or would, newest first."""
    return journal_postings(environment_id).filter(state=Posting.State.FAILED).order_by("-pk")


def due(environment_id: int | None) -> list[tuple[Period, int]]:
    """The closing period of each entity and the last closed ones, with how many entries wait to be posted."""
    waiting = list(journal_postings(environment_id).filter(state__in=WAITING).values_list("header", flat=True))
    counts: dict[tuple[str, str], int] = {}
    for header in waiting:
        key = header.get("books", ""), header.get("period", "")
        counts[key] = counts.get(key, 0) + 1
    found = []
    for entity in periods.entities(environment_id):
        mine = [period for period in frozen(environment_id) if period.entity == entity]
        found += list(reversed(mine))[:SHOWN_CLOSED]
    return [(period, counts.get((period.entity, period.label), 0)) for period in found]


def sums(postings: Sequence[Posting]) -> list[Sum]:
    """What entries come to by account, dimensions and part."""
    found: dict[tuple[str, str, str, bool], list[int]] = {}
    rows = Line.objects.filter(posting__in=postings).select_related("posting")
    for line in rows.iterator(chunk_size=5000):
        prior = line.component.startswith("prior_period")
        key = line.posting.currency, line.account, text_of_line(line.dimensions), prior
        found.setdefault(key, [0, 0])[line.side == "credit"] += line.amount_minor
    return [
        Sum(currency, account, tuple(filter(None, dimensions.split(";"))), prior, debit, credit)
        for (currency, account, dimensions, prior), (debit, credit) in sorted(found.items())
    ]


def foreseen(postings: Sequence[Posting]) -> list[tuple[Posting, PreflightFailed]]:
    """What the ledger's lists, as last seen, foretell to be refused; the ledger itself is not asked."""
    prefetch_related_objects(postings, "lines", "process__target")
    seen = {target: reference.chart(target) for target in {each.process.target for each in postings}}
    found = []
    for each in postings:
        try:
            preflight.check(document_of(each), seen[each.process.target])
        except PreflightFailed as refusal:
            found.append((each, refusal))
    return found


def dry_run(environment_id: int | None, period: Period) -> tuple[FigureSet | None, DryRun | None]:
    """The dry run of a period with the figures that it was frozen with, else the latest ones; nothing without figures."""
    made = period.figures or figures.latest(environment_id)
    if made is None or environment_id is None:
        return None, None
    return made, difference(environment_id, made, entity=period.entity, period=period.label)


def exports(environment_id: int | None) -> QuerySet[Job]:
    """Runs of the process that posts journals, newest first."""
    return Job.objects.filter(process__environment_id=environment_id, process__kind=KIND).select_related("process")
