"""Delivered rows made whole and compared with the rows in force: new, changed or unchanged.

A column that was not delivered keeps its value where the row exists already, and takes its default where it does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.recognition.tables import INPUTS, KEYS
from tieout.revenue.batches.book import Book, fetch, named

PLACE = ("sheet", "row")
"""Where a delivered row stands; beside the columns of its table."""


def compare(book: Book, environment_id: int | None) -> None:
    """Make `current_…` and `staged_…` of every table that was delivered; a row that cannot be completed is a problem."""
    for table in book.given():
        wanted = f"SELECT {_keys(book, table)} FROM given_{table}"  # noqa: S608
        fetch(book, environment_id, table, KEYS[table], wanted)
        _complete(book, table)


def counts(book: Book) -> dict[str, dict[str, int]]:
    """Per table: rows delivered, new, changed, unchanged and ended."""
    found: dict[str, dict[str, int]] = {}
    for table in book.given():
        states = dict(book.rows(f"SELECT state, count(*) FROM staged_{table} GROUP BY state"))  # noqa: S608
        told = {state: int(states.get(state, 0)) for state in ("new", "changed", "unchanged")}
        found[table] = {"rows": sum(told.values()), **told}
    return found


def missing(book: Book, table: str) -> list[str]:
    """Required columns that were not delivered, so that only rows in force can be changed."""
    given = book.columns(f"given_{table}")
    return [name for name, column in INPUTS[table].items() if column.required and name not in given]


def _keys(book: Book, table: str) -> str:
    given = set(book.columns(f"given_{table}"))
    return ", ".join(f'{_preset(table, name, name in given)} AS "{name}"' for name in KEYS[table])


def _preset(table: str, name: str, given: bool) -> str:
    """A delivered value, or the column's default where the cell is empty."""
    column = INPUTS[table][name]
    if column.default is None:
        return f'"{name}"'
    return f'coalesce("{name}", {column.literal})' if given else column.literal


def _complete(book: Book, table: str) -> None:
    given = set(book.columns(f"given_{table}"))
    whole = {name: _whole(name, table, given) for name in INPUTS[table]}
    book.run(
        f"""CREATE OR REPLACE TABLE staged_{table} AS
        WITH g AS (SELECT {named(PLACE)}, {_keys(book, table)}, {_rest(table, given)} FROM given_{table}),
        w AS (
            SELECT {named(PLACE, of="g")}, {", ".join(f'{text} AS "{name}"' for name, text in whole.items())},
                c."{KEYS[table][0]}" IS NOT NULL AS known, {_same(table, whole)} AS same
            FROM g LEFT JOIN current_{table} c ON {_joined(KEYS[table])}
        )
        SELECT * EXCLUDE (known, same),
            CASE WHEN NOT known THEN 'new' WHEN same THEN 'unchanged' ELSE 'changed' END AS state FROM w"""  # noqa: S608
    )


def _rest(table: str, given: set[str]) -> str:
    others = [name for name in INPUTS[table] if name in given and name not in KEYS[table]]
    return ", ".join(f'{_preset(table, name, True)} AS "{name}"' for name in others) or "NULL AS nothing"


def _whole(name: str, table: str, given: set[str]) -> str:
    if name in given or name in KEYS[table]:
        return f'g."{name}"'
    column = INPUTS[table][name]
    preset = "NULL" if column.default is None else column.literal
    return f'CASE WHEN c."{KEYS[table][0]}" IS NULL THEN {preset} ELSE c."{name}" END::{column.kind.sql}'


def _same(table: str, whole: Mapping[str, str]) -> str:
    others = [name for name in whole if name not in KEYS[table]]
    return " AND ".join(f'{whole[name]} IS NOT DISTINCT FROM c."{name}"' for name in others) or "true"


def _joined(keys: Sequence[str]) -> str:
    return " AND ".join(f'g."{name}" = c."{name}"' for name in keys)
