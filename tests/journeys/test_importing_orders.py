"""An accountant's workbook of orders: its errors seen and marked, mended, applied, its revenue looked at, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tieout.people.actors import Role
from tieout.people.models import User
from tieout.revenue import figures

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
Sheets = Mapping[str, Sequence[Sequence[str]]]
SHEETS: Sheets = {
    "Recognition rules": [["Rule", "Method", "Convention"], ["monthly", "straight line", "even_months"]],
    "Products": [["SKU", "Name", "Revenue rule"], ["SEAT", "Seat", "monthly"], ["CARE", "Care", "monthly"]],
    "SSP": [["Product", "Currency", "Start", "Basis", "Amount"],
            ["SEAT", "EUR", "2026-01-01", "amount", "1200"], ["CARE", "EUR", "2026-01-01", "amount", "400"]],
    "Aufträge": [["Auftragsnummer", "Kunde", "Währung", "Auftragsdatum", "Pos", "Artikel", "Betrag", "Von", "Bis"],
                 ["SO-1", "C-1", "EUR", "05.01.2026", "1", "SEAT", "1.200,00", "01.01.2026", "31.12.2026"],
                 ["SO-1", "C-1", "EUR", "05.01.2026", "2", "CARE", "24O,00", "01.01.2026", "31.12.2026"],
                 ["SO-2", "C-2", "EURO", "05.01.2026", "1", "SEAT", "600,00", "31.02.2026", "31.12.2026"]],
    "Customers": [["Customer", "Name"], ["C-1", "Zoë & Søn A/S"], ["C-2", "株式会社トヨタ"]],
}  # fmt: skip
MENDED = {"24O,00": "240,00", "EURO": "EUR", "31.02.2026": "01.03.2026"}


@pytest.fixture(autouse=True)
def _that_day() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def upload(page: Page, path: Path) -> None:
    page.get_by_label("Main menu").get_by_role("link", name="Import data").click()
    page.get_by_role("link", name="Upload a file").first.click()
    page.locator("#id_file").set_input_files(path)
    page.get_by_role("button", name="Read it").click()


def see_the_errors(page: Page) -> None:
    expect(page.locator("main")).to_contain_text("3 errors: nothing can be applied")
    page.get_by_role("link", name="Problems").first.click()
    for value, remedy in (
        ("24O,00", "Write an amount"),
        ("EURO", "Write for example USD"),
        ("31.02.2026", "YYYY-MM-DD"),
    ):
        expect(page.locator("tr").filter(has_text=value)).to_contain_text(remedy)


def mended(page: Page, folder: Path) -> Sheets:
    """The marked workbook, downloaded and mended as a person does: the three cells, and nothing else."""
    with page.expect_download() as started:
        page.get_by_role("link", name="The file with errors marked").click()
    marked = folder / "marked.xlsx"
    started.value.save_as(marked)
    book = CalamineWorkbook.from_path(marked)
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    orders = sheets["Aufträge"]
    assert orders[0][-1] == "What to mend"
    assert [bool(row[-1]) for row in orders[1:]] == [False, True, True]
    return {name: [[MENDED.get(str(cell), str(cell)) for cell in row] for row in rows] for name, rows in sheets.items()}


def apply(page: Page) -> None:
    expect(page.locator("main")).to_contain_text("Ready to apply")
    march = page.locator("tr").filter(has_text="2026-03").filter(has_text="180.00")
    expect(march.first).to_be_visible()
    page.get_by_role("button", name="Apply all of it").click()
    expect(page.locator(".alert-success")).to_contain_text("mended.xlsx is applied")


def undo(page: Page) -> None:
    page.get_by_label("Main menu").get_by_role("link", name="Import data").click()
    page.get_by_role("link", name="mended.xlsx").first.click()
    page.get_by_role("link", name="Undo").click()
    page.get_by_label("Reason").fill("A trial")
    page.get_by_role("button", name="Undo it").click()
    expect(page.locator(".alert-success")).to_contain_text("Undone by batch")


def test_a_workbook_with_errors_is_mended_applied_looked_at_and_undone(
    transactional_db: None,
    person: Callable[..., User],
    sign_in: Callable[..., Page],
    workbook: Callable[..., Path],
    tmp_path: Path,
) -> None:
    accountant = person(Role.ACCOUNTANT)
    page = sign_in(accountant)
    upload(page, workbook(tmp_path / "orders.xlsx", SHEETS))
    see_the_errors(page)
    upload(page, workbook(tmp_path / "mended.xlsx", mended(page, tmp_path)))
    apply(page)
    figures.make(accountant.environment_id, cause="data", now=NOW)
    page.goto("/revenue/contracts/SO-1/?tab=schedule")
    expect(page.locator("tr").filter(has_text="2026-03").first).to_contain_text("120.00")
    undo(page)
    figures.make(accountant.environment_id, cause="data", now=NOW)
    page.get_by_label("Main menu").get_by_role("link", name="Contracts").click()
    expect(page.locator("main")).not_to_contain_text("SO-1")
