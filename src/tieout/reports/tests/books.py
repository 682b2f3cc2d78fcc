"""A small company whose figures can be told by hand, applied as batches and computed: what the stories start from.

Amounts in dollars and euros are written as text; see `test_worked_example.py` for what they come to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tieout.recognition.tables import KEYS
from tieout.recognition.tests.story import cents, day, term
from tieout.reports.sets import When
from tieout.revenue import figures
from tieout.revenue.models import FACTS, Batch, FigureSet

WHEN = When(date(2026, 4, 10), ZoneInfo("America/Denver"))
FIRST = datetime(2026, 4, 2, 12, tzinfo=UTC)
"""When the first batch was applied."""
Tables = Mapping[str, Sequence[Mapping[str, Any]]]


def applied(environment_id: int, tables: Tables, at: datetime) -> Batch:
    """A batch that brings these rows, and ends those with the same keys."""
    batch = Batch.objects.create(
        environment_id=environment_id,
        origin=Batch.Origin.FORM,
        state=Batch.State.APPLIED,
        title=f"Batch of {at:%Y-%m-%d}",
        created_by="Test",
        created_at=at,
        applied_by="Test",
        applied_at=at,
    )
    for table, rows in tables.items():
        model = FACTS[table]._default_manager
        for row in rows:
            same = {name: row[name] for name in KEYS[table] if name in row}
            model.filter(environment_id=environment_id, until__isnull=True, **same).update(until=batch)
        model.bulk_create([FACTS[table](environment_id=environment_id, since=batch, **row) for row in rows])
    return batch


def computed(environment_id: int, tables: Tables, at: datetime = FIRST) -> FigureSet:
    """The set of figures that applying the rows leads to."""
    applied(environment_id, tables, at)
    return figures.make(environment_id, cause="data", now=at)


def company() -> dict[str, list[dict[str, Any]]]:
    """Acme buys a year with a set-up, Beta two years billed in arrears, Gamma a set-up in euros that waits."""
    return {
        "rule": [
            {"rule_id": "monthly", "method": "ratable", "convention": "even_months"},
            {"rule_id": "delivered", "method": "point_in_time", "trigger": "delivery"},
        ],
        "product": [{"product_id": "SUB", "rule_id": "monthly"}, {"product_id": "SETUP", "rule_id": "delivered"}],
        "ssp": [
            {
                "product_id": product,
                "currency": "USD",
                "starts_on": day("2000-01-01"),
                "basis": "amount",
                "amount": cents(ssp),
            }
            for product, ssp in (("SUB", "1200"), ("SETUP", "400"))
        ],
        "contract": [
            _contract("ACME", "Acme", "USD", "2026-01-01", "West", "Enterprise"),
            _contract("BETA", "Beta", "USD", "2026-02-01", "East", "Small"),
            _contract("GAMMA", "Gamma", "EUR", "2026-03-15", "West", ""),
        ],
        "line": [
            _line("ACME", "1", "SUB", "1200", "2026-01-01..2026-12-31"),
            _line("ACME", "2", "SETUP", "300", "2026-01-01..2026-01-01"),
            _line("BETA", "1", "SUB", "2400", "2026-02-01..2028-01-31"),
            _line("GAMMA", "1", "SETUP", "500", "2026-03-15..2026-03-15"),
        ],
        "event": [_delivered("E1", "ACME", "2", "2026-02-10")],
        "invoice": [
            _invoice("I1", "ACME", "1", "2026-01-15", "1500"),
            _invoice("I2", "BETA", "1", "2026-03-31", "250"),
        ],
        "commission": [
            {
                "commission_id": "K1",
                "contract_id": "ACME",
                "amount": cents("120"),
                "earned_on": day("2026-01-01"),
                "amortised_until": day("2027-01-01"),
            }
        ],
    }


def discount() -> dict[str, list[dict[str, Any]]]:
    """Acme's subscription is 240 cheaper from its first day on: known late, so that past periods change."""
    return {
        "change": [
            {
                "change_id": "M1",
                "contract_id": "ACME",
                "line_id": "1",
                "effective_on": day("2026-01-01"),
                "treatment": "catch_up",
                "price": cents("-240"),
            }
        ]
    }


def _contract(number: str, customer: str, currency: str, signed: str, region: str, kind: str) -> dict[str, Any]:
    named = {"contract_id": number, "customer_id": customer, "entity": "US", "currency": currency}
    return {**named, "signed_on": day(signed), "region": region, "customer_class": kind}


def _line(contract: str, line: str, product: str, price: str, over: str) -> dict[str, Any]:
    named = {"contract_id": contract, "line_id": line, "product_id": product}
    return {**named, "price": cents(price), **term(over)}


def _delivered(number: str, contract: str, line: str, on: str) -> dict[str, Any]:
    return {"event_id": number, "contract_id": contract, "line_id": line, "kind": "delivery", "happened_on": day(on)}


def _invoice(number: str, contract: str, line: str, on: str, amount: str) -> dict[str, Any]:
    named = {"invoice_id": number, "contract_id": contract, "line_id": line}
    return {**named, "issued_on": day(on), "amount": cents(amount)}
