"""A small set of books for tests: two connections, a process, a run, and canonical records written straight to their tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from tieout.connect.models import Connection
from tieout.records import models as records
from tieout.sync.models import Job, Process, SourceRecord
from tieout.sync.runs import Run

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Books:
    """Records of one source, and processes from it into one ledger."""

    environment_id: int
    source: Connection = field(init=False)
    target: Connection = field(init=False)

    def __post_init__(self) -> None:
        self.source = self._connection("revio", "Rev.io", {"currency": "USD"})
        self.target = self._connection("intacct", "Intacct", {})

    def process(self, kind: str, settings: Mapping[str, Any], name: str = "") -> Process:
        """A process with these settings as they are."""
        return Process.objects.create(
            environment_id=self.environment_id,
            kind=kind,
            name=name or kind,
            source=self.source,
            target=self.target,
            settings=dict(settings),
            created_at=NOW,
        )

    def run(self, process: Process, trigger: str = Job.Trigger.MANUAL) -> Run:
        """A run under way; the one before it has ended."""
        Job.objects.filter(process=process).update(state=Job.State.SUCCEEDED)
        job = Job.objects.create(
            process=process, trigger=trigger, requested_by="Test", state=Job.State.RUNNING, attempt=1, queued_at=NOW
        )
        return Run(job, process, lambda: NOW)

    def customer(self, number: str, name: str, **custom: str) -> records.Customer:
        return self._put(records.Customer, number, name=name, custom_fields=custom)

    def product(self, number: str, ledger_code: str) -> records.Product:
        return self._put(records.Product, number, name=f"Product {number}", ledger_code=ledger_code)

    def bill(self, number: str, day: date, lines: Mapping[str, tuple[str, int, int]], customer: str = "7") -> None:
        """A bill with lines: number to product, amount and tax in cents."""
        total = sum(amount + tax for _, amount, tax in lines.values())
        common = {"customer_id_external": customer, "currency": "USD"}
        self._put(records.Invoice, number, issued_on=day, amount_minor=total, **common)
        for line, (product, amount, tax) in lines.items():
            self._put(
                records.InvoiceLine,
                line,
                invoice_id_external=number,
                product_id_external=product,
                amount_minor=amount,
                tax_minor=tax,
                entered_on=day,
                **common,
            )

    def credit(
        self, number: str, day: date, product: str, amount: int, tax: int = 0, *, bad_debt: bool = False
    ) -> None:
        self._put(
            records.CreditMemo,
            number,
            customer_id_external="7",
            currency="USD",
            product_id_external=product,
            amount_minor=amount,
            tax_minor=tax,
            entered_on=day,
            bad_debt=bad_debt,
        )

    def payment(self, number: str, day: date, amount: int, method: str = "ACH", **facts: Any) -> records.Payment:
        values = {"customer_id_external": "7", "currency": "USD", "amount_minor": amount, "method": method, **facts}
        return self._put(records.Payment, number, received_on=day, entered_on=day, **values)

    def _connection(self, connector: str, name: str, settings: dict[str, Any]) -> Connection:
        return Connection.objects.create(
            environment_id=self.environment_id, connector=connector, name=name, settings=settings, created_at=NOW
        )

    def _put(self, model: type[Any], number: str, **values: Any) -> Any:
        version = SourceRecord.objects.filter(stream=model.__name__, external_id=number).update(current=False)
        raw = SourceRecord.objects.create(
            connection=self.source,
            stream=model.__name__,
            external_id=number,
            digest=bytes([version]) * 16,
            payload={key: str(value) for key, value in values.items()},
            ordinal=0,
        )
        made, _ = model.objects.update_or_create(
            connection=self.source, external_id=number, defaults={**values, "source_record": raw}
        )
        return made
