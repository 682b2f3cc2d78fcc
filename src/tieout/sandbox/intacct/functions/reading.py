"""`query`, `readByQuery`, `readMore`, `read` and `readByName`, for every object of the catalogue.

There is no order unless one is asked for, on purpose: pages of an unordered query overlap, as they do at the real vendor.
"""
# ruff: noqa: S608 - names come from the catalogue, values are parameters.

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.etree import SubElement, _Element

from tieout.sandbox.intacct import errors
from tieout.sandbox.intacct.catalogue import CATALOGUE
from tieout.sandbox.intacct.catalogue.definition import Field, ObjectDefinition, Type
from tieout.sandbox.intacct.conditions import Condition, Keep, Paths, UnknownField, where
from tieout.sandbox.intacct.context import Context, Reply
from tieout.sandbox.intacct.envelope import Call, child_text
from tieout.sandbox.intacct.errors import Detail, GatewayError
from tieout.sandbox.intacct.filters import QueryText, from_query
from tieout.sandbox.intacct.formats import Stored, is_whole, kept, shown
from tieout.sandbox.intacct.sessions import ResultSet

MAX_QUERY_PAGE = 2000
MAX_READ_PAGE = 1000
DEFAULT_PAGE = 100
MAX_KEYS = 100

_AGGREGATES = {"count": "COUNT({})", "sum": "SUM({})", "min": "MIN({})", "max": "MAX({})",
               "avg": "CAST(ROUND(AVG({})) AS INTEGER)"}  # fmt: skip
_NOTHING = "\0"
"""What an unknown enumeration label is compared as: equal to nothing."""


@dataclass(frozen=True)
class Column:
    """One selected value: its element name, its field and its SQL."""

    name: str
    field: Field
    sql: str
    grouped: bool = False


def query(context: Context, call: Call) -> Reply:
    """The `query` function."""
    definition = context.definition(child_text(call.body, "object").strip())
    context.permit(definition, "List|View", "QUERY")
    size = _whole(call.body, "pagesize", DEFAULT_PAGE, 1, MAX_QUERY_PAGE)
    offset = _whole(call.body, "offset", 0, 0, 2**31)
    paths = Paths(definition)
    options = call.body.find("options")
    try:
        columns = _selected(call.body.find("select"), paths)
        condition, values = _query_condition(context, call.body, paths, options)
        order = _order(call.body.find("orderby"), paths, columns, context.salt)
    except UnknownField as unknown:
        raise errors.bad_query(
            f"The field '{unknown}' does not exist on {definition.name} or cannot be queried."
        ) from None
    sql = (
        f"SELECT {', '.join(column.sql for column in columns)} FROM {paths.source} WHERE {condition}{_groups(columns)}"
    )
    total = int(context.store.rows(f"SELECT COUNT(*) FROM ({sql})", values)[0][0] or 0)
    rows = context.store.rows(f"{sql}{order} LIMIT ? OFFSET ?", [*values, size, offset])
    texts = [_texts(context, columns, row) for row in rows]
    form = child_text(options, "returnformat").lower() if options is not None else ""
    if form in ("json", "csv"):
        return Reply(plain=_plain(form, [column.name for column in columns], texts))
    remaining = max(total - offset - len(rows), 0)
    counts = {"totalcount": total, "offset": offset, "count": len(rows), "numremaining": remaining}
    data = _data(definition.name, **counts)
    for row in texts:
        _record(data, definition.name, columns, row)
    return Reply([data])


def read_by_query(context: Context, call: Call) -> Reply:
    """The `readByQuery` function: keeps a result set in the session for `readMore`."""
    definition = context.definition(child_text(call.body, "object").strip())
    context.permit(definition, "List|View", "READ_BY_QUERY")
    size = _whole(call.body, "pagesize", DEFAULT_PAGE, 1, MAX_READ_PAGE)
    fields = _field_list(definition, child_text(call.body, "fields", "*"))
    paths = Paths(definition)
    visible, values = context.visible(definition)
    text = child_text(call.body, "query").strip()
    if text:
        condition, more = _condition(context, QueryText(text).condition(), paths, codes=True)
        visible, values = f"{visible} AND {condition}", [*values, *more]
    rows = context.store.rows(f"SELECT o.RECORDNO FROM {paths.source} WHERE {visible} ORDER BY o.RECORDNO", values)
    numbers = [int(row[0] or 0) for row in rows]
    identity = f"{context.salt:05d}{len(numbers):x}@{definition.name}"
    page = ResultSet(identity, definition.name, numbers, fields, size, len(numbers))
    return Reply([_next_page(context, page)])


