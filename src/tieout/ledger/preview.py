"""What a run would plan from the records that are here now, before anything is sent: groups, deposits, entries, problems.

Nothing is written: the computation is the run's own, in a transaction that is rolled back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from tieout.connectors.kit.documents import Document, Receipt
from tieout.kernel.calendar import Calendar
from tieout.kernel.errors import NotFound
from tieout.kernel.money import Money
from tieout.ledger import preflight, reference
from tieout.ledger.budget import Budget, forecast
from tieout.ledger.drafts import OPEN_STATES, Draft
from tieout.ledger.errors import PreflightFailed, parse_settings
from tieout.ledger.gl_reports import planning as months
from tieout.ledger.gl_reports.settings import GlSettings
from tieout.ledger.models import Posting
from tieout.ledger.receipts import planning as days
from tieout.ledger.receipts.kind import last_day
from tieout.ledger.receipts.rules import plan_day
from tieout.ledger.receipts.settings import ReceiptSettings
from tieout.people.queries import SiteClock
from tieout.sync.models import Process
from tieout.sync.noted import Noted


@dataclass(frozen=True, slots=True)
class Planned:
    """A document that would be sent, and what the ledger would refuse about it."""

    group: str
    document: Document
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a bank statement should show: one bank (or undeposited funds) account, day and currency."""

    account: str
    day: str
    total: Money
    receipts: int


@dataclass(slots=True)
class Preview:
    """Everything a run would do."""

    planned: list[Planned] = field(default_factory=list)
    findings: list[Noted] = field(default_factory=list)
    deposits: list[Deposit] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)


def preview(process: Process, *, now: datetime, site: SiteClock, most_days: int = 62) -> Preview:
    """The next `most_days` days, or every closed month, that have something to book."""
    found = Preview()
    drafts = _drafts(process, found, now, site, most_days)
    chart = reference.chart(process.destination)
    for draft in drafts:
        found.planned.append(Planned(draft.group, draft.document, _problem(draft.document, chart)))
    found.deposits = _deposits(found.planned)
    lines = sum(len(each.document.lines) for each in found.planned)
    stale = not chart.items
    found.budget = forecast(len(found.planned), lines, lists_stale=stale)
    return found


def _drafts(process: Process, into: Preview, now: datetime, site: SiteClock, most_days: int) -> list[Draft]:
    if process.kind == "receipts":
        return list(_receipts(process, into, now, site, most_days))
    if process.kind == "gl_reports":
        return list(_entries(process, now, site))
    raise NotFound(f"Processes of the kind {process.kind} have no preview.")


def _receipts(process: Process, into: Preview, now: datetime, site: SiteClock, most_days: int) -> Iterator[Draft]:
    settings = parse_settings(ReceiptSettings, process.settings)
    values = days.parameters(process, settings, last_day(now, settings, site), None)
    for day in days.free_days(values)[:most_days]:
        plan = plan_day(days.free_payments(values, day), settings)
        into.findings.extend(plan.findings)
        before = Posting.objects.filter(process=process, kind=Posting.Kind.RECEIPT, day=day)
        yield from days.day_drafts(plan, settings, Calendar(site.country), before)


def _entries(process: Process, now: datetime, site: SiteClock) -> Iterator[Draft]:
    settings = parse_settings(GlSettings, process.settings)
    for month in months.closed_months(settings, now.astimezone(site.zone).date()):
        with _rolled_back():
            lines = [line for line in months.difference(process, settings, month) if line.account]
        mine = Posting.objects.filter(process=process, kind=Posting.Kind.JOURNAL, header__month=month.label)
        sent = list(mine.exclude(state__in=OPEN_STATES).values_list("group", flat=True))
        yield from months.month_drafts(lines, settings, month, sent)


@contextmanager
def _rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _problem(document: Document, chart: Any) -> str:
    try:
        preflight.check(document, chart)
    except PreflightFailed as error:
        return error.message
    return ""


def _deposits(planned: list[Planned]) -> list[Deposit]:
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for each in planned:
        document = each.document
        if isinstance(document, Receipt):
            account = document.bank_account or document.undeposited_account
            day = document.deposit_day or document.day
            sums[account, day.isoformat(), document.currency].append(document.total.minor)
    return [
        Deposit(account, day, Money(sum(amounts), currency), len(amounts))
        for (account, day, currency), amounts in sorted(sums.items())
    ]
