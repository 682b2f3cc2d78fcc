"""A gateway that answers what a test scripts: it signs in by itself and hands every other request to the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import httpx2
import pytest
import stamina
from lxml import etree

from tieout.connectors.intacct.session import IntacctSession

VALUES: Mapping[str, str] = {
    "company_id": "acme",
    "sender_id": "tieout",
    "sender_password": "sender-s3cret",
    "user_id": "api",
    "user_password": "user-s3cret",
    "entity_id": "",
    "gateway_url": "https://api.intacct.com/ia/xml/xmlgw.phtml",
    "timeout": "30",
}
Script = Callable[[httpx2.Request], httpx2.Response]


def success(payload: str, control_id: str = "") -> str:
    """A whole answer in which one function succeeded."""
    return _answer(
        f"<result><status>success</status><function>f</function><controlid>{control_id}</controlid>{payload}</result>"
    )


def failure(*errors: tuple[str, str], control_id: str = "c-1", status: str = "failure") -> str:
    """A whole answer in which one function failed; each error is its number and text."""
    listed = "".join(
        f"<error><errorno>{number}</errorno><description/><description2>{text} [Support ID: a%7Eb]</description2></error>"
        for number, text in errors
    )
    head = f"<status>{status}</status><function>f</function><controlid>{control_id}</controlid>"
    return _answer(f"<result>{head}<errormessage>{listed}</errormessage></result>")


def refused_session() -> str:
    """The answer to a session that has expired."""
    error = "<error><errorno>XL03000006</errorno><description2>Invalid session abc..</description2></error>"
    sign_in = "<authentication><status>failure</status><userid/><companyid/></authentication>"
    return _envelope(f"<operation>{sign_in}<errormessage>{error}</errormessage></operation>")


def refused_control(number: str, text: str) -> str:
    """The answer to a request that was refused as a whole."""
    error = f"<error><errorno>{number}</errorno><description2>{text}</description2></error>"
    return f"<response><control><status>failure</status></control><errormessage>{error}</errormessage></response>"


def _answer(result: str) -> str:
    sign_in = "<authentication><status>success</status><userid>api</userid><companyid>acme</companyid></authentication>"
    return _envelope(f"<operation>{sign_in}{result}</operation>")


def _envelope(operation: str) -> str:
    return f"<response><control><status>success</status></control>{operation}</response>"


@dataclass
class Scripted:
    """What was sent after signing in, and how often one signed in."""

    script: list[Script | str] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    sign_ins: int = 0
    endpoint: str = "https://na12.intacct.com/ia/xml/xmlgw.phtml"
    sessions: list[IntacctSession] = field(default_factory=list)

    def session(self, **values: str) -> IntacctSession:
        """A session whose every request comes here."""
        session = IntacctSession({**VALUES, **values}, transport=httpx2.MockTransport(self._answer))
        self.sessions.append(session)
        return session

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(str(request.url))
        if b"getAPISession" in request.content:
            self.sign_ins += 1
            api = f"<api><sessionid>sid-{self.sign_ins}..</sessionid><endpoint>{self.endpoint}</endpoint></api>"
            return httpx2.Response(200, text=success(f"<data>{api}</data>", "sign-in"))
        self.sent.append(request.content)
        step = self.script.pop(0)
        return httpx2.Response(200, text=step) if isinstance(step, str) else step(request)

    def functions(self) -> list[etree._Element]:
        """The function elements sent, in order."""
        return [etree.fromstring(body).find("operation/content/function")[0] for body in self.sent]  # type: ignore[index]


@pytest.fixture
def gateway() -> Iterator[Scripted]:
    scripted = Scripted()
    with stamina.set_testing(True, attempts=2):
        yield scripted
    for session in scripted.sessions:
        session.close()
