"""The resources of the API as data: path, key, rows, searchable fields and date windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tieout.sandbox.company import catalogue
from tieout.sandbox.company.books import Books
from tieout.sandbox.company.tenants import Tenant
from tieout.sandbox.revio import render, reports
from tieout.sandbox.revio.query import Parse, boolean, integer


def _created() -> tuple[str, ...]:
    return ("created_date",)


@dataclass(frozen=True, slots=True)
class Resource:
    """`rows` ascend by `key`. Every name in `fields` and `dates` is an attribute of a row and, alike, of its record."""

    path: str
    singular: str
    key: str
    rows: Callable[[Books], Sequence[Any]]
    record: Callable[[Tenant, Any], render.Record]
    fields: Mapping[str, Parse] = field(default_factory=dict)
    dates: tuple[str, ...] = field(default_factory=_created)

    @property
    def searchable(self) -> Mapping[str, Parse]:
        """The key, and the fields named."""
        return {self.key: integer, **self.fields}


def _ids(*names: str) -> dict[str, Parse]:
    return dict.fromkeys(names, integer)


def _always(rows: Sequence[Any]) -> Callable[[Books], Sequence[Any]]:
    return lambda _: rows


def _stored_accounts(books: Books) -> Sequence[Any]:
    return [customer for customer in books.customers if customer.payment_account_id]


_FLAGS: dict[str, Parse] = {"bounced": boolean, "refund_flag": boolean}

RESOURCES: dict[str, Resource] = {
    resource.path.lower(): resource
    for resource in (
        Resource(
            "Customers", "Customer", "customer_id", lambda books: books.customers, render.customer,
            {**_ids("parent_customer_id", "agent_id"), "status": str}, (),
        ),
        Resource(
            "Bills", "Bill", "bill_id", lambda books: books.bills, render.bill,
            {**_ids("customer_id"), "is_final_bill": boolean}, ("created_date", "due_date", "cycle_date"),
        ),
        Resource(
            "Charges", "Charge", "charge_id", lambda books: books.charges, render.charge,
            _ids("bill_id", "customer_id", "product_id"), ("created_date", "start_date", "end_date"),
        ),
        Resource(
            "Credits", "Credit", "credit_memo_id", lambda books: books.credits, render.credit,
            {**_ids("bill_id", "customer_id", "product_id"), "is_bad_debt": boolean},
        ),
        Resource(
            "Payments", "Payment", "payment_id", lambda books: books.payments, render.payment,
            {**_ids("bill_id", "customer_id", "payment_type_id"), "method": str, **_FLAGS}, ("created_date", "received_date"),
        ),
        Resource(
            "PaymentMethods", "PaymentMethod", "payment_method_id", _always(tuple(catalogue.METHODS.values())),
            render.payment_method, dates=(),
        ),
        Resource(
            "PaymentAccounts", "PaymentAccount", "payment_account_id", _stored_accounts, render.payment_account,
            _ids("customer_id"), (),
        ),
        Resource(
            "Products", "Product", "product_id", _always(tuple(catalogue.PRODUCTS.values())), render.product,
            {**_ids("product_type_id"), "ledger_code": str},
        ),
        Resource(
            "ProductTypes", "ProductType", "product_type_id", _always(catalogue.PRODUCT_TYPES), render.product_type, dates=()
        ),
        Resource("Services", "Service", "service_id", lambda books: books.services, render.service, _ids("customer_id")),
        Resource(
            "ServiceProduct", "ServiceProduct", "service_product_id", lambda books: books.lines, render.service_product,
            {**_ids("customer_id", "product_id", "service_id"), "status": str},
        ),
        Resource(
            "Orders", "Order", "order_id", lambda books: books.orders, render.order,
            {**_ids("customer_id"), "order_type": str}, ("created_date", "status_date"),
        ),
        Resource(
            "OrderServiceProducts", "OrderServiceProduct", "order_service_product_id", lambda books: books.order_lines,
            render.order_line, _ids("order_id", "service_product_id"), (),
        ),
        Resource("Agents", "Agent", "agent_id", _always(catalogue.AGENTS), render.agent, _ids("parent_agent_id"), ()),
        Resource(
            "BillProfiles", "BillProfile", "bill_profile_id", _always(catalogue.BILL_PROFILES), render.bill_profile, dates=()
        ),
        Resource("Reports", "Report", "report_id", _always(reports.REPORTS), reports.report_record, dates=()),
        Resource(
            "ReportCategories", "ReportCategory", "report_category_id", _always(reports.CATEGORIES), reports.category_record,
            dates=(),
        ),
    )
}  # fmt: skip
"""By path in lower case: the server does not mind the case."""
