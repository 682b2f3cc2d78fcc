"""From a frozen period to planned entries: target minus posted, cut at the ledger's limits; the same again changes nothing.

A period is planned while it is closing; a closed one is locked. It is held, with a finding, while an event has no account or
while a person reversed its entry and did not say to book it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from django.db import transaction
from django.db.models import QuerySet

from tieout.connectors.kit.documents import Journal, JournalLine
from tieout.kernel.money import Money
from tieout.ledger import drafts
from tieout.ledger.drafts import OPEN_STATES, Draft
from tieout.ledger.journals.detail import NOTHING, Behind, behind, shares
from tieout.ledger.journals.dry_run import DryLine, DryRun, difference, frozen
from tieout.ledger.journals.events import role_label
from tieout.ledger.journals.places import dimensions_of
from tieout.ledger.journals.questions import ask
from tieout.ledger.journals.settings import JournalSettings
from tieout.ledger.journals.splitting import Share, split
from tieout.ledger.models import Posting
from tieout.revenue.models import Period
from tieout.sync.models import Process
from tieout.sync.runs import Run

State = Posting.State
UNCERTAIN = (State.SENDING, State.UNKNOWN, State.REVERSING)


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of one account and dimensions before it is cut: signed minor units, debits positive."""

    account: str
    dimensions: str
    part: str
    amount: int
    memo: str
    contract: str = ""

    @property
    def component(self) -> str:
        return f"{self.part} · {self.contract}"[:120] if self.contract else self.part


def plan(run: Run, settings: JournalSettings) -> None:
    """Plan every frozen period that has something to post, each in a transaction of its own."""
    asked = run.parameters.get("period")
    found = [period for period in frozen(run.process.environment_id) if asked in (None, period.label)]
    run.enter("plan", len(found), f"Planning {len(found)} accounting periods")
    again = run.job.trigger != run.job.Trigger.SCHEDULE
    for period in found:
        if _is_due(run.process, period):
            plan_period(run, settings, period, again=again)
        run.advance(done=1)
        run.stop_here()


def plan_period(run: Run, settings: JournalSettings, period: Period, *, again: bool) -> None:
    """Plan one period's entries, or note why it has to wait."""
    assert period.figures is not None
    made = difference(
        run.process.environment_id, period.figures, entity=period.entity, period=period.label, settings=settings
    )
    with transaction.atomic():
        held = ask(run, settings, period, made)
        mine = of_period(run.process, period)
        sent = mine.exclude(state__in=OPEN_STATES).filter(reverses=None)
        told = behind(period, settings) if settings.detail == "contract" else NOTHING
        found = [] if held else list(period_drafts(made, settings, period, sent, told))
        drafts.save(run, found, mine.filter(reverses=None), again=again)


def of_period(process: Process, period: Period) -> QuerySet[Posting]:
    """Every posting of the process for an entity's period, counter-entries too."""
    return Posting.objects.filter(process=process, header__books=period.entity, header__period=period.label)


def period_drafts(
    made: DryRun, settings: JournalSettings, period: Period, sent: QuerySet[Posting], told: Behind = NOTHING
) -> Iterator[Draft]:
    """Balanced entries of limited length, by currency; numbered on from those that were sent before.

    `told` splits lines over the contracts behind them; without it, contracts are summed up.
    """
    for currency in dict.fromkeys(line.currency for line in made.moves):
        entries = _entries(made, currency, period, told)
        before = sent.filter(currency=currency).count()
        cuts = split([entry.amount for entry in entries], settings.most_lines)
        for number, cut in enumerate(cuts, before + 1):
            yield _draft(settings, period, currency, number, entries, cut)


def _is_due(process: Process, period: Period) -> bool:
    """A closed period is locked: what it lacks goes into the next one. Nothing is planned while the ledger may be working."""
    return period.state == Period.State.CLOSING and not of_period(process, period).filter(state__in=UNCERTAIN).exists()


def _entries(made: DryRun, currency: str, period: Period, told: Behind) -> list[Entry]:
    found = [
        Entry(line.account, line.dimensions, part, share, _memo(line, part, period, contract), contract)
        for line in made.moves
        if line.currency == currency
        for part, amount in (("current", line.current), ("prior_period", line.prior))
        for contract, share in shares(
            told.get((currency, line.account, line.dimensions, part != "current"), {}), amount
        )
    ]
    return sorted(found, key=lambda each: (each.part, each.account, each.dimensions, each.contract))


def _memo(line: DryLine, part: str, period: Period, contract: str) -> str:
    words = ", ".join(sorted(map(role_label, line.roles))) or "No longer booked here"
    said = f"{words} {period.label}" if part == "current" else f"{words} · earlier periods, adjusted in {period.label}"
    return f"{said} · {contract}" if contract else said


def _draft(
    settings: JournalSettings,
    period: Period,
    currency: str,
    number: int,
    entries: Sequence[Entry],
    cut: Sequence[Share],
) -> Draft:
    assert period.figures is not None
    base = " · ".join(part for part in (period.label, settings.journal, currency, period.entity) if part)
    name = f"{base} · {number}"
    document = Journal(
        key="",
        symbol=settings.journal,
        day=period.ends_on - timedelta(days=1),
        title=f"Revenue {period.label} {period.entity}".strip() + (f" ({number})" if number > 1 else ""),
        currency=currency,
        lines=tuple(_line(entries[share.index], share.amount, currency) for share in cut),
        entity=settings.place(period.entity).entity,
        description=f"Tieout · {name} · figures {period.figures.outputs_hash[:16]}",
    )
    nothing: list[list[drafts.SourceRef]] = [[] for _ in cut]
    components = [entries[share.index].component for share in cut]
    return Draft(name, document, nothing, False, components, header=_header(period))


def _header(period: Period) -> dict[str, Any]:
    assert period.figures is not None
    return {
        "period": period.label,
        "starts_on": period.starts_on.isoformat(),
        "books": period.entity,
        "figures": period.figures_id,
        "figures_hash": period.figures.outputs_hash,
    }


def _line(entry: Entry, amount: int, currency: str) -> JournalLine:
    side: Literal["debit", "credit"] = "debit" if amount > 0 else "credit"
    return JournalLine(entry.account, side, Money(abs(amount), currency), entry.memo, dimensions_of(entry.dimensions))
