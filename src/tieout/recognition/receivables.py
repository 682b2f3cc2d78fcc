"""Receivables on a day, from invoices and payments: what is open and overdue, what late payment costs, days sales outstanding.

It needs every payment, and says what could be charged; what is charged becomes an invoice like any other. It posts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from tieout.recognition.steps import text

TABLES = ("open_invoice", "days_sales")


@dataclass(frozen=True, slots=True)
class Terms:
    """How customers pay. Interest a year and the fee, in units of the currency, are in millionths."""

    days_to_pay: int = 30
    interest: int = 0
    fee: int = 0
    days: int = 365
    """Of a year of interest, and of the sales that receivables are compared with."""


def stand(book: duckdb.DuckDBPyConnection, on: date, terms: Terms) -> None:
    """Derive `open_invoice` and `days_sales` at the end of day `on` from `contract`, `invoice` and `payment`."""
    book.execute(
        "CREATE TABLE asked AS SELECT ?::DATE AS on_day, ?::INTEGER AS days_to_pay, ?::BIGINT AS interest, ?::BIGINT AS fee, "
        "?::INTEGER AS days",
        [on, terms.days_to_pay, terms.interest, terms.fee, terms.days],
    )
    book.execute(text("receivables"))
