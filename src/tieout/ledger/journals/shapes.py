"""Journals of revenue and their accounting as the API and `--json` show them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from tieout.api.shapes import Amount, Strict
from tieout.ledger.journals.coverage import Coverage as Found
from tieout.ledger.journals.dry_run import DryLine, DryRun
from tieout.ledger.journals.settings import MOST_LINES
from tieout.ledger.shapes import Change, Fault
from tieout.revenue.models import FigureSet


class JournalSetup(Strict):
    """Where journals are posted, and how. `schedule` is that of a process; left out, it stays."""

    connection_id: int
    journal: str = Field(max_length=40)
    posts: Literal["automatic", "on_demand"] = "automatic"
    detail: Literal["summary", "contract"] = "summary"
    most_lines: int = Field(MOST_LINES, ge=10, le=2000)
    schedule: dict[str, Any] | None = None


class EntityPlace(Strict):
    """An entity of the revenue data in the ledger; dimensions are those of lines that name none themselves."""

    entity: str = Field("", max_length=100)
    location: str = Field("", max_length=100)
    department: str = Field("", max_length=100)
    class_id: str = Field("", max_length=100)


class EventAccounts(Strict):
    """The accounts of an event type, in general or for a product, an entity or dimensions (`class=SaaS;location=100`)."""

    event: str
    product_id: str = ""
    entity: str = ""
    dimension: str = ""
    debit: str = ""
    credit: str = ""


class AccountMapping(Schema):
    """The account that plays a role; what is empty means for any."""

    role: str
    product_id: str
    entity: str
    dimension: str
    account: str


class Needed(Schema):
    """Something of the figures that has no account."""

    role: str
    product_id: str
    entity: str
    dimensions: str


class Coverage(Schema):
    """Whether every event of the latest figures has its accounts; `known` is false before there are figures."""

    known: bool
    complete: bool
    missing: list[Needed]
    unused: list[AccountMapping]

    @classmethod
    def of(cls, found: Found) -> Coverage:
        """From the domain's value."""
        return cls(
            known=found.known,
            complete=found.complete,
            missing=[Needed.from_orm(each) for each in found.missing],
            unused=[AccountMapping.from_orm(each) for each in found.unused],
        )


class AccountsImport(Schema):
    """What a file of account mappings would do, and everything that is wrong with it."""

    changes: list[Change]
    faults: list[Fault]


class CustomField(Schema):
    """A field of customers, products or subscriptions, and what it feeds in the ledger."""

    id: int
    api_name: str
    label: str
    source: str
    in_journals: bool
    dimension: str


class FieldDraft(Strict):
    """A custom field as a person describes it."""

    api_name: str = Field(max_length=60)
    label: str = Field("", max_length=120)
    source: Literal["customer", "product", "subscription"]
    in_journals: bool = False
    dimension: str = Field("", max_length=60)


class Point(Schema):
    """One thing that was looked at in the ledger."""

    part: str
    name: str
    ok: bool
    detail: str
    remedy: str


class DryRunLine(Schema):
    """One account with its dimensions, to date through the period, debits positive."""

    account: str
    dimensions: str
    holds_now: Amount
    under_way: Amount
    current: Amount
    prior: Amount
    holds_after: Amount

    @classmethod
    def of(cls, line: DryLine) -> DryRunLine:
        """From the domain's value."""
        names = ("holds_now", "under_way", "current", "prior", "holds_after")
        amounts = {name: Amount.of(getattr(line, name), line.currency) for name in names}
        return cls(account=line.account, dimensions=line.dimensions, **amounts)


class DryRunOfPeriod(Schema):
    """What a period's journal does to the ledger, with which figures."""

    entity: str
    period: str
    figures: str
    made_at: datetime | None
    lines: list[DryRunLine]
    missing: list[Needed]

    @classmethod
    def of(cls, made: FigureSet | None, found: DryRun | None, entity: str, period: str) -> DryRunOfPeriod:
        """From the domain's values; without figures there is nothing."""
        missing = found.missing if found else ()
        return cls(
            entity=entity,
            period=period,
            figures=made.outputs_hash if made else "",
            made_at=made.made_at if made else None,
            lines=[DryRunLine.of(line) for line in (found.lines if found else ())],
            missing=[
                Needed(role=each.role, product_id=each.product_id, entity=entity, dimensions=each.dimensions)
                for each in missing
            ],
        )


class Prepare(Strict):
    """Which period's journals; empty for those of all frozen ones."""

    period: str = Field("", max_length=20)


class FrozenPeriod(Schema):
    """A period whose journal is posted, and how many of its entries wait."""

    entity: str
    period: str
    ends_on: date
    state: str
    waiting: int
