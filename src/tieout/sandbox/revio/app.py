"""The Rev.io sandbox: `/revio/v1/…` for clients, `/revio/control/…` to move its world, `/revio/` to look into it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from tieout.sandbox.company.tenants import TENANTS
from tieout.sandbox.kit.exchange import exchange, html_refusal
from tieout.sandbox.kit.faults import Fault, Kind
from tieout.sandbox.kit.panel import ControlPanel
from tieout.sandbox.revio import gate, query
from tieout.sandbox.revio.control import control_routes
from tieout.sandbox.revio.inspection import inspection_page
from tieout.sandbox.revio.resources import RESOURCES, Resource
from tieout.sandbox.revio.tenancy import Tenancy
from tieout.sandbox.revio.wire import JSON, Problem

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class RevioSandbox:
    """The vendor for `tieout.sandbox.kit.server.build`. `scale` 1 is 3,000 customers and about 180,000 payments."""

    slug = "revio"
    title = "Rev.io billing"

    def __init__(self, seed: int, today: date, scale: float = 1.0, *, limits: gate.Limits | None = None) -> None:
        self._seed, self._scale = seed, scale
        self._panel = ControlPanel(today)
        self._tenancies: dict[str, Tenancy] = {}
        self.limits = limits or gate.Limits()

    def routes(self, panel: ControlPanel) -> Sequence[BaseRoute]:
        """Routes below `/revio`."""
        self._panel = panel
        return [
            Route("/", self._inspect),
            Mount("/control", routes=control_routes(self.tenancy, self.limits)),
            Route("/v1/{path:path}", self._call, methods=METHODS),
        ]

    def credentials(self, base_url: str) -> dict[str, str]:
        """What a client needs; the other client codes take the same login, password and key."""
        return {
            "url": f"{base_url}/{self.slug}/v1",
            "login": gate.LOGIN,
            "client_code": gate.CLIENT_CODE,
            "password": gate.PASSWORD,
            "subscription_key": gate.SUBSCRIPTION_KEY,
        }

    def reset(self) -> None:
        """Back to the seeded companies, built anew when next asked for; limits stay as they are set, their counts do not."""
        self._tenancies.clear()
        self.limits.reset()

    def tenancy(self, code: str) -> Tenancy:
        """The tenant as of the sandbox's today. Its days only ever pass forward."""
        today = self._panel.clock.today()
        if code not in self._tenancies:
            self._tenancies[code] = Tenancy(code, today, self._seed, self._scale)
        self._tenancies[code].company.advance(today)
        return self._tenancies[code]

    async def _inspect(self, _: Request) -> Response:
        return inspection_page([self.tenancy(code) for code in TENANTS])

    async def _call(self, request: Request) -> Response:
        path = [part for part in request.path_params["path"].split("/") if part]
        facts = {"function": "list" if len(path) < 2 else "read", "object": path[0] if path else ""}
        return await exchange(self._panel, self.slug, request, facts, partial(self._work, request, path), _refuse)

    async def _work(self, request: Request, path: list[str], fault: Fault | None) -> Response:
        try:
            return self._answer(request, path, fault.kind if fault else None)
        except Problem as problem:
            return problem.response()

    def _answer(self, request: Request, path: list[str], fault: Kind | None) -> Response:
        gate.check_key(request.headers)
        self.limits.admit()
        visitor = gate.sign_in(request.headers)
        if fault is Kind.EXPIRED_SESSION:
            raise Problem(401, "Authorization has been denied for this request.")
        resource = _resource(request, path)
        if fault is Kind.PERMISSION_DENIED:
            raise gate.denied(visitor.login, resource.path)
        visitor.require(resource.path)
        if request.method != "GET":
            message = f"The requested resource does not support http method '{request.method}'."
            raise Problem(405, message, {"Allow": "GET"})
        tenancy = self.tenancy(visitor.tenant)
        if len(path) == 1:
            return _list(request, tenancy, resource)
        number = _number(resource, path[1])
        return (_result if len(path) == 3 else _single)(request, tenancy, resource, number)


def _resource(request: Request, path: list[str]) -> Resource:
    resource = RESOURCES.get(path[0].lower()) if path else None
    result = [part.lower() for part in (*path[:1], *path[2:])] == ["reports", "result"]
    if resource is None or (len(path) > 2 and not result):
        raise Problem(404, f"No HTTP resource was found that matches the request URI '{request.url.path}'.")
    return resource


def _list(request: Request, tenancy: Tenancy, resource: Resource) -> Response:
    parameters = request.query_params.multi_items()
    return Response(
        tenancy.page(resource, query.parse(parameters, resource.searchable, resource.dates, resource.key)),
        media_type=JSON,
    )


def _number(resource: Resource, text: str) -> int:
    try:
        return query.integer(text)
    except ValueError:
        raise Problem(400, f"The value '{text}' is not valid for {resource.key}.") from None


def _single(request: Request, tenancy: Tenancy, resource: Resource, number: int) -> Response:
    record = tenancy.one(resource, number)
    if record is None:
        raise _absent(resource, number)
    link = {"rel": "self", "href": str(request.url.replace(query=""))}
    return Response(orjson.dumps({"ok": True, **record, "links": [link]}), media_type=JSON)


def _result(request: Request, tenancy: Tenancy, resource: Resource, number: int) -> Response:
    parameters = request.query_params.multi_items()
    months = [text for name, text in parameters if name.lower() == "search.month"]
    paging = query.parse([pair for pair in parameters if pair[0].lower() != "search.month"], {}, (), resource.key)
    body = tenancy.result(number, months[-1] if months else None, paging)
    if body is None:
        raise _absent(resource, number)
    return Response(body, media_type=JSON)


def _absent(resource: Resource, number: int) -> Problem:
    return Problem(404, f"{resource.singular} {number} was not found.")


def _refuse(status: int) -> Response:
    if status == 429:
        return gate.rate_problem(1).response()
    return Problem(500, "An error has occurred.").response() if status == 500 else html_refusal(status)
