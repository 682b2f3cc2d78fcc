"""A batch's file is read: opened, matched, parsed, checked, compared with what is known; what differs is kept beside it.

Reading changes the batch only. It may be done again at any time, and ends as READY or REFUSED with every problem named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from django.utils.text import slugify

from tieout.kernel.errors import TieoutError
from tieout.revenue.batches import applying, checks, comparing, queries
from tieout.revenue.batches.book import Book, open_book
from tieout.revenue.batches.errors import UnreadableUpload
from tieout.revenue.batches.matching import Chosen, Custom, Matched, match, plain
from tieout.revenue.batches.raw import Raw, prepare, spill
from tieout.revenue.batches.sources import open_file
from tieout.revenue.batches.staging import Used, macros, reading_of, stage, unused
from tieout.revenue.batches.vocabulary import PASSED_OVER
from tieout.revenue.models import Batch, CustomField
from tieout.revenue.store import store

SHOWN = 100
SMALL_BYTES = 1024**2
PROBLEMS = "problems"
OPEN = (Batch.State.READING, Batch.State.READY, Batch.State.REFUSED, Batch.State.APPLYING)
"""States in which a batch may be read: a discarded one stays as it is."""
Defer = Callable[[int], None]
"""Puts the reading of a batch into the queue of the workers."""
_ASKED = {"ambiguous_day": "dates", "ambiguous_number": "decimal"}


def read(batch: Batch) -> Batch:
    """Read the file of a batch that is being read, or again that of one which was. Returns the batch as it then is."""
    known = queries.changes(batch.environment_id)
    with open_book(small=batch.file_size <= SMALL_BYTES) as book:
        try:
            sheets = _opened(book, batch)
            _staged(book, batch, sheets)
            found = _found(book)
        except TieoutError as error:
            found = _refused(error)
        found |= {"matching": {**batch.matching, "asked": found.pop("asked")}, "progress": {"known": known}}
    if batch.state == Batch.State.APPLYING and found["state"] == Batch.State.READY:
        found["state"] = Batch.State.APPLYING
    Batch.objects.filter(pk=batch.pk, state__in=OPEN).update(**found)
    batch.refresh_from_db()
    return batch


def _opened(book: Book, batch: Batch) -> list[Raw]:
    prepare(book)
    macros(book)
    choices = batch.matching.get("choices", {})
    path = queries.original(batch)
    done = 0

    def tell(rows: int) -> None:
        nonlocal done
        done += rows
        _progress(batch, "Reading", done)

    passed = [name for name in choices.get("sheets", {}) if choices["sheets"][name]]
    found = [
        sheet
        for sheet in open_file(path, batch.file_name, choices.get("encoding", ""))
        if plain(sheet.name) not in PASSED_OVER or sheet.name in passed
    ]
    raws = [raw for number, sheet in enumerate(found) if (raw := spill(book, number, sheet, tell))]
    if not raws:
        raise UnreadableUpload("The file holds no table: no sheet has a row of headings.")
    return raws


def _staged(book: Book, batch: Batch, raws: Sequence[Raw]) -> None:
    choices = batch.matching.get("choices", {})
    customs = customs_of(batch.environment_id)
    matched = [match(raw.name, raw.headings, customs, Chosen.of(choices)) for raw in raws]
    batch.matching = {"sheets": [_shown(*pair) for pair in zip(raws, matched, strict=True)], "choices": choices}
    used = [
        Used(raw, each, reading_of(book, raw, each, choices))
        for raw, each in zip(raws, matched, strict=True)
        if each.kind
    ]
    if not used:
        raise UnreadableUpload(
            "No sheet could be matched to a table.",
            remedy="Say on the batch's page what its sheets hold, or use the template.",
        )
    for raw, each in zip(raws, matched, strict=True):
        if not each.kind:
            book.run("DELETE FROM problem WHERE sheet = ?", raw.name)
    _progress(batch, "Checking", sum(raw.rows for raw in raws))
    stage(book, used, batch.environment_id)
    comparing.compare(book, batch.environment_id)
    checks.check(book, batch.environment_id)
    for sheet, heading in unused(used):
        _note_unused(book, sheet, heading)


def _shown(raw: Raw, matched: Matched) -> dict[str, Any]:
    columns = [
        {**asdict(each), "sample": sample[:60]} for each, sample in zip(matched.columns, raw.samples, strict=True)
    ]
    return {
        "name": raw.name,
        "slug": slugify(raw.name),
        "kind": matched.kind,
        "confidence": matched.confidence,
        "rows": raw.rows,
        "columns": columns,
    }


def _found(book: Book) -> dict[str, Any]:
    """What the reading came to, as the batch's columns."""
    severities = dict(book.rows("SELECT severity, count(*) FROM problem GROUP BY severity"))
    problems = int(severities.get(checks.ERROR, 0))
    asked = book.rows("SELECT DISTINCT code FROM problem WHERE code IN ('ambiguous_day', 'ambiguous_number')")
    files = {} if problems else applying.keep(book)
    if severities:
        files[PROBLEMS] = _kept_problems(book)
    return {
        "state": Batch.State.REFUSED if problems else Batch.State.READY,
        "asked": sorted(_ASKED[code] for (code,) in asked),
        "counts": {
            "tables": comparing.counts(book),
            "problems": problems,
            "warnings": int(severities.get(checks.WARNING, 0)),
        },
        "problems": _first_problems(book),
        "files": files,
        "impact": {},
    }


_NAMES = ("severity", "table", "sheet", "row", "column", "value", "cause", "remedy", "code")
_ORDER = 'ORDER BY severity, sheet, "row", column_name'


def _first_problems(book: Book) -> list[dict[str, Any]]:
    return [dict(zip(_NAMES, each, strict=True)) for each in book.rows(f"FROM problem {_ORDER} LIMIT {SHOWN}")]


def _kept_problems(book: Book) -> str:
    path = book.file("problems.csv")
    book.run(
        f"""COPY (SELECT severity, sheet, "row", column_name AS "column", value, cause, remedy, code FROM problem {_ORDER})
        TO '{path}' (HEADER, DELIMITER ',')"""  # noqa: S608
    )
    return store().put_file(path).sha256


def _refused(error: TieoutError) -> dict[str, Any]:
    """A file that cannot be read as a whole."""
    problem = dict.fromkeys(_NAMES, "") | {
        "severity": checks.ERROR,
        "row": None,
        "cause": error.message,
        "remedy": error.advice,
        "code": error.code,
    }
    return {
        "state": Batch.State.REFUSED,
        "asked": [],
        "counts": {"tables": {}, "problems": 1, "warnings": 0},
        "problems": [problem],
        "files": {},
        "impact": {},
    }


def _note_unused(book: Book, sheet: str, heading: str) -> None:
    remedy = "Nothing, if it is not needed; else say on the batch's page what it means."
    values = (checks.WARNING, "", sheet, None, heading, "", "the column is not used", remedy, "unused_column")
    book.run("INSERT INTO problem VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", *values)


def customs_of(environment_id: int | None) -> list[Custom]:
    """The environment's custom fields."""
    rows = CustomField.objects.filter(environment_id=environment_id)
    return [Custom(row.source, row.api_name, row.label) for row in rows]


def _progress(batch: Batch, phase: str, rows: int) -> None:
    Batch.objects.filter(pk=batch.pk).update(progress={"phase": phase, "rows": rows})
