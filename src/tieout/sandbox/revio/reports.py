"""The reports of the API, `/Reports/{id}/result`: sums over the books, optionally of one month (`search.month=2026-10`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tieout.sandbox.company import totals
from tieout.sandbox.company.books import Books
from tieout.sandbox.company.tenants import Tenant
from tieout.sandbox.revio.render import Record
from tieout.sandbox.revio.wire import decimal

Rows = Callable[[Tenant, Books, str | None], list[Record]]


@dataclass(frozen=True, slots=True)
class Category:
    report_category_id: int
    description: str


@dataclass(frozen=True, slots=True)
class Report:
    """`rows` takes the tenant, its books and a month such as `2026-10`, or None for all."""

    report_id: int
    report_category_id: int
    description: str
    rows: Rows


def payments(tenant: Tenant, books: Books, month: str | None) -> list[Record]:
    """Money received by received day and method."""
    tallies = totals.payments(books)
    return [
        {
            "day": day.isoformat(),
            "method": method,
            "count": tallies[day, method].count,
            "amount": decimal(tallies[day, method].amount, tenant.places),
        }
        for day, method in sorted(tallies)
        if month in (None, f"{day:%Y-%m}")
    ]


def ledger(tenant: Tenant, books: Books, month: str | None) -> list[Record]:
    """Billed charges and credits with their taxes, by month and ledger code."""
    postings = totals.ledger(books)
    return [
        {
            "month": label,
            "ledger_code": code,
            "charges": decimal(posting.charges, tenant.places),
            "tax": decimal(posting.tax, tenant.places),
            "credits": decimal(posting.credits, tenant.places),
            "credit_tax": decimal(posting.credit_tax, tenant.places),
        }
        for (label, code), posting in sorted(postings.items(), key=lambda item: (item[0][0], item[0][1] or ""))
        if month in (None, label)
    ]


CATEGORIES = (Category(1, "Accounting"),)
REPORTS = (Report(1, 1, "GL by ledger code", ledger), Report(2, 1, "Payments by day and method", payments))


def category_record(_: Tenant, row: Category) -> Record:
    """A row of /ReportCategories."""
    return {"report_category_id": row.report_category_id, "description": row.description}


def report_record(_: Tenant, row: Report) -> Record:
    """A row of /Reports."""
    return {"report_id": row.report_id, "report_category_id": row.report_category_id, "description": row.description}
