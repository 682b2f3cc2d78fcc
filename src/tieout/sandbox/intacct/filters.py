"""Reading filters: the XML of `query` and `get_list`, and the SQL-like text of `readByQuery`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element

from tieout.sandbox.intacct.conditions import Compare, Condition, Group
from tieout.sandbox.intacct.errors import bad_query

MAX_IN = 1000
MAX_DEPTH = 50

_SIGNS = {
    "equalto": "=", "notequalto": "<>", "lessthan": "<", "lessthanorequalto": "<=", "greaterthan": ">",
    "greaterthanorequalto": ">=", "like": "like", "notlike": "notlike",
}  # fmt: skip
_ARITY = dict.fromkeys(_SIGNS, (1, 1)) | {
    "between": (2, 2), "in": (1, MAX_IN), "notin": (1, MAX_IN), "isnull": (0, 0), "isnotnull": (0, 0),
}  # fmt: skip


def from_query(node: _Element) -> Condition:
    """The condition of one operator element of `query/filter`; raises a query error."""
    if node.tag in ("and", "or"):
        if len(node) < 2:
            raise bad_query(f"The operator '{node.tag}' needs at least two conditions.")
        return Group(node.tag, tuple(from_query(child) for child in node))
    if node.tag not in _ARITY:
        raise bad_query(f"'{node.tag}' is not a filter operator.")
    field = node.findtext("field")
    values = tuple(value.text or "" for value in node.findall("value"))
    least, most = _ARITY[node.tag]
    if not field or not least <= len(values) <= most:
        raise bad_query(f"The operator '{node.tag}' needs a field and {least} to {most} values.")
    return Compare(field, _SIGNS.get(node.tag, node.tag), values)


def from_list(node: _Element) -> Condition:
    """The condition of a `get_list` filter: an expression or a logical group."""
    if node.tag == "logical":
        return Group(node.get("logical_operator", "and").lower(), tuple(from_list(child) for child in node))
    field, sign = (node.findtext("field") or "").upper(), (node.findtext("operator") or "=").strip().lower()
    if sign in ("is null", "is not null"):
        return Compare(field, "isnull" if sign == "is null" else "isnotnull")
    signs = {"!=": "<>", "=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "like": "like"}
    if sign not in signs:
        raise bad_query(f"'{sign}' is not an operator.")
    return Compare(field, signs[sign], (node.findtext("value") or "",))


_TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:[^'\\]|\\.|'')*')|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])|(?P<sign><>|!=|>=|<=|=|<|>|\(|\)|,)"""
    r"""|(?P<word>[A-Za-z_][\w.]*))""",
    re.DOTALL,
)


class QueryText:
    """A recursive descent over the query text of readByQuery: OR, then AND, then NOT, then a comparison or parentheses."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def condition(self) -> Condition:
        """The whole text as one condition; raises a query error."""
        found = self._any()
        if self._at < len(self._tokens):
            raise bad_query(f"Unexpected '{self._tokens[self._at][1]}' in the query.")
        return found

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._accept("OR"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Group("or", tuple(parts))

    def _all(self) -> Condition:
        parts = [self._single()]
        while self._accept("AND"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Group("and", tuple(parts))

    def _single(self) -> Condition:
        negated = self._accept("NOT")
        opened = not negated and self._accept("(")
        if not negated and not opened:
            return self._comparison(self._take("word"))
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise bad_query("The query is nested too deeply.")
        inner = Group("not", (self._single(),)) if negated else self._any()
        if opened:
            self._expect(")")
        self._depth -= 1
        return inner

    def _comparison(self, path: str) -> Condition:
        if self._accept("IS"):
            operator = "isnotnull" if self._accept("NOT") else "isnull"
            self._expect("NULL")
            return Compare(path, operator)
        negated = self._accept("NOT")
        if self._accept("LIKE"):
            return Compare(path, "notlike" if negated else "like", (self._value(),))
        if self._accept("IN"):
            return Compare(path, "notin" if negated else "in", tuple(self._list()))
        sign = self._take("sign")
        if negated or sign in "(),":
            raise bad_query(f"Unexpected '{sign}' after {path}.")
        return Compare(path, {"!=": "<>"}.get(sign, sign), (self._value(),))

    def _list(self) -> Iterator[str]:
        self._expect("(")
        yield self._value()
        while self._accept(","):
            yield self._value()
        self._expect(")")

    def _value(self) -> str:
        kind, token = self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")
        if kind not in ("string", "number"):
            raise bad_query(f"A value is missing before '{token}'.")
        self._at += 1
        return (
            token
            if kind == "number"
            else re.sub(r"\\(.)|''", lambda m: m.group(1) or "'", token[1:-1], flags=re.DOTALL)
        )

    def _accept(self, word: str) -> bool:
        here = self._at < len(self._tokens) and self._tokens[self._at]
        if not here or here[0] == "string" or here[1].upper() != word:
            return False
        self._at += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise bad_query(f"'{word}' is missing in the query.")

    def _take(self, kind: str) -> str:
        if self._at >= len(self._tokens) or self._tokens[self._at][0] != kind:
            raise bad_query("The query ends too early or has something where a field or an operator belongs.")
        self._at += 1
        return self._tokens[self._at - 1][1]


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            raise bad_query(f"The query cannot be read at '{text[at : at + 20]}'.")
        yield str(found.lastgroup), found.group(str(found.lastgroup))
        at = found.end()
