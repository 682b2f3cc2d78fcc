"""Rows of engine values as people write them: amounts in the currency, last days, plain decimals, words of the pages as headings.

What is written here and read again by `staging` gives the same values, to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.recognition.tables import INPUTS, Column, Kind
from tieout.revenue.batches.book import Book
from tieout.revenue.batches.layout import WRITTEN, Slot
from tieout.revenue.batches.vocabulary import KINDS

QUOTE = '"'
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


def written(columns: Sequence[Slot], source: str, join: str) -> str:
    """A query over `source` (rows of engine values) that answers text under the headings."""
    own = [slot.name.split(".", 1)[1] for slot in columns if slot.column is None]
    said = ", ".join(f'{_said(slot, own)} AS "{slot.heading.replace(QUOTE, QUOTE * 2)}"' for slot in columns)
    return f"SELECT {said} FROM {source} r {join}"  # noqa: S608


def places(table: str) -> str:
    """The join that gives each row the decimals of its currency; money of a contract needs the table `money`."""
    columns: Mapping[str, Column] = INPUTS[table]
    if "currency" in columns:
        return "LEFT JOIN exponent e ON e.currency = r.currency"
    return "LEFT JOIN money m ON m.contract_id = r.contract_id" if "contract_id" in columns else ""


def currencies(book: Book, contracts: Sequence[str]) -> None:
    """Make `money` and `exponent` from tables that hold contracts."""
    told = " UNION ".join(f"SELECT contract_id, currency FROM {name}" for name in contracts)  # noqa: S608
    source = told or "SELECT NULL::VARCHAR AS contract_id, NULL::VARCHAR AS currency"
    book.run(
        f"CREATE OR REPLACE TABLE money AS SELECT contract_id, places FROM ({source}) JOIN exponent USING (currency)"  # noqa: S608
    )


def _said(slot: Slot, own: Sequence[str]) -> str:
    """A custom field's value, what is left of the fields beside those with a column, or a plain column."""
    parts = "string_split(r.fields, ';')"
    if slot.column is None:
        name = slot.name.split(".", 1)[1].replace("'", "''")
        mine = f"list_filter({parts}, lambda p: split_part(p, '=', 1) = '{name}')[1]"
        return f"substr({mine}, {len(name) + 2})"
    if slot.stored == "fields" and own:
        names = ", ".join("'" + name.replace("'", "''") + "'" for name in own)
        return f"array_to_string(list_filter({parts}, lambda p: split_part(p, '=', 1) NOT IN ({names})), ';')"
    return _text(slot.stored, slot.column)


def _text(name: str, column: Column) -> str:
    value = f'r."{name}"'
    if column.kind is Kind.MONEY:
        return f"fixed({value}, coalesce(places, 2))"
    if column.kind in _DIGITS:
        return f"short({value}, {_DIGITS[column.kind]})"
    if column.kind is Kind.DATE:
        return f"CAST({value} - 1 AS VARCHAR)" if name in WRITTEN else f"CAST({value} AS VARCHAR)"
    return f"{value}::VARCHAR"
