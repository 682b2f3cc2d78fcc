"""Writing records from object elements: what is accepted, required, unique and referred to, from the catalogue alone."""

from __future__ import annotations

import re

from lxml.etree import _Element

from tieout.sandbox.intacct import errors
from tieout.sandbox.intacct.catalogue import CATALOGUE
from tieout.sandbox.intacct.catalogue.definition import ObjectDefinition
from tieout.sandbox.intacct.context import Context
from tieout.sandbox.intacct.envelope import child_text
from tieout.sandbox.intacct.errors import Detail, GatewayError, business, validation
from tieout.sandbox.intacct.formats import kept
from tieout.sandbox.intacct.store import Row

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def accept(
    context: Context, definition: ObjectDefinition, element: _Element, nested: frozenset[str] = frozenset()
) -> Row:
    """The stored values of an object element; refuses unknown, read-only and badly written fields.

    Children named in `nested` are left to the caller.
    """
    values: Row = {}
    for child in element:
        name = child.tag.upper()
        if name in nested or name == "RECORDNO":
            continue
        field = definition.by_name.get(name)
        if field is None or not field.stored:
            raise validation(f"'{child.tag}' is not a field of {definition.name} that can be written")
        if field.readonly:
            continue
        values[name] = kept(field, child.text or "", context.session.user.offset)
    _check_email(values)
    return values


def create_record(context: Context, definition: ObjectDefinition, values: Row) -> int:
    """Insert a record with its defaults and stamps; refuses missing fields, taken keys and dangling references."""
    for field in definition.columns:
        if values.get(field.name) is None and field.default is not None:
            values[field.name] = kept(field, field.default, codes=True)
        if field.required and values.get(field.name) is None:
            raise validation(f"Required field {field.caption} is missing", f"Provide a value for {field.caption}.")
    natural = str(values.get(definition.natural, ""))
    if definition.natural != "RECORDNO" and context.store.first(definition.name, **{definition.natural: natural}):
        raise _taken(definition, natural)
    check_references(context, definition, values)
    return context.store.insert(definition.name, values | context.created(definition))


def find(context: Context, definition: ObjectDefinition, element: _Element) -> Row:
    """The record that an update speaks of, by RECORDNO or natural key."""
    for column in ("RECORDNO", definition.natural):
        key = child_text(element, column).strip()
        row = context.store.first(definition.name, **{column: key}) if key else None
        if row is not None and context.reaches(row):
            return row
    raise business(f"Cannot find {definition.name.lower()} to update")


def check_references(context: Context, definition: ObjectDefinition, values: Row) -> None:
    """Refuse a value that names a record which does not exist."""
    for relation in definition.relations:
        value = values.get(relation.by)
        if relation.checked and value is not None and not context.store.find(relation.target, **{relation.key: value}):
            raise business(f"Invalid {CATALOGUE.objects[relation.target].label} '{value}' specified.")


def update_record(context: Context, definition: ObjectDefinition, element: _Element) -> int:
    """Change the record that the element names; its natural key stays."""
    row = find(context, definition, element)
    values = accept(context, definition, element)
    values.pop(definition.natural, None)
    check_references(context, definition, values)
    missing = next(
        (one for one in definition.columns if one.required and one.name in values and values[one.name] is None), None
    )
    if missing is not None:
        raise validation(f"Required field {missing.caption} is missing")
    number = int(row["RECORDNO"] or 0)
    context.store.update(definition.name, number, values | context.modified())
    return number


def delete_unused(context: Context, definition: ObjectDefinition, row: Row) -> None:
    """Delete a record unless others refer to it."""
    for other in CATALOGUE.objects.values():
        for relation in other.relations:
            if relation.target != definition.name or other.source:
                continue
            if context.store.find(other.name, **{relation.by: row[relation.key]}):
                raise business(
                    f"{definition.label} '{row[definition.natural]}' cannot be deleted: {other.plural} refer to it"
                )
    context.store.delete(definition.name, RECORDNO=row["RECORDNO"])


def _taken(definition: ObjectDefinition, value: str) -> GatewayError:
    if definition.name != "GLACCOUNT":
        return errors.already_exists(definition.label, value)
    first = Detail("BL01001973", f"Another account with the number {value} already exists.", "Use a unique account number.",
                   errorid="GL-0493", messageid="IA.DUPLICATE_ACCOUNT_NUMBER", placeholders={"ACCOUNTNO": value})  # fmt: skip
    second = Detail("BL01001973", "Could not create GL account record!", errorid="GL-0504",
                    messageid="IA.COULD_NOT_CREATE_GL_ACCOUNT_RECORD")  # fmt: skip
    return GatewayError(first, second)


def _check_email(values: Row) -> None:
    for name, label in (("EMAIL1", "Primary Email Address"), ("EMAIL2", "Secondary Email Address")):
        address = values.get(name)
        if address and not _EMAIL.fullmatch(str(address)):
            raise validation(f"Illegal format for Contactversion : {label} {address}")
