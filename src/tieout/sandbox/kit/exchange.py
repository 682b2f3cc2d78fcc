"""One request to a vendor and its answer, with whatever fault strikes it.

A vendor says what it knows of the request and how to do the work; timing, cut connections and refusals happen here,
alike for all vendors. Over a socket a cut is a real one: the transport is aborted. In process it raises
`ConnectionCut`, which an HTTP client takes for the transport error that it would have met.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from tieout.sandbox.kit.faults import REFUSED_STATUS, Facts, Fault, Kind
from tieout.sandbox.kit.panel import ControlPanel, Seen

Work = Callable[[Fault | None], Awaitable[Response]]
"""Does what the request asks. The fault is given because only the vendor knows how it refuses a session, a period, a right."""

Refusal = Callable[[int], Response]
"""The vendor's own answer for an HTTP status of 429, 500 or 503."""

TRANSPORT = "tieout.sandbox.transport"
"""Scope key under which the server keeps the socket's transport; absent in process."""

_TITLES = {429: "Too Many Requests", 500: "Internal Server Error", 503: "The Service is Temporarily Off-line"}


class ConnectionCut(httpx2.RemoteProtocolError):
    """The sandbox closed the connection on purpose."""


def html_refusal(status: int) -> Response:
    """The page that a proxy in front of a vendor would show."""
    title = _TITLES[status]
    body = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return HTMLResponse(body, status_code=status)


class CutResponse(Response):
    """Closes the connection: before any byte, or after half of the body of the answer given."""

    def __init__(self, answer: Response | None = None) -> None:
        super().__init__()
        self.status_code = 0
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what should arrive, then abort the transport."""
        if self._answer is not None:
            start = {
                "type": "http.response.start",
                "status": self._answer.status_code,
                "headers": self._answer.raw_headers,
            }
            half = bytes(self._answer.body)[: len(self._answer.body) // 2]
            await send(start)
            await send({"type": "http.response.body", "body": half, "more_body": True})
        transport = scope.get(TRANSPORT)
        if transport is None:
            raise ConnectionCut("the sandbox cut the connection")
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


async def exchange(
    panel: ControlPanel, vendor: str, request: Request, facts: Facts, work: Work, refuse: Refusal = html_refusal
) -> Response:
    """Answer one request under the present latency and the first fault that matches; it is logged either way."""
    known: Facts = {"method": request.method, "path": request.url.path, **facts}
    fault = panel.faults.take(vendor, known)
    await asyncio.sleep(panel.latency)
    response = await (_answer(fault, work, refuse) if fault else work(None))
    kept = {key: value for key, value in known.items() if key not in ("method", "path")}
    panel.log.add(
        Seen(vendor, request.method, request.url.path, response.status_code, fault.kind if fault else None, kept)
    )
    return response


async def _answer(fault: Fault, work: Work, refuse: Refusal) -> Response:
    if fault.kind is Kind.COMMIT_LOST:
        return CutResponse()
    if fault.kind in REFUSED_STATUS:
        return refuse(REFUSED_STATUS[fault.kind])
    if fault.kind is Kind.SLOW:
        await asyncio.sleep(fault.delay)
    return await _spoilt(fault, await work(fault))


async def _spoilt(fault: Fault, answer: Response) -> Response:
    match fault.kind:
        case Kind.ANSWER_LOST:
            return CutResponse()
        case Kind.CUT:
            return CutResponse(answer)
        case Kind.MALFORMED_ANSWER:
            return Response(bytes(answer.body)[: len(answer.body) // 2], 200, media_type=answer.headers["content-type"])
        case Kind.SLOW_ANSWER:
            await asyncio.sleep(fault.delay)
    return answer
