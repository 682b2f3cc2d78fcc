"""Proof that all ties out: source records, what was planned of them, and what the ledger holds now, to the cent.

The ledger is read afresh; nothing here trusts a state that was stored before. Refuses to call anything tied that it did
not read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection as database

from tieout.connect import queries as connect
from tieout.connect.slots import slot
from tieout.connectors.kit.capabilities import PostsDocuments
from tieout.connectors.kit.documents import Document, Held, Journal, Receipt
from tieout.kernel.money import Money
from tieout.kernel.period import Period
from tieout.ledger.drafts import document_of
from tieout.ledger.errors import parse_settings
from tieout.ledger.gl_reports.settings import GlSettings
from tieout.ledger.models import Posting
from tieout.sync.models import Process

BATCH = 500
LIVE = (
    Posting.State.PLANNED,
    Posting.State.FAILED,
    Posting.State.SENDING,
    Posting.State.UNKNOWN,
    Posting.State.SENT,
    Posting.State.VERIFIED,
)
_PAID = """
    select payment.received_on, payment.method, payment.currency, sum(payment.amount_minor)::bigint,
           coalesce(sum(payment.amount_minor) filter (where booked.posting_id is null), 0)::bigint,
           count(*), count(*) filter (where booked.posting_id is null),
           coalesce(min(posting.header ->> 'bank_account') filter (where posting.header ->> 'bank_account' <> ''),
                    min(posting.header ->> 'undeposited_account'), '')
      from records_payment payment
      left join ledger_source booked
             on booked.process_id = %(process)s and booked.record_kind = 'payment' and booked.exclusive and booked.live
            and booked.record_id = payment.external_id
      left join ledger_posting posting on posting.id = booked.posting_id
     where payment.connection_id = %(connection)s and payment.received_on >= %(start)s and payment.received_on < %(end)s
     group by payment.received_on, payment.method, payment.currency
     order by payment.received_on, payment.method, payment.currency
"""
_BILLED = """
    select currency, sum(amount)::bigint from (
        select line.currency, line.amount_minor + line.tax_minor as amount
          from records_invoice bill join records_invoiceline line
            on line.connection_id = bill.connection_id and line.invoice_id_external = bill.external_id
         where bill.connection_id = %(connection)s and bill.issued_on >= %(start)s and bill.issued_on < %(end)s
        union all
        select currency, -(amount_minor + tax_minor) from records_creditmemo
         where connection_id = %(connection)s and entered_on >= %(start)s and entered_on < %(end)s
    ) each group by currency order by currency
"""


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One day, method and bank account. `left_out` is what findings account for; `difference` should be zero."""

    day: date
    method: str
    bank: str
    source: Money
    payments: int
    left_out: Money
    left_out_payments: int
    planned: Money
    held: Money

    @property
    def difference(self) -> Money:
        return self.source - self.left_out - self.held


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month and currency: what was billed less credits with taxes, and what receivables show for it in the ledger."""

    month: str
    report: Money
    planned: Money
    held: Money
    entries: int

    @property
    def difference(self) -> Money:
        return self.report - self.held


Rows = list[ReceiptRow] | list[MonthRow]


def rows_of(process: Process, period: Period) -> Rows:
    """The rows that the process's kind has: days of receipts, or whole months of journal entries. Reads the ledger."""
    return months(process, period) if process.kind == "gl_reports" else receipts(process, period)


def receipts(process: Process, period: Period) -> list[ReceiptRow]:
    """Payments received in the period against the receipts that the ledger holds for them. Reads the ledger."""
    planned, held = _totals_by_day(process, period)
    values: dict[str, Any] = {
        "process": process.pk,
        "connection": process.source_id,
        "start": period.start,
        "end": period.end,
    }
    rows = []
    with database.cursor() as cursor:
        cursor.execute(_PAID, values)
        for day, method, currency, total, out, count, out_count, bank in cursor.fetchall():
            key = (day, method, currency)
            rows.append(
                ReceiptRow(
                    day=day,
                    method=method,
                    bank=bank,
                    source=Money(total, currency),
                    payments=count,
                    left_out=Money(out, currency),
                    left_out_payments=out_count,
                    planned=Money(planned.pop(key, 0), currency),
                    held=Money(held.pop(key, 0), currency),
                )
            )
    return rows + list(_unexplained(planned, held))


