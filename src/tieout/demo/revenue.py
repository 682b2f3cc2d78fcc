"""The demo's revenue: a year of orders imported, months closed and posted under APJ, a late change, and the proof that it ties.

The ledger is told by a worker, as on any site; `work` runs a process and answers when its job has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from tieout.close import operations as close
from tieout.close import queries as closes
from tieout.demo import orders
from tieout.kernel.errors import Fatal
from tieout.kernel.money import Money
from tieout.ledger import journals
from tieout.ledger.models import AccountMapping, Posting
from tieout.people.actors import Actor
from tieout.people.queries import site_clock
from tieout.revenue import figures, periods
from tieout.revenue.batches import operations as batches
from tieout.revenue.models import Batch, CustomField, FigureSet, Period
from tieout.sync import operations as sync
from tieout.sync.models import Process

Work = Callable[[Process], None]
JOURNAL = "APJ"
NAME = "Revenue journals to Intacct"
SALES = "Rev.io sales into revenue"
PLACE = {"location": "US-NYC", "department": "410", "class_id": "BUS"}
ACCOUNTS = {
    "receivable": "12000",
    "contract_liability": "23000",
    "contract_asset": "12150",
    "commission_asset": "14500",
    "commission_expense": "61000",
    "commission_payable": "25000",
    "revenue": "40100",
}
REVENUE = {"SEAT": "40100", "TRUNK": "40110", "CARE": "40130", "PHONE": "40500", "SETUP": "40400", "MINUTES": "40310"}
FIELDS = (("customer", "segment", "class"), ("product", "team", "department"), ("subscription", "site", "location"))
SIGNED = {"data": "A year of orders was imported for the demo.", "findings": "", "ssp": "", "preview": ""}


class NotImported(Fatal):
    """The demo's own file of orders was refused."""

    code = "demo.not_imported"
    remedy = "Report this with the problems named."


@dataclass(frozen=True, slots=True)
class Tie:
    """One account to date through one period: what the figures say, and what the ledger verifiably holds. Debits positive."""

    period: str
    account: str
    target: Money
    held: Money
    late: Money
    """How much of the period's own entry adjusts prior periods."""

    @property
    def difference(self) -> Money:
        return self.target - self.held


def set_up(actor: Actor, target_id: int, *, now: datetime) -> Process:
    """Custom fields, accounts and the process that posts; the same again when they are there."""
    for source, name, dimension in FIELDS:
        CustomField.objects.update_or_create(
            environment_id=actor.environment_id,
            source=source,
            api_name=name,
            defaults={"label": name.capitalize(), "in_journals": True, "dimension": dimension},
        )
    mapped = [(role, "", account) for role, account in ACCOUNTS.items()]
    mapped += [("revenue", product, account) for product, account in REVENUE.items()]
    for role, product, account in mapped:
        AccountMapping.objects.update_or_create(
            environment_id=actor.environment_id, role=role, product_id=product, defaults={"account": account}
        )
    found = Process.objects.filter(environment_id=actor.environment_id, name=NAME).first()
    draft = sync.Draft(
        NAME,
        None,
        target_id,
        description="Closing periods as entries under APJ, with Location, Department and Class",
        schedule={"every": "daily", "at": "05:00"},
        settings={"journal": JOURNAL, "entities": {"": {"entity": "US", **PLACE}}},
    )
    return found or sync.create_process(actor=actor, kind="revenue_journals", draft=draft, now=now, site=site_clock())


def set_up_sales(actor: Actor, source_id: int, start_on: date, *, now: datetime) -> Process:
    """The process that brings Rev.io's agreements and bills into revenue from a day on, when somebody runs it."""
    found = Process.objects.filter(environment_id=actor.environment_id, name=SALES).first()
    draft = sync.Draft(
        SALES,
        source_id,
        None,
        description="Orders, services, charges, bills and credits as contracts, changes and invoices",
        settings={"start_on": start_on.isoformat(), "prefix": "revio-"},
    )
    return found or sync.create_process(actor=actor, kind="revenue_data", draft=draft, now=now, site=site_clock())


def import_orders(actor: Actor, first: date, *, now: datetime) -> Batch:
    """Import the year of orders that begins at `first`, and set up its accounting periods."""
    applied = bring_in(actor, "orders-of-a-year.zip", orders.year_of_orders(first), now=now)
    if not periods.any_set(actor.environment_id):
        periods.set_up(actor, entity="", first=first, years=2, now=now)
    return applied


def bring_in(actor: Actor, name: str, content: bytes, *, now: datetime) -> Batch:
    """Import a file, whole. Raises NotImported."""
    batch = batches.receive(actor, name=name, source=content, now=now)
    if batch.state != Batch.State.READY:
        raise NotImported(f"{name}: {batch.problems[:5]}")
    applied = batches.apply(actor, batch_id=batch.pk, now=now)
    figures.make(actor.environment_id, cause=FigureSet.Cause.DATA, now=now)
    return applied


def close_month(actor: Actor, process: Process, label: str, work: Work, *, now: datetime) -> Period:
    """Freeze a month, sign what people sign, post it, lock it. Raises as the close does."""
    period = periods.find(actor.environment_id, "", label)
    close.freeze(actor, period_id=period.pk, now=now)
    work(process)
    for state in closes.checklist(actor.environment_id, period.pk).missing:
        if state.step in SIGNED:
            note = SIGNED[state.step] or state.facts.said
            close.sign(actor, period_id=period.pk, step=state.step, note=note, now=now)
    close.close(actor, period_id=period.pk, now=now)
    return periods.find(actor.environment_id, "", label)


def ties(actor: Actor, labels: list[str]) -> Iterator[Tie]:
    """Per frozen or closed period and account: the figures to date beside what was read back from the ledger."""
    assert actor.environment_id is not None
    for label in labels:
        period = periods.find(actor.environment_id, "", label)
        assert period.figures is not None
        made = journals.difference(actor.environment_id, period.figures, entity="", period=label)
        late = _late(period)
        totals: dict[tuple[str, str], list[int]] = {}
        for line in made.lines:
            sums = totals.setdefault((line.account, line.currency), [0, 0])
            sums[0] += line.holds_after
            sums[1] += line.holds_now
        for (account, currency), sums in sorted(totals.items()):
            target, held = (Money(amount, currency) for amount in sums)
            yield Tie(label, account, target, held, Money(late.get((account, currency), 0), currency))


def _late(period: Period) -> dict[tuple[str, str], int]:
    """What the period's entries say about prior periods, by account and currency."""
    found: dict[tuple[str, str], int] = {}
    entries = Posting.objects.filter(header__period=period.label, state=Posting.State.VERIFIED)
    for posting in entries.prefetch_related("lines"):
        for line in posting.lines.all():
            if line.component.startswith("prior_period"):
                key = (line.account, posting.currency)
                found[key] = found.get(key, 0) + (line.amount_minor if line.side == "debit" else -line.amount_minor)
    return found
