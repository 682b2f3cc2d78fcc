"""A company on a socket, and a client that speaks the gateway's XML and nothing else of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import httpx2
import pytest
from lxml import etree

from tieout.sandbox.intacct.app import IntacctSandbox
from tieout.sandbox.kit.panel import ControlPanel
from tieout.sandbox.kit.server import RunningSandbox, build

TODAY = date(2026, 10, 5)
HEADERS = {"content-type": "application/xml"}
Element = etree._Element


@dataclass
class Talker:
    """Sends functions to the gateway and gives back parsed answers."""

    http: httpx2.Client
    url: str
    panel: ControlPanel
    company: IntacctSandbox
    user: tuple[str, str] = ("xml_gateway", "user-Secret-1")
    sender: tuple[str, str] = ("tieout_sandbox", "sender-Secret-1")
    company_id: str = "TieoutTelecom-SBX"

    def request(self, *functions: str, session: str | None = None, entity: str = "", transaction: bool = False,
                control: str = "<uniqueid>false</uniqueid>", controlids: tuple[str, ...] = ()) -> str:  # fmt: skip
        """The XML of a request."""
        login = (
            f"<login><userid>{self.user[0]}</userid><companyid>{self.company_id}</companyid>"
            f"<password>{self.user[1]}</password><locationid>{entity}</locationid></login>"
        )
        names = controlids or tuple(f"f{index}" for index in range(len(functions)))
        content = "".join(
            f'<function controlid="{name}">{one}</function>' for name, one in zip(names, functions, strict=True)
        )
        return (
            f"<request><control><senderid>{self.sender[0]}</senderid><password>{self.sender[1]}</password>"
            f"<controlid>test 1</controlid>{control}<dtdversion>3.0</dtdversion></control>"
            f'<operation transaction="{str(transaction).lower()}"><authentication>'
            f"{f'<sessionid>{session}</sessionid>' if session else login}</authentication>"
            f"<content>{content}</content></operation></request>"
        )

    def post(self, xml: str | bytes, **headers: str) -> httpx2.Response:
        """Post bytes as they are."""
        body = xml.encode() if isinstance(xml, str) else xml
        return self.http.post(self.url, content=body, headers=HEADERS | headers)

    def ask(self, *functions: str, **options: object) -> Element:
        """The whole response to a request that is well-formed."""
        return etree.fromstring(self.post(self.request(*functions, **options)).content)  # type: ignore[arg-type]

    def result(self, function: str, **options: object) -> Element:
        """The one result of one function."""
        return self.ask(function, **options).find("operation/result")

    def rows(
        self, object_name: str, fields: str, filters: str = "", extra: str = "", **options: object
    ) -> list[tuple[str, ...]]:
        """The rows of a query, ordered by record number, which must succeed."""
        select = "".join(f"<field>{name}</field>" for name in fields.split())
        order = "<orderby><order><field>RECORDNO</field><ascending/></order></orderby>"
        wanted = f"<filter>{filters}</filter>" if filters else ""
        result = self.result(
            f"<query><object>{object_name}</object><select>{select}</select>{wanted}{extra or order}</query>", **options
        )
        assert result.findtext("status") == "success", reason(result)
        return [tuple(cell.text or "" for cell in row) for row in result.find("data")]


def reason(node: Element) -> str:
    """The first error's text, without its support ID."""
    text = node.findtext(".//error/description2") or ""
    return text.partition(" [Support ID:")[0]


def numbers(node: Element) -> list[str]:
    """The error numbers, innermost first."""
    return [one.text or "" for one in node.iterfind(".//errorno")]


@pytest.fixture(scope="session")
def running() -> Iterator[RunningSandbox]:
    with RunningSandbox(build(IntacctSandbox(seed=1, today=TODAY, scale=0.1), today=TODAY)) as running:
        yield running


@pytest.fixture
def gateway(running: RunningSandbox) -> Iterator[Talker]:
    company = running.app.vendors[0]
    assert isinstance(company, IntacctSandbox)
    running.control.reset()
    company.reset()
    with httpx2.Client(timeout=10) as http:
        yield Talker(http, running.credentials()["intacct"]["url"], running.control, company)
