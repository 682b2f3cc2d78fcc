"""The steps of the engine in the SQL of Apache Spark: sqlglot translates; what differs beyond its reach is named here.

Nothing here knows what a step means. A construct that neither side names fails when Spark reads it; none is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlglot import exp, parse, parse_one

from tieout.recognition.steps import text

Macros = Mapping[str, tuple[tuple[str, ...], exp.Expr]]

NUMBERED = frozenset({"ssp"})
"""Tables whose rows a check tells apart by their number, which DuckDB gives by itself."""
ROW = "rowid"
_DATES = {
    "days_between": ("a b", "CAST(DATEDIFF(b, a) AS BIGINT)"),
    "day_before": ("d", "DATE_SUB(d, 1)"),
    "month_start": ("d", "TRUNC(d, 'MM')"),
    "next_month": ("d", "ADD_MONTHS(TRUNC(d, 'MM'), 1)"),
    "months_after": ("d months", "ADD_MONTHS(d, CAST(months AS INT))"),
    "years_after": ("d years", "ADD_MONTHS(d, CAST(12 * years AS INT))"),
}
"""Macros of days, which the dialects count differently: parameters and meaning."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement for Spark. `sql` is a query in every case but `drop`: what the table or view is, or what is added to it."""

    verb: str
    """`empty`, `table`, `view`, `insert`, `replace`, `drop`, or `ask`."""
    name: str
    sql: str


@cache
def statements(step: str) -> Sequence[Statement]:
    """The statements of a step or of a part of it. Macros are known already: a step that makes them has no statements."""
    return tuple(_statement(each) for each in parse(step, read="duckdb") if each is not None and _does_something(each))


def _does_something(parsed: exp.Expr) -> bool:
    is_macro = isinstance(parsed, exp.Create) and parsed.kind == "MACRO"
    return not is_macro and not isinstance(parsed, exp.Semicolon)  # which holds a comment that stands last


@cache
def _macros() -> Macros:
    made = [each for each in parse(text("functions"), read="duckdb") if each is not None]
    return dict(_macro(each) for each in made if isinstance(each, exp.Create))


def _macro(made: exp.Create) -> tuple[str, tuple[tuple[str, ...], exp.Expr]]:
    name = made.this.this.name
    if name in _DATES:
        parameters, body = _DATES[name]
        return name, (tuple(parameters.split()), parse_one(body, read="spark"))
    return name, (tuple(each.name for each in made.this.expressions), made.expression)


def _statement(parsed: exp.Expr) -> Statement:
    if isinstance(parsed, exp.Create) and isinstance(parsed.this, exp.Schema):
        return Statement("empty", parsed.this.this.name, _spark(_empty(parsed.this)))
    if isinstance(parsed, exp.Create):
        return Statement(str(parsed.kind).lower(), parsed.this.name, _spark(parsed.expression))
    if isinstance(parsed, exp.Insert):
        return Statement("insert", parsed.this.name, _spark(parsed.expression))
    if isinstance(parsed, exp.Update):
        return Statement("replace", parsed.this.name, _spark(_updated(parsed)))
    if isinstance(parsed, exp.Delete):
        kept = exp.not_(exp.func("COALESCE", parsed.args["where"].this.copy(), exp.false()))
        return Statement("replace", parsed.this.name, _spark(exp.select("*").from_(parsed.this.copy()).where(kept)))
    if isinstance(parsed, exp.Drop):
        return Statement("drop", next(parsed.find_all(exp.Table)).name, "")
    return Statement("ask", "", _spark(parsed))


def _empty(schema: exp.Schema) -> exp.Expr:
    columns = [(each.name, each.kind.copy()) for each in schema.expressions]
    if schema.this.name in NUMBERED:
        columns.append((ROW, exp.DataType.build("BIGINT")))
    return exp.select(*(exp.alias_(exp.cast(exp.null(), kind), name) for name, kind in columns)).where(exp.false())


def _updated(update: exp.Update) -> exp.Expr:
    """The table with the rows that are met changed; each is met at most once."""
    name, other = update.this.name, update.args["from_"].this
    met = (
        exp.select("*", exp.alias_(exp.true(), "is_met")).from_(exp.to_table(other.name)).subquery(other.alias_or_name)
    )
    changed = {each.this.name: each.expression for each in update.expressions}
    columns = [
        exp.alias_(
            exp.If(this=exp.column("is_met", other.alias_or_name), true=value.copy(), false=exp.column(column, name)),
            column,
        )
        for column, value in changed.items()
    ]
    kept = exp.Column(
        this=exp.Star(except_=[exp.to_identifier(each) for each in changed]), table=exp.to_identifier(name)
    )
    joined = exp.select(kept, *columns).from_(update.this.copy())
    return joined.join(met, on=update.args["where"].this.copy(), join_type="left")


