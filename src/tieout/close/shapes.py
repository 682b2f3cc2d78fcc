"""Checklists, closings and dry runs as the API and `--json` show them, and what is sent to sign and take back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from ninja import Schema
from pydantic import Field

from tieout.api.shapes import Amount, Strict
from tieout.close import models, queries
from tieout.close.package import Check
from tieout.close.steps import StepState
from tieout.ledger.journals import DryLine, DryRun
from tieout.revenue.period_shapes import Period


class Closing(Schema):
    """One freeze of a period and what became of it."""

    id: int
    number: int
    period: Period
    state: str = Field(description="frozen, thawed, closed or reopened.")
    frozen_by: str
    frozen_at: datetime
    closed_by: str
    closed_at: datetime | None
    thawed_at: datetime | None
    reopened_by: str
    reopened_at: datetime | None
    reason: str
    figures_id: int
    inputs_hash: str
    rules_hash: str
    outputs_hash: str
    content_sha256: str = Field(description="Of what the package says, whatever file it is written to.")
    package: dict[str, Any]
    reversals: list[int] = Field(description="Postings that the reopening takes back.")

    @staticmethod
    def resolve_inputs_hash(closing: models.Closing) -> str:
        return closing.figures.inputs_hash

    @staticmethod
    def resolve_rules_hash(closing: models.Closing) -> str:
        return closing.figures.rules_hash

    @staticmethod
    def resolve_outputs_hash(closing: models.Closing) -> str:
        return closing.figures.outputs_hash


class Fact(Schema):
    """One line of what a step shows."""

    label: str
    said: str
    clear: bool


class Signed(Schema):
    """A signature; `lapsed` when the facts changed after it."""

    by: str
    at: datetime
    note: str
    lapsed: bool


class Step(Schema):
    """A step of the checklist."""

    step: str
    label: str
    state: str = Field(description="done, attention, ready (only a person is missing) or later.")
    said: str
    asks: str
    owner: str
    signable: bool
    facts: list[Fact]
    signatures: list[Signed]

    @classmethod
    def of(cls, each: StepState) -> Self:
        """From the step's state."""
        return cls(
            step=each.step.value,
            label=each.rule.label,
            state=each.state,
            said=each.facts.said,
            asks=each.rule.asks,
            owner=each.owner,
            signable=each.signable,
            facts=[Fact.from_orm(line) for line in each.facts.lines],
            signatures=[Signed.from_orm(signed) for signed in each.signatures],
        )


class Checklist(Schema):
    """A period with its live closing and its steps."""

    period: Period
    closing: Closing | None
    steps: list[Step]

    @classmethod
    def of(cls, found: queries.Checklist) -> Self:
        """From the room's own."""
        steps = [Step.of(each) for each in found.steps]
        return cls.model_validate({"period": found.period, "closing": found.closing, "steps": steps})


class Line(Schema):
    """An account with its dimensions, debits positive, to date through the period."""

    account: str
    dimensions: str
    holds_now: Amount
    under_way: Amount
    own: Amount = Field(description="To be posted for the period itself.")
    earlier: Amount = Field(description="To be posted for periods before it.")
    holds_after: Amount

    @classmethod
    def of(cls, line: DryLine) -> Self:
        """From the dry run's."""

        def amount(minor: int) -> Amount:
            return Amount.of(minor, line.currency)

        return cls(
            account=line.account,
            dimensions=line.dimensions,
            holds_now=amount(line.holds_now),
            under_way=amount(line.under_way),
            own=amount(line.current),
            earlier=amount(line.prior),
            holds_after=amount(line.holds_after),
        )


class Unmapped(Schema):
    """An amount that no account is mapped for."""

    role: str
    product_id: str
    amount: Amount


class Dry(Schema):
    """What posting the period would do."""

    entity: str
    period: str
    lines: list[Line]
    missing: list[Unmapped]

    @classmethod
    def of(cls, found: DryRun, *, only_moves: bool) -> Self:
        """From the ledger's own."""
        lines = [Line.of(line) for line in (found.moves if only_moves else found.lines)]
        missing = [
            Unmapped(role=each.role, product_id=each.product_id, amount=Amount.of(each.amount, each.currency))
            for each in found.missing
        ]
        return cls(entity=found.entity, period=found.period, lines=lines, missing=missing)


class TakenBack(Schema):
    """What a reopening does to one account."""

    account: str
    dimensions: str
    amount: Amount


class Restated(Schema):
    """What the period was frozen with, and what it comes to now."""

    kind: str
    product_id: str
    frozen: Amount
    now: Amount
    difference: Amount


class Reopening(Schema):
    """What reopening would reverse and restate."""

    period: Period
    entries: list[int]
    lines: list[TakenBack]
    restated: list[Restated]

    @classmethod
    def of(cls, told: queries.Reopening) -> Self:
        """From the room's own."""
        lines = [
            TakenBack(account=each.account, dimensions=each.dimensions, amount=Amount.of(each.amount, each.currency))
            for each in told.lines
        ]
        restated = [
            Restated(
                kind=each.kind,
                product_id=each.product_id,
                frozen=Amount.of(each.frozen, each.currency),
                now=Amount.of(each.now, each.currency),
                difference=Amount.of(each.difference, each.currency),
            )
            for each in told.restated
        ]
        entries = [each.pk for each in told.entries]
        return cls(period=Period.from_orm(told.period), entries=entries, lines=lines, restated=restated)


class File(Schema):
    """One file that a package vouches for, and whether it is as it was."""

    name: str
    sha256: str
    ok: bool


class Verification(Schema):
    """Whose package it is, and every file that it vouches for."""

    closing: Closing
    whole: bool
    files: list[File]

    @classmethod
    def of(cls, closing: models.Closing, checks: list[Check]) -> Self:
        """From the checks."""
        whole = all(each.ok for each in checks)
        return cls.model_validate({"closing": closing, "whole": whole, "files": checks})


class Note(Strict):
    """What the signer says."""

    note: str = Field("", max_length=1000)


class Reason(Strict):
    """Why a period is taken back."""

    reason: str = Field(max_length=500)
