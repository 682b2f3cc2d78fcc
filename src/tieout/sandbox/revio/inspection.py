"""The page at `/revio/`: what each tenant holds, the last payments, and totals by month and method."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from starlette.responses import Response

from tieout.kernel.money import Money
from tieout.sandbox.company import totals
from tieout.sandbox.company.catalogue import METHODS
from tieout.sandbox.company.days import day_of
from tieout.sandbox.company.records import Customer, Payment
from tieout.sandbox.kit import pages
from tieout.sandbox.revio.tenancy import Tenancy
from tieout.sandbox.revio.wire import moment

SHOWN_MONTHS, SHOWN_PAYMENTS = 6, 20


def inspection_page(tenancies: Sequence[Tenancy]) -> Response:
    """Everything on one page, escaped."""
    counts = pages.table(
        ["Client code", "Currency", "Customers", "Bills", "Charges", "Credits", "Payments", "Owed"],
        [_counts(tenancy) for tenancy in tenancies],
        numbers=range(2, 8),
    )
    parts = [part for tenancy in tenancies for part in (_months(tenancy), _last_payments(tenancy))]
    today = day_of(tenancies[0].company.now)
    lead = f"The books stand at noon of {today}. Nothing here is anyone's data."
    return pages.page(
        "Rev.io sandbox", pages.section("Tenants", counts), *parts, lead=lead, links=[("/", "All sandboxes")]
    )


def _counts(tenancy: Tenancy) -> list[object]:
    books = tenancy.books
    sizes = [f"{len(rows):,}" for rows in (books.customers, books.bills, books.charges, books.credits, books.payments)]
    owed = sum(customer.balance for customer in books.customers)
    return [tenancy.tenant.code, tenancy.tenant.currency, *sizes, _amount(tenancy, owed)]


def _months(tenancy: Tenancy) -> pages.Html:
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (day, method), tally in totals.payments(tenancy.books).items():
        sums[f"{day:%Y-%m}"][method] += tally.amount
    months = sorted(sums, reverse=True)[:SHOWN_MONTHS]
    methods = [method.description for method in METHODS.values() if method.share]
    rows = [[method, *(_amount(tenancy, sums[month][method]) for month in months)] for method in methods]
    rows.append(["Total", *(_amount(tenancy, sum(sums[month].values())) for month in months)])
    table = pages.table(["Method", *months], rows, numbers=range(1, len(months) + 1))
    return pages.section(_title(tenancy, "money received by month and method"), table)


def _last_payments(tenancy: Tenancy) -> pages.Html:
    rows = [_payment(tenancy, payment) for payment in tenancy.books.payments[: -SHOWN_PAYMENTS - 1 : -1]]
    headers = ["Payment", "Created", "Customer", "Method", "Bill", "State", "Amount", "Balance"]
    return pages.section(_title(tenancy, "last payments"), pages.table(headers, rows, numbers=(6, 7)))


def _payment(tenancy: Tenancy, payment: Payment) -> list[object]:
    state = "bounced" if payment.bounced else "refunded" if payment.refund_flag else ""
    customer = _name(tenancy.books.customer(payment.customer_id))
    amounts = [_amount(tenancy, payment.amount), _amount(tenancy, payment.balance)]
    created = moment(payment.created_date)
    return [payment.payment_id, created, customer, payment.method, payment.bill_id or None, state, *amounts]


def _name(customer: Customer) -> str:
    return customer.company_name or f"{customer.first_name} {customer.last_name}".strip() or f"#{customer.customer_id}"


def _amount(tenancy: Tenancy, minor: int) -> str:
    return f"{Money(minor, tenancy.tenant.currency).decimal():,f}"


def _title(tenancy: Tenancy, what: str) -> str:
    return f"{tenancy.tenant.code} ({tenancy.tenant.currency}): {what}"
