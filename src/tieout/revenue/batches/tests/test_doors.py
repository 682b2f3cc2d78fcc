"""The same import by API and by command line: a file in, what it would change, applied, undone, and current data out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob

from tieout.audit.models import Entry
from tieout.cli.root import main
from tieout.config import worker
from tieout.people import operations as people
from tieout.people.actors import Actor, Role
from tieout.revenue import tasks
from tieout.revenue.batches import operations as batches
from tieout.revenue.batches import weighing
from tieout.revenue.batches.tests.conftest import known
from tieout.revenue.models import Batch
from tieout.sync.models import Job

GOOD = "Order #,Currency,Signed,Line,SKU,Price,Start\nSO-1,EUR,2026-01-05,1,SEAT,1200.00,2026-01-01\n"


@pytest.fixture
def api(actor: Callable[..., Actor]) -> Callable[..., Any]:
    """`api("post", "/revenue/batches", …)` calls with an accountant's token."""
    secret = people.create_token(actor=actor(Role.ACCOUNTANT), name="Import", now=timezone.now())[1]
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def call(method: str, path: str, sent: Any = None, **kwargs: Any) -> Any:
        return getattr(client, method)(f"/api/v1{path}", sent, **kwargs)

    return call


def test_a_file_is_sent_looked_at_applied_and_undone_by_api(api: Callable[..., Any]) -> None:
    answer = api("post", "/revenue/batches", {"file": SimpleUploadedFile("orders.csv", GOOD.encode())})
    assert answer.status_code == 201, answer.content
    batch = answer.json()
    assert (batch["state"], batch["counts"]["tables"]["line"]["new"]) == ("ready", 1)
    path = f"/revenue/batches/{batch['id']}"
    asked = api("post", f"{path}/match", {"dates": "dmy"}, content_type="application/json").json()
    assert asked["matching"]["choices"]["dates"] == "dmy"
    assert api("post", f"{path}/apply").json()["state"] == "applied"
    assert len(known("line")["line"]) == 1
    assert b"".join(api("get", f"{path}/original")) == GOOD.encode()
    assert b"".join(api("get", "/revenue/files/data.zip")).startswith(b"PK")
    undone = api("post", f"{path}/undo", {"reason": "A trial"}, content_type="application/json").json()
    assert (undone["origin"], undone["undoes_id"], known("line")["line"]) == ("undo", batch["id"], set())
    assert [each["origin"] for each in api("get", "/revenue/batches").json()["items"]] == ["undo", "upload"]


def test_an_upload_may_be_larger_than_other_bodies_and_nonsense_is_still_refused(api: Callable[..., Any]) -> None:
    rows = "".join(f"SO-{n},EUR,2026-01-05,1,SEAT,1200.00,2026-01-01,{'x' * 400}\n" for n in range(14_000))
    large = SimpleUploadedFile("orders.csv", f"{GOOD.splitlines()[0]},Note\n{rows}".encode())
    answer = api("post", "/revenue/batches", {"file": large})
    assert (answer.status_code, answer.json()["state"]) == (201, "reading")
    refused = api("post", "/revenue/batches/1/undo", "x" * 6_000_000, content_type="application/json")
    assert refused.status_code == 413
    wrong = api("post", "/revenue/batches/1/match", {"dates": "ydm"}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "revenue.bad_choice")


@pytest.mark.django_db(transaction=True)
def test_what_is_large_is_read_and_applied_by_a_worker_in_the_name_of_who_asked(
    api: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE_BYTES", 0)
    monkeypatch.setattr(weighing, "AT_ONCE_LINES", 0)
    sent = api("post", "/revenue/batches", {"file": SimpleUploadedFile("orders.csv", GOOD.encode())}).json()
    path = f"/revenue/batches/{sent['id']}"
    assert sent["state"] == "reading"
    work("read_batch")
    read = api("get", path).json()
    assert (read["state"], bool(read["impact"])) == ("ready", True)
    assert api("post", f"{path}/apply").json()["state"] == "applying"
    assert api("post", f"{path}/discard").status_code == 409
    assert known("line")["line"] == set()
    work("apply_batch")
    applied = api("get", path).json()
    assert (applied["state"], len(known("line")["line"])) == ("applied", 1)
    entry = Entry.objects.get(subject=f"batch:{sent['id']}", action="apply batch")
    assert (entry.actor, entry.door) == (applied["created_by"], "api")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
def test_what_a_worker_left_behind_when_it_died_is_put_back_and_done(
    api: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE_BYTES", 0)
    sent = api("post", "/revenue/batches", {"file": SimpleUploadedFile("orders.csv", GOOD.encode())}).json()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 day') returning id"
        )
        dead = cursor.fetchone()
        cursor.execute("update procrastinate_jobs set status = 'doing', worker_id = %s", dead)
    asyncio.run(_tidied())
    work("read_batch")
    assert api("get", f"/revenue/batches/{sent['id']}").json()["state"] == "ready"


async def _tidied() -> None:
    side: Any = jobs.connector
    async with jobs.with_connector(side.get_worker_connector()).open_async() as app:
        await worker.tidy(app)


def work(task: str) -> None:
    """Run the queued calls of a task of the room, as a worker does."""
    for call in ProcrastinateJob.objects.filter(task_name=f"tieout.revenue.{task}", status="todo"):
        getattr(tasks, task)(**call.args)


def test_the_command_line_reads_applies_lists_undoes_and_exports(
    person: Callable[..., Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    person(Role.ACCOUNTANT, at="sandbox")
    file = tmp_path / "orders.csv"
    file.write_text(GOOD)

    def tieout(*arguments: object, ends: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["revenue", *map(str, arguments)])
        assert (ended.value.code or 0) == ends
        return capsys.readouterr().out

    batch = json.loads(tieout("import", file, "--json"))
    assert (batch["state"], known("line")["line"]) == ("ready", set())
    assert json.loads(tieout("apply", batch["id"], "--json"))["state"] == "applied"
    assert "orders.csv" in tieout("batches")
    tieout("export", tmp_path / "data.zip")
    again = json.loads(tieout("import", tmp_path / "data.zip", "--apply", "--json"))
    assert again["counts"]["tables"]["line"] == {"rows": 1, "new": 0, "changed": 0, "unchanged": 1}
    tieout("undo", batch["id"], "--reason", "A trial")
    assert known("line")["line"] == set()
    tieout("template", tmp_path / "template.xlsx")
    assert (tmp_path / "template.xlsx").read_bytes().startswith(b"PK")
    file.write_text(GOOD.replace("2026-01-01", "03/04/2026"))
    assert "swapped" in tieout("import", file, ends=1)
    assert "ready" in tieout("import", file, "--dates", "dmy")
    file.write_text(GOOD.replace("EUR", "EURO"))
    assert "ISO 4217" in tieout("import", file, "--apply", ends=1)
    assert not Job.objects.exists()
    assert Batch.objects.filter(state="refused").count() == 2
