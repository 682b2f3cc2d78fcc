"""From a month of billing to planned journal entries: target minus booked, by account and dimension, set-based.

A month is all or nothing: while one of its ledger codes, entities or bills is in question, nothing of it is planned.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any, Literal

from django.db import connection as database
from django.db import transaction

from tieout.connectors.kit.documents import Dimensions, Journal, JournalLine
from tieout.kernel.money import Money
from tieout.kernel.period import Period
from tieout.ledger import drafts
from tieout.ledger.drafts import OPEN_STATES, Draft
from tieout.ledger.gl_reports import questions
from tieout.ledger.gl_reports.settings import GlSettings
from tieout.ledger.models import Posting
from tieout.sync.models import Process
from tieout.sync.runs import Run

_TARGET = files("tieout.ledger.gl_reports").joinpath("target.sql").read_text()
_LINES = """
    select currency, entity, key, component, code, account, dimensions, sum(amount)::bigint as amount, count(*)
      from gl_delta group by currency, entity, key, component, code, account, dimensions
    having sum(amount) <> 0 order by currency, entity, component, code, account, dimensions::text
"""
_SOURCES = """
    insert into ledger_source (posting_id, line_id, process_id, record_kind, record_id, source_record_id, amount_minor,
                               exclusive, live)
    select line.posting_id, line.id, %(process)s, delta.record_kind, delta.record_id, delta.source_record_id, delta.amount,
           false, true
      from gl_delta delta
      join ledger_posting posting on posting.id = any(%(postings)s)
                                 and posting.currency = delta.currency and posting.entity = delta.entity
      join ledger_line line on line.posting_id = posting.id and line.component = delta.key
                           and line.account = delta.account and line.dimensions = delta.dimensions
"""


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of the month's difference, debit positive."""

    currency: str
    entity: str
    key: str
    component: str
    code: str
    account: str
    dimensions: dict[str, Any]
    amount: int
    count: int


def closed_months(settings: GlSettings, today: date) -> list[Period]:
    """Months from the first one on that ended at least `days_after` days before today."""
    first, last = settings.first_day(), today - timedelta(days=settings.days_after)
    if last <= first:
        return []
    return [month for month in Period(first, last).months() if month.end <= last]


def plan(run: Run, settings: GlSettings, today: date) -> None:
    """Plan every closed month (or the one asked for), each in a transaction of its own."""
    asked = run.parameters.get("month")
    months = [month for month in closed_months(settings, today) if asked in (None, month.label)]
    run.enter("plan", len(months), f"Planning {len(months)} months")
    again = run.job.trigger != run.job.Trigger.SCHEDULE
    for month in months:
        with transaction.atomic():
            _plan_month(run, settings, month, again=again)
            run.advance(done=1)
        run.stop_here()


def difference(process: Process, settings: GlSettings, month: Period) -> list[LineRow]:
    """The month's lines, target minus booked. Leaves gl_delta in the caller's transaction."""
    with database.cursor() as cursor:
        cursor.execute("drop table if exists gl_delta")
        cursor.execute(_TARGET, parameters(process, settings, month))
        cursor.execute(_LINES)
        return [_line_row(row) for row in cursor.fetchall()]


def parameters(process: Process, settings: GlSettings, month: Period) -> dict[str, Any]:
    """The values of target.sql."""
    return {
        "connection": process.source_id,
        "process": process.pk,
        "start": month.start,
        "end": month.end,
        "month": month.label,
        "mapping": json.dumps(list(settings.rows())),
        "bad_debt": settings.bad_debt is not None,
        "cash": settings.cash,
        "no_money": list(settings.no_money_methods),
        "entity_field": settings.entity_field,
        "entities": json.dumps(settings.entities),
    }


def month_drafts(lines: Sequence[LineRow], settings: GlSettings, month: Period, sent: Sequence[str]) -> Iterator[Draft]:
    """One draft per currency and entity; a later difference for the same month is numbered."""
    for currency, entity in dict.fromkeys((line.currency, line.entity) for line in lines):
        mine = [line for line in lines if (line.currency, line.entity) == (currency, entity)]
        base = " · ".join(part for part in (month.label, settings.journal, currency, entity) if part)
        taken = sum(group == base or group.startswith(f"{base} · #") for group in sent)
        name = base if not taken else f"{base} · #{taken + 1}"
        document = Journal(
            key="",
            symbol=settings.journal,
            day=month.last_day,
            title=f"Billing {month.label}" + (f", change {taken}" if taken else ""),
            currency=currency,
            lines=tuple(_document_line(line) for line in mine),
            entity=entity,
            description=name,
        )
        sources: list[list[drafts.SourceRef]] = [[] for _ in mine]
        components = [line.key for line in mine]
        yield Draft(name, document, sources, False, components, header={"month": month.label})


def _plan_month(run: Run, settings: GlSettings, month: Period, *, again: bool) -> None:
    lines = difference(run.process, settings, month)
    mine = Posting.objects.filter(process=run.process, kind=Posting.Kind.JOURNAL, header__month=month.label)
    asked = questions.ask(run, settings, month)
    sent = list(mine.exclude(state__in=OPEN_STATES).values_list("group", flat=True))
    found = [] if asked else list(month_drafts(lines, settings, month, sent))
    drafts.save(run, found, mine.filter(reverses=None), again=again)
    _link_sources(run.process, mine)


def _link_sources(process: Process, among: Any) -> None:
    planned = list(among.filter(state=Posting.State.PLANNED, reverses=None).values_list("pk", flat=True))
    with database.cursor() as cursor:
        cursor.execute("delete from ledger_source where posting_id = any(%s)", [planned])
        cursor.execute(_SOURCES, {"process": process.pk, "postings": planned})


def _line_row(row: Sequence[Any]) -> LineRow:
    dimensions = json.loads(row[6]) if isinstance(row[6], str) else row[6]
    return LineRow(row[0], row[1], row[2], row[3], row[4], row[5], dimensions, row[7], row[8])


def _document_line(line: LineRow) -> JournalLine:
    words = {
        "charge": "Charges",
        "credit": "Credits",
        "tax": "Taxes",
        "bad_debt": "Bad debt",
        "payment": "Payments",
        "clearing": "Payments through clearing",
        "receivable:charge": "Receivable from charges",
        "receivable:credit": "Receivable from credits",
        "receivable:payment": "Receivable from payments",
    }
    memo = " · ".join(part for part in (words[line.component], line.code, f"{line.count} records") if part)
    side: Literal["debit", "credit"] = "debit" if line.amount > 0 else "credit"
    return JournalLine(line.account, side, Money(abs(line.amount), line.currency), memo, Dimensions(**line.dimensions))