def months(process: Process, period: Period) -> list[MonthRow]:
    """The billing of every month in the period against the entries that the ledger holds for it. Reads the ledger."""
    rows = []
    besides = _receivables_and_cash(parse_settings(GlSettings, process.settings))
    for month in period.months():
        postings = _live(process).filter(kind=Posting.Kind.JOURNAL, header__month=month.label)
        documents = {posting.key: document_of(posting) for posting in postings}
        held = _held(process, list(documents.values()))
        report = _billed(process, month)
        for currency in sorted(set(report) | {document.currency for document in documents.values()}):
            mine = [document for document in documents.values() if document.currency == currency]
            there = [each.document for document in mine for each in held.get(document.key, ())]
            rows.append(
                MonthRow(
                    month.label,
                    Money(report.get(currency, 0), currency),
                    Money(_billing(mine, besides), currency),
                    Money(_billing(there, besides), currency),
                    len(there),
                )
            )
    return rows


def _live(process: Process):  # type: ignore[no-untyped-def]
    return Posting.objects.filter(process=process, state__in=LIVE).prefetch_related("lines")


def _totals_by_day(process: Process, period: Period) -> tuple[dict, dict]:  # type: ignore[type-arg]
    """Planned and held totals by day, method and currency."""
    postings = list(_live(process).filter(kind=Posting.Kind.RECEIPT, day__gte=period.start, day__lt=period.end))
    documents = [document_of(posting) for posting in postings]
    held = _held(process, documents)
    planned_sums: dict[tuple[date, str, str], int] = defaultdict(int)
    held_sums: dict[tuple[date, str, str], int] = defaultdict(int)
    for posting, document in zip(postings, documents, strict=True):
        key = (posting.day, posting.group.split(" · ")[1], posting.currency)
        assert isinstance(document, Receipt)
        planned_sums[key] += document.total.minor
        for each in held.get(document.key, ()):
            assert isinstance(each.document, Receipt)
            held_sums[key] += each.document.total.minor
    return planned_sums, held_sums


def _held(process: Process, documents: list[Document]) -> Mapping[str, tuple[Held, ...]]:
    found: dict[str, tuple[Held, ...]] = {}
    with slot(process.destination), connect.pinned_session(process.destination) as session:
        assert isinstance(session, PostsDocuments)
        for start in range(0, len(documents), BATCH):
            found.update(session.find(documents[start : start + BATCH]))
    return found


def _unexplained(planned: dict, held: dict) -> Iterator[ReceiptRow]:  # type: ignore[type-arg]
    for day, method, currency in sorted(set(planned) | set(held)):
        nothing = Money(0, currency)
        key = (day, method, currency)
        yield ReceiptRow(
            day,
            method,
            "",
            nothing,
            0,
            nothing,
            0,
            Money(planned.get(key, 0), currency),
            Money(held.get(key, 0), currency),
        )


def _billed(process: Process, month: Period) -> dict[str, int]:
    with database.cursor() as cursor:
        cursor.execute(_BILLED, {"connection": process.source_id, "start": month.start, "end": month.end})
        return dict(cursor.fetchall())


def _billing(documents: list[Document], balance_sheet: set[str]) -> int:
    """What the entries say was billed: the credits less the debits of every account but receivables and cash."""
    total = 0
    for document in documents:
        assert isinstance(document, Journal)
        for line in document.lines:
            if line.account not in balance_sheet:
                total += line.amount.minor if line.side == "credit" else -line.amount.minor
    return total


def _receivables_and_cash(settings: GlSettings) -> set[str]:
    accounts = {row.account for row in settings.codes if row.component == "payment"}
    return accounts | {settings.receivable.account} | ({settings.clearing.account} if settings.clearing else set())
