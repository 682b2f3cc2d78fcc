"""What a line of a journal entry can carry: dimensions that the general ledger knows, and custom fields; and their values.

User-defined dimensions are elements `GLDIM…` whose value is the record number in the dimension's own object. Source: vendor
pages "Dimensions" and "Lookup".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tieout.connectors.intacct.client import Gateway
from tieout.connectors.intacct.envelope import Element, element
from tieout.connectors.intacct.queries import Reader
from tieout.connectors.kit.capabilities import LineField, Reference
from tieout.connectors.kit.faults import Refused

_PREFIX = "GLDIM"
_STANDARD: Mapping[str, tuple[str, str, str, str]] = {
    "LOCATION": ("location", "LOCATION", "LOCATIONID", "NAME"),
    "DEPARTMENT": ("department", "DEPARTMENT", "DEPARTMENTID", "TITLE"),
    "CLASS": ("class", "CLASSID", "CLASSID", "NAME"),
    "CUSTOMER": ("customer", "CUSTOMERID", "CUSTOMERID", "NAME"),
    "ITEM": ("item", "ITEMID", "ITEMID", "NAME"),
    "PROJECT": ("project", "PROJECTID", "PROJECTID", "NAME"),
}
"""By object: our name, the line's field, and the object's code and name."""
_OBJECTS = {ours: name for name, (ours, *_) in _STANDARD.items()}


def line_fields(gateway: Gateway) -> tuple[LineField, ...]:
    """Every dimension that entries may carry, then every custom field of their lines. Raises the faults of a read."""
    known = _described(gateway)
    found = [_dimension(node, known) for node in _nodes(gateway, element("getDimensions"), "dimension")]
    custom = [
        LineField(
            name, _text(field, "LABEL") or name, "custom field", _writable(field), field.find("VALIDVALUES") is not None
        )
        for name, field in known.items()
        if _text(field, "ISCUSTOM") == "true" and not name.startswith(_PREFIX)
    ]
    return (*(field for field in found if field is not None), *custom)


def line_values(gateway: Gateway, reader: Reader, name: str) -> Iterator[Reference]:
    """The values of a listed field. Raises Refused when there is no such field, and the faults of a read."""
    if name in _OBJECTS:
        _, _, code, title = _STANDARD[_OBJECTS[name]]
        yield from _rows(reader, name, _OBJECTS[name], code, title)
    elif name.startswith(_PREFIX):
        yield from _rows(reader, name, name.removeprefix(_PREFIX), "RECORDNO", "NAME")
    else:
        field = _described(gateway).get(name)
        if field is None:
            raise Refused(f"Journal entries have no field '{name}'")
        yield from (Reference(name, value.text or "", value.text or "") for value in field.iter("VALIDVALUE"))


def _rows(reader: Reader, name: str, entity: str, code: str, title: str) -> Iterator[Reference]:
    for row in reader.rows(
        entity, ("RECORDNO", code, title, "STATUS") if code != "RECORDNO" else (code, title, "STATUS")
    ):
        active = row.get("STATUS", "active").lower() not in ("inactive", "f", "false")
        yield Reference(name, row[code], row.get(title, ""), active)


def _dimension(node: Element, known: Mapping[str, Element]) -> LineField | None:
    target, label = _text(node, "objectName"), _text(node, "termLabel") or _text(node, "objectLabel")
    own = _text(node, "userDefinedDimension") == "true"
    if _text(node, "enabledInGL") == "false" or not (own or target in _STANDARD):
        return None
    name, field = (f"{_PREFIX}{target}", f"{_PREFIX}{target}") if own else _STANDARD[target][:2]
    described = known.get(field)
    return LineField(name, label, "dimension", described is None or _writable(described))


def _described(gateway: Gateway) -> dict[str, Element]:
    lookup = element("lookup", None, element("object", "GLENTRY"))
    return {_text(field, "ID"): field for field in _nodes(gateway, lookup, "Field")}


def _nodes(gateway: Gateway, function: Element, tag: str) -> list[Element]:
    data = gateway.read(function).result.data
    return [] if data is None else list(data.iter(tag))


def _writable(field: Element) -> bool:
    return _text(field, "READONLY") != "true"


def _text(node: Element, tag: str) -> str:
    return (node.findtext(tag) or "").strip()