def read_more(context: Context, call: Call) -> Reply:
    """The `readMore` function, by resultId or by object."""
    results = context.session.results
    identity = child_text(call.body, "resultId")
    name = child_text(call.body, "object").upper()
    found = results.get(identity) or next((one for one in reversed(results.values()) if one.object_name == name), None)
    if found is None:
        raise errors.bad_query(f"No result set '{identity or name}' is open in this session.")
    return Reply([_next_page(context, found)])


def read(context: Context, call: Call) -> Reply:
    """The `read` function: by record numbers."""
    return _read_keys(context, call, "READ", "RECORDNO")


def read_by_name(context: Context, call: Call) -> Reply:
    """The `readByName` function: by natural keys."""
    definition = context.definition(child_text(call.body, "object").strip())
    return _read_keys(context, call, "READ_BY_NAME", definition.natural)


def fetch(context: Context, definition: ObjectDefinition, names: Sequence[str], condition: str,
          values: Sequence[Stored]) -> tuple[list[Column], list[list[str]]]:  # fmt: skip
    """Shown texts of the named fields, for the rows that meet the SQL condition, by record number."""
    paths = Paths(definition)
    columns = [Column(name, *paths.resolve(name)) for name in names]
    sql = f"SELECT {', '.join(column.sql for column in columns)} FROM {paths.source} WHERE {condition} ORDER BY o.RECORDNO"
    return columns, [_texts(context, columns, row) for row in context.store.rows(sql, values)]


def keeper(context: Context, codes: bool = False) -> Keep:
    """How filter values become stored ones: an unknown enumeration label matches nothing."""

    def keep(field: Field, text: str) -> Stored:
        if field.type is Type.ENUM and not codes:
            return field.code(text) or _NOTHING
        return kept(field, text, context.session.user.offset, codes=codes)

    return keep


def _selected(select: _Element | None, paths: Paths) -> list[Column]:
    if select is None or not len(select):
        raise errors.bad_query("The select element needs at least one field.")
    columns = [_column(child, paths) for child in select]
    plain = any(child.tag == "field" for child in select)
    mixed = plain and any(child.tag != "field" for child in select)
    return [Column(one.name, one.field, one.sql, one.grouped and mixed) for one in columns]


def _column(child: _Element, paths: Paths) -> Column:
    path = (child.text or "").strip()
    field, sql = paths.resolve(path)
    if child.tag == "field":
        return Column(path, field, sql, grouped=True)
    if child.tag not in _AGGREGATES:
        raise errors.bad_query(f"'{child.tag}' cannot be selected.")
    name = path if child.tag == "sum" else f"{child.tag.upper()}.{path}"
    counted = Field(name, Type.INTEGER) if child.tag == "count" else field
    return Column(name, counted, _AGGREGATES[child.tag].format(sql))


def _groups(columns: Sequence[Column]) -> str:
    grouped = [column.sql for column in columns if column.grouped]
    return f" GROUP BY {', '.join(grouped)}" if grouped else ""


def _query_condition(
    context: Context, body: _Element, paths: Paths, options: _Element | None
) -> tuple[str, list[Stored]]:
    def flag(name: str) -> bool:
        return options is not None and child_text(options, name).strip().lower() == "true"

    visible, values = context.visible(paths.definition, flag("showprivate"))
    node = body.find("filter")
    if node is None or not len(node):
        return visible, values
    if len(node) > 1:
        raise errors.bad_query("The filter element takes exactly one operator; join several with 'and' or 'or'.")
    condition, more = _condition(context, from_query(node[0]), paths, fold=flag("caseinsensitive"))
    return f"{visible} AND {condition}", [*values, *more]


def _condition(context: Context, condition: Condition, paths: Paths, *, codes: bool = False,
               fold: bool = False) -> tuple[str, list[Stored]]:  # fmt: skip
    try:
        return where(condition, paths, keeper(context, codes), fold)
    except UnknownField as unknown:
        raise errors.bad_query(
            f"The field '{unknown}' does not exist on {paths.definition.name} or cannot be queried."
        ) from None


