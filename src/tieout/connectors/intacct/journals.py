"""Journal entries: a GLBATCH with its GLENTRY lines, and the way back.

The key is kept as the entry's REFERENCENO. Source: vendor page "Journal Entries".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from tieout.connectors.intacct import compare
from tieout.connectors.intacct.checks import TEXT_LIMITS
from tieout.connectors.intacct.client import Done
from tieout.connectors.intacct.envelope import Element, element
from tieout.connectors.intacct.queries import Reader, Row, all_of, compares
from tieout.connectors.kit.documents import Held, Journal, JournalLine
from tieout.connectors.kit.faults import VendorFault
from tieout.connectors.kit.text import fit
from tieout.kernel.money import Money

OBJECT, LINES, KEY = "GLBATCH", "GLENTRY", "REFERENCENO"
_ENTITY = ("BASELOCATION_NO", "MEGAENTITYID")
_HEADER_FIELDS = ("RECORDNO", KEY, "JOURNAL", "BATCH_DATE", "BATCH_TITLE", "STATE", "BASELOCATION_NO")
_PERHAPS = ("RECORD_URL", "MEGAENTITYID")
_LINE_FIELDS = (
    *("RECORDNO", "BATCHNO", "LINE_NO", "ACCOUNTNO", "TR_TYPE", "AMOUNT", "TRX_AMOUNT", "CURRENCY", "DESCRIPTION"),
    *("BASECURR", "LOCATION", "DEPARTMENT", *compare.OTHER_DIMENSIONS),
)
_DEBITS = frozenset({"1", "debit"})


def build(journal: Journal, confined_to: str = "") -> Element:
    """The function that creates it. The entity is named as the source entity, unless the session is already in it."""
    elsewhere = journal.entity if journal.entity != confined_to else ""
    batch = element(
        "GLBATCH",
        None,
        element("JOURNAL", journal.symbol),
        element("BATCH_DATE", f"{journal.day:%m/%d/%Y}"),
        element("BATCH_TITLE", fit(journal.title, TEXT_LIMITS["title"])),
        element("REFERENCENO", journal.key),
        *_given("HISTORY_COMMENT", fit(journal.description, TEXT_LIMITS["description"])),
        *_given("BASELOCATION_NO", elsewhere),
        element("STATE", "Posted"),
        element("ENTRIES", None, *map(_line, journal.lines)),
    )
    return element("create", None, batch)


def number(done: Done) -> str:
    """The record number that the gateway gave. Raises VendorFault when it gave none."""
    data = done.result.data
    found = data.findtext("glbatch/RECORDNO") or data.findtext("GLBATCH/RECORDNO") if data is not None else ""
    if not found:
        raise VendorFault("The gateway created an entry without telling its number").seen(done.exchange)
    return found


def removal(record_no: str) -> Element:
    """The function that deletes it."""
    return element("delete", None, element("object", OBJECT), element("keys", record_no))


def find(reader: Reader, sent: Mapping[str, Journal]) -> list[tuple[str, Held]]:
    """Each entry held under one of the keys, with its key."""
    found = reader.for_each_key(OBJECT, _HEADER_FIELDS, _PERHAPS, KEY, list(sent))
    headers = [row for row in found if row[KEY] in sent]
    custom = {name for journal in sent.values() for line in journal.lines for name in line.dimensions.custom}
    lines = _lines_of(reader, [row["RECORDNO"] for row in headers], custom)
    return [(row[KEY], _held(row, lines.get(row["RECORDNO"], []), sent[row[KEY]])) for row in headers]


def others(reader: Reader, symbol: str, first: date, last: date, known: Collection[str]) -> Iterator[Held]:
    """Entries of the journal dated in these days (both included) whose key is none of `known`, with their lines."""
    days = [f"{day:%m/%d/%Y}" for day in (first, last)]
    where = all_of(compares("equalto", "JOURNAL", symbol), compares("between", "BATCH_DATE", *days))
    found = reader.rows(OBJECT, (*_HEADER_FIELDS, "WHENMODIFIED"), _PERHAPS, where)
    strange = [row for row in found if row.get(KEY, "") not in known]
    lines = _lines_of(reader, [row["RECORDNO"] for row in strange], ())
    for row in strange:
        day = compare.day(row["BATCH_DATE"]) or first
        nothing = Journal(row.get(KEY, ""), symbol, day, row.get("BATCH_TITLE", ""), "", ())
        yield _held(row, lines.get(row["RECORDNO"], []), nothing)


def _lines_of(reader: Reader, numbers: Sequence[str], custom: Collection[str]) -> dict[str, list[Row]]:
    lines: dict[str, list[Row]] = {}
    for row in reader.for_each_key(LINES, (*_LINE_FIELDS, *sorted(custom)), (), "BATCHNO", numbers):
        lines.setdefault(row["BATCHNO"], []).append(row)
    return lines


def _held(row: Row, lines: Sequence[Row], sent: Journal) -> Held:
    written = [line["CURRENCY"] for line in lines if line.get("CURRENCY")]
    base = [line["BASECURR"] for line in lines if line.get("BASECURR")]
    currency = next(iter([*written, *filter(None, [sent.currency]), *base]), "")
    alike = len(lines) == len(sent.lines)
    blank = JournalLine("", "debit", Money(0, currency))
    journal = Journal(
        key=row[KEY],
        symbol=compare.code(row, ("JOURNAL",), sent.symbol),
        day=compare.day(row.get("BATCH_DATE", "")) or sent.day,
        title=compare.reported(row, ("BATCH_TITLE",), sent.title, TEXT_LIMITS["title"]),
        currency=currency,
        lines=tuple(
            _held_line(line, sent.lines[index] if alike else blank, currency, sent.entity)
            for index, line in enumerate(compare.in_order(lines))
        ),
        entity=compare.code(row, _ENTITY, sent.entity) if sent.entity else "",
        description=sent.description,
    )
    return Held(row["RECORDNO"], journal, url=row.get("RECORD_URL", ""), state=row.get("STATE", ""))


def _held_line(row: Row, sent: JournalLine, currency: str, entity: str) -> JournalLine:
    return JournalLine(
        account=compare.code(row, ("ACCOUNTNO",), sent.account),
        side="debit" if row.get("TR_TYPE", "").lower() in _DEBITS else "credit",
        amount=abs(compare.money(row, ("TRX_AMOUNT", "AMOUNT"), currency)),
        memo=compare.reported(row, ("DESCRIPTION",), sent.memo, TEXT_LIMITS["memo"]),
        dimensions=compare.dimensions(row, sent.dimensions, entity),
    )


def _line(line: JournalLine) -> Element:
    where = line.dimensions
    return element(
        "GLENTRY",
        None,
        element("ACCOUNTNO", line.account),
        element("TR_TYPE", "1" if line.side == "debit" else "-1"),
        element("TRX_AMOUNT", line.amount.text()),
        element("CURRENCY", line.amount.currency),
        *_given("DESCRIPTION", fit(line.memo, TEXT_LIMITS["memo"])),
        *_given("DEPARTMENT", where.department),
        *_given("LOCATION", where.location),
        *_given("PROJECTID", where.project),
        *_given("CUSTOMERID", where.customer),
        *_given("ITEMID", where.item),
        *_given("CLASSID", where.class_id),
        *(element(name, value) for name, value in where.custom.items()),
    )


def _given(tag: str, text: str) -> list[Element]:
    return [element(tag, text)] if text else []
