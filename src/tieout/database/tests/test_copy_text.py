"""What COPY's text format must carry unharmed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from tieout.database import copy_text


def test_every_kind_of_value_comes_out_as_it_went_in(db: None) -> None:
    rows = [
        ("tab\there", 7, True, date(2026, 11, 20), None),
        ("line\r\nbreak \\N \\. \\t", -7, False, date(1, 1, 1), "ünï 𝄞 ' \" \\"),
    ]
    assert _through_copy(rows) == rows


def _through_copy(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("create temporary table t (a text, b int, c bool, d date, e text) on commit drop")
        with cursor.copy("copy t from stdin") as copy:
            copy.write("".join(f"{copy_text.row(row)}\n" for row in rows))
        cursor.execute("select * from t order by b desc")
        return cursor.fetchall()
