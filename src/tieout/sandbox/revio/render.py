"""Each row as the JSON object that the API shows. Ids that mean "none" are 0 or null, as the field's neighbours have it."""

from __future__ import annotations

from typing import Any

from tieout.sandbox.company.catalogue import TERM_DAYS, Agent, BillProfile, Method, Product, ProductType
from tieout.sandbox.company.days import DAY
from tieout.sandbox.company.records import Bill, Charge, Credit, Customer, Line, Order, OrderLine, Payment, Service
from tieout.sandbox.company.tenants import Tenant
from tieout.sandbox.revio.wire import decimal, moment, moment_or_null

Record = dict[str, Any]

_STREETS = ("Main St", "Rue de l’Église", "Königstraße", "Calle Peñón", "Elm & 5th")
_CITIES = (("Austin", "TX", "78701"), ("Boston", "MA", "02108"), ("London", "", "SW1A 1AA"), ("Reno", "NV", "89501"))


def customer(tenant: Tenant, row: Customer) -> Record:
    number, places = row.customer_id, tenant.places
    return {
        "customer_id": number,
        "parent_customer_id": row.parent_customer_id or None,
        "account_number": f"A{number:07}",
        "status": row.status,
        "email": f"billing+{number}@customer.example",
        "agent_id": row.agent_id,
        "secondary_agent_id": 0,
        "sold_by": None,
        "activated_date": moment(row.activated_date),
        "close_date": moment_or_null(row.close_date),
        "created_date": moment(row.created_date),
        "updated_date": moment(row.updated_date),
        "is_parent": row.parent_customer_id == 0,
        "billing_address": _address(row),
        "service_address": _address(row),
        "listing_address": None,
        "finance": {
            "balance": decimal(row.balance, places),
            "amount_due": decimal(max(row.balance, 0), places),
            "bill_profile_id": row.bill_profile_id,
            "payment_terms_days": TERM_DAYS,
            "tax_exempt_enabled": row.tax_exempt,
            "contract_start_date": moment(row.activated_date // DAY * DAY),
            "contract_end_date": None,
        },
        "auto_debit": {
            "enabled": row.payment_account_id > 0,
            "day": row.bill_profile_id,
            "payment_account_id": row.payment_account_id,
        },
        "fields": [{"field_id": 1, "label": "Entity", "value": row.entity}] if row.entity else [],
    }


def _address(row: Customer) -> Record:
    city, state, postal_code = _CITIES[row.customer_id % len(_CITIES)]
    return {
        "company_name": row.company_name or None,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "line_1": f"{row.customer_id % 997 + 1} {_STREETS[row.customer_id % len(_STREETS)]}",
        "line_2": None,
        "city": city,
        "state_or_province": state,
        "postal_code": postal_code,
    }


def payment(tenant: Tenant, row: Payment) -> Record:
    number, kind = row.payment_id, row.kind
    return {
        "payment_id": number,
        "customer_id": row.customer_id,
        "bill_id": row.bill_id or (None if kind.is_card else 0),
        "agent_id": None,
        "amount": decimal(row.amount, tenant.places),
        "balance": decimal(row.balance, tenant.places),
        "method": kind.description,
        "payment_type_id": kind.payment_method_id,
        "payment_account_id": 0,
        "reference_number": f"R{number}",
        "authorization_code": f"{number * 7919 % 1_000_000:06}" if kind.is_card else None,
        "received_date": moment(row.received_date),
        "created_date": moment(row.created_date),
        "source": kind.source,
        "refund_flag": row.refund_flag,
        "bounced": row.bounced,
    }


def bill(tenant: Tenant, row: Bill) -> Record:
    places = tenant.places
    return {
        "bill_id": row.bill_id,
        "parent_bill_id": None,
        "bill_type": "Final" if row.is_final_bill else "Standard",
        "customer_id": row.customer_id,
        "created_date": moment(row.created_date),
        "due_date": moment(row.due_date),
        "cycle_date": moment(row.cycle_date),
        "invoice_amount": decimal(row.invoiced, places),
        "credit_memo_amount": decimal(row.credited, places),
        "amount_due": decimal(row.amount_due, places),
        "is_final_bill": row.is_final_bill,
        "isLive": True,
        "pdf_file_id": row.bill_id + 500_000,
    }


def charge(tenant: Tenant, row: Charge) -> Record:
    places, product, line = tenant.places, row.product, row.line
    return {
        "charge_id": row.charge_id,
        "bill_id": row.bill_id,
        "customer_id": row.customer_id,
        "product_id": product.product_id,
        "product_type_id": product.product_type_id,
        "service_id": line.service_id if line else None,
        "service_product_id": line.service_product_id if line else None,
        "description": product.description,
        "quantity": row.quantity,
        "rate": decimal(row.rate, places),
        "amount": decimal(row.amount, places),
        "product_amount": decimal(row.amount, places),
        "tax_amount": decimal(row.tax_amount, places),
        "is_tax_included": False,
        "tax_class_id": 1 if product.taxable else 0,
        "geocode": None,
        "cost": decimal(0, places),
        "proration": None,
        "is_prorated": row.is_prorated,
        "created_date": moment(row.created_date),
        "start_date": moment(row.start_date),
        "end_date": moment(row.end_date),
        "is_commission_exempted": False,
    }


def credit(tenant: Tenant, row: Credit) -> Record:
    places = tenant.places
    return {
        "credit_memo_id": row.credit_memo_id,
        "bill_id": row.bill_id,
        "customer_id": row.customer_id,
        "product_id": row.product.product_id,
        "service_product_id": None,
        "amount": decimal(row.amount, places),
        "tax_amount": decimal(row.tax_amount, places),
        "balance": decimal(0, places),
        "is_bad_debt": row.is_bad_debt,
        "description": "Bad debt write-off" if row.is_bad_debt else "Goodwill credit",
        "created_date": moment(row.created_date),
        "closed_date": moment(row.created_date),
        "start_date": None,
        "end_date": None,
    }


def product(tenant: Tenant, row: Product) -> Record:
    places = tenant.places
    return {
        "product_id": row.product_id,
        "product_type_id": row.product_type_id,
        "description": row.description,
        "code_1": f"P{row.product_id:03}",
        "code_2": None,
        "rate": decimal(tenant.price(row.cents), places),
        "cost": decimal(0, places),
        "buy_rate": decimal(0, places),
        "active": True,
        "ledger_code": row.ledger_code,
        "bills_in_arrears": row.kind == "usage",
        "prorates": row.kind == "recurring",
        "prorates_on_disconnect": False,
        "free_months": 0,
        "tax_class_id": 1 if row.taxable else 0,
        "created_date": moment(row.created_date),
    }


def product_type(_: Tenant, row: ProductType) -> Record:
    return {"product_type_id": row.product_type_id, "description": row.description}


def payment_method(tenant: Tenant, row: Method) -> Record:
    return {
        "payment_method_id": row.payment_method_id,
        "description": row.description,
        "fee_amount": decimal(0, tenant.places),
        "fee_percent": decimal(0, 2),
        "cc_enabled": row.is_card,
        "ach_enabled": row.description == "ACH",
    }


def payment_account(_: Tenant, row: Customer) -> Record:
    card, last_4 = row.method.is_card, f"{row.customer_id * 37 % 10_000:04}"
    return {
        "payment_account_id": row.payment_account_id,
        "customer_id": row.customer_id,
        "method": row.method.description,
        "last_4": last_4,
        "token": f"tok_{row.payment_account_id}",
        "bank_account": None if card else {"routing_number": "xxxxx0000", "account_type": "Checking", "last_4": last_4},
        "credit_card": {"expiration": "12/2029", "last_4": last_4} if card else None,
    }


def service(_: Tenant, row: Service) -> Record:
    return {
        "service_id": row.service_id,
        "customer_id": row.customer_id,
        "number": f"512555{row.service_id:04}",
        "provider_id": 1,
        "package_id": None,
        "activated_date": moment(row.activated_date),
        "disconnected_date": moment_or_null(row.disconnected_date),
        "created_date": moment(row.created_date),
    }


def service_product(tenant: Tenant, row: Line) -> Record:
    return {
        "service_product_id": row.service_product_id,
        "customer_id": row.customer_id,
        "product_id": row.product_id,
        "package_id": None,
        "service_id": row.service_id,
        "description": row.product.description,
        "rate": decimal(row.rate, tenant.places),
        "quantity": row.quantity,
        "status": row.status,
        "activated_date": moment(row.activated_date),
        "canceled_date": moment_or_null(row.canceled_date),
        "created_date": moment(row.created_date),
        "free_start_date": None,
        "free_end_date": None,
        "contract_start_date": moment_or_null(row.agreed[0] if row.agreed else None),
        "contract_end_date": moment_or_null(row.agreed[1] if row.agreed else None),
        "tax_included": False,
    }


def order(_: Tenant, row: Order) -> Record:
    return {
        "order_id": row.order_id,
        "pon": f"PON-{row.order_id}",
        "customer_id": row.customer_id,
        "order_type": row.order_type,
        "status": "Completed",
        "provider_id": 1,
        "request_id": None,
        "created_date": moment(row.created_date),
        "completed_date": moment(row.completed_date),
        "due_date": moment(row.completed_date // DAY * DAY),
        "status_date": moment(row.status_date),
    }


def order_line(_: Tenant, row: OrderLine) -> Record:
    return {
        "order_service_product_id": row.order_service_product_id,
        "order_id": row.order_id,
        "service_product_id": row.service_product_id,
    }


def agent(_: Tenant, row: Agent) -> Record:
    return {
        "agent_id": row.agent_id,
        "parent_agent_id": row.parent_agent_id or None,
        "default_commission_plan_id": 1,
        "account_number": f"AG{row.agent_id:04}",
        "name": row.name,
        "status": row.status,
    }


def bill_profile(_: Tenant, row: BillProfile) -> Record:
    return {
        "bill_profile_id": row.bill_profile_id,
        "description": f"Monthly on day {row.cycle_day}",
        "cycle_day": row.cycle_day,
        "lead_days": 0,
        "advance_months": 1,
        "term_days": TERM_DAYS,
        "term_months": 0,
        "cycle_type": "Monthly",
        "cycle_direction": "Forward",
    }
