"""A source of sales for tests: canonical records written straight to their tables, and runs that load them into revenue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from tieout.connect.models import Connection
from tieout.people.actors import Actor
from tieout.recognition.tables import INPUTS
from tieout.records import models as records
from tieout.revenue.batches import operations as batches
from tieout.revenue.models import FACTS, Batch
from tieout.revenue.sources import kind, settings
from tieout.sync.models import Job, Process, SourceRecord
from tieout.sync.runs import Run

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CUSTOMER, CURRENCY = {"customer_id_external": "7"}, {"currency": "USD"}


@dataclass
class Sales:
    """Customer 7 buys seats (product 1, list price 20.00) and installations (product 2)."""

    actor: Actor
    settings: dict[str, Any] = field(default_factory=dict)
    process: Process = field(init=False)

    def __post_init__(self) -> None:
        where = self.actor.environment_id
        self.source = Connection.objects.create(
            environment_id=where, connector="revio", name="Rev.io", settings={}, created_at=NOW
        )
        told = {"start_on": "2026-01-01", "prefix": "R-", **self.settings}
        self.process = Process.objects.create(
            environment_id=where, kind=kind.KIND, name="Sales", source=self.source, settings=told, created_at=NOW
        )
        self.put(records.Customer, "7", name="Zoë\tLtd", custom_fields={"Entity": "US", "Segment": "A;B"})
        self.put(records.Product, "1", name="Seat", list_minor=2000, **CURRENCY)
        self.put(records.Product, "2", name="Installation", list_minor=15000, **CURRENCY)

    def line(self, number: str, start: str, until: str | None, **facts: Any) -> None:
        """Five seats at 19.00 a month on service 1, unless told otherwise."""
        usual = {
            "product_id_external": "1",
            "service_id_external": "1",
            "quantity_micro": 5_000_000,
            "rate_minor": 1900,
        }
        days = {"start_on": _day(start), "agreed_from": _day(start), "agreed_until": _day(until), "end_on": None}
        self.put(records.OrderLine, number, **CUSTOMER, **CURRENCY, **{"months": 1, **usual, **days, **facts})

    def order(self, number: str, signed: str, *lines: str) -> None:
        """An order that speaks of these lines."""
        self.put(records.Order, number, number=f"PON-{number}", signed_on=_day(signed), **CUSTOMER)
        for line in lines:
            self.put(records.OrderItem, f"{number}+{line}", order_id_external=number, line_id_external=line)

    def bill(self, number: str, day: str, **charges: tuple[str, str, int, str]) -> None:
        """A bill: charge → first day, last day, amount, order line or nothing."""
        total = sum(amount for _, _, amount, _ in charges.values())
        self.put(records.Invoice, number, issued_on=_day(day), amount_minor=total, **CUSTOMER, **CURRENCY)
        for name, (first, last, amount, line) in charges.items():
            facts = {"start_on": _day(first), "end_on": _day(last), "entered_on": _day(day), "amount_minor": amount}
            product = {"product_id_external": "1" if line else "2"}
            self.charge(name.lstrip("c"), invoice_id_external=number, line_id_external=line, **product, **facts)

    def charge(self, number: str, **facts: Any) -> None:
        """A charge as it is told."""
        self.put(records.InvoiceLine, number, **CUSTOMER, **CURRENCY, **facts)

    def credit(self, number: str, day: str, bill: str, amount: int, **facts: Any) -> None:
        """A credit on a bill, of product 1 unless told otherwise."""
        usual = {
            "product_id_external": "1",
            "invoice_id_external": bill,
            "entered_on": _day(day),
            "amount_minor": amount,
        }
        self.put(records.CreditMemo, number, **CUSTOMER, **CURRENCY, **{**usual, **facts})

    def put(self, model: type[Any], number: str, /, **values: Any) -> None:
        """A record, new or in a new version."""
        version = SourceRecord.objects.filter(stream=model.__name__, external_id=number).update(current=False)
        raw = SourceRecord.objects.create(
            connection=self.source,
            stream=model.__name__,
            external_id=number,
            digest=bytes([version]) * 16,
            payload={name: str(value) for name, value in values.items()},
            ordinal=0,
        )
        told = {**values, "source_record": raw}
        model.objects.update_or_create(connection=self.source, external_id=number, defaults=told)

    def run(self, **changes: Any) -> Batch | None:
        """Load what is there; the batch that was delivered, if there was one."""
        told = {**self.process.settings, **changes}
        Job.objects.filter(process=self.process).update(state=Job.State.SUCCEEDED)
        job = Job.objects.create(
            process=self.process, trigger="manual", requested_by="Test", state="running", attempt=1, queued_at=NOW
        )
        kind.load(Run(job, self.process, lambda: NOW), settings.parse(told))
        return Batch.objects.filter(job=job).first()

    def load(self, **changes: Any) -> Batch:
        """Deliver, and load what waits."""
        batch = self.run(**changes)
        assert batch is not None
        waits = batch.state == Batch.State.WAITING
        return batches.load(self.actor, batch_id=batch.pk, now=NOW) if waits else batch


def rows(table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Current rows of a table, in the order of these columns."""
    assert set(columns) <= set(INPUTS[table])
    current = FACTS[table]._default_manager.filter(until__isnull=True)
    return sorted(current.values_list(*columns), key=str)


def delivered(batch: Batch | None) -> Mapping[str, int]:
    """How many rows of each table a batch changed."""
    assert batch is not None
    batch.refresh_from_db()
    told = {table: each["new"] + each["changed"] for table, each in batch.counts["tables"].items()}
    return {table: count for table, count in told.items() if count}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