def _order(node: _Element | None, paths: Paths, columns: Sequence[Column], salt: int) -> str:
    aggregated = any("(" in column.sql for column in columns if not column.grouped)
    terms = []
    for order in node if node is not None else ():
        _, sql = paths.resolve(child_text(order, "field").strip())
        terms.append(f"{sql} {'DESC' if order.find('descending') is not None else 'ASC'}")
    if not aggregated:
        terms.append(f"(o.RECORDNO * 7919 + {salt * 1237}) % 10007")
    return f" ORDER BY {', '.join(terms)}" if terms else ""


def _texts(context: Context, columns: Sequence[Column], row: Sequence[Stored]) -> list[str]:
    offset = context.session.user.offset
    return [shown(column.field, value, offset) for column, value in zip(columns, row, strict=True)]


def _record(parent: _Element, tag: str, columns: Sequence[Column], texts: Sequence[str]) -> _Element:
    record = SubElement(parent, tag)
    for column, text in zip(columns, texts, strict=True):
        SubElement(record, column.name).text = text
    return record


def _data(listtype: str, **counts: int | str) -> _Element:
    return etree.Element("data", {"listtype": listtype, **{name: str(value) for name, value in counts.items()}})


def _plain(form: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[bytes, str]:
    if form == "json":
        return json.dumps([dict(zip(names, row, strict=True)) for row in rows]).encode(), "application/json"
    text = io.StringIO()
    csv.writer(text).writerows([names, *rows])
    return text.getvalue().encode(), "text/csv; charset=utf-8"


def _whole(body: _Element, name: str, default: int, least: int, most: int) -> int:
    text = child_text(body, name).strip()
    if not text:
        return default
    if not is_whole(text) or not least <= int(text) <= most:
        raise errors.bad_query(f"The value of {name} must be a whole number between {least} and {most}.")
    return int(text)


def _field_list(definition: ObjectDefinition, text: str) -> list[str]:
    if text.strip() in ("*", ""):
        return [one.name for one in definition.fields]
    names = [name.strip() for name in text.split(",") if name.strip()]
    paths = Paths(definition)
    for name in names:
        try:
            paths.resolve(name)
        except UnknownField:
            raise GatewayError(Detail(f"Invalid fields list {name}")) from None
    return names


def _next_page(context: Context, result: ResultSet) -> _Element:
    definition = CATALOGUE.objects[result.object_name]
    numbers, result.numbers = result.numbers[: result.pagesize], result.numbers[result.pagesize :]
    if result.numbers:
        context.session.results[result.identity] = result
    else:
        context.session.results.pop(result.identity, None)
    marks = ", ".join("?" * len(numbers))
    columns, rows = fetch(context, definition, result.fields, f"o.RECORDNO IN ({marks})", numbers)
    remaining = len(result.numbers)
    counts = {"count": len(rows), "totalcount": result.total, "numremaining": remaining}
    data = _data(definition.name.lower(), **counts, resultId=result.identity if remaining else "")
    for row in rows:
        _record(data, definition.name.lower(), columns, row)
    return data


def _read_keys(context: Context, call: Call, operation: str, key: str) -> Reply:
    requested = child_text(call.body, "object").strip()
    definition = context.definition(requested)
    context.permit(definition, "View|List", operation)
    keys: list[Stored] = [one.strip() for one in child_text(call.body, "keys").split(",") if one.strip()]
    if not 1 <= len(keys) <= MAX_KEYS:
        raise errors.bad_query(f"The keys element takes 1 to {MAX_KEYS} keys.")
    asked = child_text(call.body, "fields", "*")
    fields = _field_list(definition, asked)
    marks = ", ".join("?" * len(keys))
    visible, values = context.visible(definition, private=True)
    condition = f'{visible} AND CAST(o."{key}" AS TEXT) IN ({marks})'
    columns, rows = fetch(context, definition, ["RECORDNO", *fields], condition, [*values, *keys])
    data = _data(requested, count=len(rows))
    for number, *texts in rows:
        record = _record(data, requested, columns[1:], texts)
        if definition.lines and asked.strip() in ("*", ""):
            _nest_lines(context, definition, record, int(number))
    return Reply([data])


def _nest_lines(context: Context, definition: ObjectDefinition, record: _Element, number: int) -> None:
    assert definition.lines is not None
    target = CATALOGUE.objects[definition.lines.target]
    names = [one.name for one in target.fields]
    columns, rows = fetch(context, target, names, f'o."{definition.lines.by}" = ?', [number])
    collection = SubElement(record, definition.lines.collection)
    for row in rows:
        _record(collection, target.name, columns, row)
