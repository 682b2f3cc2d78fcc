"""Rows of engine values as people write them: amounts in the currency, last days, plain decimals, words of the pages as headings.

What is written here and read again by `staging` gives the same values, to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.recognition.tables import INPUTS, Column, Kind
from tieout.revenue.batches.book import Book
from tieout.revenue.batches.matching import heading
from tieout.revenue.batches.vocabulary import KINDS, LAST_DAYS

_WRITTEN = {kept: written for written, kept in LAST_DAYS.items()}
_DIGITS = {Kind.MICRO: "6", Kind.RATE: "9"}


def functions(book: Book) -> None:
    """Make the functions that write numbers; three decimals get a fourth, lest they be taken for grouped thousands."""
    book.run(
        """
        CREATE MACRO padded(t) AS CASE WHEN regexp_full_match(t, '.*\\.\\d{3}') THEN t || '0' ELSE t END;
        CREATE MACRO fixed(v, places) AS CASE WHEN places = 0 THEN v::VARCHAR ELSE padded(
            CASE WHEN v < 0 THEN '-' ELSE '' END || (abs(v)::HUGEINT // CAST(pow(10, places) AS HUGEINT))::VARCHAR || '.'
            || lpad((abs(v)::HUGEINT % CAST(pow(10, places) AS HUGEINT))::VARCHAR, places, '0')) END;
        CREATE MACRO short(v, places) AS padded(regexp_replace(regexp_replace(
            CASE WHEN v < 0 THEN '-' ELSE '' END || (abs(v)::HUGEINT // CAST(pow(10, places) AS HUGEINT))::VARCHAR || '.'
            || lpad((abs(v)::HUGEINT % CAST(pow(10, places) AS HUGEINT))::VARCHAR, places, '0'), '0+$', ''), '\\.$', ''));
        """
    )


def sheet_name(table: str) -> str:
    """What a table's sheet is called in our own files."""
    return KINDS[table][0]


def headings(table: str, columns: Sequence[str]) -> list[str]:
    """The headings of a table's columns in our own files."""
    return [heading(table, _WRITTEN.get(name, name)) for name in columns]


def written(table: str, columns: Sequence[str], source: str) -> str:
    """A query over `source` (rows of engine values) that answers text under the headings; money needs the table `money`."""
    named = zip(headings(table, columns), columns, strict=True)
    said = ", ".join(f'{_text(name, INPUTS[table][name])} AS "{label}"' for label, name in named)
    return f"SELECT {said} FROM {source} r {_places(table)}"  # noqa: S608


def currencies(book: Book, contracts: Sequence[str]) -> None:
    """Make `money` and `exponent` from tables that hold contracts."""
    told = " UNION ".join(f"SELECT contract_id, currency FROM {name}" for name in contracts)  # noqa: S608
    source = told or "SELECT NULL::VARCHAR AS contract_id, NULL::VARCHAR AS currency"
    book.run(
        f"CREATE OR REPLACE TABLE money AS SELECT contract_id, places FROM ({source}) JOIN exponent USING (currency)"  # noqa: S608
    )


def _text(name: str, column: Column) -> str:
    value = f'r."{name}"'
    if column.kind is Kind.MONEY:
        return f"fixed({value}, coalesce(places, 2))"
    if column.kind in _DIGITS:
        return f"short({value}, {_DIGITS[column.kind]})"
    if column.kind is Kind.DATE:
        return f"CAST({value} - 1 AS VARCHAR)" if name in _WRITTEN else f"CAST({value} AS VARCHAR)"
    return f"{value}::VARCHAR"


def _places(table: str) -> str:
    columns: Mapping[str, Column] = INPUTS[table]
    if "currency" in columns:
        return "LEFT JOIN exponent e ON e.currency = r.currency"
    if "contract_id" in columns:
        return "LEFT JOIN money m ON m.contract_id = r.contract_id"
    return ""
