"""Payments that changed in the source after their receipt was posted: noticed, and dealt with by the rule chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection as database
from django.db import transaction

from tieout.connectors.kit import registry
from tieout.connectors.kit.canonical import Payment
from tieout.kernel.money import Money
from tieout.ledger import reversal
from tieout.ledger.models import Posting
from tieout.ledger.receipts.settings import HOLD, REPOST, ReceiptSettings
from tieout.sync.findings import note_all, resolve_absent
from tieout.sync.models import Process, SourceRecord
from tieout.sync.noted import Noted
from tieout.sync.runs import Run

RULE = "changed_after_posting"
_CHANGED = """
    select payment.external_id, payment.source_record_id, booked.source_record_id, booked.posting_id,
           coalesce((select finding.decision from sync_finding finding
                      where finding.process_id = %(process)s and finding.rule = %(rule)s
                        and finding.record_kind = 'payment' and finding.record_id = payment.external_id), '')
      from ledger_source booked
      join ledger_posting posting on posting.id = booked.posting_id and posting.state in ('sent', 'verified', 'reversing')
      join records_payment payment
        on payment.connection_id = %(connection)s and payment.external_id = booked.record_id
     where booked.process_id = %(process)s and booked.record_kind = 'payment' and booked.live and booked.exclusive
       and payment.source_record_id <> booked.source_record_id
     order by payment.external_id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A posted payment whose facts differ from those it was posted with."""

    payment: Payment
    before: Payment
    source_record_id: int
    posting_id: int
    decision: str

    @property
    def words(self) -> str:
        names = ("amount", "method", "received", "refunded", "bounced", "customer_id")
        parts = [name.replace("_id", "") for name in names if getattr(self.payment, name) != getattr(self.before, name)]
        return ", ".join(parts)


def handle(run: Run, settings: ReceiptSettings) -> None:
    """Note every change, and take out of the ledger the receipts that the rule says to post anew."""
    found = changes(run.process)
    actions = {change.payment.id: change.decision or settings.action(RULE) for change in found}
    now = run.clock()
    note_all(run.process, run.job, [_finding(change, actions[change.payment.id]) for change in found], now)
    _resolve_others(run, found)
    again = {change.posting_id for change in found if actions[change.payment.id] == REPOST}
    for posting in Posting.objects.filter(pk__in=again):
        with transaction.atomic():
            run.advance()
            reversal.begin(posting, now)
    reversal.carry_on(run)


def changes(process: Process) -> list[Change]:
    """Posted payments whose amount, method, day, customer, refund or bounce changed since."""
    with database.cursor() as cursor:
        cursor.execute(_CHANGED, {"process": process.pk, "connection": process.source_id, "rule": RULE})
        rows = cursor.fetchall()
    versions = SourceRecord.objects.in_bulk({row[1] for row in rows} | {row[2] for row in rows})
    mapper = registry.get(process.origin.connector).mappers["payments"]

    def read(record_id: int) -> Payment:
        mapped = mapper(versions[record_id].payload, process.origin.settings)
        assert isinstance(mapped, Payment)
        return mapped

    found = [Change(read(new), read(old), new, posting, decision) for _, new, old, posting, decision in rows]
    return [change for change in found if change.words]


def _finding(change: Change, action: str) -> Noted:
    payment = change.payment
    amount = Money(payment.amount, payment.currency)
    return Noted(
        rule=RULE,
        record_kind="payment",
        record_id=payment.id,
        label=f"Payment {payment.id}, {amount}, {payment.received}",
        owner="here",
        cause=f"Changed in the source after it was posted: {change.words}.",
        remedy="Reverse the receipt and post it anew, or leave it and book the change by hand.",
        source_record_id=change.source_record_id,
        state="dismissed" if change.decision else ("open" if action == HOLD else "settled"),
        facts={"action": action, "posting": change.posting_id},
    )


def _resolve_others(run: Run, found: Sequence[Change]) -> None:
    open_now = run.process.findings.filter(rule=RULE, state="open").values_list("record_id", flat=True)
    still = {(RULE, change.payment.id) for change in found}
    gone = [record for record in open_now if (RULE, record) not in still]
    resolve_absent(run.process, "payment", gone, still | _other_rules(run, gone), run.clock())


def _other_rules(run: Run, records: Sequence[str]) -> set[tuple[str, str]]:
    return set(run.process.findings.filter(record_id__in=records).exclude(rule=RULE).values_list("rule", "record_id"))
