"""Reads lists from the gateway: `query` in pages of 2,000 by record number, asking only for fields that `lookup` knows.

Some field names are not documented for every object. What a company's gateway does not list is left out of the question,
and is then missing from the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tieout.connectors.intacct.client import Gateway
from tieout.connectors.intacct.envelope import Element, element, elements
from tieout.connectors.kit.faults import Refused, VendorFault

PAGE = 2000
IN_LIMIT = 1000
Row = Mapping[str, str]


def is_one_of(field: str, values: Sequence[str]) -> Element:
    """Filter: the field has one of at most 1,000 values."""
    return element("in", None, element("field", field), *elements("value", values))


def all_of(*conditions: Element) -> Element:
    """Filter: every one of two or more conditions."""
    return element("and", None, *conditions)


def compares(operator: str, field: str, *values: str) -> Element:
    """Filter: `equalto`, `between` and the like."""
    return element(operator, None, element("field", field), *elements("value", values))


class Reader:
    """Queries through one gateway; remembers which fields each object has."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._known: dict[str, frozenset[str]] = {}

    def rows(
        self, entity: str, fields: Sequence[str], perhaps: Sequence[str] = (), where: Element | None = None
    ) -> Iterator[Row]:
        """Every matching row, by ascending record number. Raises Refused, PermissionMissing and the faults of a read.

        `fields` are asked for unless the gateway is known not to have them, `perhaps` only when it is known to.
        """
        known = self.fields(entity)
        wanted = [field for field in fields if not known or field in known]
        wanted += [field for field in perhaps if field in known]
        offset = 0
        while True:
            rows, left = self.page(entity, wanted, where, offset=offset)
            yield from rows
            if not left:
                return
            if not rows:
                raise VendorFault(f"The gateway promises {left} more rows of {entity} and sends none")
            offset += len(rows)

    def for_each_key(
        self, entity: str, fields: Sequence[str], perhaps: Sequence[str], key: str, values: Sequence[str]
    ) -> Iterator[Row]:
        """Every row whose `key` is one of any number of values."""
        for start in range(0, len(values), IN_LIMIT):
            yield from self.rows(entity, fields, perhaps, is_one_of(key, values[start : start + IN_LIMIT]))

    def page(
        self,
        entity: str,
        fields: Sequence[str],
        where: Element | None,
        *,
        offset: int = 0,
        size: int = PAGE,
        retry: bool = True,
    ) -> tuple[list[Row], int]:
        """One page, and how many rows are left behind it."""
        done = self._gateway.read(_query(entity, fields, where, offset, size), retry=retry)
        data = done.result.data
        if data is None:
            raise VendorFault("The gateway answered a query without data").seen(done.exchange)
        return [_row(node) for node in data], int(data.get("numremaining") or 0)

    def fields(self, entity: str) -> frozenset[str]:
        """Names of the object's fields; empty when the gateway does not tell."""
        if entity not in self._known:
            self._known[entity] = self._lookup(entity)
        return self._known[entity]

    def _lookup(self, entity: str) -> frozenset[str]:
        try:
            done = self._gateway.read(element("lookup", None, element("object", entity)))
        except Refused:
            return frozenset()
        data = done.result.data
        return (
            frozenset(node.text or "" for node in data.iterfind(".//Fields/Field/ID"))
            if data is not None
            else frozenset()
        )


def _query(entity: str, fields: Sequence[str], where: Element | None, offset: int, size: int) -> Element:
    order = element("order", None, element("field", "RECORDNO"), element("ascending"))
    parts = [element("object", entity), element("select", None, *elements("field", fields))]
    if where is not None:
        parts.append(element("filter", None, _copy(where)))
    parts += [
        element("orderby", None, order),
        element("options", None, element("showprivate", "true")),
        element("pagesize", str(size)),
        element("offset", str(offset)),
    ]
    return element("query", None, *parts)


def _copy(node: Element) -> Element:
    twin = element(node.tag, node.text)
    twin.extend([_copy(child) for child in node])
    return twin


def _row(node: Element) -> Row:
    return {child.tag: child.text or "" for child in node}
