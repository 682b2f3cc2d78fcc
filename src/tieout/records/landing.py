"""Raw records become canonical rows: mapped by the connector's pure functions, written by COPY and one upsert.

Which canonical value goes into which table and column is data below. A record that cannot be mapped is answered as a
Skip and stays raw; the others of its page land all the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

import orjson
from django.db import connection as database

from tieout.connect.models import Connection
from tieout.connectors.kit import canonical, registry
from tieout.database import copy_text
from tieout.kernel.errors import Skip
from tieout.records import models
from tieout.sync import landing
from tieout.sync.models import SourceRecord
from tieout.sync.versions import Landed

Column = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Where one canonical type is kept: the model, and for each column what it is read from."""

    model: type[models.Record]
    columns: Mapping[str, Column]

    @property
    def names(self) -> tuple[str, ...]:
        return ("source_record_id", "connection_id", "external_id", *self.columns)

    def values(self, record: Any) -> str:
        """The values of `columns`, as COPY takes them. Raises BadRecord when a value that books need is absent."""
        return copy_text.row([read(record) for read in self.columns.values()])


Row = tuple[Table, str]
"""Where a canonical record is kept, and its line for COPY behind the id of its version."""


def _entered(record: canonical.InvoiceLine | canonical.CreditMemo) -> date:
    if record.created is None:
        raise canonical.BadRecord("The day of creation is missing, so no month can be told.", record=record.id)
    return record.created.date()


def _net(record: canonical.InvoiceLine | canonical.CreditMemo) -> int:
    return record.amount - record.tax if record.tax_included else record.amount


def _micro(record: canonical.OrderLine) -> int:
    """Millionths; a quantity that was never told is one."""
    try:
        micro = Decimal(record.quantity or "1") * 1_000_000
        if micro != micro.to_integral_value() or abs(micro) >= 10**15:
            raise ValueError(record.quantity)
    except (ArithmeticError, ValueError):
        raise canonical.BadRecord(
            f"'{record.quantity[:40]}' is no quantity with at most six decimals.", record=record.id
        ) from None
    return int(micro)


TABLES: dict[type, Table] = {
    canonical.Customer: Table(
        models.Customer,
        {
            "name": lambda r: r.name,
            "email": lambda r: r.email,
            "status": lambda r: r.status,
            "custom_fields": lambda r: orjson.dumps(dict(r.custom)).decode(),
        },
    ),
    canonical.Product: Table(
        models.Product,
        {
            "name": lambda r: r.name,
            "ledger_code": lambda r: r.ledger_code,
            "currency": lambda r: r.currency,
            "list_minor": lambda r: r.list_price,
        },
    ),
    canonical.PaymentMethod: Table(models.PaymentMethod, {"name": lambda r: r.name}),
    canonical.Payment: Table(
        models.Payment,
        {
            "customer_id_external": lambda r: r.customer_id,
            "currency": lambda r: r.currency,
            "amount_minor": lambda r: r.amount,
            "unapplied_minor": lambda r: r.unapplied,
            "method": lambda r: r.method,
            "received_on": lambda r: r.received,
            "entered_on": lambda r: r.created.date() if r.created else r.received,
            "refunded": lambda r: r.refunded,
            "bounced": lambda r: r.bounced,
            "invoice_id_external": lambda r: r.invoice_id,
            "reference": lambda r: r.reference,
        },
    ),
    canonical.Invoice: Table(
        models.Invoice,
        {
            "customer_id_external": lambda r: r.customer_id,
            "currency": lambda r: r.currency,
            "issued_on": lambda r: r.created.date(),
            "due_on": lambda r: r.due_day,
            "amount_minor": lambda r: r.total,
        },
    ),
    canonical.InvoiceLine: Table(
        models.InvoiceLine,
        {
            "invoice_id_external": lambda r: r.invoice_id,
            "customer_id_external": lambda r: r.customer_id,
            "product_id_external": lambda r: r.product_id,
            "description": lambda r: r.description,
            "currency": lambda r: r.currency,
            "amount_minor": _net,
            "tax_minor": lambda r: r.tax,
            "entered_on": _entered,
            "start_on": lambda r: r.start,
            "end_on": lambda r: r.end,
            "line_id_external": lambda r: r.line_id,
        },
    ),
    canonical.CreditMemo: Table(
        models.CreditMemo,
        {
            "customer_id_external": lambda r: r.customer_id,
            "invoice_id_external": lambda r: r.invoice_id,
            "product_id_external": lambda r: r.product_id,
            "description": lambda r: r.description,
            "currency": lambda r: r.currency,
            "amount_minor": _net,
            "tax_minor": lambda r: r.tax,
            "entered_on": _entered,
            "bad_debt": lambda r: r.bad_debt,
            "line_id_external": lambda r: r.line_id,
        },
    ),
    canonical.Order: Table(
        models.Order,
        {
            "customer_id_external": lambda r: r.customer_id,
            "number": lambda r: r.number,
            "kind": lambda r: r.kind,
            "status": lambda r: r.status,
            "signed_on": lambda r: r.signed,
            "effective_on": lambda r: r.effective,
        },
    ),
    canonical.OrderItem: Table(
        models.OrderItem,
        {"order_id_external": lambda r: r.order_id, "line_id_external": lambda r: r.line_id},
    ),
    canonical.Service: Table(
        models.Service,
        {
            "customer_id_external": lambda r: r.customer_id,
            "number": lambda r: r.number,
            "start_on": lambda r: r.started,
            "end_on": lambda r: r.ended,
        },
    ),
    canonical.OrderLine: Table(
        models.OrderLine,
        {
            "order_id_external": lambda r: r.order_id,
            "customer_id_external": lambda r: r.customer_id,
            "product_id_external": lambda r: r.product_id,
            "service_id_external": lambda r: r.service_id,
            "quantity_micro": _micro,
            "currency": lambda r: r.currency,
            "rate_minor": lambda r: r.rate,
            "months": lambda r: r.months,
            "status": lambda r: r.status,
            "start_on": lambda r: r.started,
            "agreed_from": lambda r: r.agreed_from,
            "agreed_until": lambda r: r.agreed_until,
            "end_on": lambda r: r.ended,
        },
    ),
}


