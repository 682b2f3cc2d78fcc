"""What a mapping could begin with: the payment methods, ledger codes and custom fields that the source has delivered.

When nothing was delivered yet, the source's own short lists can be asked for; nothing of that is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from django.db import connection as database

from tieout.connect import queries as connect
from tieout.connect.models import Connection
from tieout.connect.slots import slot
from tieout.connectors.kit.canonical import PaymentMethod, Product
from tieout.connectors.kit.capabilities import ReadsStreams
from tieout.connectors.kit.streams import Window
from tieout.kernel.errors import Skip
from tieout.people.actors import Actor, Permission

MOST = 500
"""More names than this are not proposed: nobody would look at them one by one."""
_METHODS = """
    select distinct method from (
        select method from records_payment where connection_id = %(source)s order by id desc limit 100000) recent
    union select name from records_paymentmethod where connection_id = %(source)s
    order by 1 limit %(most)s
"""
_CODES = "select distinct ledger_code from records_product where connection_id = %(source)s order by 1 limit %(most)s"
_PRODUCTS = "select distinct name from records_product where connection_id = %(source)s order by 1 limit %(most)s"
_FIELDS = """
    select distinct jsonb_object_keys(custom_fields) from (
        select custom_fields from records_customer where connection_id = %(source)s order by id desc limit 2000) recent
    order by 1 limit %(most)s
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """Names that the source uses. An empty ledger code stands for products without one."""

    methods: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    def __or__(self, other: Seen) -> Seen:
        names = ("methods", "codes", "fields", "products")
        return Seen(*(_merged(getattr(self, name), getattr(other, name)) for name in names))


def seen(source: Connection) -> Seen:
    """The names among the records that are here."""
    return Seen(*(_names(query, source) for query in (_METHODS, _CODES, _FIELDS, _PRODUCTS)))


def ask(*, actor: Actor, source_id: int) -> Seen:
    """The names on the source's own lists, read now. Raises RoleMissing and the faults of a read."""
    actor.require(Permission.EDIT_PROCESS)
    source = connect.connection(actor.environment_id, source_id)
    mappers = connect.connector_of(source).mappers
    methods, codes, products = [], [], []
    with connect.session(source) as session, slot(source):
        assert isinstance(session, ReadsStreams)
        for stream in ("payment_methods", "products"):
            for record in _records(session, stream, source, mappers.get(stream)):
                if isinstance(record, PaymentMethod):
                    methods.append(record.name)
                elif isinstance(record, Product):
                    codes.append(record.ledger_code)
                    products.append(record.name)
    return Seen(_merged(methods)[:MOST], _merged(codes)[:MOST], (), _merged(products)[:MOST])


def _records(session: ReadsStreams, stream: str, source: Connection, mapper) -> Iterator[object]:  # type: ignore[no-untyped-def]
    for page in session.pages(stream, Window(None)) if mapper else ():
        for raw in page.records:
            try:
                yield mapper(raw, source.settings)
            except Skip:
                continue


def _names(query: str, source: Connection) -> tuple[str, ...]:
    with database.cursor() as cursor:
        cursor.execute(query, {"source": source.pk, "most": MOST})
        return tuple(row[0] for row in cursor.fetchall())


def _merged(*lists: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(set(chain.from_iterable(lists))))
