"""The gateway itself: control, authentication, then each function in order, alone or all in one transaction.

A level answers only when the one above it succeeded. With `uniqueid` a function that has executed and completed is refused.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tieout.sandbox.intacct import envelope as xml
from tieout.sandbox.intacct import errors
from tieout.sandbox.intacct.context import Context, Reply
from tieout.sandbox.intacct.envelope import Call, Envelope
from tieout.sandbox.intacct.errors import AuthenticationFailure, ControlFailure, Detail, GatewayError
from tieout.sandbox.intacct.functions import FUNCTIONS
from tieout.sandbox.intacct.people import COMPANY_ID
from tieout.sandbox.intacct.sessions import Gatekeeper, Session
from tieout.sandbox.intacct.settings import Settings
from tieout.sandbox.intacct.store import Store
from tieout.sandbox.kit.faults import Fault, Kind

_ROLLED_BACK = Detail("XL03000009", errors.ROLLED_BACK)


@dataclass(frozen=True)
class Answer:
    """What goes over the wire."""

    body: bytes
    status: int = 200
    media: str = xml.CONTENT_TYPE


@dataclass(frozen=True)
class Circumstance:
    """What surrounds a request: when, reached under which URL, which control IDs had run on arrival, which fault struck."""

    now: datetime
    endpoint: str
    executed: frozenset[str] = frozenset()
    fault: Fault | None = None


@dataclass(frozen=True)
class _Outcome:
    call: Call
    status: str
    reply: Reply


class _RollBack(Exception):
    pass


class Gateway:
    """Answers parsed requests."""

    def __init__(self, store: Store, gatekeeper: Gatekeeper, settings: Settings) -> None:
        self._store = store
        self._gatekeeper = gatekeeper
        self._settings = settings
        self._salt = itertools.count(1)

    def answer(self, request: Envelope, at: Circumstance) -> Answer:
        """The whole answer to a request."""
        pretty = request.flag("includewhitespace", "true")
        try:
            self._check_control(request)
            session = self._authenticate(request, at)
        except ControlFailure as failure:
            return self._control_failure(request, failure)
        except AuthenticationFailure as failure:
            if self._settings.wrong_sign_in == "gateway" and request.session is None:
                return gateway_refusal(401, "XMLGW_JPP0002", failure.details[0].description2)
            return Answer(_authentication_failure(request, failure, pretty))
        outcomes = self._execute(request, session, at)
        if len(outcomes) == 1 and outcomes[0].reply.plain:
            body, media = outcomes[0].reply.plain
            return Answer(body, media=media)
        return Answer(_success(request, session, outcomes, pretty))

    def _check_control(self, request: Envelope) -> None:
        control = request.control
        if not 1 <= len(control.get("controlid", "")) <= xml.MAX_CONTROLID:
            raise errors.malformed("Element 'controlid': The value must have 1 to 256 characters.")
        if policy := control.get("policyid"):
            raise ControlFailure(Detail("XL03000006", f"'{policy}' is not a valid transport policy."))
        self._gatekeeper.check_sender(control.get("senderid", ""), control.get("password", ""))

    def _authenticate(self, request: Envelope, at: Circumstance) -> Session:
        if at.fault and at.fault.kind is Kind.EXPIRED_SESSION:
            raise errors.invalid_session()
        sender = request.control["senderid"]
        if request.session is not None:
            return self._gatekeeper.resume(request.session, sender, at.now)
        lifetime = timedelta(seconds=self._settings.session_lifetime)
        with self._store.lock:
            return self._gatekeeper.sign_in(request.login, sender, at.now, lifetime)

    def _control_failure(self, request: Envelope, failure: ControlFailure) -> Answer:
        sender_wrong = failure.details[0].errorno == "XL03000006" and not request.control.get("policyid")
        if sender_wrong and self._settings.wrong_sender == "gateway":
            return gateway_refusal(400, "GW-0011", "Invalid Request: unknown or inactive tenant, sender or client id")
        return control_refusal(failure, request, request.flag("includewhitespace", "true"))

    def _execute(self, request: Envelope, session: Session, at: Circumstance) -> list[_Outcome]:
        with self._store.lock:
            if request.transaction:
                return self._in_one_transaction(request, session, at)
            return list(self._one_by_one(request, session, at))

    def _one_by_one(self, request: Envelope, session: Session, at: Circumstance) -> Iterable[_Outcome]:
        done = set(at.executed)
        for call in request.calls:
            yield self._run(call, request.flag("uniqueid", "true"), done, session, at)

    def _in_one_transaction(self, request: Envelope, session: Session, at: Circumstance) -> list[_Outcome]:
        outcomes: list[_Outcome] = []
        try:
            with self._store.work():
                for outcome in self._one_by_one(request, session, at):
                    outcomes.append(outcome)
                    if outcome.status != "success":
                        raise _RollBack
        except _RollBack:
            return _rolled_back(request.calls, outcomes)
        return outcomes

    def _run(self, call: Call, unique: bool, done: set[str], session: Session, at: Circumstance) -> _Outcome:
        context = Context(self._store, self._gatekeeper, session, at.now, at.endpoint, salt=next(self._salt))
        try:
            if unique and call.controlid in done:
                raise errors.already_executed(call.controlid)
            self._apply_fault(call, at.fault, context)
            with self._store.work():
                reply = FUNCTIONS.get(call.name, _unknown)(context, call)
                if unique and call.controlid and reply.error is None:
                    self._store.remember(call.controlid)
                    done.add(call.controlid)
        except GatewayError as failure:
            reply = Reply(error=failure)
        except sqlite3.Error:
            reply = Reply(error=errors.data_layer())
        return _Outcome(call, "failure" if reply.error else "success", reply)

    def _apply_fault(self, call: Call, fault: Fault | None, context: Context) -> None:
        if fault is None:
            return
        if fault.kind in (Kind.PERMISSION_DENIED, Kind.LOCKED_PERIOD):
            facts = {"function": call.name, "object": call.object_names}
            pattern = {key: value for key, value in fault.match.items() if key in facts}
            struck = Fault(vendor=fault.vendor, kind=fault.kind, match=pattern).matches(fault.vendor, facts)
            if struck and fault.kind is Kind.PERMISSION_DENIED:
                raise errors.not_permitted(call.name.upper(), next(iter(call.object_names), call.name))
            context.locked = struck


def control_refusal(failure: ControlFailure, request: Envelope | None = None, pretty: bool = False) -> Answer:
    """A control-level failure; HTTP 200, as the real gateway has it."""
    response = xml.control_part(request, "failure")
    response.append(xml.error_part(failure))
    return Answer(xml.write(response, pretty))


def gateway_refusal(status: int, errorno: str, text: str) -> Answer:
    """A refusal by the API gateway in front: an HTTP status with an XML body."""
    failure = ControlFailure(Detail(errorno, f"{text} [Request ID: {errors.support_id()[14:19]}]"))
    return Answer(control_refusal(failure).body, status)


def _authentication_failure(request: Envelope, failure: AuthenticationFailure, pretty: bool) -> bytes:
    response = xml.control_part(request, "success")
    login = request.login
    operation = xml.authentication_part(response, "failure", login.get("userid", ""), login.get("companyid", ""))
    operation.append(xml.error_part(failure))
    return xml.write(response, pretty)


def _success(request: Envelope, session: Session, outcomes: Iterable[_Outcome], pretty: bool) -> bytes:
    response = xml.control_part(request, "success")
    times = (session.began, session.expires)
    operation = xml.authentication_part(response, "success", session.user.login, COMPANY_ID, session.entity, times)
    additional = request.flag("showadditionalerrorinfo", "false")
    for outcome in outcomes:
        reply = outcome.reply
        operation.append(xml.result_part(outcome.status, outcome.call, reply.payload, reply.error, additional))
    return xml.write(response, pretty)


def _rolled_back(calls: Iterable[Call], outcomes: list[_Outcome]) -> list[_Outcome]:
    *before, failed = outcomes
    error = failed.reply.error
    assert error is not None
    aborted = Reply(error=GatewayError(_ROLLED_BACK))
    failure = _Outcome(failed.call, "failure", Reply(error=GatewayError(*error.details, _ROLLED_BACK)))
    after = list(calls)[len(outcomes) :]
    return [
        *(_Outcome(outcome.call, "aborted", aborted) for outcome in before),
        failure,
        *(_Outcome(call, "aborted", aborted) for call in after),
    ]


def _unknown(context: Context, call: Call) -> Reply:
    raise errors.processing_failed(f"'{call.name}' is not a function of this sandbox.")
