"""Every step of the chain in Spark's dialect: what Spark lacks is written out, and little things keep their meaning."""

from __future__ import annotations

import inspect
import re
from importlib.resources import files

import duckdb
import pytest
from sqlglot import parse_one

from tieout.recognition import engine
from tieout.recognition.steps import text
from tieout.recognition.translation import statements

STEPS = sorted(
    name
    for name in set(re.findall(r'"([a-z_]+)"', inspect.getsource(engine))) - {"set_aside"}
    if (files("tieout.recognition") / "sql" / f"{name}.sql").is_file()
)
"""All but the one that sets contracts aside: on Spark, what is refused is refused."""
ONLY_DUCKDB = re.compile(
    r"INT128|HUGEINT|\bSIGN\(|LIST_HAS_ALL|DISTINCT `?\w+`?\) OVER|ROW_NUMBER\(\) OVER \(\)|QUALIFY ALL|//|::",
    re.IGNORECASE,
)
MACROS = set(re.findall(r"CREATE MACRO (\w+)\(", text("functions")))


def _filled(step: str) -> str:
    return text(step).replace("$round", "1").replace("$source", "to_split").replace("$into", "split")


@pytest.mark.parametrize("step", STEPS)
def test_a_step_speaks_spark(step: str) -> None:
    for each in statements(_filled(step)):
        assert ONLY_DUCKDB.findall(each.sql) == []
        assert MACROS & set(re.findall(r"(\w+)\(", each.sql.lower())) == set()
        if each.sql:
            parse_one(each.sql, read="spark")


def test_a_step_taken_apart_says_the_same() -> None:
    for step in STEPS:
        parts = [each for part in duckdb.extract_statements(_filled(step)) for each in statements(part.query)]
        assert parts == list(statements(_filled(step)))


def _only(query: str) -> str:
    [found] = statements(query)
    return found.sql


def test_named_differences_are_made_inside_each_other() -> None:
    assert _only("SELECT a // b, day_before(c) FROM t") == "SELECT `a` DIV `b`, (DATE_ADD((`c`), 1 * -1)) FROM `t`"
    assert "CASE WHEN" in (nested := _only("SELECT split_off(split_off(a, b, c), d, e) FROM t"))
    assert "SIGN" not in nested
    assert _only("SELECT unnest(range(a, b)) AS n FROM t").startswith("SELECT EXPLODE(IF(")


def test_changing_statements_become_tables() -> None:
    changing = "UPDATE t SET a = u.b FROM u WHERE u.k = t.k; DELETE FROM t WHERE a = 0; INSERT INTO t SELECT * FROM u"
    assert [(each.verb, each.name) for each in statements(changing)] == [
        ("replace", "t"),
        ("replace", "t"),
        ("insert", "t"),
    ]
    assert statements("DROP TABLE IF EXISTS t")[0].verb == "drop"
