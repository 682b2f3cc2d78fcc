"""The gateway's XML envelope, both ways. Builds requests; reads answers with a parser that expands and fetches nothing.

An answer with a document type is refused: the gateway sends none, and everything dangerous in XML starts there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from tieout.connectors.intacct.config import Settings
from tieout.connectors.kit.text import plain

Element = etree._Element
_SUPPORT_ID = re.compile(r"\s*\[(?:Support|Request) ID: [^\]]*\]")


class Unreadable(ValueError):
    """The answer is not one of the gateway's envelopes."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One `error` of the gateway, its text without the support id."""

    number: str
    text: str
    correction: str = ""

    def as_dict(self) -> dict[str, str]:
        """For an error's facts."""
        return {"number": self.number, "text": self.text, "correction": self.correction}


@dataclass(frozen=True, slots=True)
class Result:
    """What one function answered."""

    ok: bool
    control_id: str
    key: str
    data: Element | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. Exactly one of `control`, `authentication` and `result` tells the outcome."""

    control: tuple[Problem, ...]
    """Why the request as a whole was refused; empty when it was not."""
    authentication: tuple[Problem, ...]
    """Why the sign-in was refused; empty when it was not."""
    company_id: str
    result: Result | None


def element(tag: str, text: str | None = None, *children: Element, **attributes: str) -> Element:
    """An element; its text is made legal for XML first."""
    node = etree.Element(tag, attributes)
    if text is not None:
        node.text = plain(text)
    node.extend(children)
    return node


def login(settings: Settings, entity: str) -> Element:
    """Authentication by user and password, confined to `entity` when one is given."""
    children = [
        _secret("userid", settings.user_id),
        _secret("companyid", settings.company_id),
        _secret("password", settings.user_password),
    ]
    if entity:
        children.append(element("locationid", entity))
    return element("login", None, *children)


def session(session_id: str) -> Element:
    """Authentication by an open session."""
    return element("sessionid", session_id)


def request(settings: Settings, signed_by: Element, function: Element, control_id: str, *, once: bool) -> bytes:
    """The request that runs one function. `once` asks for duplicate protection by the function's control id.

    It runs in a transaction, so that a function reported as failed has left nothing behind.
    """
    flag = "true" if once else "false"
    control = element(
        "control",
        None,
        _secret("senderid", settings.sender_id),
        _secret("password", settings.sender_password),
        element("controlid", control_id),
        element("uniqueid", flag),
        element("dtdversion", "3.0"),
        element("includewhitespace", "false"),
    )
    content = element("content", None, element("function", None, function, controlid=control_id))
    operation = element("operation", None, element("authentication", None, signed_by), content, transaction=flag)
    return _bytes(element("request", None, control, operation))


def read(body: bytes) -> Reply:
    """Take an answer apart. Raises Unreadable."""
    root = _parse(body)
    control = root.find("control")
    if root.tag != "response" or control is None:
        raise Unreadable(f"a document of type '{root.tag}'")
    if control.findtext("status") != "success":
        return Reply(_problems(root), (), "", None)
    operation = root.find("operation")
    if operation is None:
        raise Unreadable("an envelope without an operation")
    authentication = operation.find("authentication")
    if authentication is None or authentication.findtext("status") != "success":
        return Reply((), _problems(operation), "", None)
    node = operation.find("result")
    return Reply((), (), authentication.findtext("companyid") or "", None if node is None else _result(node))


def _result(node: Element) -> Result:
    return Result(
        ok=node.findtext("status") == "success",
        control_id=node.findtext("controlid") or "",
        key=node.findtext("key") or "",
        data=node.find("data"),
        problems=_problems(node),
    )


def _problems(node: Element) -> tuple[Problem, ...]:
    found = tuple(_problem(error) for error in node.iterfind("errormessage/error"))
    return found or (Problem("", "The gateway gave no reason"),)


def _problem(error: Element) -> Problem:
    texts = [_SUPPORT_ID.sub("", error.findtext(tag) or "").strip() for tag in ("description2", "description")]
    number = error.findtext("errorno") or ""
    return Problem(
        number, ". ".join(text.rstrip(".") for text in texts if text) or number, error.findtext("correction") or ""
    )


def _parse(body: bytes) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("not complete XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("XML with a document type")
    return root


def _secret(tag: str, value: str) -> Element:
    """Credentials go out exactly as entered, except for what XML cannot carry."""
    node = etree.Element(tag)
    try:
        node.text = value
    except ValueError:
        node.text = plain(value)
    return node


def _bytes(node: Element) -> bytes:
    return bytes(etree.tostring(node, xml_declaration=True, encoding="UTF-8"))


def elements(tag: str, values: Iterable[str]) -> list[Element]:
    """One element of `tag` for each value."""
    return [element(tag, value) for value in values]
