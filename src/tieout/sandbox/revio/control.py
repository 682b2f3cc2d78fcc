"""Move the world: JSON routes below `/revio/control` that add and change records as a user of the real system would.

Amounts are decimal strings, moments as the API writes them (default: noon of today). What the books refuse is answered
with 400 and the reason, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tieout.kernel.errors import InvalidInput
from tieout.kernel.money import Money
from tieout.kernel.period import Period
from tieout.sandbox.company.books import Refused
from tieout.sandbox.company.catalogue import METHODS, PRODUCTS, Method
from tieout.sandbox.company.days import DAY
from tieout.sandbox.company.records import Payment
from tieout.sandbox.company.tenants import TENANTS, Tenant
from tieout.sandbox.kit.control import BadControl, bad_request, json_body
from tieout.sandbox.revio import render
from tieout.sandbox.revio.gate import Limits
from tieout.sandbox.revio.query import stamp
from tieout.sandbox.revio.reports import ledger, payments
from tieout.sandbox.revio.tenancy import Tenancy
from tieout.sandbox.revio.wire import JSON, decimal_text

Body = dict[str, Any]
Change = Callable[[Tenancy, Body, int], tuple[int, Body]]
"""Takes the tenancy, the request's JSON and the number in the path (0 without one); gives the status and the answer."""


def control_routes(tenancy: Callable[[str], Tenancy], limits: Limits) -> list[Route]:
    """The routes, over whatever tenancies the sandbox has."""

    def route(path: str, change: Change) -> Route:
        return Route(f"/{{tenant}}/{path}", _changing(tenancy, change), methods=["POST"])

    return [
        Route("/limits", _limiting(limits), methods=["GET", "POST"]),
        Route("/{tenant}/totals", _adding_up(tenancy), methods=["GET"]),
        route("payments", _add_payment),
        route("payments/{number:int}", _change_payment),
        route("charges", _add_charge),
        route("charges/{number:int}", _assign_charge),
        route("bills", _add_bill),
        route("service_products/{number:int}", _change_line),
    ]


def _add_payment(tenancy: Tenancy, body: Body, _: int) -> tuple[int, Body]:
    books, tenant = tenancy.books, tenancy.tenant
    _only(body, "customer_id", "amount", "method", "bill_id", "created_date", "received_date")
    customer = books.customer(_number(body, "customer_id"))
    bill = books.find_bill(_number(body, "bill_id")) if body.get("bill_id") else None
    if bill and bill.customer_id != customer.customer_id:
        raise BadControl(f"bill {bill.bill_id} belongs to customer {bill.customer_id}")
    amount, created = _money(tenant, body, "amount"), _moment(tenancy, body, "created_date")
    received = _moment(tenancy, body, "received_date") // DAY * DAY if "received_date" in body else None
    payment = books.pay(customer, bill, amount, _method(body.get("method", "ACH")), created, received)
    return 201, _shown(tenant, payment)


def _change_payment(tenancy: Tenancy, body: Body, number: int) -> tuple[int, Body]:
    payment = tenancy.books.find_payment(number)
    match body:
        case {"bounced": True} if len(body) == 1:
            tenancy.books.bounce(payment)
        case {"refunded": True} if len(body) == 1:
            tenancy.books.refund(payment)
        case {"amount": str()} if len(body) == 1:
            tenancy.books.amend(payment, _money(tenancy.tenant, body, "amount"))
        case _:
            raise BadControl('give one of {"bounced": true}, {"refunded": true}, {"amount": "12.50"}')
    return 200, _shown(tenancy.tenant, payment)


def _add_charge(tenancy: Tenancy, body: Body, _: int) -> tuple[int, Body]:
    books, tenant = tenancy.books, tenancy.tenant
    _only(body, "customer_id", "product_id", "amount", "tax_amount", "created_date", "bill_id")
    customer, product = books.customer(_number(body, "customer_id")), PRODUCTS.get(_number(body, "product_id"))
    if product is None:
        raise BadControl(f"there is no product {body['product_id']}")
    bill = books.find_bill(_number(body, "bill_id")) if body.get("bill_id") else None
    if bill and bill.customer_id != customer.customer_id:
        raise BadControl(f"bill {bill.bill_id} belongs to customer {bill.customer_id}")
    amount, created = _money(tenant, body, "amount"), _moment(tenancy, body, "created_date")
    tax = _money(tenant, body, "tax_amount") if "tax_amount" in body else 0
    day = created // DAY * DAY
    charge = books.charge(customer, product, amount, tax, created, day, day)
    if bill:
        books.assign(charge, bill)
    return 201, {"charge_id": charge.charge_id, "bill_id": charge.bill_id}


def _assign_charge(tenancy: Tenancy, body: Body, number: int) -> tuple[int, Body]:
    _only(body, "bill_id")
    charge, bill = tenancy.books.find_charge(number), tenancy.books.find_bill(_number(body, "bill_id"))
    tenancy.books.assign(charge, bill)
    return 200, {"charge_id": number, "bill_id": bill.bill_id}


