"""A controller's first closes, all of it in the browser: from a connected ledger and a workbook to a month with a late change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Page, expect

from tieout.demo.site import intacct_values
from tieout.ledger.models import Posting
from tieout.people.actors import Role
from tieout.people.models import User
from tieout.revenue import figures
from tieout.revenue.models import Batch
from tieout.sandbox.kit.server import RunningSandbox
from tieout.sync import engine
from tieout.sync.models import Job

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHEETS: Mapping[str, Sequence[Sequence[str]]] = {
    "Customers": [["Customer", "Name", "Fields"], ["C-1", "Zoë & Søn A/S", "segment=BUS"], ["C-2", "Ōtani", "segment=WHS"]],
    "Recognition rules": [["Rule", "Method", "Convention"], ["monthly", "straight line", "even_months"]],
    "Products": [["SKU", "Name", "Revenue rule", "Fields"], ["SEAT", "Seat", "monthly", "team=100"]],
    "SSP": [["Product", "Currency", "Start", "Basis", "Amount"], ["SEAT", "USD", "2026-01-01", "amount", "1200"]],
    "Orders": [["Order number", "Customer", "Currency", "Order date", "Line", "Product", "Amount", "Start", "End", "Fields"],
               ["SO-1", "C-1", "USD", "2026-09-01", "1", "SEAT", "1200.00", "2026-09-01", "2027-08-31", "site=US-NYC"],
               ["SO-2", "C-2", "USD", "2026-09-01", "1", "SEAT", "2400.00", "2026-09-01", "2027-08-31", "site=US-AUS"]],
    "Invoices": [["Invoice", "Order number", "Line", "Date", "Amount"], ["I-1", "SO-1", "1", "2026-09-01", "1200.00"],
                 ["I-2", "SO-2", "1", "2026-09-01", "2400.00"]],
}  # fmt: skip
ACCOUNTS = {
    "Invoice": ("12000", "23000"),
    "Revenue out of deferred revenue": ("23000", "40100"),
}
FIELDS = {"segment": ("customer", "class"), "team": ("product", "department"), "site": ("subscription", "location")}


@pytest.fixture(autouse=True)
def _that_day() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def page(transactional_db: None, person: Callable[..., User], sign_in: Callable[..., Page]) -> Page:
    return sign_in(person(Role.CONTROLLER))


def go(page: Page, entry: str) -> None:
    page.get_by_label("Main menu").get_by_role("link", name=entry, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(entry)


def follow(page: Page, *links: str) -> None:
    for name in links:
        page.locator("main").get_by_role("link", name=name).first.click()


def press(page: Page, button: str, said: str) -> None:
    page.locator("main, dialog[open]").get_by_role("button", name=button).last.click()
    expect(page.locator(".alert-success")).to_contain_text(said)


def work_off() -> None:
    """Run the queued job as a worker would."""
    waiting = [Job.objects.get(state="queued").pk]
    while waiting:
        engine.run_job(waiting.pop(), worker="test", clock=timezone.now, defer=lambda pk, _: waiting.append(pk))


def connect(page: Page, told: Mapping[str, str]) -> None:
    follow(page, "Connect a ledger", "Connect Sage Intacct")
    for name, value in told.items():
        page.locator(f"#id_{name}").fill(value)
    press(page, "Add connection", "is saved")
    press(page, "Test connection", "Everything works")
    follow(page, "Set up the journals of revenue")


def bring_in(page: Page, path: Path) -> None:
    go(page, "Import data")
    follow(page, "Upload a file")
    page.locator("#id_file").set_input_files(path)
    page.get_by_role("button", name="Read it").click()
    expect(page.locator("tr").filter(has_text="2026-09").first).to_contain_text("300.00")
    press(page, "Apply all of it", "is applied")
    figures.make(Batch.objects.get().environment_id, cause="data", now=NOW)
    go(page, "Accounting periods")
    follow(page, "Set up periods")
    page.locator("#id_first").fill("2026-09-01")
    press(page, "Set up", "24 periods are set up")


def set_accounting_up(page: Page) -> None:
    go(page, "Accounting")
    expect(page.locator(".alert-danger")).to_contain_text("have no account")
    follow(page, "Connect a ledger", "Post into it")
    page.locator("#id_journal").fill("APJ")
    press(page, "Save", "Saved")
    for event, (debit, credit) in ACCOUNTS.items():
        page.get_by_role("link", name=f"Change {event}", exact=True).click()
        page.locator("#id_debit").fill(debit)
        page.locator("#id_credit").fill(credit)
        press(page, "Save", "The accounts are mapped")
    for name, (source, dimension) in FIELDS.items():
        follow(page, "Add a custom field")
        page.locator("#id_api_name").fill(name)
        page.locator("#id_source").select_option(source)
        page.locator("#id_in_journals").check()
        page.locator("#id_dimension").fill(dimension)
        press(page, "Save", "is saved")
    press(page, "Check now", "The ledger would take the journals")


def post(page: Page, month: str, shown: str) -> None:
    follow(page, "Post journals", "Prepare journals")
    press(page, "Prepare", "it plans the journals")
    work_off()
    page.get_by_label("Period").fill(month)
    page.wait_for_url(f"**period={month}*")
    page.get_by_label(f"Choose {month}").check()
    page.get_by_role("button", name="Preview…").click()
    expect(page.locator("main")).to_contain_text(shown)
    press(page, "Post journals", "it posts 1 entry")
    expect(page.locator(".live")).to_contain_text("Export under way")
    work_off()
    expect(page.locator(".live")).to_contain_text("Succeeded")
    assert set(Posting.objects.values_list("state", flat=True)) == {"verified"}


def close(page: Page, month: str, shown: str) -> None:
    """Freeze, sign, post, lock; `shown` is something that the preview of the journals says."""
    go(page, "Close")
    follow(page, month, "Freeze")
    press(page, "Freeze", "is frozen")
    post(page, month, shown)
    go(page, "Close")
    follow(page, month)
    for step in ("data", "preview"):
        page.locator(f"#{step}").get_by_role("link", name="Sign").click()
        press(page, "Sign", "is signed")
    expect(page.locator("#locked")).to_contain_text("Ready")
    follow(page, "Close the period")
    press(page, "Close the period", f"{month} is closed")


def change(page: Page, contract: str) -> None:
    go(page, "Contracts")
    follow(page, contract, "Add a change")
    for name, value in {"line_id": "1", "effective_on": "2026-09-01", "price": "120"}.items():
        page.locator(f"#id_{name}").fill(value)
    page.locator("#id_treatment").select_option("catch_up")
    press(page, "Enter the change", "is entered")


def test_two_months_are_closed_and_a_late_change_is_adjusted_in_the_second(
    page: Page, vendors: RunningSandbox, workbook: Callable[..., Path], tmp_path: Path
) -> None:
    go(page, "Accounting")
    connect(page, intacct_values(vendors.credentials()))
    bring_in(page, workbook(tmp_path / "orders.xlsx", SHEETS))
    set_accounting_up(page)
    close(page, "2026-09", "location US-NYC")
    follow(page, "2026-10")
    change(page, "SO-1")
    close(page, "2026-10", "prior-period adjustment")
    go(page, "Tie-out")
    expect(page.locator("main")).to_contain_text("Everything ties out through 31 Oct 2026")
    expect(page.locator("tr").filter(has_text="40100")).to_contain_text("0.00")
