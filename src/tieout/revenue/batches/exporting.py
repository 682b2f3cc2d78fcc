"""Files for people: the template made from the site's own configuration, and current data in the same form.

What is exported and imported again, untouched, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import connection

from tieout.recognition.tables import INPUTS
from tieout.revenue.batches import writing
from tieout.revenue.batches.book import Book, named, open_book, take_copy
from tieout.revenue.batches.delivery import pack
from tieout.revenue.batches.layout import EXAMPLES, SHEETS, Slot, hint, slots
from tieout.revenue.batches.matching import Custom
from tieout.revenue.batches.raw import prepare
from tieout.revenue.batches.reading import customs_of
from tieout.revenue.batches.vocabulary import ORDERS
from tieout.revenue.batches.workbook_out import Workbook
from tieout.revenue.models import FACTS

LISTS = {"product_id": "product", "rule_id": "rule", "customer_id": "customer", "entity": "entity"}
"""Columns that are picked from what there is."""


def write_template(environment_id: int | None, form: str, target: Path) -> Path:
    """An empty workbook with choices, instructions and examples, or a zip of empty CSV files with a text that explains."""
    sheets = {kind: slots(kind, customs_of(environment_id)) for kind in SHEETS}
    if form == "zip":
        return _empty_zip(sheets, target)
    book = Workbook(target)
    book.explain(sheets)
    book.examples(sheets)
    ranges = book.lists({name: _known(environment_id, table, name) for name, table in LISTS.items()})
    for kind, columns in sheets.items():
        book.table(kind, columns, (), ranges)
    book.close()
    return target


def write_export(environment_id: int | None, form: str, target: Path) -> Path:
    """Everything in force."""
    customs = customs_of(environment_id)
    with open_book() as book:
        prepare(book)
        writing.functions(book)
        for table in FACTS:
            _copy(book, environment_id, table)
        writing.currencies(book, ["current_contract"])
        if form == "zip":
            return _zip(book, customs, target)
        made = Workbook(target)
        for kind in SHEETS:
            columns = slots(kind, customs)
            made.table(kind, columns, _rows(book, kind, columns), {})
        made.close()
        return target


def examples_zip(target: Path) -> Path:
    """The examples as an import file."""
    files = {}
    for kind, rows in EXAMPLES.items():
        columns = [slot for slot in slots(kind, []) if any(slot.name in row for row in rows)]
        lines = [[slot.heading for slot in columns], *([row.get(slot.name, "") for slot in columns] for row in rows)]
        path = target.parent / f"{kind}.csv"
        path.write_text(
            "".join(",".join(f'"{cell}"' for cell in line) + "\r\n" for line in lines), encoding="utf-8-sig"
        )
        files[f"{writing.sheet_name(kind)}.csv"] = path
    return pack(target, files)


def _known(environment_id: int | None, table: str, column: str) -> list[str]:
    rows = FACTS[table]._default_manager.filter(environment_id=environment_id, until__isnull=True)
    return list(rows.order_by(column).values_list(column, flat=True).distinct()[:5000])


def _empty_zip(sheets: dict[str, list[Slot]], target: Path) -> Path:
    files = {}
    told = ["Fill in the files that you need and zip them again. Leave out columns and files that you do not need.\r\n"]
    for kind, columns in sheets.items():
        path = target.parent / f"{kind}.csv"
        path.write_text(",".join(f'"{slot.heading}"' for slot in columns) + "\r\n", encoding="utf-8-sig")
        files[f"{writing.sheet_name(kind)}.csv"] = path
        told.append(f"\r\n{writing.sheet_name(kind)}\r\n")
        told += [f"  {slot.heading}{' (needed)' if slot.required else ''}: {hint(slot)}\r\n" for slot in columns]
    readme = target.parent / "readme.txt"
    readme.write_text("".join(told), encoding="utf-8-sig")
    return pack(target, {"Read me.txt": readme, **files})


def _zip(book: Book, customs: Sequence[Custom], target: Path) -> Path:
    files = {}
    for kind in SHEETS:
        path = book.file(f"{kind}.csv")
        columns = slots(kind, list(customs))
        book.run(f"COPY ({_query(kind, columns)}) TO '{path}' (HEADER, DELIMITER ',')")
        files[f"{writing.sheet_name(kind)}.csv"] = path
    return pack(target, files)


def _rows(book: Book, kind: str, columns: Sequence[Slot]) -> Iterator[tuple[Any, ...]]:
    answered = book.duck.cursor()
    answered.execute(_query(kind, columns))
    while rows := answered.fetchmany(10_000):
        yield from rows


def _query(kind: str, columns: Sequence[Slot]) -> str:
    """Text under the headings; the contract's columns repeat with each of its lines."""
    if kind != ORDERS:
        return writing.written(columns, f"current_{kind}", writing.places(kind))
    line = [name for name in INPUTS["line"] if name != "contract_id"]
    contract = [name for name in INPUTS["contract"]]  # noqa: C416
    source = (
        f"(SELECT {named(contract, of='k')}, {named(line, of='l')} FROM current_contract k"  # noqa: S608
        " LEFT JOIN current_line l USING (contract_id) ORDER BY k.contract_id, l.line_id)"
    )
    return writing.written(columns, source, writing.places("contract"))


def _copy(book: Book, environment_id: int | None, table: str) -> None:
    """Every row in force, as `current_<table>`."""
    answered = book.file("export.csv")
    rows = FACTS[table]._meta.db_table
    query = (
        f"copy (select {named(list(INPUTS[table]))} from {rows} where environment_id = %s and until_id is null"  # noqa: S608
        ") to stdout (format csv)"
    )
    with connection.cursor() as cursor, answered.open("wb") as out, cursor.copy(query, [environment_id]) as copy:
        for chunk in copy:
            out.write(chunk)
    take_copy(book, table, answered)