def _add_bill(tenancy: Tenancy, body: Body, _: int) -> tuple[int, Body]:
    _only(body, "customer_id", "created_date")
    customer, created = tenancy.books.customer(_number(body, "customer_id")), _moment(tenancy, body, "created_date")
    if not customer.unbilled:
        raise BadControl(f"customer {customer.customer_id} has no unbilled charges")
    bill = tenancy.books.bill(customer, created, created // DAY * DAY)
    return 201, {"bill_id": bill.bill_id, "invoice_amount": decimal_text(bill.invoiced, tenancy.tenant.places)}


def _change_line(tenancy: Tenancy, body: Body, number: int) -> tuple[int, Body]:
    """An order that comes in now: another quantity from a day on, or the end of a line."""
    books = tenancy.books
    _only(body, "quantity", "canceled_date", "changed_date", "contract_end_date")
    line = books.find_line(number)
    if "quantity" not in body:
        books.cancel(line, _moment(tenancy, body, "canceled_date"))
        return 200, {"service_product_id": number, "order_id": books.orders[-1].order_id}
    day = _moment(tenancy, body, "changed_date") // DAY * DAY
    bound = line.agreed[1] if line.agreed else None
    until = _moment(tenancy, body, "contract_end_date") if "contract_end_date" in body else bound
    made = books.replace(line, day, quantity=_number(body, "quantity"), until=until)
    order = books.order("Change", tenancy.company.now, day, line, made)
    return 201, {"service_product_id": made.service_product_id, "order_id": order.order_id}


def _changing(tenancy: Callable[[str], Tenancy], change: Change) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            body = await json_body(request)
            if not isinstance(body, dict):
                raise BadControl("the body must be a JSON object")
            company = tenancy(_tenant(request))
            status, answer = change(company, body, request.path_params.get("number", 0))
        except (BadControl, Refused, InvalidInput) as problem:
            return bad_request(str(problem))
        return JSONResponse(answer, status)

    return endpoint


def _limiting(limits: Limits) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if request.method == "POST":
            try:
                body = await json_body(request)
                if not isinstance(body, dict):
                    raise BadControl("the body must be a JSON object")
                _only(body, "per_minute", "per_day")
                wanted = {name: _limit(name, value) for name, value in body.items()}
            except BadControl as problem:
                return bad_request(str(problem))
            limits.per_minute = wanted.get("per_minute", limits.per_minute)
            limits.per_day = wanted.get("per_day", limits.per_day)
            limits.reset()
        return JSONResponse({"per_minute": limits.per_minute, "per_day": limits.per_day})

    return endpoint


def _adding_up(tenancy: Callable[[str], Tenancy]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            month = Period.parse_month(request.query_params.get("month", "")).label
            company = tenancy(_tenant(request))
        except (BadControl, InvalidInput) as problem:
            return bad_request(str(problem))
        sums = {report.__name__: report(company.tenant, company.books, month) for report in (payments, ledger)}
        return Response(orjson.dumps(sums), media_type=JSON)

    return endpoint


def _shown(tenant: Tenant, payment: Payment) -> Body:
    """The record as the API shows it, with amounts as strings: this answer is read by people and tests."""
    amounts = {name: decimal_text(getattr(payment, name), tenant.places) for name in ("amount", "balance")}
    return render.payment(tenant, payment) | amounts


def _tenant(request: Request) -> str:
    code = str(request.path_params["tenant"])
    if code not in TENANTS:
        raise BadControl(f"there is no tenant '{code}'; they are {', '.join(TENANTS)}")
    return code


def _only(body: Body, *names: str) -> None:
    unknown = sorted(set(body) - set(names))
    if unknown:
        raise BadControl(f"unknown: {', '.join(unknown)}; allowed are {', '.join(names)}")


def _number(body: Body, name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadControl(f"'{name}' must be a whole number")
    return value


def _limit(name: str, value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise BadControl(f"'{name}' must be a whole number, or null for no limit")


def _money(tenant: Tenant, body: Body, name: str) -> int:
    value = body.get(name)
    if not isinstance(value, str):
        raise BadControl(f"'{name}' must be a decimal string such as \"12.50\"")
    minor = Money.parse(value, tenant.currency).minor
    if minor < 0:
        raise BadControl(f"'{name}' must not be negative")
    return minor


def _moment(tenancy: Tenancy, body: Body, name: str) -> int:
    if name not in body:
        return tenancy.company.now
    try:
        return stamp(str(body[name]))
    except (ValueError, IndexError):
        raise BadControl(f"'{name}' must look like 2026-10-03 or 2026-10-03T14:22:31") from None


def _method(name: object) -> Method:
    for method in METHODS.values():
        if method.description == name:
            return method
    raise BadControl(f"there is no method '{name}'; they are {', '.join(m.description for m in METHODS.values())}")
