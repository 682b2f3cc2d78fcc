"""`get_list` and `get`, the oldest way to read: lower-case names, positions instead of pages."""
# ruff: noqa: S608 - names come from the catalogue, values are parameters.

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree
from lxml.etree import SubElement, _Element

from tieout.sandbox.intacct import errors
from tieout.sandbox.intacct.catalogue import CATALOGUE
from tieout.sandbox.intacct.catalogue.definition import ObjectDefinition
from tieout.sandbox.intacct.conditions import Paths, UnknownField, where
from tieout.sandbox.intacct.context import Context, Reply
from tieout.sandbox.intacct.envelope import Call
from tieout.sandbox.intacct.errors import business
from tieout.sandbox.intacct.filters import from_list
from tieout.sandbox.intacct.formats import Stored, is_whole
from tieout.sandbox.intacct.functions.reading import fetch, keeper

DEFAULT_ITEMS = 100


def get_list(context: Context, call: Call) -> Reply:
    """Records from `start` on, at most `maxitems`, filtered and sorted."""
    definition = _definition(call)
    context.permit(definition, "List|View", "GET_LIST")
    start, most = _position(call.body, "start", 0), _position(call.body, "maxitems", DEFAULT_ITEMS)
    paths = Paths(definition)
    condition, values = context.visible(definition, call.body.get("showprivate") == "true")
    try:
        node = call.body.find("filter")
        if node is not None and len(node):
            sql, more = where(from_list(node[0]), paths, keeper(context))
            condition, values = f"{condition} AND {sql}", [*values, *more]
        order = _sorts(call.body, paths)
    except UnknownField as unknown:
        raise errors.bad_query(f"'{str(unknown).lower()}' is not a field of {definition.listname}.") from None
    found = context.store.rows(f"SELECT o.RECORDNO FROM {paths.source} WHERE {condition} ORDER BY {order}", values)
    numbers = [row[0] for row in found][start : start + most]
    listtype = etree.Element(
        "listtype", start=str(start), end=str(max(start + len(numbers) - 1, 0)), total=str(len(found))
    )
    listtype.text = definition.listname
    return Reply([listtype, _records(context, definition, call.body, numbers)])


def get(context: Context, call: Call) -> Reply:
    """One record by its natural key or its record number."""
    definition = _definition(call)
    context.permit(definition, "View|List", "GET")
    key = call.body.get("key", "")
    found = (context.store.first(definition.name, **{column: key}) for column in (definition.natural, "RECORDNO"))
    row = next((row for row in found if row is not None), None)
    if row is None:
        raise business(f"Cannot find {definition.listname} with key '{key}'")
    return Reply([_records(context, definition, call.body, [row["RECORDNO"]])])


def _definition(call: Call) -> ObjectDefinition:
    name = call.body.get("object", "")
    found = CATALOGUE.legacy(name) or CATALOGUE.get(name)
    if found is None:
        raise errors.unknown_object(name)
    return found


def _position(body: _Element, name: str, default: int) -> int:
    text = body.get(name, "") or str(default)
    if not is_whole(text):
        raise errors.bad_query(f"The value of {name} must be a whole number.")
    return int(text)


def _sorts(body: _Element, paths: Paths) -> str:
    terms = []
    for node in body.iterfind("sorts/sortfield"):
        _, sql = paths.resolve((node.text or "").strip().upper())
        terms.append(f"{sql} {'DESC' if node.get('order') == 'desc' else 'ASC'}")
    return ", ".join([*terms, "o.RECORDNO"])


def _records(context: Context, definition: ObjectDefinition, body: _Element, numbers: Sequence[Stored]) -> _Element:
    asked = [(node.text or "").strip().upper() for node in body.iterfind("fields/field")]
    names = [name for name in asked if name in definition.by_name] if asked else [one.name for one in definition.fields]
    marks = ", ".join("?" * len(numbers))
    columns, rows = fetch(context, definition, ["RECORDNO", *names], f"o.RECORDNO IN ({marks})", numbers)
    by_number = {int(row[0]): row[1:] for row in rows}
    data = etree.Element("data")
    for number in numbers:
        record = SubElement(data, definition.listname)
        for column, text in zip(columns[1:], by_number[int(number or 0)], strict=True):
            SubElement(record, column.name.lower()).text = text
    return data
