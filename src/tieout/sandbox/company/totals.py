"""What the books add up to, straight from the rows: the figures that anything downstream has to tie out to.

These sums share no code with the API that serves the rows nor with what reads it, so agreement means something.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tieout.sandbox.company.books import Books
from tieout.sandbox.company.catalogue import CREDIT_ONLY
from tieout.sandbox.company.days import day_of
from tieout.sandbox.company.records import Payment


@dataclass(slots=True)
class Tally:
    """How many, and how much in minor units."""

    count: int = 0
    amount: int = 0


@dataclass(slots=True)
class Posting:
    """One ledger code in one month, minor units: charges and credits without tax, and the tax of each."""

    charges: int = 0
    tax: int = 0
    credits: int = 0
    credit_tax: int = 0


def moves_money(payment: Payment) -> bool:
    """Whether the payment is money in a bank: not bounced, not refunded, not zero, not an entry that only credits."""
    return payment.is_live and payment.amount > 0 and payment.kind is not CREDIT_ONLY


def payments(books: Books, wanted: Callable[[Payment], bool] = moves_money) -> dict[tuple[date, str], Tally]:
    """Payments by received day and method. `wanted` chooses which count; `lambda payment: True` counts all."""
    tallies: dict[tuple[date, str], Tally] = defaultdict(Tally)
    for payment in filter(wanted, books.payments):
        tally = tallies[day_of(payment.received_date), payment.method]
        tally.count += 1
        tally.amount += payment.amount
    return dict(tallies)


def ledger(books: Books) -> dict[tuple[str, str | None], Posting]:
    """Billed revenue by month (`2026-10`) and ledger code; None is the product without a code.

    A charge counts in the month its bill was created, an unbilled one not at all; a credit in the month it was created.
    """
    months = {bill.bill_id: _month(bill.created_date) for bill in books.bills}
    postings: dict[tuple[str, str | None], Posting] = defaultdict(Posting)
    for charge in books.charges:
        if charge.bill_id:
            posting = postings[months[charge.bill_id], charge.product.ledger_code]
            posting.charges += charge.amount
            posting.tax += charge.tax_amount
    for credit in books.credits:
        posting = postings[_month(credit.created_date), credit.product.ledger_code]
        posting.credits += credit.amount
        posting.credit_tax += credit.tax_amount
    return dict(postings)


def _month(moment: int) -> str:
    return f"{day_of(moment):%Y-%m}"
