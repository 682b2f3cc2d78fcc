"""Runs functions on the gateway: one session per entity, renewed once when it has expired.

Reads are tried again. A write is sent once; what its answer, or the lack of one, proves about it is decided here and in
`tieout.connectors.kit.statuses`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import httpx2

from tieout.connectors.intacct import envelope
from tieout.connectors.intacct.advice import BAD_SIGN_IN_AT_GATEWAY, control_fault, function_fault, sign_in_fault
from tieout.connectors.intacct.config import DOMAIN, Settings
from tieout.connectors.intacct.envelope import Element, Reply, Result, element
from tieout.connectors.kit.capabilities import Exchange
from tieout.connectors.kit.faults import VendorFault
from tieout.connectors.kit.http import Answer, Client
from tieout.connectors.kit.masking import Mask
from tieout.connectors.kit.retry import retrying
from tieout.connectors.kit.statuses import check_status, preparing, sending


@dataclass(frozen=True, slots=True)
class _SignedIn:
    session_id: str
    endpoint: str

    def __repr__(self) -> str:
        return f"_SignedIn({self.endpoint})"


@dataclass(frozen=True, slots=True)
class Done:
    """A function that succeeded."""

    result: Result
    exchange: Exchange


class Gateway:
    """`calls` counts the functions sent, which is what Sage counts; signing in is free. `tenant` is the company's echo."""

    def __init__(self, settings: Settings, *, transport: httpx2.BaseTransport | None = None) -> None:
        self.settings = settings
        self.calls = 0
        self.tenant = ""
        self._open: dict[str, _SignedIn] = {}
        self._mask = Mask(settings.sender_password, settings.user_password)
        self._http = Client(
            settings.gateway_url,
            mask=self._mask,
            headers={"content-type": "application/xml"},
            domain=DOMAIN,
            timeout=settings.timeout,
            transport=transport,
        )

    def sign_in(self, entity: str = "") -> _SignedIn:
        """Open a session for the entity, or return the open one. Raises WrongCredentials and the faults of a read."""
        entity = entity or self.settings.entity_id
        if entity not in self._open:
            self._open[entity] = self._new_session(entity)
        return self._open[entity]

    def read(self, function: Element, *, retry: bool = True) -> Done:
        """Run a function that changes nothing. Raises Refused, PermissionMissing and the faults of a read."""

        def once() -> Done:
            reply, answer = self._run(function, f"read-{self.calls + 1}", self.sign_in())
            if reply.authentication:
                self._open.clear()
                reply, answer = self._run(function, f"read-{self.calls + 1}", self.sign_in())
            return self._settle(reply, answer)

        return retrying(once) if retry else once()

    def write(self, function: Element, control_id: str, entity: str = "") -> Done:
        """Run a function that writes, protected against duplicates by `control_id`.

        Raises Refused or PermissionMissing (nothing was booked), NotSent, AlreadyExecuted, OutcomeUnknown.
        """
        reply, answer = self._send(function, control_id, entity)
        if reply.authentication:
            self._open.clear()
            reply, answer = self._send(function, control_id, entity)
        with sending():
            return self._settle(reply, answer, control_id)

    def close(self) -> None:
        """Drop the connections and forget the sessions."""
        self._open.clear()
        self._http.close()

    def _send(self, function: Element, control_id: str, entity: str) -> tuple[Reply, Answer]:
        with preparing():
            signed = self.sign_in(entity)
        with sending():
            return self._run(function, control_id, signed, once=True)

    def _new_session(self, entity: str) -> _SignedIn:
        settings = self.settings
        body = envelope.request(
            settings, envelope.login(settings, entity), element("getAPISession"), "sign-in", once=False
        )
        answer = self._http.request("POST", settings.gateway_url, content=body)
        done = self._settle(self._reply(answer), answer)
        api = done.result.data.find("api") if done.result.data is not None else None
        session_id = (api.findtext("sessionid") or "") if api is not None else ""
        if api is None or not session_id:
            raise VendorFault("The gateway signed us in without a session").seen(answer.exchange)
        self._mask.learn(session_id)
        return _SignedIn(session_id, self._http.resolve(api.findtext("endpoint") or settings.gateway_url))

    def _run(
        self, function: Element, control_id: str, signed: _SignedIn, *, once: bool = False
    ) -> tuple[Reply, Answer]:
        self.calls += 1
        body = envelope.request(self.settings, envelope.session(signed.session_id), function, control_id, once=once)
        answer = self._http.request("POST", signed.endpoint, content=body)
        return self._reply(answer), answer

    def _reply(self, answer: Answer) -> Reply:
        if answer.status == 429 or answer.status >= 500:
            check_status(answer)
        try:
            reply = envelope.read(answer.body)
        except envelope.Unreadable as error:
            check_status(answer)
            raise VendorFault(f"The gateway's answer is {error}").seen(answer.exchange) from None
        if reply.control and reply.control[0].number == BAD_SIGN_IN_AT_GATEWAY:
            return replace(reply, control=(), authentication=reply.control)
        if reply.control:
            raise control_fault(reply.control).seen(answer.exchange)
        check_status(answer)
        self.tenant = reply.company_id or self.tenant
        return reply

    def _settle(self, reply: Reply, answer: Answer, control_id: str = "") -> Done:
        if reply.authentication:
            raise sign_in_fault(reply.authentication).seen(answer.exchange)
        result = reply.result
        if result is None or (control_id and result.control_id != control_id):
            raise VendorFault("The gateway's answer holds no result for this request").seen(answer.exchange)
        if not result.ok:
            raise function_fault(result.problems).seen(answer.exchange)
        return Done(result, answer.exchange)
