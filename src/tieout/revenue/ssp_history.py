"""SSP from history: what a product was sold for on its own, the middle of it, and the entry of the SSP book that follows.

The sample is observed sales, and contracts with one line only that are accounted for alone. It is kept with the batch that
enters the SSP. Refuses to propose from nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from statistics import median
from typing import Any

from django.db import connection, transaction

from tieout.kernel.errors import InvalidInput
from tieout.kernel.money import Money
from tieout.kernel.rounding import divide_half_up
from tieout.people.actors import Actor, Permission
from tieout.recognition.tables import MICRO
from tieout.revenue.batches import operations as batches
from tieout.revenue.models import Batch
from tieout.revenue.store import store

MOST = 5000
SAMPLE = "sample.csv"
METHODS = ("median", "mean", "weighted")
_SOLD = """
    select 'sale' as origin, s.sale_id as number, s.sold_on as sold_on, s.quantity, s.amount, s.region, s.customer_class
      from revenue_sale s
     where s.environment_id = %(environment)s and s.until_id is null and s.product_id = %(product)s
       and s.currency = %(currency)s and s.sold_on >= %(since)s and s.sold_on < %(before)s
    union all
    select 'contract', l.contract_id, c.signed_on, l.quantity, l.price, c.region, c.customer_class
      from revenue_line l
      join revenue_contract c on c.environment_id = l.environment_id and c.contract_id = l.contract_id
     where l.environment_id = %(environment)s and l.until_id is null and c.until_id is null
       and l.product_id = %(product)s and c.currency = %(currency)s and c.arrangement_id = ''
       and c.signed_on >= %(since)s and c.signed_on < %(before)s
       and not exists (select 1 from revenue_line o
                        where o.environment_id = l.environment_id and o.until_id is null
                          and o.contract_id = l.contract_id and o.line_id <> l.line_id)
     order by 3 desc, 2 limit %(most)s
"""


class NoHistory(InvalidInput):
    """This product was never sold on its own in that time and currency."""

    code = "revenue.no_history"
    remedy = "Choose a longer time, enter observed sales, or enter the SSP by another method."


@dataclass(frozen=True, slots=True)
class Sold:
    """One sale on its own; `unit` is the price of one, in minor units, rounded half-up."""

    origin: str
    number: str
    sold_on: date
    quantity: int
    amount: int
    region: str
    customer_class: str

    @property
    def unit(self) -> int:
        return divide_half_up(self.amount * MICRO, self.quantity)


def sample(environment_id: int | None, *, product_id: str, currency: str, since: date, before: date) -> list[Sold]:
    """Sales of a product on its own in `[since, before)`, newest first, at most MOST."""
    asked = {"environment": environment_id, "product": product_id, "currency": currency}
    with connection.cursor() as cursor:
        cursor.execute(_SOLD, {**asked, "since": since, "before": before, "most": MOST})
        found = [Sold(*row) for row in cursor.fetchall()]
    return [each for each in found if each.quantity > 0]


def middles(sold: Sequence[Sold]) -> dict[str, int]:
    """Median and mean of the unit prices, and the mean weighted by quantity; minor units, rounded half-up. Raises NoHistory."""
    if not sold:
        raise NoHistory
    units = sorted(each.unit for each in sold)
    twice = int(median(units) * 2)
    return {
        "median": divide_half_up(twice, 2),
        "mean": divide_half_up(sum(units), len(units)),
        "weighted": divide_half_up(sum(each.amount for each in sold) * MICRO, sum(each.quantity for each in sold)),
    }


def adopt(actor: Actor, *, method: str, row: Mapping[str, Any], sold: Sequence[Sold], now: datetime) -> Batch:
    """Enter the SSP that a method gives, with `row`'s other columns; the sample is kept with its batch. Raises NoHistory."""
    actor.require(Permission.CHANGE_DATA)
    amount = middles(sold)[method]
    entry = {**row, "basis": "amount", "amount": amount}
    titled = f"SSP of {row['product_id']}: {method} of {len(sold)} sales"
    kept = store().put(_written(sold, str(row["currency"])))
    with transaction.atomic():
        batch = batches.enter(actor, title=titled, rows={"ssp": [entry]}, now=now)
        batch.files = {**batch.files, SAMPLE: kept.sha256}
        batch.save(update_fields=["files"])
    return batch


def _written(sold: Sequence[Sold], currency: str) -> bytes:
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(("origin", "number", "sold_on", "quantity", "amount", "unit_price", "region", "customer_class"))
    for each in sold:
        amounts = (Money(each.amount, currency).text(), Money(each.unit, currency).text())
        out.writerow(
            (
                each.origin,
                each.number,
                each.sold_on,
                f"{(Decimal(each.quantity) / MICRO).normalize():f}",
                *amounts,
                each.region,
                each.customer_class,
            )
        )
    return text.getvalue().encode()
