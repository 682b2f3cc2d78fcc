"""The XML envelope: a hardened reading of requests, and the building of responses with their three levels of status.

Refuses what is not well-formed, carries a document type of its own, is too large, or breaks the order of a legacy function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from lxml.etree import SubElement, _Element

from tieout.sandbox.intacct import legacy
from tieout.sandbox.intacct.errors import Detail, GatewayError, malformed, support_id

MAX_BYTES = 10 * 1024 * 1024
MAX_CONTROLID = 256
CONTENT_TYPE = 'text/xml; encoding="UTF-8"'


@dataclass(frozen=True)
class Call:
    """One function of a request."""

    controlid: str
    name: str
    body: _Element

    @property
    def object_names(self) -> tuple[str, ...]:
        """The objects it speaks of, upper case."""
        if self.name in ("create", "update"):
            return tuple(child.tag.upper() for child in self.body)
        named = self.body.get("object") or child_text(self.body, "object") or legacy.OBJECTS.get(self.name, "")
        return (named.upper(),) if named else ()


@dataclass(frozen=True)
class Envelope:
    """A request, parsed. `session` and `login` exclude one another; `login` holds userid, companyid, password, locationid."""

    control: dict[str, str]
    transaction: bool
    session: str | None
    login: dict[str, str]
    calls: tuple[Call, ...]

    def flag(self, name: str, default: str) -> bool:
        """A boolean of the control block."""
        return self.control.get(name, default).strip().lower() in ("true", "1", "t", "y", "yes")


def child_text(parent: _Element, name: str, default: str = "") -> str:
    """The text of a child element; blank where there is none."""
    return parent.findtext(name, default) or default


def parse(body: bytes) -> Envelope:
    """Read a request; raises ControlFailure."""
    root = _document(body)
    if root.tag != "request":
        raise malformed(f"Element '{root.tag}': This element is not expected. Expected is ( request ).")
    control, operation = _child(root, "control"), _child(root, "operation")
    authentication, content = _child(operation, "authentication"), _child(operation, "content")
    login = authentication.find("login")
    session = authentication.findtext("sessionid")
    if (login is None) == (session is None):
        raise malformed("Element 'authentication': Expected is one of ( login, sessionid ).")
    calls = tuple(_call(function) for function in content)
    if not calls:
        raise malformed("Element 'content': Missing child element(s). Expected is ( function ).")
    fields = {} if login is None else _texts(login)
    return Envelope(_texts(control), operation.get("transaction", "false").lower() == "true", session, fields, calls)


def control_part(envelope: Envelope | None, status: str) -> _Element:
    """A response that ends after its control block."""
    response = etree.Element("response")
    control = SubElement(response, "control")
    SubElement(control, "status").text = status
    if envelope is not None:
        for name, default in (("senderid", ""), ("controlid", ""), ("uniqueid", "true"), ("dtdversion", "3.0")):
            SubElement(control, name).text = envelope.control.get(name, default)
    return response


def authentication_part(
    response: _Element,
    status: str,
    user: str,
    company: str,
    entity: str = "",
    times: tuple[datetime, datetime] | None = None,
) -> _Element:
    """Add the operation block; a session carries when it began and when it ends. Returns the operation."""
    operation = SubElement(response, "operation")
    authentication = SubElement(operation, "authentication")
    SubElement(authentication, "status").text = status
    SubElement(authentication, "userid").text = user
    SubElement(authentication, "companyid").text = company
    if times:
        SubElement(authentication, "locationid").text = entity
        for name, instant in zip(("sessiontimestamp", "sessiontimeout"), times, strict=True):
            SubElement(authentication, name).text = instant.isoformat(timespec="seconds")
    return operation


def result_part(status: str, call: Call, payload: Sequence[_Element] = (), error: GatewayError | None = None,
                additional: bool = False) -> _Element:  # fmt: skip
    """One result block."""
    result = etree.Element("result")
    SubElement(result, "status").text = status
    SubElement(result, "function").text = call.name
    SubElement(result, "controlid").text = call.controlid
    result.extend(payload)
    if error is not None:
        result.append(error_part(error, additional))
    return result


def error_part(error: GatewayError, additional: bool = False) -> _Element:
    """The errormessage block; the first error carries the support ID."""
    message = etree.Element("errormessage")
    for index, detail in enumerate(error.details):
        block = SubElement(message, "error")
        SubElement(block, "errorno").text = detail.errorno
        SubElement(block, "description").text = detail.description
        marker = support_id() if index == 0 and detail.description2 else ""
        SubElement(block, "description2").text = detail.description2 + marker
        SubElement(block, "correction").text = detail.correction
        if additional:
            block.append(_additional(detail))
    return message


def write(response: _Element, pretty: bool = False) -> bytes:
    """The bytes of a response."""
    return etree.tostring(response, encoding="UTF-8", xml_declaration=True, pretty_print=pretty)


def _additional(detail: Detail) -> _Element:
    block = etree.Element("additionalinfo")
    SubElement(block, "errorid").text = detail.errorid
    SubElement(block, "category").text = ""
    SubElement(block, "target", dict.fromkeys(("domain", "requestinfo", "object", "field", "businessinfo"), ""))
    for name in ("description", "cdescription", "correction"):
        part = SubElement(block, name)
        SubElement(part, "messageid").text = detail.messageid if name == "description" else ""
        SubElement(part, "target").text = ""
        holders = SubElement(part, "placeholders")
        for key, value in detail.placeholders.items() if name == "description" else ():
            SubElement(holders, "placeholder", name=key, value=value)
    return block


def _document(body: bytes) -> _Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as problem:
        line, column = problem.position
        raise malformed(f"Fatal Error {problem.code}: {problem.msg} Line: {line}, column: {column}.") from None  # type: ignore[attr-defined]
    if root.getroottree().docinfo.internalDTD is not None:
        raise malformed("A document type declaration is not allowed in a request.")
    return root


def _child(parent: _Element, name: str) -> _Element:
    found = parent.find(name)
    if found is None:
        raise malformed(f"Element '{parent.tag}': Missing child element(s). Expected is ( {name} ).")
    return found


def _texts(parent: _Element) -> dict[str, str]:
    return {child.tag: child.text or "" for child in parent}


def _call(function: _Element) -> Call:
    if function.tag != "function":
        raise malformed(f"Element '{function.tag}': This element is not expected. Expected is ( function ).")
    if len(function) != 1:
        raise malformed("Element 'function': Expected is exactly one child element.")
    body = function[0]
    if problem := legacy.violation(body):
        raise malformed(problem)
    return Call(function.get("controlid", ""), body.tag, body)
