"""Conditions on records: one tree, whether it was written as `query` XML, as readByQuery text or as a get_list filter.

`Paths` turns dotted field paths into SQL and collects the joins; `where` turns a tree into SQL with parameters. Names come from
the catalogue only, values travel as parameters only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from tieout.sandbox.intacct.catalogue import CATALOGUE
from tieout.sandbox.intacct.catalogue.definition import Field, ObjectDefinition, Relation, Type
from tieout.sandbox.intacct.formats import Stored
from tieout.sandbox.intacct.store import Store


class UnknownField(LookupError):
    """The object has no such field."""


@dataclass(frozen=True)
class Compare:
    """A field against values. Operators: = <> < <= > >= between in, notin, like, notlike, isnull, isnotnull."""

    path: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """All (`and`), any (`or`) or none (`not`) of the parts."""

    operator: str
    parts: tuple[Condition, ...]


Condition = Compare | Group
Keep = Callable[[Field, str], Stored]
"""Turns a client's text into the stored form."""


class Paths:
    """SQL expressions for the fields of one object, with the joins that they need."""

    def __init__(self, definition: ObjectDefinition) -> None:
        self.definition = definition
        self._joins: dict[str, str] = {}

    @property
    def source(self) -> str:
        """The FROM clause, without the word."""
        return " ".join((_table(self.definition) + " o", *self._joins.values()))

    def resolve(self, path: str) -> tuple[Field, str]:
        """The field at the end of a path and its SQL; raises UnknownField."""
        try:
            return self._resolve(self.definition, "o", path, ())
        except UnknownField:
            raise UnknownField(path) from None

    def _resolve(
        self, definition: ObjectDefinition, alias: str, path: str, trail: tuple[str, ...]
    ) -> tuple[Field, str]:
        field = definition.by_name.get(path)
        if field is None:
            return self._follow(definition, alias, path, trail)
        if field.via:
            return field, self._follow(definition, alias, field.via, trail)[1]
        return field, "NULL" if field.blank else f'{alias}."{path}"'

    def _follow(self, definition: ObjectDefinition, alias: str, path: str, trail: tuple[str, ...]) -> tuple[Field, str]:
        head, _, rest = path.partition(".")
        relation = definition.relation_by_name.get(head)
        if relation is None or not rest or head in trail:
            raise UnknownField(path)
        return self._resolve(CATALOGUE.objects[relation.target], self._join(alias, relation), rest, (*trail, head))

    def _join(self, alias: str, relation: Relation) -> str:
        joined = f"{alias}_{relation.name}"
        table = _table(CATALOGUE.objects[relation.target])
        self._joins[joined] = f'LEFT JOIN {table} {joined} ON {joined}."{relation.key}" = {alias}."{relation.by}"'
        return joined


def where(condition: Condition, paths: Paths, keep: Keep, fold: bool = False) -> tuple[str, list[Stored]]:
    """The SQL of a condition; `fold` compares text without case."""
    if isinstance(condition, Compare):
        return _compare(condition, paths, keep, fold)
    parts = [where(part, paths, keep, fold) for part in condition.parts]
    sql = _joined([sql for sql, _ in parts], "OR" if condition.operator == "or" else "AND")
    return (f"NOT {sql}" if condition.operator == "not" else sql), [value for _, values in parts for value in values]


def install(store: Store) -> None:
    """Give the store the functions that conditions use."""
    store.register("fold", 1, lambda value: value.casefold() if isinstance(value, str) else value)
    store.register("matches", 3, _matches)


def _compare(condition: Compare, paths: Paths, keep: Keep, fold: bool) -> tuple[str, list[Stored]]:
    field, sql = paths.resolve(condition.path)
    if condition.operator in ("isnull", "isnotnull"):
        return f"({sql} IS {'NOT ' if condition.operator == 'isnotnull' else ''}NULL)", []
    if condition.operator in ("like", "notlike"):
        wanted = "0" if condition.operator == "notlike" else "1"
        return f"(matches({sql}, ?, {int(fold)}) = {wanted})", list(condition.values)
    folded = fold and field.type is Type.TEXT
    values = [keep(field, value) for value in condition.values]
    values = [value.casefold() if folded and isinstance(value, str) else value for value in values]
    sql = f"fold({sql})" if folded else sql
    match condition.operator:
        case "between":
            return f"({sql} BETWEEN ? AND ?)", values
        case "in" | "notin":
            marks = ", ".join("?" * len(values))
            return f"({sql} {'NOT ' if condition.operator == 'notin' else ''}IN ({marks}))", values
    return f"({sql} {condition.operator} ?)", values


def _joined(parts: list[str], operator: str) -> str:
    """A balanced tree: SQLite refuses a thousand conditions in a row, as a plain chain of ORs would be."""
    if len(parts) <= 2:
        return f"({f' {operator} '.join(parts)})"
    half = len(parts) // 2
    return f"({_joined(parts[:half], operator)} {operator} {_joined(parts[half:], operator)})"


def _table(definition: ObjectDefinition) -> str:
    return definition.source or f'"{definition.name}"'


def _matches(value: Stored, pattern: str, fold: int) -> int | None:
    if value is None:
        return None
    return int(_pattern(pattern, bool(fold)).fullmatch(str(value)) is not None)


@lru_cache(maxsize=256)
def _pattern(pattern: str, fold: bool) -> re.Pattern[str]:
    wild = {"%": ".*", "_": "."}
    expression = "".join(wild.get(character) or re.escape(character) for character in pattern)
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if fold else 0))
