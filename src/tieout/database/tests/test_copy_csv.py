"""What COPY must carry unharmed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from tieout.database import copy_csv

NASTY = ("tab\there", "line\r\nbreak \\N \\. \\t", "\n\\.\n", "ünï 𝄞 ' \" \\", "bell\x07", "null", 'null"', "", ",")


def test_every_kind_of_value_comes_out_as_it_went_in(db: None) -> None:
    rows = [(text, -number, bool(number), date(2026, 11, 20), None) for number, text in enumerate(NASTY)]
    lines = b"".join(b"%b\n" % copy_csv.row(row) for row in rows)
    assert _through_copy(lines) == rows


def _through_copy(lines: bytes) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("create temporary table t (a text, b int, c bool, d date, e text) on commit drop")
        with cursor.copy(f"copy t from stdin {copy_csv.OPTIONS}") as copy:
            copy.write(lines)
        cursor.execute("select * from t order by b desc")
        return cursor.fetchall()