def register() -> None:
    """Tell the sync room how records become canonical."""
    landing.register(sys.modules[__name__])


def understand(source: Connection, stream: str, external_id: str, record: Mapping[str, Any]) -> Row | Skip | None:
    """The canonical row of a raw record, or why there is none. A stream without a mapper stays raw: None."""
    mapper = registry.get(source.connector).mappers.get(stream)
    if mapper is None:
        return None
    try:
        canon = mapper(record, source.settings)
        table = TABLES[type(canon)]
        return table, f"\t{source.pk}\t{copy_text.cell(external_id)}\t{table.values(canon)}\n"
    except Skip as skip:
        return skip


def write(source: Connection, landed: Sequence[Landed]) -> None:
    """Write the canonical rows of one stream in the caller's transaction; the newest version of each record wins.

    What came for the first time goes straight into its table; only what is there already has to be looked for.
    """
    rows = [each for each in landed if each.understood is not None]
    if rows:
        table: Table = rows[0].understood[0]
        name = table.model._meta.db_table
        with database.cursor() as cursor:
            _copy(cursor, name, table, [row for row in rows if row.first])
            _upsert(cursor, name, table, [row for row in rows if not row.first])


def remap(source: Connection, stream: str, batch: int = 1000) -> int:
    """Read every current raw record of a stream again with today's mapping, without pulling. Returns how many."""
    current = SourceRecord.objects.filter(connection=source, stream=stream, current=True)
    done, last = 0, 0
    while rows := list(current.filter(pk__gt=last).order_by("pk")[:batch]):
        read = [
            Landed(row.pk, row.external_id, False, understand(source, stream, row.external_id, row.payload))
            for row in rows
        ]
        write(source, [each for each in read if not isinstance(each.understood, Skip)])
        done, last = done + len(rows), rows[-1].pk
    return done


def _copy(cursor: Any, into: str, table: Table, rows: Sequence[Landed]) -> None:
    if rows:
        with cursor.copy(f"copy {into} ({', '.join(table.names)}) from stdin") as copy:
            lines = zip([str(row.source_record_id) for row in rows], [row.understood[1] for row in rows], strict=True)
            copy.write("".join(chain.from_iterable(lines)))


def _upsert(cursor: Any, name: str, table: Table, rows: Sequence[Landed]) -> None:
    if not rows:
        return
    staging, columns = f"{name}_landing", ", ".join(table.names)
    changes = ", ".join(f"{column} = excluded.{column}" for column in ("source_record_id", *table.columns))
    shape = f"select {columns} from {name} with no data"  # noqa: S608 - names from this module
    cursor.execute(f"create temporary table if not exists {staging} on commit delete rows as {shape}")
    cursor.execute(f"delete from {staging}")  # noqa: S608
    _copy(cursor, staging, table, rows)
    cursor.execute(
        f"insert into {name} ({columns}) select {columns} from {staging}"  # noqa: S608
        f" on conflict (connection_id, external_id) do update set {changes}"
    )
