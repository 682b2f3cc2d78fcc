"""Import data in the browser: a file comes in, is mended, applied, looked at and undone; jobs' files wait and are loaded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from tieout.connect.models import Connection
from tieout.people.actors import Actor, Role
from tieout.revenue.batches import operations as batches
from tieout.revenue.models import FACTS, Batch
from tieout.sync.models import Job, Process

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD = "Order #,Currency,Signed,Line,SKU,Price,Start,End\n"
GOOD = f"{HEAD}SO-1,EUR,2026-01-05,1,SEAT,1200.00,2026-01-01,2026-12-31\n"
BAD = f"{HEAD}SO-1,EURO,2026-01-05,1,SEAT,12oo,2026-01-01,2026-12-31\n"


@pytest.fixture
def browser(client_as: Callable[..., Client]) -> Client:
    return client_as(Role.ACCOUNTANT)


def upload(browser: Client, text: str, name: str = "orders.csv") -> Batch:
    file = SimpleUploadedFile(name, text.encode())
    answer = browser.post("/revenue/import/upload/", {"file": file, "encoding": ""})
    batch = Batch.objects.latest("pk")
    assert answer["Location"] == f"/revenue/batches/{batch.pk}/"
    return batch


def page(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_file_with_errors_names_them_in_a_table_as_csv_and_in_the_file_itself(browser: Client) -> None:
    batch = upload(browser, BAD)
    assert "nothing can be applied" in page(browser, f"/revenue/batches/{batch.pk}/")
    shown = page(browser, f"/revenue/batches/{batch.pk}/?tab=problems")
    assert "ISO 4217" in shown
    assert "12oo" in shown
    problems = b"".join(browser.get(f"/revenue/batches/{batch.pk}/problems.csv")).decode()
    assert "error,orders,2,currency,EURO," in problems
    marked = b"".join(browser.get(f"/revenue/batches/{batch.pk}/marked.xlsx"))
    row = CalamineWorkbook.from_filelike(BytesIO(marked)).get_sheet_by_index(0).to_python()[1]
    assert row[:2] == ["SO-1", "EURO"]
    assert "ISO 4217" in row[-1]
    refused = browser.post(f"/revenue/batches/{batch.pk}/apply/")
    assert (refused.status_code, "revenue.batch_has_problems" in refused.content.decode()) == (409, True)


def test_a_good_file_shows_what_it_changes_is_applied_and_undone(browser: Client) -> None:
    batch = upload(browser, GOOD)
    shown = page(browser, f"/revenue/batches/{batch.pk}/")
    assert "Ready to apply" in shown
    assert "1 warning" in shown
    assert "Contracts that would stay out of the figures" in shown
    assert 'href="/revenue/enter/product/?product_id=' in shown
    assert browser.post(f"/revenue/batches/{batch.pk}/apply/").status_code == 302
    assert FACTS["line"]._default_manager.filter(until__isnull=True).get().ends_on == date(2027, 1, 1)
    missing = browser.post(f"/revenue/batches/{batch.pk}/undo/", {"reason": " "})
    assert missing.status_code == 422
    browser.post(f"/revenue/batches/{batch.pk}/undo/", {"reason": "Sent by mistake"})
    assert not FACTS["line"]._default_manager.filter(until__isnull=True).exists()
    timeline = page(browser, f"/revenue/batches/{batch.pk}/?tab=timeline")
    assert [each in timeline for each in ("receive batch", "apply batch", "undo batch", "Sent by mistake")] == [
        True
    ] * 4
    listed = page(browser, "/revenue/import/")
    assert "Undo of orders.csv" in listed


def test_a_person_says_how_the_file_is_to_be_read(browser: Client) -> None:
    batch = upload(browser, GOOD.replace("2026-01-01", "03/04/2026"))
    assert (
        "Please say" in (shown := page(browser, f"/revenue/batches/{batch.pk}/")) or "nothing can be applied" in shown
    )
    matching = page(browser, f"/revenue/batches/{batch.pk}/?tab=matching")
    assert 'name="column-0-7"' in matching
    browser.post(
        f"/revenue/batches/{batch.pk}/match/", {"dates": "dmy", "decimal": "", "encoding": "", "column-0-7": "ends_on"}
    )
    batch.refresh_from_db()
    assert batch.state == Batch.State.READY
    browser.post(f"/revenue/batches/{batch.pk}/apply/")
    line = FACTS["line"]._default_manager.filter(until__isnull=True).get()
    assert (line.starts_on, line.ends_on) == (date(2026, 4, 3), date(2026, 12, 31))


def test_template_and_current_data_are_downloaded(browser: Client) -> None:
    browser.post(f"/revenue/batches/{upload(browser, GOOD).pk}/apply/")
    for form, start in (("xlsx", b"PK"), ("zip", b"PK")):
        for what in ("template", "data"):
            assert b"".join(browser.get(f"/revenue/import/{what}.{form}")).startswith(start)
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(browser.get("/revenue/import/data.xlsx"))))
    assert "SO-1" in book.get_sheet_by_name("Orders").to_python()[1]
    assert browser.get("/revenue/import/template.exe").status_code == 404


@pytest.fixture
def job(actor: Callable[..., Actor]) -> Job:
    place = {"environment_id": actor(Role.CONTROLLER).environment_id, "created_at": NOW}
    billing = Connection.objects.create(connector="revio", name="Billing", **place)
    process = Process.objects.create(kind="receipts", name="Orders", source=billing, target=billing, **place)
    return Job.objects.create(process=process, trigger="manual", requested_by="Test", state="running", queued_at=NOW)


def test_what_jobs_deliver_waits_as_conversion_data_and_is_loaded_with_one_click(browser: Client, job: Job) -> None:
    contract = {"contract_id": "SO-7", "currency": "KWD", "signed_on": date(2026, 1, 5)}
    line = {"contract_id": "SO-7", "line_id": "1", "product_id": "P", "price": 1234, "starts_on": date(2026, 1, 5)}
    tables: Any = {"contract": [contract], "line": iter([line])}
    batch = batches.deliver(job=job, title="Orders of November", tables=tables, now=timezone.now())
    shown = page(browser, "/revenue/import/conversion/")
    assert "Orders of November" in shown
    assert "Load as it is" in shown
    assert b"".join(browser.get(f"/revenue/batches/{batch.pk}/original/")).startswith(b"PK")
    browser.post(f"/revenue/batches/{batch.pk}/load/")
    assert FACTS["line"]._default_manager.filter(until__isnull=True).get().price == 1234
    assert "Orders of November" in page(browser, "/revenue/import/")


def test_conversion_data_is_downloaded_edited_and_its_edited_form_takes_its_place(browser: Client, job: Job) -> None:
    contract = {"contract_id": "SO-7", "currency": "EUR", "signed_on": date(2026, 1, 5)}
    line = {"contract_id": "SO-7", "line_id": "1", "product_id": "P", "price": 1234, "starts_on": date(2026, 1, 5)}
    tables: Any = {"contract": [contract], "line": [line]}
    waiting = batches.deliver(job=job, title="Orders of November", tables=tables, now=timezone.now())
    with ZipFile(BytesIO(b"".join(browser.get(f"/revenue/batches/{waiting.pk}/original/")))) as archive:
        sheets = {name: archive.read(name).decode() for name in archive.namelist()}
    edited = BytesIO()
    with ZipFile(edited, "w") as archive:
        for name, text in sheets.items():
            archive.writestr(name, text.replace("12.34", "99.00"))
    address = f"/revenue/import/upload/?instead={waiting.pk}"
    assert address in page(browser, "/revenue/import/conversion/")
    assert "Upload Orders of November, edited" in page(browser, address)
    browser.post(address, {"file": SimpleUploadedFile("edited.zip", edited.getvalue()), "encoding": ""})
    batch = Batch.objects.latest("pk")
    assert "edited form of" in page(browser, f"/revenue/batches/{batch.pk}/")
    browser.post(f"/revenue/batches/{batch.pk}/apply/")
    assert FACTS["line"]._default_manager.filter(until__isnull=True).get().price == 9900
    waiting.refresh_from_db()
    assert waiting.state == Batch.State.DISCARDED
    browser.post(f"/revenue/batches/{batch.pk}/undo/", {"reason": "Better as it was"})
    waiting.refresh_from_db()
    assert waiting.state == Batch.State.WAITING


def test_who_may_only_read_sees_no_way_to_change(client_as: Callable[..., Client], browser: Client) -> None:
    batch = upload(browser, GOOD)
    viewer = client_as(Role.VIEWER)
    assert "Apply all of it" not in page(viewer, f"/revenue/batches/{batch.pk}/")
    assert viewer.post(f"/revenue/batches/{batch.pk}/apply/").status_code == 403
