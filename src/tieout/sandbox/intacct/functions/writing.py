"""Generic `create`, `update` and `delete`, from the catalogue; journal entries and customers have writers of their own.

One function may hold several objects: they are written one after another, and one that fails does not undo the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from lxml import etree
from lxml.etree import SubElement, _Element

from tieout.sandbox.intacct import errors, records
from tieout.sandbox.intacct.catalogue.definition import ObjectDefinition
from tieout.sandbox.intacct.context import Context, Reply
from tieout.sandbox.intacct.envelope import Call, child_text
from tieout.sandbox.intacct.errors import Detail, GatewayError, business
from tieout.sandbox.intacct.functions import customers, journals
from tieout.sandbox.intacct.functions.reading import MAX_KEYS
from tieout.sandbox.intacct.store import Row


class Writer(NamedTuple):
    """How one object is written where the generic way will not do."""

    create: Callable[[Context, _Element], int]
    update: Callable[[Context, _Element], int]
    delete: Callable[[Context, Row], None]


def create(context: Context, call: Call) -> Reply:
    """The `create` function."""
    return _each(context, call, "Add", "CREATE", lambda writer: writer.create)


def update(context: Context, call: Call) -> Reply:
    """The `update` function."""
    return _each(context, call, "Edit", "UPDATE", lambda writer: writer.update)


def delete(context: Context, call: Call) -> Reply:
    """The `delete` function: by record numbers; all or none."""
    name = child_text(call.body, "object").strip()
    keys = [key.strip() for key in child_text(call.body, "keys").split(",") if key.strip()]
    if not 1 <= len(keys) <= MAX_KEYS:
        raise errors.bad_query(f"The keys element takes 1 to {MAX_KEYS} keys.")
    for key in keys:
        delete_record(context, context.definition(name), "RECORDNO", key)
    return Reply()


def delete_department(context: Context, call: Call) -> Reply:
    """The legacy `delete_department`, by department ID."""
    delete_record(context, context.definition("DEPARTMENT"), "DEPARTMENTID", call.body.get("departmentid", ""))
    return Reply()


def delete_record(context: Context, definition: ObjectDefinition, column: str, key: str) -> None:
    """Delete the record whose column has that value; refuses an unknown one and one that others refer to."""
    context.permit(definition, "Delete", "DELETE")
    row = context.store.first(definition.name, **{column: key})
    if row is None or not definition.writable or not context.reaches(row):
        raise business(f"Cannot find {definition.name.lower()} with key '{key}' to delete")
    _writer(definition).delete(context, row)
    context.audit(definition.name, row["RECORDNO"], "Delete")


def _each(context: Context, call: Call, right: str, operation: str,
          chosen: Callable[[Writer], Callable[[Context, _Element], int]]) -> Reply:  # fmt: skip
    if not len(call.body):
        raise errors.processing_failed(f"There is no object to {call.name}.")
    data = etree.Element("data", {"listtype": "objects"})
    failures: list[Detail] = []
    for element in call.body:
        try:
            with context.store.work():
                _write(context, element, right, operation, chosen, data)
        except GatewayError as failure:
            failures.extend(failure.details)
    data.set("count", str(len(data)))
    return Reply([data], GatewayError(*failures) if failures else None)


def _write(context: Context, element: _Element, right: str, operation: str,
           chosen: Callable[[Writer], Callable[[Context, _Element], int]], data: _Element) -> None:  # fmt: skip
    definition = context.definition(element.tag)
    if not definition.writable:
        raise errors.processing_failed(f"Objects of type {definition.name} cannot be written by {operation.lower()}.")
    context.permit(definition, right, operation)
    number = chosen(_writer(definition))(context, element)
    context.audit(definition.name, number, "Create" if operation == "CREATE" else "Modify")
    row = context.store.first(definition.name, RECORDNO=number)
    assert row is not None
    record = SubElement(data, definition.name.lower())
    for name in dict.fromkeys(("RECORDNO", definition.natural)):
        SubElement(record, name).text = str(row[name])


def _writer(definition: ObjectDefinition) -> Writer:
    generic = Writer(
        lambda context, element: records.create_record(
            context, definition, records.accept(context, definition, element)
        ),
        lambda context, element: records.update_record(context, definition, element),
        lambda context, row: records.delete_unused(context, definition, row),
    )
    return _SPECIAL.get(definition.name, generic)


_SPECIAL: Mapping[str, Writer] = {
    "GLBATCH": Writer(journals.create, journals.update, journals.delete),
    "CUSTOMER": Writer(customers.create, customers.update, customers.delete),
}
