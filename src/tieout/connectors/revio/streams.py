"""Rev.io's lists as data: path, key, and the creation filter where one is known."""

from __future__ import annotations

from tieout.connectors.kit.streams import Stream


def _whole(name: str, path: str, key: str) -> Stream:
    return Stream(name, path, key, order=key)


def _dated(name: str, path: str, key: str, field: str = "created_date") -> Stream:
    return Stream(name, path, key, since=f"search.{field}_start", until=f"search.{field}_end", order=key)


STREAMS = (
    _whole("customers", "Customers", "customer_id"),
    _dated("products", "Products", "product_id"),
    _whole("product_types", "ProductTypes", "product_type_id"),
    _whole("payment_methods", "PaymentMethods", "payment_method_id"),
    _dated("payments", "Payments", "payment_id"),
    _dated("bills", "Bills", "bill_id"),
    _dated("charges", "Charges", "charge_id"),
    _dated("credits", "Credits", "credit_memo_id"),
    _dated("services", "Services", "service_id"),
    _dated("service_products", "ServiceProduct", "service_product_id"),
    _dated("orders", "Orders", "order_id", "status_date"),
    Stream("order_service_products", "OrderServiceProducts", "order_id+service_product_id", order="order_id"),
    _whole("agents", "Agents", "agent_id"),
    _whole("bill_profiles", "BillProfiles", "bill_profile_id"),
)
BY_NAME = {stream.name: stream for stream in STREAMS}
