"""`lookup`, `inspect` and `getDimensions`: what objects and fields there are. They ask for no permission."""

from __future__ import annotations

from lxml import etree
from lxml.etree import SubElement, _Element

from tieout.sandbox.intacct.catalogue import CATALOGUE
from tieout.sandbox.intacct.catalogue.definition import Field, ObjectDefinition
from tieout.sandbox.intacct.context import Context, Reply
from tieout.sandbox.intacct.envelope import Call, child_text

_DIMENSIONS = (
    ("LOCATION", "Location", "false"), ("DEPARTMENT", "Department", "false"), ("CUSTOMER", "Customer", "false"),
    ("CLASS", "Class", "false"), ("SEGMENT", "Segment", "true"),
)  # fmt: skip


def lookup(context: Context, call: Call) -> Reply:
    """Fields with labels, types and valid values, and the many-to-one relationships."""
    definition = context.definition(child_text(call.body, "object").strip())
    data = etree.Element("data", listtype="All", count="1")
    kind = SubElement(data, "Type", Name=definition.name, DocumentType=child_text(call.body, "docparid"))
    fields = SubElement(kind, "Fields")
    for field in definition.fields:
        fields.append(_lookup_field(field))
    relationships = SubElement(kind, "Relationships")
    for relation in definition.relations:
        block = SubElement(relationships, "Relationship")
        for name, text in (
            ("OBJECTPATH", relation.name), ("OBJECTNAME", relation.target), ("LABEL", CATALOGUE.objects[relation.target].label),
            ("RELATIONSHIPTYPE", "MANY2ONE"), ("RELATEDBY", relation.by),
        ):  # fmt: skip
            SubElement(block, name).text = text
    return Reply([data])


def inspect(context: Context, call: Call) -> Reply:
    """All objects, or one; with `detail="1"` every field's attributes."""
    name = (child_text(call.body, "object") or child_text(call.body, "name")).strip()
    data = etree.Element("data", listtype="All", count="1")
    if name == "*":
        visible = [one for one in CATALOGUE.objects.values() if not one.hidden]
        data.set("count", str(len(visible)))
        for definition in visible:
            SubElement(data, "type", typename=definition.name).text = definition.label
        return Reply([data])
    definition = context.definition(name)
    data.append(_details(definition) if call.body.get("detail") == "1" else _names(definition))
    return Reply([data])


def get_dimensions(context: Context, call: Call) -> Reply:
    """The dimensions that journal entries may carry."""
    data = etree.Element("data")
    dimensions = SubElement(data, "dimensions")
    for name, label, own in _DIMENSIONS:
        block = SubElement(dimensions, "dimension")
        for tag, text in (
            ("objectName", name), ("objectLabel", label), ("termLabel", label), ("userDefinedDimension", own),
            ("enabledInGL", "true"),
        ):  # fmt: skip
            SubElement(block, tag).text = text
    return Reply([data])


def _lookup_field(field: Field) -> _Element:
    block = etree.Element("Field")
    for tag, text in (
        ("ID", field.name), ("LABEL", field.caption), ("DESCRIPTION", field.caption), ("REQUIRED", _flag(field.required)),
        ("READONLY", _flag(field.readonly or not field.stored)), ("DATATYPE", str(field.type)),
    ):  # fmt: skip
        SubElement(block, tag).text = text
    if field.choices:
        values = SubElement(block, "VALIDVALUES")
        for _, label in field.choices:
            SubElement(values, "VALIDVALUE").text = label
    SubElement(block, "ISCUSTOM").text = _flag(field.custom)
    return block


def _names(definition: ObjectDefinition) -> _Element:
    kind = etree.Element("Type", Name=definition.name)
    fields = SubElement(kind, "Fields")
    for field in definition.fields:
        SubElement(fields, "Field").text = field.name
    return kind


def _details(definition: ObjectDefinition) -> _Element:
    kind = etree.Element("Type", Name=definition.name)
    attributes = SubElement(kind, "Attributes")
    for tag, text in (
        ("SingularName", definition.label),
        ("PluralName", definition.plural),
        ("Description", definition.label),
    ):
        SubElement(attributes, tag).text = text
    fields = SubElement(kind, "Fields")
    for index, field in enumerate(definition.fields, 1):
        block = SubElement(fields, "Field")
        for tag, text in (
            ("id", str(index)), ("Name", field.name), ("GroupName", ""), ("dataName", field.name),
            ("externalDataName", str(field.type).lower()), ("isRequired", _flag(field.required)),
            ("isReadOnly", _flag(field.readonly or not field.stored)), ("maxLength", "0"), ("DisplayLabel", field.caption),
            ("Description", field.caption),
        ):  # fmt: skip
            SubElement(block, tag).text = text
    return kind


def _flag(value: bool) -> str:
    return "true" if value else "false"
