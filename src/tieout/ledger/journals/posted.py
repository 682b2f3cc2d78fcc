"""What the ledger holds of revenue journals, from the lines of the postings themselves; debits positive.

An entry counts from the moment that it may have been booked until its counter-entry takes it back, line by line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import connection as database

from tieout.ledger.journals.places import text_of_line
from tieout.sync.models import Process

KIND = "revenue_journals"
PARTS = ("current", "prior_period")
_LINES = """
    select posting.header->>'books', posting.currency, posting.header->>'period', posting.header->>'starts_on',
           line.account, line.dimensions::text, split_part(line.component, ' · ', 1), split_part(line.component, ' · ', 2),
           coalesce(sum(case when posting.state in ('sent', 'verified', 'reversing', 'reversed')
                             then case line.side when 'debit' then line.amount_minor else -line.amount_minor end end), 0)
               ::bigint,
           coalesce(sum(case when posting.state not in ('sent', 'verified', 'reversing', 'reversed')
                             then case line.side when 'debit' then line.amount_minor else -line.amount_minor end end), 0)
               ::bigint
      from ledger_posting posting
      join ledger_line line on line.posting_id = posting.id
     where posting.process_id in (select id from sync_process where environment_id = %(environment)s and kind = 'revenue_journals')
       and (posting.state not in ('planned', 'failed', 'withdrawn')
            or posting.state <> 'withdrawn' and posting.reverses_id is not null)
       and (%(entity)s::text is null or posting.header->>'books' = %(entity)s)
       and (%(until)s::text is null or posting.header->>'starts_on' <= %(until)s)
     group by 1, 2, 3, 4, 5, 6, 7, 8
"""


@dataclass(frozen=True, slots=True)
class Posted:
    """What one account and dimensions hold of one period. `under_way` is sent without a certain answer, or about to be."""

    entity: str
    currency: str
    period: str
    starts_on: date
    account: str
    dimensions: str
    part: str
    contract: str
    """Of entries in detail; empty where contracts were summed up."""
    held: int
    under_way: int


def posted(environment_id: int | None, *, entity: str | None = None, until: date | None = None) -> Iterator[Posted]:
    """What was posted, of one entity and of periods that began by `until` (that day included), if these are given."""
    values = {"environment": environment_id, "entity": entity, "until": until.isoformat() if until else None}
    read = cache(lambda dimensions: text_of_line(json.loads(dimensions)))
    with database.cursor() as cursor:
        cursor.execute(_LINES, values)
        for books, currency, period, starts_on, account, dimensions, *rest in cursor:
            yield Posted(books, currency, period, date.fromisoformat(starts_on), account, read(dimensions), *rest)


def posted_rows(environment_id: int | None) -> list[dict[str, Any]]:
    """Rows of the engine's table `posted`: amounts in minor units, dimensions as the ledger holds them."""
    sums: dict[tuple[str, str, str, str, str], int] = {}
    for row in posted(environment_id):
        key = row.entity, row.currency, row.period, row.account, row.dimensions
        sums[key] = sums.get(key, 0) + row.held + row.under_way
    names = ("entity", "currency", "period", "account", "dimensions")
    return [{**dict(zip(names, key, strict=True)), "amount": amount} for key, amount in sums.items() if amount]


def journal_process(environment_id: int | None) -> Process | None:
    """The process that posts revenue journals of the environment; None before it is set up."""
    return (
        Process.objects.filter(environment_id=environment_id, kind=KIND).select_related("target").order_by("pk").first()
    )
