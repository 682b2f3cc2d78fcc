"""From payments in the database to planned receipts, day by day, so that memory holds one day whatever the history."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db import connection as database
from django.db import transaction

from tieout.kernel.calendar import Calendar
from tieout.kernel.money import Money
from tieout.ledger import drafts
from tieout.ledger.drafts import OPEN_STATES, Draft, SourceRef
from tieout.ledger.models import Posting
from tieout.ledger.receipts.rules import DayPlan, Group, PaymentRow, plan_day, receipt, split_group
from tieout.ledger.receipts.settings import ReceiptSettings
from tieout.sync.findings import note_all, resolve_absent
from tieout.sync.models import Process
from tieout.sync.runs import Run

_FREE = """
    select payment.*
      from records_payment payment
     where payment.connection_id = %(connection)s
       and payment.received_on between %(first)s and %(last)s
       and (%(records)s::text[] is null or payment.external_id = any(%(records)s))
       and not exists (
           select 1 from ledger_source booked join ledger_posting posting on posting.id = booked.posting_id
            where booked.process_id = %(process)s and booked.record_kind = 'payment' and booked.live and booked.exclusive
              and booked.record_id = payment.external_id and posting.state not in ('planned', 'failed'))
"""
_DAYS = f"select distinct received_on from ({_FREE}) free order by received_on"  # noqa: S608
_ROWS = f"""
    select free.external_id, free.source_record_id, free.customer_id_external, customer.name, free.amount_minor,
           free.currency, free.method, free.received_on, free.refunded, free.bounced,
           coalesce(customer.custom_fields ->> %(entity_field)s, ''), free.reference,
           exists (select 1 from ledger_source undone join ledger_posting posting on posting.id = undone.posting_id
                    where undone.process_id = %(process)s and undone.record_kind = 'payment'
                      and undone.record_id = free.external_id and posting.state = 'reversed'
                      and posting.reversal_reason <> ''),
           coalesce((select jsonb_object_agg(finding.rule, finding.decision) from sync_finding finding
                      where finding.process_id = %(process)s and finding.record_kind = 'payment'
                        and finding.record_id = free.external_id and finding.decision <> ''), '{{}}')
      from ({_FREE}) free
      left join records_customer customer
             on customer.connection_id = free.connection_id and customer.external_id = free.customer_id_external
     order by free.external_id
"""  # noqa: S608 - composed of the constants above


def parameters(
    process: Process, settings: ReceiptSettings, last: date, records: Sequence[str] | None
) -> dict[str, Any]:
    """The values of this module's queries, for days from the start of the process to `last`, both included."""
    return {
        "connection": process.source_id,
        "process": process.pk,
        "first": settings.start_on,
        "last": last,
        "records": list(records) if records else None,
        "entity_field": settings.entity_field,
    }


def free_days(values: dict[str, Any]) -> list[date]:
    """The days that have payments which no sent receipt holds."""
    with database.cursor() as cursor:
        cursor.execute(_DAYS, values)
        return [row[0] for row in cursor.fetchall()]


def free_payments(values: dict[str, Any], day: date) -> list[PaymentRow]:
    """The payments of one day that no sent receipt holds."""
    with database.cursor() as cursor:
        cursor.execute(_ROWS, {**values, "first": day, "last": day})
        return [_payment(row) for row in cursor.fetchall()]


def plan(run: Run, settings: ReceiptSettings, last: date, calendar: Calendar) -> int:
    """Plan every free day up to `last`, each in a transaction of its own. Returns the number of receipts planned."""
    records = run.parameters.get("records")
    values = parameters(run.process, settings, last, None)
    with transaction.atomic():
        run.advance()
        drafts.drop_misplaced(run.process)
    days = free_days(parameters(run.process, settings, last, records))
    again = run.job.trigger != run.job.Trigger.SCHEDULE
    run.enter("plan", len(days), f"Planning {len(days)} days")
    planned = 0
    for day in days:
        with transaction.atomic():
            planned += _plan_one(run, settings, values, day, calendar, again=again)
            run.advance(done=1)
        run.stop_here()
    return planned


def _plan_one(
    run: Run, settings: ReceiptSettings, values: dict[str, Any], day: date, calendar: Calendar, *, again: bool
) -> int:
    found = plan_day(free_payments(values, day), settings)
    store_findings(run, found, day)
    mine = Posting.objects.filter(process=run.process, kind=Posting.Kind.RECEIPT, day=day)
    return drafts.save(run, list(day_drafts(found, settings, calendar, mine)), mine, again=again)


def day_drafts(plan: DayPlan, settings: ReceiptSettings, calendar: Calendar, before: Any) -> Iterator[Draft]:
    """The drafts of a day. A later receipt for a group that was sent already is numbered."""
    sent = [posting.group for posting in before.exclude(state__in=OPEN_STATES)]
    for group in plan.groups:
        taken = sum(name == group.name or name.startswith(f"{group.name} · #") for name in sent)
        for number, part in enumerate(split_group(group, settings.max_lines), taken + 1):
            yield _draft(part, f"{group.name} · #{number}" if number > 1 else group.name, calendar)


def store_findings(run: Run, plan: DayPlan, day: date) -> None:
    """Keep the day's findings, and mark those resolved that are gone."""
    now = run.clock()
    count = note_all(run.process, run.job, plan.findings, now)
    still = {(finding.rule, finding.record_id) for finding in plan.findings}
    booked = {booking.payment.id for group in plan.groups for booking in group.bookings}
    resolve_absent(run.process, "payment", booked | {record for _, record in still}, still, now)
    if count:
        run.advance(findings=count)


def _draft(group: Group, name: str, calendar: Calendar) -> Draft:
    payments = [booking.payment for booking in group.bookings]
    refs = [[SourceRef("payment", row.id, row.source_record_id, row.amount.minor)] for row in payments]
    return Draft(name, receipt(group, "", calendar), refs, exclusive=True)


def _payment(row: Sequence[Any]) -> PaymentRow:
    return PaymentRow(
        id=row[0],
        source_record_id=row[1],
        customer_id=row[2],
        customer_name=row[3],
        amount=Money(row[4], row[5]),
        method=row[6],
        day=row[7],
        refunded=row[8],
        bounced=row[9],
        entity=row[10],
        reference=row[11],
        reversed_by_hand=row[12],
        decisions=json.loads(row[13]) if isinstance(row[13], str) else row[13],
    )
