"""A restatement: what one report says as known on two days, less one from the other, amount by amount."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from tieout.reports.answers import Column, Report, Row, Table

Key = tuple[object, ...]


def difference(now: Report, before: Report) -> list[Table]:
    """For each table, the rows in which an amount differs: as known now less as known before."""
    paired = zip_longest(now.tables, before.tables)
    return [_difference(one, other) for one, other in paired if one is not None and other is not None]


def _difference(now: Table, before: Table) -> Table:
    columns = _columns(now, before)
    texts = [column.name for column in columns if column.kind != "money"]
    amounts = [column.name for column in columns if column.kind == "money"]
    rows = _rows(now.rows, before.rows, texts, amounts)
    totals = _rows(now.totals, before.totals, texts, amounts)
    return Table(now.title, columns, rows, totals, more=now.more or before.more)


def _columns(now: Table, before: Table) -> list[Column]:
    """Words first, then amounts in the order of the report; a period that only one of the two has is kept."""
    named = {column.name: column for column in (*before.columns, *now.columns) if column.kind != "number"}
    order = [column.name for column in now.columns] + [column.name for column in before.columns]
    return [
        Column(named[name].name, named[name].label, named[name].kind, named[name].tone)
        for name in dict.fromkeys(order)
        if name in named
    ]


def _rows(now: Sequence[Row], before: Sequence[Row], texts: list[str], amounts: list[str]) -> list[Row]:
    new, old = _keyed(now, texts), _keyed(before, texts)
    found = []
    for key in dict.fromkeys((*new, *old)):
        one, other = new.get(key), old.get(key)
        shown = one or other
        assert shown is not None
        values = {name: _amount(one, name) - _amount(other, name) for name in amounts}
        if any(values.values()):
            said = {name: shown.values[name] for name in texts if name in shown.values}
            found.append(Row(shown.currency, said | values, shown.place, shown.tone))
    return found


def _keyed(rows: Sequence[Row], texts: list[str]) -> dict[Key, Row]:
    return {(row.currency, *(row.values.get(name) for name in texts)): row for row in rows}


def _amount(row: Row | None, name: str) -> int:
    return int(row.values.get(name) or 0) if row else 0
