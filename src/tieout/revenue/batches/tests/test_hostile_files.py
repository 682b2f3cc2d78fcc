"""Files that were made to harm, or are no tables at all: each is refused by name, quickly, and stays visible as a batch."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import UTC, datetime

import pytest
import xlsxwriter

from tieout.people.actors import Actor
from tieout.revenue.batches import operations as batches
from tieout.revenue.batches import sources
from tieout.revenue.batches.errors import UploadTooLarge
from tieout.revenue.batches.tests.conftest import known
from tieout.revenue.models import Batch

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CUSTOMERS = b"Customer,Name\nC1,Anna\n"


def archive(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return made.getvalue()


def workbook(sheet: bytes, *, replaced: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook of which one part is exchanged."""
    made, changed = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet("Customers").write_row(0, 0, ["Customer", "Name"])
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as after:
        for each in before.infolist():
            after.writestr(each, sheet if each.filename == replaced else before.read(each))
    return changed.getvalue()


def cells(*rows: str, declared: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?>{declared}<worksheet xmlns="{main}"><sheetData>{"".join(rows)}</sheetData></worksheet>'.encode()


def text(place: str, said: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{said}</t></is></c>'


def row(number: int, *found: str) -> str:
    return f'<row r="{number}">{"".join(found)}</row>'


HEAD = row(1, text("A1", "Customer"), text("B1", "Name"))
ENTITY = '<!DOCTYPE x [<!ENTITY a "AAAAAAAAAA"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
GARBAGE = random.Random(7).randbytes(10 * 1024**2)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("bomb.zip", archive(**{"customers.csv": b"0" * (64 * 1024**2)}), "unpacks to"),
        ("many.zip", archive(**{f"{n}.csv": b"a,b\n" for n in range(300)}), "holds 300 files"),
        ("virus.zip", archive(**{"run.exe": b"MZ"}), "no CSV file"),
        ("nested.zip", archive(**{"inner.zip": archive(a=b"")}), "no CSV file"),
        ("empty.zip", archive(), "no CSV file"),
        ("garbage.csv", GARBAGE, "is no text"),
        ("garbage.zip", b"PK\x03\x04" + GARBAGE[:1000], "damaged"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + GARBAGE[:1000], "old or a protected"),
        ("empty.csv", b"", "no table"),
        ("letter.txt", b"Dear all,\nplease find our orders attached.\n", "no table"),
        ("quote.csv", b'Customer,Name\nC1,"never closed', "line"),
        ("long.csv", b"Customer,Name\nC1," + b"x" * 100_000 + b"\n", "too long"),
        ("wide.xlsx", workbook(cells(HEAD, row(2, text("XFD2", "far")))), "lies beyond"),
        ("broken.xlsx", workbook(cells(HEAD, "<row>")), "damaged"),
        ("loop.xlsx", workbook(b"<x", replaced="xl/workbook.xml"), "damaged"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_or_was_made_to_harm_is_refused_by_name(
    accountant: Actor, name: str, data: bytes, said: str
) -> None:
    batch = batches.receive(accountant, name=name, source=data, now=NOW)
    assert (batch.state, batch.counts["problems"]) == (Batch.State.REFUSED, 1)
    assert said in batch.problems[0]["cause"]
    assert batch.problems[0]["remedy"]
    assert not any(known().values())


def test_entities_of_xml_are_neither_expanded_nor_fetched(accountant: Actor) -> None:
    hostile = cells(HEAD, row(2, text("A2", "C1"), text("B2", "&b;&f;")), declared=ENTITY)
    batch = batches.receive(accountant, name="x.xlsx", source=workbook(hostile), now=NOW)
    names = {row[1] for row in known_after(accountant, batch)} if batch.state == Batch.State.READY else set()
    assert not any("root" in name or "AAAA" in name for name in names)


def known_after(actor: Actor, batch: Batch) -> set[tuple[str, ...]]:
    batches.apply(actor, batch_id=batch.pk, now=NOW)
    return known("customer")["customer"]  # type: ignore[return-value]


def test_a_sheet_of_absurd_extent_costs_nothing(accountant: Actor) -> None:
    far = cells(HEAD, row(2, text("A2", "C1"), text("B2", "Anna")), row(1_048_576, text("A1048576", "C2")))
    batch = batches.receive(accountant, name="x.xlsx", source=workbook(far), now=NOW)
    assert batch.counts["tables"]["customer"]["rows"] == 2


def test_rare_ways_to_write_a_sheet_are_read_like_the_usual_one(accountant: Actor) -> None:
    reading = '<c r="B2" t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c>'
    rich = '<c r="B3" t="inlineStr"><is><r><t>An</t></r><r><t>na &amp; Co</t></r></is></c>'
    unplaced = '<row><c t="inlineStr"><is><t>C3</t></is></c><c t="str"><f>1+1</f><v>Ben</v></c></row>'
    rows = (HEAD, row(2, reading, text("A2", "C1")), row(3, text("A3", "C2"), rich), unplaced)
    prefixed = cells(*rows).replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?")
    for sheet in (cells(*rows), prefixed.replace(b"xmlns=", b"xmlns:x=")):
        batch = batches.receive(accountant, name="x.xlsx", source=workbook(sheet), now=NOW)
        assert {row[:2] for row in known_after(accountant, batch)} == {
            ("C1", "東京"),
            ("C2", "Anna & Co"),
            ("C3", "Ben"),
        }


def test_names_inside_an_archive_are_never_paths(accountant: Actor) -> None:
    batch = batches.receive(
        accountant,
        name="C:\\temp\\..\\customers.zip",
        source=archive(**{"../../etc/customers.csv": CUSTOMERS}),
        now=NOW,
    )
    assert (batch.file_name, batch.state, batch.counts["tables"]["customer"]["new"]) == ("customers.zip", "ready", 1)


def test_text_that_looks_like_sql_a_formula_or_markup_stays_text(accountant: Actor) -> None:
    said = [
        "'; DROP TABLE revenue_customer; --",
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "a\x00b\x07c",
        '{"$ne": 1}',
    ]
    rows = "".join(f'C{at},"{each.replace(chr(34), chr(34) * 2)}"\n' for at, each in enumerate(said))
    batch = batches.receive(
        accountant, name="it's.csv", source=f"Customer,Name\n{rows}".replace("\x00", "\x01").encode(), now=NOW
    )
    kept = sorted(row[1] for row in known_after(accountant, batch))
    assert kept == sorted([*said[:3], "a b c", said[4]])


def test_a_file_larger_than_allowed_is_not_even_kept(accountant: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_BYTES", 10)
    with pytest.raises(UploadTooLarge):
        batches.receive(accountant, name="x.csv", source=CUSTOMERS, now=NOW)
    assert not Batch.objects.exists()


def test_every_declared_encoding_exists() -> None:
    assert ["".encode(each) for each in sources.ENCODINGS]
