"""Figures of one process for its overview: deposits to expect, and what was posted each day. Set-based, by index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection as database

from tieout.kernel.money import Money
from tieout.sync.models import Process

_DEPOSITS = """
    select coalesce(nullif(header ->> 'bank_account', ''), header ->> 'undeposited_account', '') as account,
           coalesce((header ->> 'deposit_day')::date, day) as deposited, currency,
           count(*), sum(total_minor)::bigint,
           coalesce(sum(total_minor) filter (where state in ('sent', 'verified')), 0)::bigint
      from ledger_posting
     where process_id = %(process)s and kind = 'receipt' and day >= %(since)s
       and state not in ('withdrawn', 'reversed', 'reversing')
     group by account, deposited, currency
     order by deposited desc, account, currency
"""
_DAYS = """
    select day, currency, sum(total_minor)::bigint
      from ledger_posting
     where process_id = %(process)s and day >= %(since)s and state in ('sent', 'verified') and reverses_id is null
     group by day, currency order by day
"""


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a bank (or undeposited funds) account should show on a day, and how much of it is booked."""

    account: str
    day: date
    receipts: int
    total: Money
    booked: Money


@dataclass(frozen=True, slots=True)
class DayTotal:
    """What was posted for one day."""

    day: date
    total: Money


def deposits(process: Process, since: date) -> list[Deposit]:
    """Deposits of receipts whose payments were received on `since` or later, latest first."""
    return [
        Deposit(account, day, count, Money(total, currency), Money(booked, currency))
        for account, day, currency, count, total, booked in _rows(_DEPOSITS, process, since)
    ]


def posted_by_day(process: Process, since: date, until: date) -> list[DayTotal]:
    """Each day of `[since, until)` with what is in the ledger for it, in the currency that occurs most; none without any."""
    rows = _rows(_DAYS, process, since)
    if not rows:
        return []
    currencies = [currency for _, currency, _ in rows]
    usual = max(sorted(set(currencies)), key=currencies.count)
    sums = {day: total for day, currency, total in rows if currency == usual}
    days = (since + timedelta(days=offset) for offset in range((until - since).days))
    return [DayTotal(day, Money(sums.get(day, 0), usual)) for day in days]


def _rows(query: str, process: Process, since: date) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(query, {"process": process.pk, "since": since})
        return cursor.fetchall()
