"""A controller's first day: a process is set up, looked at, run and followed from its postings down to the bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Page, expect

from tieout.connect import operations as connect
from tieout.connect.models import Connection
from tieout.connectors.kit import registry
from tieout.people.actors import Actor, Role
from tieout.people.models import User
from tieout.people.queries import actor_for
from tieout.sandbox.kit.server import RunningSandbox
from tieout.sync import engine
from tieout.sync.models import Job, SourceRecord

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _the_sandboxes_day() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def controller(transactional_db: None, person: Callable[..., User], vendors: RunningSandbox) -> User:
    """Somebody who may set up and post, on a site where both systems are connected."""
    made = person(Role.ADMIN, Role.CONTROLLER)
    assert made.environment is not None
    actor = actor_for(made, made.environment, "web")
    for slug, told in vendors.credentials().items():
        _connect(actor, slug, told)
    return made


def _connect(actor: Actor, slug: str, told: dict[str, str]) -> None:
    known = {**told, "base_url": told["url"], "gateway_url": told["url"]}
    values = {field.name: known[field.name] for field in registry.get(slug).fields if field.name in known}
    made = connect.add(actor=actor, connector=slug, name=slug.capitalize(), values=values, now=NOW)
    assert connect.test(actor=actor, connection_id=made.pk, now=NOW).ok


def work_off() -> None:
    """Run the queued job as a worker would."""
    waiting = [Job.objects.get(state="queued").pk]
    while waiting:
        engine.run_job(waiting.pop(), worker="test", clock=timezone.now, defer=lambda pk, _: waiting.append(pk))


def map_method(page: Page, method: str, **values: str) -> None:
    """Fill in the row of a method; the labels are those of the table's head."""
    row = page.locator("tr.map-row").filter(has=page.locator(f"input[value='{method}']"))
    row.locator("select").first.select_option("bank")
    for name, value in values.items():
        row.locator(f"input[name$='-{name}']").fill(value)


def begin(page: Page, kind: str, name: str) -> None:
    page.get_by_role("link", name="New process").first.click()
    page.get_by_role("link", name=kind).click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Next: mapping").click()
    page.get_by_role("button", name="Read the lists now").click()
    expect(page.locator(".alert-success")).to_contain_text("rows of the ledger's lists")


def set_receipts_up(page: Page) -> None:
    begin(page, "Sync Payments", "Deposits")
    page.get_by_label("From the payments of").fill("2026-11-12")
    place = {"account": "10920", "location": "US-NYC", "department": "410", "class_id": "BUS"}
    for method in ("ACH", "Wire", "Check"):
        map_method(page, method, bank_account="BOA-OPER", **place)
    for card in ("Visa", "MasterCard", "Amex"):
        map_method(page, f"Credit Card - {card}", bank_account="MERIDIAN-CARD", **place)
    page.get_by_role("button", name="Next: schedule").click()
    page.get_by_label("Runs").select_option("weekdays")
    expect(page.locator("#next-runs")).to_contain_text("23 Nov 2026, 06:00")
    page.get_by_role("button", name="Next: review").click()
    page.get_by_role("button", name="Create process").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Deposits")


def test_a_process_is_set_up_run_and_followed_down_to_the_bytes(
    controller: User, sign_in: Callable[..., Page], tmp_path: Path
) -> None:
    page = sign_in(controller)
    set_receipts_up(page)

    page.get_by_role("link", name="Preview").first.click()
    expect(page.locator("main")).to_contain_text("Nothing to book")
    page.get_by_role("button", name="Read records first").click()
    work_off()
    page.reload()
    expect(page.locator("main")).to_contain_text("Expected deposits")
    expect(page.locator("main")).to_contain_text("API call budget")

    page.get_by_role("button", name="Run now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("QUEUED")
    work_off()
    expect(page.get_by_role("heading", level=1)).to_contain_text("NEEDS ATTENTION")
    expect(page.locator("#panels")).to_contain_text("In the ledger by day")

    page.get_by_role("link", name="Postings", exact=True).last.click()
    page.locator("#list tbody a.record-link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Verified")
    page.get_by_role("link", name="Payment ").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the page's bytes").click()
    file = tmp_path / "page.json"
    download.value.save_as(file)
    record = SourceRecord.objects.select_related("page").get(pk=int(page.url.rstrip("/").rsplit("/", 1)[1]))
    assert record.page is not None
    assert hashlib.sha256(file.read_bytes()).digest() == bytes(record.page.sha256)


def test_findings_are_decided_and_retried_and_cash_is_never_booked_twice(
    controller: User, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(controller)
    set_receipts_up(page)
    page.get_by_role("button", name="Run now").click()
    work_off()

    page.goto("/findings/?rule=unmapped_method&state=open")
    page.get_by_label("Choose all on this page").check()
    expect(page.locator("[data-chosen]")).to_contain_text("chosen")
    page.get_by_role("button", name="Decide…").click()
    page.get_by_label("Leave it out, and note it").check()
    page.get_by_label("Reason").fill("Booked by the branch office")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".alert-success")).to_contain_text("decided")
    page.locator("#list tbody a.record-link").first.click()
    page.get_by_role("button", name="Retry this").click()
    expect(page.locator(".alert-success")).to_contain_text("queued for these records only")
    work_off()
    assert Job.objects.latest("pk").trigger == Job.Trigger.RETRY

    page.goto("/processes/")
    begin(page, "Sync GL Reports", "Billing")
    page.get_by_label("Journal").fill("RVJ")
    for target, account in (("receivable", "12000"), ("tax", "22100")):
        page.locator(f"#id_{target}-account").fill(account)
    page.get_by_label("Book it here, by payment method").check()
    page.get_by_role("button", name="Next: schedule").click()
    expect(page.locator(".alert-danger").first).to_contain_text("books as receipts")
    expect(page.locator(".problem-code")).to_have_text("ledger.booked_twice")
    assert Connection.objects.count() == 2
