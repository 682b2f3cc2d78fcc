"""Tables of canonical records. Each row points at the version of the source record it was read from.

Amounts are minor units of the row's currency. Links between records are by the source's own ids, because a payment may
arrive before its customer.
"""

from __future__ import annotations

import pgtrigger
from django.db import models

_VERSIONS_EXIST = """
if (select count(*) from sync_sourcerecord where id = any (array (select source_record_id from written)))
   < (select count(distinct source_record_id) from written) then
    raise exception 'a record of % points at a version that is not there', TG_TABLE_NAME using errcode = 'foreign_key_violation';
end if;
return null;
"""


def _pointing() -> list[pgtrigger.Trigger]:
    """What a foreign key would hold, for all rows of a statement at once: key by key, half the time of landing would go there.

    The other half of a foreign key is that source records are never deleted.
    """
    return [
        pgtrigger.Trigger(
            name=f"points_at_version_{word}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(new="written"),  # type: ignore[no-untyped-call]
            func=_VERSIONS_EXIST,
        )
        for word, operation in (("insert", pgtrigger.Insert), ("update", pgtrigger.Update))
    ]


class Record(models.Model):
    """What every canonical record has."""

    connection = models.ForeignKey(
        "connect.Connection", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    """That of the source record, whose own foreign key keeps it; checking it again would slow every page down."""
    external_id = models.CharField(max_length=100)
    source_record = models.ForeignKey(
        "sync.SourceRecord", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.external_id}"


def _once(name: str) -> list[models.BaseConstraint]:
    return [models.UniqueConstraint(fields=("connection", "external_id"), name=f"records_{name}_once")]


class Customer(Record):
    """Who is billed."""

    name = models.TextField()
    email = models.TextField(blank=True)
    status = models.TextField(blank=True)
    custom_fields = models.JSONField(default=dict)

    class Meta:
        constraints = _once("customer")
        triggers = _pointing()


class Product(Record):
    """What is billed, with the ledger code under which the source books it (empty when it has none)."""

    name = models.TextField()
    ledger_code = models.TextField(blank=True)
    currency = models.CharField(max_length=3, blank=True)
    list_minor = models.BigIntegerField(null=True)
    """List price of one unit, for a month where it runs on."""

    class Meta:
        constraints = _once("product")
        triggers = _pointing()


class PaymentMethod(Record):
    """A way customers pay, as the source lists it."""

    name = models.TextField()

    class Meta:
        constraints = _once("payment_method")
        triggers = _pointing()


class Payment(Record):
    """Money that a customer paid (or got back: negative). `received_on` is the bank's day, `entered_on` the source's."""

    customer_id_external = models.CharField(max_length=100)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    unapplied_minor = models.BigIntegerField(default=0)
    method = models.TextField()
    """The source's own word for how it was paid: what a receipt's mapping goes by."""
    received_on = models.DateField()
    entered_on = models.DateField()
    refunded = models.BooleanField(default=False)
    bounced = models.BooleanField(default=False)
    invoice_id_external = models.CharField(max_length=100, blank=True)
    reference = models.TextField(blank=True)

    class Meta:
        constraints = _once("payment")
        triggers = _pointing()
        indexes = [models.Index(fields=("connection", "received_on"))]


class Invoice(Record):
    """A bill: the header of its lines."""

    customer_id_external = models.CharField(max_length=100)
    currency = models.CharField(max_length=3)
    issued_on = models.DateField()
    due_on = models.DateField(null=True)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = _once("invoice")
        triggers = _pointing()
        indexes = [models.Index(fields=("connection", "issued_on"))]


class InvoiceLine(Record):
    """A charge. `invoice_id_external` is empty while it is unbilled. `amount_minor` is without tax."""

    invoice_id_external = models.CharField(max_length=100, blank=True)
    customer_id_external = models.CharField(max_length=100)
    product_id_external = models.CharField(max_length=100, blank=True)
    description = models.TextField(blank=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    entered_on = models.DateField()
    start_on = models.DateField(null=True)
    end_on = models.DateField(null=True)
    line_id_external = models.CharField(max_length=100, blank=True)
    """The order line that it bills; empty for what was charged without one."""

    class Meta:
        constraints = _once("invoice_line")
        triggers = _pointing()
        indexes = [models.Index(fields=("connection", "invoice_id_external"))]


class CreditMemo(Record):
    """A credit given to a customer: positive amounts lower what is owed. `amount_minor` is without tax."""

    customer_id_external = models.CharField(max_length=100)
    invoice_id_external = models.CharField(max_length=100, blank=True)
    product_id_external = models.CharField(max_length=100, blank=True)
    description = models.TextField(blank=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    entered_on = models.DateField()
    bad_debt = models.BooleanField(default=False)
    line_id_external = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = _once("credit_memo")
        triggers = _pointing()
        indexes = [models.Index(fields=("connection", "entered_on"))]


class Order(Record):
    """What a customer signed: new lines, a change of lines, or their end, in the source's own words."""

    customer_id_external = models.CharField(max_length=100)
    number = models.TextField(blank=True)
    kind = models.TextField(blank=True)
    status = models.TextField(blank=True)
    signed_on = models.DateField(null=True)
    effective_on = models.DateField(null=True)

    class Meta:
        constraints = _once("order")
        triggers = _pointing()


class OrderItem(Record):
    """That an order speaks of an order line."""

    order_id_external = models.CharField(max_length=100)
    line_id_external = models.CharField(max_length=100)

    class Meta:
        constraints = _once("order_item")
        triggers = _pointing()
        indexes = [models.Index(fields=("connection", "line_id_external"))]


class Service(Record):
    """What a customer uses, whichever order lines it was sold by."""

    customer_id_external = models.CharField(max_length=100)
    number = models.TextField(blank=True)
    start_on = models.DateField(null=True)
    end_on = models.DateField(null=True)

    class Meta:
        constraints = _once("service")
        triggers = _pointing()


class OrderLine(Record):
    """A product promised from `start_on` until before `end_on`, and agreed until before `agreed_until`.

    `rate_minor` is the price of one unit for `months` months, or for all of it when these are 0.
    """

    order_id_external = models.CharField(max_length=100, blank=True)
    customer_id_external = models.CharField(max_length=100)
    product_id_external = models.CharField(max_length=100)
    service_id_external = models.CharField(max_length=100, blank=True)
    quantity_micro = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    rate_minor = models.BigIntegerField()
    months = models.PositiveSmallIntegerField()
    status = models.TextField(blank=True)
    start_on = models.DateField(null=True)
    agreed_from = models.DateField(null=True)
    agreed_until = models.DateField(null=True)
    end_on = models.DateField(null=True)

    class Meta:
        constraints = _once("order_line")
        triggers = _pointing()
        indexes = [models.Index(fields=("connection", "service_id_external"))]
