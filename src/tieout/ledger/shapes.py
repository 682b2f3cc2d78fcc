"""Postings, previews, tie-outs, lists and mapping imports as the API and `--json` show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from tieout.api.shapes import Amount, Named, Strict
from tieout.connectors.kit.documents import Document, Receipt
from tieout.ledger import models, preview, tie_out


class Posting(Schema):
    """A document for the ledger and how far it has come."""

    id: int
    process: Named
    target: Named
    job_id: int | None
    kind: str
    key: str = Field(description="The reference that the ledger keeps in its record.")
    group: str
    state: str
    revision: int
    day: date
    entity: str
    total: Amount
    header: dict[str, Any]
    record_no: str
    record_url: str
    problem: dict[str, Any] | None
    reverses_id: int | None
    planned_at: datetime
    sent_at: datetime | None
    verified_at: datetime | None
    reversed_at: datetime | None

    @staticmethod
    def resolve_total(posting: models.Posting) -> Amount:
        return Amount.of(posting.total_minor, posting.currency)


class Line(Schema):
    """One line of a posting, and how many records stand behind it."""

    id: int
    number: int
    component: str
    side: str
    account: str
    account_label: str
    amount: Amount
    memo: str
    dimensions: dict[str, Any]
    records: int

    @staticmethod
    def resolve_amount(line: models.Line) -> Amount:
        return Amount.of(line.amount_minor, line.posting.currency)

    @staticmethod
    def resolve_records(line: Any) -> int:
        return line.record_count


class Source(Schema):
    """A record behind a line: `source_record_id` leads to its bytes."""

    id: int
    line: int
    record_kind: str
    record_id: str
    source_record_id: int
    amount: Amount
    live: bool

    @staticmethod
    def resolve_line(source: models.Source) -> int:
        return source.line.number

    @staticmethod
    def resolve_amount(source: models.Source) -> Amount:
        return Amount.of(source.amount_minor, source.posting.currency)


class Attempt(Schema):
    """One request and its answer as sent and received, secrets masked."""

    id: int
    purpose: str
    control_id: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    http_status: int | None
    request: str
    answer: str
    error: dict[str, Any] | None


class ChosenPostings(Strict):
    """Postings by id."""

    postings: list[int] = Field(min_length=1, max_length=1000)


class Reason(Strict):
    """Why it is done; kept in the audit trail."""

    reason: str = Field(min_length=1, max_length=500)


class PlannedDocument(Schema):
    """A document that would be sent. `problem` says why the ledger would refuse it."""

    group: str
    kind: str
    day: date
    lines: int
    total: Amount
    problem: str


class Deposit(Schema):
    """What a bank statement should show: account, day and currency."""

    account: str
    day: date
    total: Amount
    receipts: int


class ForeseenFinding(Schema):
    """A finding that the run would note."""

    rule: str
    label: str
    owner: str
    cause: str
    remedy: str
    state: str


class Budget(Schema):
    """Calls to the ledger that the run would take."""

    lists: int
    creates: int
    read_back: int
    total: int


class Preview(Schema):
    """Everything that a run would do."""

    planned: list[PlannedDocument]
    deposits: list[Deposit]
    findings: list[ForeseenFinding]
    budget: Budget


class TiedReceipts(Schema):
    """A day, method and bank account: what the source has, what findings explain, what is planned and what is held."""

    day: date
    method: str
    bank: str
    payments: int
    source: Amount
    left_out_payments: int
    left_out: Amount
    planned: Amount
    held: Amount
    difference: Amount


class TiedMonth(Schema):
    """A month and currency: the GL report, what is planned and what the ledger holds."""

    month: str
    report: Amount
    planned: Amount
    held: Amount
    entries: int
    difference: Amount


class TieOut(Schema):
    """The rows of one process; `tied` when every difference is zero."""

    tied: bool
    receipts: list[TiedReceipts] = Field(default_factory=list)
    months: list[TiedMonth] = Field(default_factory=list)


class ReferenceItem(Schema):
    """One row of a ledger's list as last seen."""

    kind: str
    code: str
    name: str
    active: bool
    facts: dict[str, Any]
    seen_at: datetime


class Refreshed(Schema):
    """How many rows the lists have now."""

    count: int


class Fault(Schema):
    """What is wrong with a mapping's file; row 1 is the header, row 0 the whole file."""

    row: int
    column: str
    cause: str
    remedy: str


class Change(Schema):
    """A row that is added, changed or removed; `values` is header to before and after."""

    what: str
    key: str
    values: Mapping[str, tuple[str, str]]


class MappingImport(Schema):
    """What a mapping's file changes, and what is wrong with it."""

    rows: int
    changes: list[Change]
    faults: list[Fault]

    @staticmethod
    def resolve_rows(found: Any) -> int:
        return len(found.rows)


def preview_of(found: preview.Preview) -> Preview:
    """From the ledger's own preview."""
    return Preview(
        planned=[_planned(each) for each in found.planned],
        deposits=[
            Deposit(
                account=each.account,
                day=date.fromisoformat(each.day),
                total=Amount.from_money(each.total),
                receipts=each.receipts,
            )
            for each in found.deposits
        ],
        findings=[ForeseenFinding.from_orm(each) for each in found.findings],
        budget=Budget.from_orm(found.budget),
    )


def tie_out_of(rows: tie_out.Rows) -> TieOut:
    """From the ledger's own tie-out."""
    receipts = [_tied(TiedReceipts, row) for row in rows if isinstance(row, tie_out.ReceiptRow)]
    months = [_tied(TiedMonth, row) for row in rows if isinstance(row, tie_out.MonthRow)]
    return TieOut(tied=not any(row.difference for row in rows), receipts=receipts, months=months)


def _planned(each: preview.Planned) -> PlannedDocument:
    document = each.document
    return PlannedDocument(
        group=each.group,
        kind="receipt" if isinstance(document, Receipt) else "journal",
        day=document.day,
        lines=len(document.lines),
        total=Amount.of(_total(document), document.currency),
        problem=each.problem,
    )


def _total(document: Document) -> int:
    """A receipt's total, or one side of an entry, in minor units."""
    if isinstance(document, Receipt):
        return document.total.minor
    return sum(line.amount.minor for line in document.lines if line.side == "debit")


def _tied(shape: type[Any], row: Any) -> Any:
    values = {name: getattr(row, name) for name in shape.model_fields}
    money = {
        name: Amount.from_money(value)
        for name, value in values.items()
        if shape.model_fields[name].annotation is Amount
    }
    return shape(**{**values, **money})
