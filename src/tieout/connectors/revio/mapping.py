"""Rev.io's records as canonical ones. Pure functions of the raw record and the connection's currency."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.connectors.kit.canonical import (
    CreditMemo,
    Customer,
    Invoice,
    InvoiceLine,
    Order,
    OrderItem,
    OrderLine,
    Payment,
    PaymentMethod,
    Product,
    Service,
)
from tieout.connectors.kit.capabilities import Mapper
from tieout.connectors.kit.raw import Raw

Record = Mapping[str, Any]
Values = Mapping[str, str]


def customer(record: Record, values: Values) -> Customer:
    """Name: the billing address's company, else first and last name, else the account number."""
    raw = Raw("customers", "customer_id", record)
    return Customer(
        id=raw.key,
        name=_name(raw),
        number=raw.text("account_number"),
        status=raw.text("status"),
        email=raw.text("email"),
        currency=values["currency"],
        parent_id=raw.id("parent_customer_id"),
        custom=_custom(raw),
        created=raw.moment("created_date"),
        updated=raw.moment("updated_date"),
    )


def product(record: Record, values: Values) -> Product:
    """`ledger_code` may be empty: what is booked on it becomes a finding downstream."""
    raw = Raw("products", "product_id", record)
    return Product(
        id=raw.key,
        name=raw.text("description"),
        code=raw.text("code_1"),
        ledger_code=raw.text("ledger_code"),
        type_id=raw.id("product_type_id"),
        active=raw.flag("active"),
        currency=values["currency"],
        list_price=raw.minor("rate", values["currency"]) if record.get("rate") is not None else None,
        custom=_custom(raw),
        created=raw.moment("created_date"),
    )


def payment_method(record: Record, values: Values) -> PaymentMethod:
    """The company's own list of ways to pay."""
    raw = Raw("payment_methods", "payment_method_id", record)
    return PaymentMethod(id=raw.key, name=raw.text("description"))


def payment(record: Record, values: Values) -> Payment:
    """Received day: the received date, else the day of creation; a payment with neither is refused."""
    raw = Raw("payments", "payment_id", record)
    currency = values["currency"]
    return Payment(
        id=raw.key,
        customer_id=raw.id("customer_id", required=True),
        invoice_id=raw.id("bill_id"),
        method=raw.text("method"),
        method_id=raw.id("payment_type_id"),
        currency=currency,
        amount=raw.minor("amount", currency, required=True),
        unapplied=raw.minor("balance", currency),
        received=_received(raw),
        created=raw.moment("created_date"),
        reference=raw.text("reference_number"),
        refunded=raw.flag("refund_flag"),
        bounced=raw.flag("bounced"),
        source=raw.text("source"),
    )


def invoice(record: Record, values: Values) -> Invoice:
    """A bill's header. Its lines are charges that carry its id."""
    raw = Raw("bills", "bill_id", record)
    currency = values["currency"]
    return Invoice(
        id=raw.key,
        customer_id=raw.id("customer_id", required=True),
        kind=raw.text("bill_type"),
        currency=currency,
        total=raw.minor("invoice_amount", currency, required=True),
        credited=raw.minor("credit_memo_amount", currency),
        due=raw.minor("amount_due", currency),
        created=raw.moment("created_date") or raw.refuse("created_date", "is missing"),
        due_day=raw.day("due_date"),
        final=raw.flag("is_final_bill"),
    )


def invoice_line(record: Record, values: Values) -> InvoiceLine:
    """A charge, billed or not."""
    raw = Raw("charges", "charge_id", record)
    currency = values["currency"]
    return InvoiceLine(
        id=raw.key,
        invoice_id=raw.id("bill_id"),
        customer_id=raw.id("customer_id", required=True),
        product_id=raw.id("product_id"),
        product_type_id=raw.id("product_type_id"),
        description=raw.text("description"),
        quantity=raw.text("quantity"),
        currency=currency,
        amount=raw.minor("amount", currency, required=True),
        tax=raw.minor("tax_amount", currency),
        tax_included=raw.flag("is_tax_included"),
        start=raw.day("start_date"),
        end=raw.day("end_date"),
        created=raw.moment("created_date"),
        line_id=raw.id("service_product_id"),
    )


