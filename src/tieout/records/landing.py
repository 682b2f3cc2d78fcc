"""Raw records become canonical rows: mapped by the connector's pure functions, written by COPY and one upsert.

Which canonical value goes into which table and column is data below. A record that cannot be mapped is answered as a
Skip and stays raw; the others of its page land all the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any

import orjson
from django.db import connection as database

from tieout.connect.models import Connection
from tieout.connectors.kit import canonical, registry
from tieout.database import copy_csv
from tieout.kernel.errors import Skip
from tieout.records import models
from tieout.sync import landing
from tieout.sync.models import SourceRecord
from tieout.sync.versions import Landed

Column = Callable[[Any], Any]
_KEY = ("connection_id", "external_id")
"""What a canonical record is known by."""


@dataclass(frozen=True)
class Table:
    """Where one canonical type is kept: the model, and what its columns are read from: fields, or functions of a record."""

    model: type[models.Record]
    fields: Mapping[str, str]
    computed: Mapping[str, Column] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns in the order of `line`, behind the id of the version."""
        return (*_KEY, *self.fields, *self.computed)

    @cached_property
    def _read(self) -> Callable[[Any], tuple[Any, ...]]:
        # Of one field alone it would make no tuple.
        return attrgetter("id", *self.fields.values())

    def line(self, connection: int, external_id: str, record: Any) -> bytes:
        """A record as COPY takes it. Raises BadRecord when a value that books need is absent."""
        values = [connection, external_id, *self._read(record)[1:]]
        for compute in self.computed.values():
            values.append(compute(record))
        return copy_csv.row(values)


Row = tuple[Table, bytes]
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
            "name": "name",
            "email": "email",
            "status": "status",
        },
        {
            "custom_fields": lambda r: orjson.dumps(dict(r.custom)).decode(),
        },
    ),
    canonical.Product: Table(
        models.Product,
        {
            "name": "name",
            "ledger_code": "ledger_code",
            "currency": "currency",
            "list_minor": "list_price",
        },
    ),
    canonical.PaymentMethod: Table(models.PaymentMethod, {"name": "name"}),
    canonical.Payment: Table(
        models.Payment,
        {
            "customer_id_external": "customer_id",
            "currency": "currency",
            "amount_minor": "amount",
            "unapplied_minor": "unapplied",
            "method": "method",
            "received_on": "received",
            "refunded": "refunded",
            "bounced": "bounced",
            "invoice_id_external": "invoice_id",
            "reference": "reference",
        },
        {
            "entered_on": lambda r: r.created.date() if r.created else r.received,
        },
    ),
    canonical.Invoice: Table(
        models.Invoice,
        {
            "customer_id_external": "customer_id",
            "currency": "currency",
            "due_on": "due_day",
            "amount_minor": "total",
        },
        {
            "issued_on": lambda r: r.created.date(),
        },
    ),
    canonical.InvoiceLine: Table(
        models.InvoiceLine,
        {
            "invoice_id_external": "invoice_id",
            "customer_id_external": "customer_id",
            "product_id_external": "product_id",
            "description": "description",
            "currency": "currency",
            "tax_minor": "tax",
            "start_on": "start",
            "end_on": "end",
            "line_id_external": "line_id",
        },
        {
            "amount_minor": _net,
            "entered_on": _entered,
        },
    ),
    canonical.CreditMemo: Table(
        models.CreditMemo,
        {
            "customer_id_external": "customer_id",
            "invoice_id_external": "invoice_id",
            "product_id_external": "product_id",
            "description": "description",
            "currency": "currency",
            "tax_minor": "tax",
            "bad_debt": "bad_debt",
            "line_id_external": "line_id",
        },
        {
            "amount_minor": _net,
            "entered_on": _entered,
        },
    ),
    canonical.Order: Table(
        models.Order,
        {
            "customer_id_external": "customer_id",
            "number": "number",
            "kind": "kind",
            "status": "status",
            "signed_on": "signed",
            "effective_on": "effective",
        },
    ),
    canonical.OrderItem: Table(
        models.OrderItem,
        {"order_id_external": "order_id", "line_id_external": "line_id"},
    ),
    canonical.Service: Table(
        models.Service,
        {
            "customer_id_external": "customer_id",
            "number": "number",
            "start_on": "started",
            "end_on": "ended",
        },
    ),
    canonical.OrderLine: Table(
        models.OrderLine,
        {
            "order_id_external": "order_id",
            "customer_id_external": "customer_id",
            "product_id_external": "product_id",
            "service_id_external": "service_id",
            "currency": "currency",
            "rate_minor": "rate",
            "months": "months",
            "status": "status",
            "start_on": "started",
            "agreed_from": "agreed_from",
            "agreed_until": "agreed_until",
            "end_on": "ended",
        },
        {
            "quantity_micro": _micro,
        },
    ),
}


def register() -> None:
    """Tell the sync room how records become canonical."""
    landing.register(sys.modules[__name__])


def reader(source: Connection, stream: str) -> Callable[[str, Mapping[str, Any]], Row | Skip | None]:
    """Makes of a raw record its canonical row, or why there is none. A stream without a mapper stays raw: None."""
    mapper = registry.get(source.connector).mappers.get(stream)

    def read(external_id: str, record: Mapping[str, Any]) -> Row | Skip | None:
        if mapper is None:
            return None
        try:
            canon = mapper(record, settings)
            table = TABLES[type(canon)]
            return table, table.line(connection, external_id, canon)
        except Skip as skip:
            return skip

    connection, settings = source.pk, source.settings
    return read


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
    read = reader(source, stream)
    current = SourceRecord.objects.filter(connection=source, stream=stream, current=True)
    done, last = 0, 0
    while rows := list(current.filter(pk__gt=last).order_by("pk")[:batch]):
        landed = [Landed(row.pk, row.external_id, False, read(row.external_id, row.payload)) for row in rows]
        write(source, [each for each in landed if not isinstance(each.understood, Skip)])
        done, last = done + len(rows), rows[-1].pk
    return done


def _copy(cursor: Any, into: str, table: Table, rows: Sequence[Landed]) -> None:
    if rows:
        columns = ", ".join(("source_record_id", *table.names))
        with cursor.copy(f"copy {into} ({columns}) from stdin {copy_csv.OPTIONS}") as copy:
            copy.write(b"".join([b"%d,%b\n" % (row.source_record_id, row.understood[1]) for row in rows]))


def _upsert(cursor: Any, name: str, table: Table, rows: Sequence[Landed]) -> None:
    if not rows:
        return
    names = ("source_record_id", *table.names)
    staging, columns = f"{name}_landing", ", ".join(names)
    changes = ", ".join(f"{column} = excluded.{column}" for column in names if column not in _KEY)
    shape = f"select {columns} from {name} with no data"  # noqa: S608 - names from this module
    cursor.execute(f"create temporary table if not exists {staging} on commit delete rows as {shape}")
    cursor.execute(f"delete from {staging}")  # noqa: S608
    _copy(cursor, staging, table, rows)
    cursor.execute(
        f"insert into {name} ({columns}) select {columns} from {staging}"  # noqa: S608
        f" on conflict ({', '.join(_KEY)}) do update set {changes}"
    )
