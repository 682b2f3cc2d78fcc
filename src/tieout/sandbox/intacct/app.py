"""The vendor `/intacct`: the one gateway URL, its own control routes, the inspection page; state, threads and limits behind them.

Work runs in threads so that a long request never holds up another vendor; requests over the concurrency limit queue or are refused.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieout.sandbox.intacct import conditions, envelope, people
from tieout.sandbox.intacct.controls import Controls
from tieout.sandbox.intacct.envelope import MAX_BYTES, Envelope
from tieout.sandbox.intacct.errors import ControlFailure, malformed
from tieout.sandbox.intacct.gateway import Answer, Circumstance, Gateway, control_refusal, gateway_refusal
from tieout.sandbox.intacct.inspection import Inspection
from tieout.sandbox.intacct.seed.planting import plant
from tieout.sandbox.intacct.sessions import Gatekeeper
from tieout.sandbox.intacct.settings import Settings
from tieout.sandbox.intacct.store import Store
from tieout.sandbox.kit.exchange import exchange, html_refusal
from tieout.sandbox.kit.faults import Fault
from tieout.sandbox.kit.panel import ControlPanel

PATH = "/ia/xml/xmlgw.phtml"
_CONTENT_TYPES = ("application/xml", "text/xml", "x-intacct-xml-request")


class IntacctSandbox:
    """One company. `state` is a folder in which the books are kept across restarts; without it they live in memory."""

    slug = "intacct"
    title = "Sage Intacct"

    def __init__(self, seed: int, today: date, scale: float = 1.0, state: Path | None = None) -> None:
        self._seed, self._today, self._scale = seed, today, scale
        if state is not None:
            state.mkdir(parents=True, exist_ok=True)
        self.store = Store(state / "intacct.sqlite" if state else None)
        conditions.install(self.store)
        self.settings = Settings()
        self.gatekeeper = Gatekeeper(self.store)
        self.gateway = Gateway(self.store, self.gatekeeper, self.settings)
        self._busy = asyncio.Condition()
        self._running = 0
        if not self.store.rows("SELECT 1 FROM GLACCOUNT LIMIT 1"):
            plant(self.store, seed, today, scale)

    def routes(self, panel: ControlPanel) -> Sequence[BaseRoute]:
        """The gateway, the controls and the inspection page."""
        self._panel = panel
        controls = Controls(self.store, self.settings)
        return [Route(PATH, self._serve, methods=["POST"]), *controls.routes(), *Inspection(self.store).routes()]

    def credentials(self, base_url: str) -> dict[str, str]:
        """The full user's, through the authorised sender."""
        user = people.USERS["xml_gateway"]
        return {
            "url": f"{base_url}/intacct{PATH}",
            "company_id": people.COMPANY_ID,
            "sender_id": "tieout_sandbox",
            "sender_password": people.SENDERS["tieout_sandbox"],
            "user_id": user.login,
            "user_password": user.password,
        }

    def reset(self) -> None:
        """The seeded company again; sessions end, settings return to their defaults."""
        with self.store.lock:
            self.store.clear()
            plant(self.store, self._seed, self._today, self._scale)
        self.gatekeeper.reset()
        self.settings.change(Settings().as_dict())

    async def _serve(self, request: Request) -> Response:
        arrived = time.monotonic()
        try:
            parsed: Envelope | ControlFailure = await run_in_threadpool(envelope.parse, await _body(request))
        except ControlFailure as failure:
            parsed = failure
        facts = _facts(parsed)
        executed = (
            await run_in_threadpool(self._executed, parsed) if self.settings.duplicate_check == "arrival" else None
        )

        async def work(fault: Fault | None) -> Response:
            if isinstance(parsed, ControlFailure):
                return _response(control_refusal(parsed))
            return await self._work(request, parsed, arrived, executed, fault)

        return await exchange(self._panel, self.slug, request, facts, work, _refuse)

    async def _work(
        self, request: Request, parsed: Envelope, arrived: float, executed: frozenset[str] | None, fault: Fault | None
    ) -> Response:
        if not await self._enter():
            return _refuse(429)
        try:
            await asyncio.sleep(self.settings.processing)
            if time.monotonic() - arrived > self.settings.deadline:
                return Response("<html><body><h1>504 Gateway Time-out</h1></body></html>", 504, media_type="text/html")
            return _response(await run_in_threadpool(self._answer, request, parsed, executed, fault))
        finally:
            await self._leave()

    def _answer(
        self, request: Request, parsed: Envelope, executed: frozenset[str] | None, fault: Fault | None
    ) -> Answer:
        endpoint = f"{request.url.scheme}://{request.url.netloc}/intacct{PATH}"
        known = self._executed(parsed) if executed is None else executed
        return self.gateway.answer(parsed, Circumstance(self._panel.clock.now(), endpoint, known, fault))

    def _executed(self, parsed: Envelope | ControlFailure) -> frozenset[str]:
        if isinstance(parsed, ControlFailure):
            return frozenset()
        with self.store.lock:
            return frozenset(self.store.executed([call.controlid for call in parsed.calls]))

    async def _enter(self) -> bool:
        async with self._busy:
            if self._running >= self.settings.concurrency and self.settings.over_limit == "refuse":
                return False
            await self._busy.wait_for(lambda: self._running < self.settings.concurrency)
            self._running += 1
            return True

    async def _leave(self) -> None:
        async with self._busy:
            self._running -= 1
            self._busy.notify()


async def _body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _CONTENT_TYPES:
        raise malformed(f"The content type '{kind}' is not supported; use application/xml.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise malformed(f"The request is larger than {MAX_BYTES} bytes.")
    return bytes(body)


def _facts(parsed: Envelope | ControlFailure) -> dict[str, list[str]]:
    calls = () if isinstance(parsed, ControlFailure) else parsed.calls
    objects = [name for call in calls for name in call.object_names]
    return {"function": [call.name for call in calls], "object": objects}


def _refuse(status: int) -> Response:
    if status != 429:
        return html_refusal(status)
    return _response(gateway_refusal(429, "GW-0010", "API rate limit exceeded"))


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, headers={"content-type": answer.media})
