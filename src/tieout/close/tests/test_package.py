"""The close package: what it says, that it says it in the same bytes each time, and that it can be checked later."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from tieout.close import package
from tieout.close.errors import NotThePackage
from tieout.close.package import document, workbook
from tieout.close.package.contents import Contents, Section, as_text
from tieout.close.tests.conftest import Desk
from tieout.kernel.errors import NotFound
from tieout.kernel.money import Money
from tieout.ledger.models import Posting
from tieout.revenue.store import store

CONTENTS = Contents(
    "Close package 2026-09",
    "Example · US",
    [("Period", "2026-09")],
    [
        Section(
            "Journals",
            ["Account", "Note", "Amount"],
            [["40100", '=HYPERLINK("x") #panic() — Größe', Money(-123_456, "USD")], ["1", "日本", Money(5, "JPY")]],
        ),
        Section("Gaps", ["Contract"], []),
    ],
)


def _cells(data: bytes, sheet: int) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(sheet).to_python()


def test_a_workbook_holds_amounts_as_numbers_and_text_as_text() -> None:
    rows = _cells(workbook.write(CONTENTS), 1)
    assert rows[4] == ["40100", '=HYPERLINK("x") #panic() — Größe', -1234.56]
    assert rows[5] == ["1", "日本", 5]
    assert _cells(workbook.write(CONTENTS), 2)[1][0] == "None."


def test_the_same_content_gives_the_same_bytes() -> None:
    again = Contents(CONTENTS.title, CONTENTS.subtitle, list(CONTENTS.facts), list(CONTENTS.sections))
    assert again.digest == CONTENTS.digest
    assert workbook.write(again) == workbook.write(CONTENTS)
    paper = document.write(CONTENTS)
    assert paper[:5] == b"%PDF-"
    assert document.write(again) == paper
    assert b"CreationDate" not in paper


def test_other_content_has_another_digest() -> None:
    other = Contents(CONTENTS.title, CONTENTS.subtitle, [("Period", "2026-10")], CONTENTS.sections)
    assert other.digest != CONTENTS.digest
    assert as_text(CONTENTS)["sections"][0]["rows"][0][2] == "-1,234.56"


@pytest.fixture
def closed(desk: Desk) -> Desk:
    """September is closed, with a signature's note."""
    desk.books.sell("A", 120_000)
    desk.freeze("2026-09")
    desk.sign("2026-09", "data", note="Everything is here")
    desk.sign("2026-09", "preview")
    posted = desk.post("2026-09")
    Posting.objects.filter(pk=posted[0].pk).update(record_no="8811")
    desk.close("2026-09")
    return desk


def _sheets(desk: Desk) -> dict[str, list[list[object]]]:
    closing = desk.checklist("2026-09").closing
    assert closing is not None
    _, place = package.file_of(closing, "xlsx")
    book = CalamineWorkbook.from_path(str(place))
    return {name.partition(" ")[2]: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.mark.django_db
def test_a_package_names_signers_hashes_accounts_and_entries(closed: Desk) -> None:
    sheets = _sheets(closed)
    figures = closed.period("2026-09").figures
    assert figures is not None
    signed = [row for row in sheets["Checklist"][4:] if row[0] == "Data in"]
    assert (signed[0][3], signed[0][5]) == (closed.actor.name, "Everything is here")
    assert ["40100", "department=100;location=US", "USD", 0, -100, 0, -100] in sheets["Journals"]
    assert sheets["Roll-forward"][4] == ["Contract liability", "USD", 0, 1200, -100, 0, 1100]
    assert {row[4] for row in sheets["Tie-out"][4:]} == {0}
    assert [row[1] for row in sheets["Entries in the ledger"][4:]] == ["8811"]
    hashes = {row[0]: row[1] for row in sheets["Hashes"][4:]}
    assert [hashes[name] for name in ("Inputs", "Rules", "Outputs")] == [
        figures.inputs_hash,
        figures.rules_hash,
        figures.outputs_hash,
    ]
    assert {about["sha256"] for about in figures.files.values()} <= set(hashes.values())


@pytest.mark.django_db
def test_a_package_is_checked_against_the_store(closed: Desk) -> None:
    closing = closed.checklist("2026-09").closing
    assert closing is not None
    for ending in ("xlsx", "pdf"):
        data = package.file_of(closing, ending)[1].read_bytes()
        whose, checks = package.verify(closed.books.environment_id, data)
        assert whose == closing
        assert len(checks) == 2 + len(closing.figures.files)
        assert all(each.ok for each in checks)
        with pytest.raises(NotThePackage):
            package.verify(closed.books.environment_id, data + b" ")
    with pytest.raises(NotFound):
        package.file_of(closing, "docx")


@pytest.mark.django_db
def test_figures_that_were_altered_are_found(desk: Desk) -> None:
    desk.books.sell("Only this closing has the bytes of this name", 120_000)
    desk.month("2026-09")
    closing = desk.checklist("2026-09").closing
    assert closing is not None
    name, about = next(each for each in closing.figures.files.items() if "/contract/" in each[0])
    place = store().path(about["sha256"])
    place.chmod(0o600)
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    _, checks = package.verify(desk.books.environment_id, package.file_of(closing, "pdf")[1].read_bytes())
    assert [each.name for each in checks if not each.ok] == [name]