def _spark(query: exp.Expr) -> str:
    """A query with its macros written out and every named difference made, in Spark's dialect."""
    written_out = _expand(query.copy(), _macros())
    for kind, rewrite in _DIFFERENCES.items():
        for node in reversed(list(written_out.find_all(kind))):  # inner ones first
            if (other := rewrite(node)) is not node:
                node.replace(other)
    return written_out.sql("spark", identify=True)


def _expand(query: exp.Expr, macros: Macros) -> exp.Expr:
    def _call(node: exp.Expr) -> exp.Expr:
        found = macros.get(node.name) if isinstance(node, exp.Anonymous) else None
        if found is None:
            return node
        given = dict(zip(found[0], (_expand(each, macros) for each in node.expressions), strict=True))
        return exp.paren(_expand(_substitute(found[1], given), macros))

    return query.transform(_call, copy=False)


def _substitute(body: exp.Expr, given: Mapping[str, exp.Expr]) -> exp.Expr:
    def _argument(node: exp.Expr) -> exp.Expr:
        is_parameter = isinstance(node, exp.Column) and not node.table and node.name in given
        return exp.paren(given[node.name].copy()) if is_parameter else node

    return body.copy().transform(_argument, copy=False)


def _whole(node: exp.Expr) -> exp.Expr:
    """Parts of a date are 64 bits wide, so that what is counted with them cannot overflow."""
    return exp.cast(node.copy(), "BIGINT")


def _sign(node: exp.Expr) -> exp.Expr:
    """Spark's SIGN is a floating-point number."""
    return exp.paren(
        parse_one(
            "CASE WHEN x > 0 THEN CAST(1 AS BIGINT) WHEN x < 0 THEN CAST(-1 AS BIGINT) ELSE CAST(0 AS BIGINT) END"
        ).transform(lambda each: exp.paren(node.this.copy()) if isinstance(each, exp.Column) else each)
    )


def _type(node: exp.Expr) -> exp.Expr:
    """128 bits are 38 decimal digits. Numbers that are given without an order are not dense, so they do not fit into 32 bits."""
    if node.this == exp.DataType.Type.INT and not node.find_ancestor(exp.AddMonths):
        return exp.DataType.build("BIGINT")
    return exp.DataType.build("DECIMAL(38, 0)") if node.this == exp.DataType.Type.INT128 else node


def _window(node: exp.Expr) -> exp.Expr:
    """Numbers that need no order are given without one, so that no task sees all rows; distinct values are counted as a set."""
    ordered = any(node.args.get(name) for name in ("partition_by", "order", "alias"))
    if isinstance(node.this, exp.RowNumber) and not ordered:
        return exp.paren(parse_one("MONOTONICALLY_INCREASING_ID() + 1", read="spark"))
    if isinstance(node.this, exp.Count) and isinstance(node.this.this, exp.Distinct):
        node.this.replace(exp.func("COLLECT_SET", *node.this.this.expressions, dialect="spark"))
        return exp.func("ARRAY_SIZE", node.copy(), dialect="spark")
    return node


def _cast(node: exp.Expr) -> exp.Expr:
    """Rows made of a series have its type already; Spark lets nothing stand around them."""
    return node.this if isinstance(node.this, exp.Explode) else node


def _contained(node: exp.Expr) -> exp.Expr:
    if node.name.lower() != "list_has_all":
        return node
    whole, part = node.expressions
    missing = exp.func("ARRAY_EXCEPT", part.copy(), whole.copy(), dialect="spark")
    return exp.EQ(this=exp.func("ARRAY_SIZE", missing, dialect="spark"), expression=exp.Literal.number(0))


def _length(node: exp.Expr) -> exp.Expr:
    return exp.func("ARRAY_SIZE", node.this.copy(), dialect="spark") if isinstance(node.this, exp.Split) else node


def _side(node: exp.Expr) -> exp.Expr:
    if node.args.get("kind") in ("SEMI", "ANTI"):
        node.set("side", "LEFT")
    return node


_DIFFERENCES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Sign: _sign,
    exp.Year: _whole,
    exp.Month: _whole,
    exp.Day: _whole,
    exp.DataType: _type,
    exp.Cast: _cast,
    exp.Window: _window,
    exp.Anonymous: _contained,
    exp.Length: _length,
    exp.Join: _side,
}