def credit_memo(record: Record, values: Values) -> CreditMemo:
    """A credit. Its amount is kept with the sign that Rev.io gives it."""
    raw = Raw("credits", "credit_memo_id", record)
    currency = values["currency"]
    return CreditMemo(
        id=raw.key,
        invoice_id=raw.id("bill_id"),
        customer_id=raw.id("customer_id", required=True),
        product_id=raw.id("product_id"),
        product_type_id=raw.id("product_type_id"),
        description=raw.text("description"),
        currency=currency,
        amount=raw.minor("amount", currency, required=True),
        tax=raw.minor("tax_amount", currency),
        tax_included=raw.flag("is_tax_included"),
        unapplied=raw.minor("balance", currency),
        bad_debt=raw.flag("is_bad_debt"),
        created=raw.moment("created_date"),
        closed=raw.moment("closed_date"),
        line_id=raw.id("service_product_id"),
    )


def order(record: Record, values: Values) -> Order:
    """Signed on the day that it was entered, effective from the day that it was completed."""
    raw = Raw("orders", "order_id", record)
    return Order(
        id=raw.key,
        customer_id=raw.id("customer_id", required=True),
        number=raw.text("pon"),
        kind=raw.text("order_type"),
        status=raw.text("status"),
        signed=raw.day("created_date"),
        effective=raw.day("completed_date"),
    )


def order_item(record: Record, values: Values) -> OrderItem:
    """Rev.io keeps these apart from both orders and service products."""
    raw = Raw("order_service_products", "order_id", record)
    return OrderItem(order_id=raw.key, line_id=raw.id("service_product_id", required=True))


def service(record: Record, values: Values) -> Service:
    """Without a disconnected date it is in use."""
    raw = Raw("services", "service_id", record)
    return Service(
        id=raw.key,
        customer_id=raw.id("customer_id", required=True),
        number=raw.text("number"),
        started=raw.day("activated_date"),
        ended=raw.day("disconnected_date"),
    )


def order_line(record: Record, values: Values) -> OrderLine:
    """A service product: its rate is for one unit and a month. The contract's end is taken as the day after its last."""
    raw = Raw("service_products", "service_product_id", record)
    currency = values["currency"]
    return OrderLine(
        id=raw.key,
        order_id="",
        customer_id=raw.id("customer_id", required=True),
        product_id=raw.id("product_id", required=True),
        service_id=raw.id("service_id"),
        quantity=raw.text("quantity"),
        currency=currency,
        rate=raw.minor("rate", currency, required=True),
        months=1,
        status=raw.text("status"),
        started=raw.day("activated_date"),
        agreed_from=raw.day("contract_start_date"),
        agreed_until=raw.day("contract_end_date"),
        ended=raw.day("canceled_date"),
    )


MAPPERS: Mapping[str, Mapper] = {
    "customers": customer,
    "products": product,
    "payment_methods": payment_method,
    "payments": payment,
    "bills": invoice,
    "charges": invoice_line,
    "credits": credit_memo,
    "orders": order,
    "order_service_products": order_item,
    "services": service,
    "service_products": order_line,
}


def _name(raw: Raw) -> str:
    address = raw.inside("billing_address")
    company = str(address.get("company_name") or "").strip()
    person = " ".join(str(address.get(part) or "").strip() for part in ("first_name", "last_name")).strip()
    return company or person or raw.text("account_number") or raw.key


def _custom(raw: Raw) -> dict[str, str]:
    rows = raw.rows("fields")
    return {str(row["label"]): str(row.get("value") or "") for row in rows if row.get("label")}


def _received(raw: Raw) -> date:
    day = raw.day("received_date") or raw.day("created_date")
    return day or raw.refuse("received_date", "is missing")
