"""Dimensions of lines: their own, their fields', their product's and their customer's, the most particular first."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from tieout.recognition.tables import INPUTS

_SPLIT = """
CREATE OR REPLACE MACRO pairs(written) AS map_from_entries(list_transform(
    list_filter(string_split(written, ';'), lambda part: contains(part, '=')),
    lambda part: {k: trim(split_part(part, '=', 1)), v: trim(substr(part, instr(part, '=') + 1))}
));
CREATE OR REPLACE MACRO renamed(written, names) AS map_from_entries(list_transform(
    list_filter(map_entries(pairs(written)), lambda each: names[each.key] IS NOT NULL AND each.value <> ''),
    lambda each: {k: names[each.key], v: each.value}
));
CREATE OR REPLACE MACRO canonical(found) AS array_to_string(
    list_transform(list_sort(map_keys(found)), lambda name: name || '=' || found[name]), ';'
);
"""
_MERGE = """
CREATE TEMP TABLE particular AS
WITH known AS (
    SELECT DISTINCT l.dimensions, {own} AS own, p.dimensions AS of_product, p.fields AS product_fields, c.fields AS customer_fields
    FROM "{table}" l
    LEFT JOIN product p ON p.product_id = l.product_id
    LEFT JOIN contract k ON k.contract_id = l.contract_id
    LEFT JOIN customer c ON c.customer_id = k.customer_id
)
SELECT *, canonical(map_concat(
    renamed(coalesce(customer_fields, ''), {customer}), renamed(coalesce(product_fields, ''), {product}),
    pairs(coalesce(of_product, '')), renamed(own, {line}), pairs(dimensions)
)) AS merged
FROM known;

UPDATE "{table}" AS l SET dimensions = d.merged
FROM particular d, product p, contract k LEFT JOIN customer c ON c.customer_id = k.customer_id
WHERE p.product_id = l.product_id AND k.contract_id = l.contract_id AND d.dimensions = l.dimensions AND d.own = {own}
    AND d.of_product = p.dimensions AND d.product_fields = p.fields
    AND d.customer_fields IS NOT DISTINCT FROM c.fields AND d.merged <> l.dimensions;

DROP TABLE particular;
"""


def merge(book: duckdb.DuckDBPyConnection, fields: Mapping[str, Mapping[str, str]]) -> None:
    """Write the canonical text of all dimensions into lines, and into changes that add lines.

    `fields` says which field of a `customer`, `product` or `line` is which dimension.
    """
    found = book.execute("SELECT 1 FROM product WHERE dimensions <> '' LIMIT 1").fetchone()
    if not found and not any(fields.values()):
        return
    book.execute(_SPLIT)
    names = {source: _as_map(fields.get(source, {})) for source in ("customer", "product", "line")}
    for table in ("line", "change"):
        own = "l.fields" if "fields" in INPUTS[table] else "''"
        book.execute(_MERGE.format(table=table, own=own, **names))


def _as_map(values: Mapping[str, str]) -> str:
    entries = ", ".join(f"{_quoted(name)}: {_quoted(value)}" for name, value in values.items())
    return f"MAP {{{entries}}}" if values else "MAP([]::VARCHAR[], []::VARCHAR[])"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
