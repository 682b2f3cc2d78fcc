"""What COPY must carry unharmed, in both of its formats."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from tieout.database import copy_csv, copy_text

NASTY = ("tab\there", "line\r\nbreak \\N \\. \\t", "\n\\.\n", "ünï 𝄞 ' \" \\", "bell\x07", "null", 'null"', "", ",")


def test_every_kind_of_value_comes_out_as_it_went_in(db: None) -> None:
    rows = [(text, -number, bool(number), date(2026, 11, 20), None) for number, text in enumerate(NASTY)]
    lines = b"".join(b"%b\n" % copy_csv.row(row) for row in rows)
    assert _through_copy(lines, copy_csv.OPTIONS) == rows


def test_every_text_comes_out_of_the_text_format_as_it_went_in(db: None) -> None:
    lines = b"".join(b"%b\t%d\n" % (copy_text.cell(text), -number) for number, text in enumerate(NASTY))
    assert [row[:2] for row in _through_copy(lines)] == [(text, -number) for number, text in enumerate(NASTY)]


def _through_copy(lines: bytes, options: str = "") -> list[tuple[Any, ...]]:
    columns = "" if options else "(a, b)"
    with connection.cursor() as cursor:
        cursor.execute("create temporary table t (a text, b int, c bool, d date, e text) on commit drop")
        with cursor.copy(f"copy t {columns} from stdin {options}") as copy:
            copy.write(lines)
        cursor.execute("select * from t order by b desc")
        return cursor.fetchall()
