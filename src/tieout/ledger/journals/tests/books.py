"""Revenue books for tests: contracts straight into the tables, periods frozen and closed, and the process that posts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction

from tieout.connect.models import Connection
from tieout.ledger.journals import planning
from tieout.ledger.journals.posted import KIND
from tieout.ledger.journals.settings import JournalSettings
from tieout.ledger.models import AccountMapping, Posting
from tieout.people.actors import Actor, Role
from tieout.revenue import figures, periods
from tieout.revenue.models import FACTS, Batch, Period
from tieout.sync.models import Job, Process
from tieout.sync.runs import Run

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACCOUNTS = {
    "receivable": "12000",
    "contract_liability": "23000",
    "contract_asset": "12150",
    "revenue": "40100",
    "commission_asset": "14500",
    "commission_expense": "61000",
    "commission_payable": "25000",
}
TERM = {"starts_on": date(2026, 9, 1), "ends_on": date(2027, 9, 1)}
SETTINGS: dict[str, Any] = {
    "journal": "APJ",
    "entities": {"US": {"entity": "US", "location": "US", "department": "100"}},
}


@dataclass
class RevenueBooks:
    """The books of one environment. Everything is of the entity US and in dollars unless it says otherwise."""

    environment_id: int
    target: Connection
    settings: Mapping[str, Any] = field(default_factory=lambda: dict(SETTINGS))
    process: Process = field(init=False)

    def __post_init__(self) -> None:
        self.actor = Actor(self.environment_id, None, "Controller", frozenset({Role.CONTROLLER}), "cli")
        self.process = Process.objects.create(
            environment_id=self.environment_id,
            kind=KIND,
            name="Journals",
            target=self.target,
            settings=dict(self.settings),
            created_at=NOW,
        )
        self.map(ACCOUNTS)
        self.bring(
            rule=[{"rule_id": "monthly", "method": "ratable", "convention": "even_months"}],
            product=[{"product_id": name, "rule_id": "monthly"} for name in ("voice", "data")],
        )
        periods.set_up(self.actor, entity="US", first=date(2026, 9, 1), years=1, now=NOW)

    def map(self, accounts: Mapping[str, str], **only: str) -> None:
        """Accounts by role, for everything or for what `only` says."""
        for role, account in accounts.items():
            AccountMapping.objects.update_or_create(
                environment_id=self.environment_id, role=role, **only, defaults={"account": account}
            )

    def bring(self, **tables: list[dict[str, Any]]) -> None:
        """Rows of revenue data, as a batch brings them."""
        at = {"created_at": NOW, "applied_at": NOW}
        batch = Batch.objects.create(
            environment_id=self.environment_id, origin="upload", state="applied", title="T", **at
        )
        for table, rows in tables.items():
            for row in rows:
                FACTS[table]._default_manager.create(environment_id=self.environment_id, since=batch, **row)

    def sell(
        self, contract: str, price: int, product: str = "voice", *, billed: int | None = None, **columns: Any
    ) -> None:
        """A contract over twelve months from September on, billed at its beginning."""
        head = {"contract_id": contract, "currency": "USD", "signed_on": date(2026, 9, 1), "entity": "US"}
        line = {"contract_id": contract, "line_id": "1", "product_id": product, "price": price, **TERM, **columns}
        bill = {"invoice_id": f"I-{contract}", "contract_id": contract, "line_id": "1", "issued_on": date(2026, 9, 2)}
        amount = price if billed is None else billed
        self.bring(contract=[head], line=[line], invoice=[bill | {"amount": amount}] if amount else [])

    def freeze(self, label: str) -> Period:
        """Open to closing, with figures of now."""
        found = periods.find(self.environment_id, "US", label)
        made = figures.make(self.environment_id, cause="close", now=NOW)
        with transaction.atomic():
            periods.freeze(found, made)
        return found

    def thaw(self, label: str) -> None:
        with transaction.atomic():
            periods.thaw(periods.find(self.environment_id, "US", label))

    def close(self, label: str) -> None:
        with transaction.atomic():
            periods.close(periods.find(self.environment_id, "US", label))

    def run(self, **parameters: Any) -> Run:
        """A run under way; the one before it has ended."""
        Job.objects.filter(process=self.process).update(state=Job.State.SUCCEEDED)
        job = Job.objects.create(
            process=self.process,
            trigger=Job.Trigger.MANUAL,
            requested_by="Test",
            state=Job.State.RUNNING,
            attempt=1,
            queued_at=NOW,
            parameters=parameters,
        )
        return Run(job, self.process, lambda: NOW)

    def plan(self, **changes: Any) -> list[Posting]:
        """Plan, and what is planned then."""
        planning.plan(self.run(), JournalSettings.model_validate({**self.settings, **changes}))
        return list(Posting.objects.filter(process=self.process, state="planned").order_by("pk"))

    def accept(self, *postings: Posting) -> None:
        """As if the ledger had taken them."""
        for posting in postings:
            for state in ("sending", "sent", "verified"):
                Posting.objects.filter(pk=posting.pk).update(state=state)


def lines(posting: Posting) -> dict[tuple[str, str], int]:
    """Account and part to amount, debits positive."""
    found: dict[tuple[str, str], int] = {}
    for line in posting.lines.all():
        key = line.account, line.component
        found[key] = found.get(key, 0) + (1 if line.side == "debit" else -1) * line.amount_minor
    return found
