"""What keeps a month from being posted: unmapped codes, methods and entities, and bills whose charges do not add up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection as database

from tieout.kernel.money import Money
from tieout.kernel.period import Period
from tieout.ledger.gl_reports.settings import GlSettings
from tieout.ledger.models import Posting
from tieout.sync.findings import note_all
from tieout.sync.models import Finding
from tieout.sync.noted import Noted
from tieout.sync.runs import Run

_UNMAPPED = """
    select component, code, currency, count(*), sum(abs(amount))::bigint, min(source_record_id)
      from gl_delta where account is null group by component, code, currency order by component, code, currency
"""
_NO_ENTITY = """
    select entity_word, count(distinct record_id), min(source_record_id) from gl_delta
     where entity is null group by entity_word order by entity_word
"""
_BILLS = """
    select bill.external_id, bill.source_record_id, bill.amount_minor, bill.currency,
           coalesce(sum(line.amount_minor + line.tax_minor), 0)::bigint,
           coalesce((select finding.decision from sync_finding finding
                      where finding.process_id = %(process)s and finding.rule = 'bill_differs'
                        and finding.record_id = bill.external_id), '')
      from records_invoice bill
      left join records_invoiceline line
        on line.connection_id = bill.connection_id and line.invoice_id_external = bill.external_id
     where bill.connection_id = %(connection)s and bill.issued_on >= %(start)s and bill.issued_on < %(end)s
     group by bill.external_id, bill.source_record_id, bill.amount_minor, bill.currency
    having bill.amount_minor <> coalesce(sum(line.amount_minor + line.tax_minor), 0)
     order by bill.external_id
"""


def ask(run: Run, settings: GlSettings, month: Period) -> int:
    """Keep the month's findings, resolve those that are gone. Returns how many are open. Reads gl_delta."""
    found = [*_unmapped(month), *_entities(month), *_bills(run, settings, month), *_reversed(run, settings, month)]
    now = run.clock()
    note_all(run.process, run.job, found, now)
    still = {(each.rule, each.record_id) for each in found}
    _resolve(run, month, still)
    open_now = sum(each.state == Finding.State.OPEN for each in found)
    run.advance(findings=len(found))
    return open_now


def _rows(query: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def _unmapped(month: Period) -> Iterator[Noted]:
    for component, code, currency, count, amount, source in _rows(_UNMAPPED):
        payment = component == "payment"
        name = code or "products without a ledger code"
        yield Noted(
            rule="unmapped_payment" if payment else "unmapped_code",
            record_kind="ledger_code",
            record_id=f"{month.label} {component} {code}"[:120],
            label=f"{month.label}: {component}s of {name}",
            owner="here" if code else "source",
            cause=f"{count} {component}s of {Money(amount, currency)} have no account, so the month cannot be booked.",
            remedy=f"Map {name} on the process, or give the product a ledger code in the source; then retry.",
            source_record_id=source,
            facts={"month": month.label, "component": component, "code": code},
        )


def _entities(month: Period) -> Iterator[Noted]:
    for word, count, source in _rows(_NO_ENTITY):
        yield Noted(
            rule="unmapped_entity",
            record_kind="entity",
            record_id=f"{month.label} {word}"[:120],
            label=f"{month.label}: entity '{word}'",
            owner="here",
            cause=f"{count} records belong to customers whose entity '{word}' is not mapped.",
            remedy="Map the entity on the process (an empty name stands for customers without one); then retry.",
            source_record_id=source,
            facts={"month": month.label, "entity": word},
        )


def _bills(run: Run, settings: GlSettings, month: Period) -> Iterator[Noted]:
    accept = settings.rules.get("bill_differs") == "accept"
    values = {"connection": run.process.source_id, "process": run.process.pk, "start": month.start, "end": month.end}
    for bill, source, total, currency, lines, decision in _rows(_BILLS, values):
        state = Finding.State.DISMISSED if decision else Finding.State.SETTLED if accept else Finding.State.OPEN
        yield Noted(
            rule="bill_differs",
            record_kind="invoice",
            record_id=bill,
            label=f"{month.label}: bill {bill}",
            owner="source",
            cause=f"The bill says {Money(total, currency)}, its charges come to {Money(lines, currency)}.",
            remedy="Look whether a charge is missing in the source, or accept the charges as they are.",
            source_record_id=source,
            state=state,
            facts={"month": month.label},
        )


def _reversed(run: Run, settings: GlSettings, month: Period) -> Iterator[Noted]:
    undone = Posting.objects.filter(
        process=run.process, header__month=month.label, state=Posting.State.REVERSED
    ).exclude(reversal_reason="")
    for posting in undone:
        seen = Finding.objects.filter(process=run.process, rule="reversed", record_id=posting.key)
        decided = seen.exclude(decision="").exists()
        book = settings.rules.get("reversed") == "book"
        yield Noted(
            rule="reversed",
            record_kind="posting",
            record_id=posting.key,
            label=f"{month.label}: {posting.group}",
            owner="here",
            cause=f"Reversed by hand: {posting.reversal_reason}",
            remedy="Book the month again once the mapping is right.",
            state=Finding.State.DISMISSED if decided else Finding.State.SETTLED if book else Finding.State.OPEN,
            facts={"month": month.label},
        )


def _resolve(run: Run, month: Period, still: set[tuple[str, str]]) -> None:
    rows = Finding.objects.filter(process=run.process, facts__month=month.label, state=Finding.State.OPEN)
    gone = [pk for pk, rule, record in rows.values_list("pk", "rule", "record_id") if (rule, record) not in still]
    Finding.objects.filter(pk__in=gone).update(state=Finding.State.RESOLVED, last_seen_at=run.clock())
