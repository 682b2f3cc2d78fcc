"""The how-to of the API, call for call: every command that it shows is run as printed, against a live server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from tieout.connect import operations as connect
from tieout.demo import mappings
from tieout.kernel.calendar import Calendar
from tieout.ledger.models import Posting, Source
from tieout.ledger.receipts import planning
from tieout.ledger.receipts.settings import ReceiptSettings
from tieout.ledger.tests.books import Books
from tieout.people import operations
from tieout.people.actors import Actor, Role
from tieout.sync.models import Job

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "use-the-api.md"
CALLS = re.findall(r"^\$ (curl .+)$", HOW_TO.read_text("utf-8"), re.MULTILINE)
DAY = date(2026, 11, 18)
ANSWERS = {
    "/me": "environment",
    "/run": "queued",
    "/sources": "amount",
    "/source-records/": "payload",
    "/preview": "faults",
}
"""What each call's answer must hold."""

REVIO = {"login": "api", "client_code": "acme", "password": "x", "subscription_key": "x"}
INTACCT = {"company_id": "ACME", "sender_id": "s", "sender_password": "x", "user_id": "u", "user_password": "x"}


@pytest.fixture
def values(environments: dict[str, Any], actor: Callable[..., Actor], live_server: LiveServer) -> dict[str, str]:
    """What the how-to's variables stand for: a process with a planned posting of one payment."""
    books, controller = Books(environments["production"].pk), actor(Role.ADMIN, Role.CONTROLLER)
    for connection, given in ((books.source, REVIO), (books.target, INTACCT)):
        connect.change(actor=controller, connection_id=connection.pk, name=connection.name, values=given)
    settings = ReceiptSettings.model_validate(mappings.receipts(DAY)).model_dump(mode="json")
    process = books.process("receipts", settings)
    books.customer("7", "Zoë & Søn")
    books.payment("1", DAY, 1234)
    planning.plan(books.run(process), ReceiptSettings.model_validate(settings), DAY, Calendar("US"))
    Job.objects.update(state=Job.State.SUCCEEDED)
    _, token = operations.create_token(actor=controller, name="how-to", now=timezone.now())
    return {
        "TOKEN": token,
        "TIEOUT": live_server.url,
        "PROCESS": str(process.pk),
        "POSTING": str(Posting.objects.get().pk),
        "RECORD": str(Source.objects.get().source_record_id),
    }


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.django_db(transaction=True)
def test_every_call_of_the_how_to_works_as_printed(values: dict[str, str], tmp_path: Path) -> None:
    assert len(CALLS) >= 10
    for call in CALLS:
        ran = subprocess.run(
            ["bash", "-c", f"{call} --fail-with-body --silent --show-error"],
            env={"PATH": os.environ["PATH"], **values},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert ran.returncode == 0, f"{call}\n{ran.stdout}{ran.stderr}"
        for address, word in ANSWERS.items():
            if address in call.split("?")[0]:
                assert word in ran.stdout, call
    assert "12.34" in _answer(values, f"/postings/{values['POSTING']}", tmp_path)


def _answer(values: dict[str, str], path: str, folder: Path) -> str:
    command = f'curl -s -H "Authorization: Bearer $TOKEN" $TIEOUT/api/v1{path}'
    env = {"PATH": os.environ["PATH"], **values}
    return subprocess.run(["bash", "-c", command], env=env, cwd=folder, capture_output=True, text=True).stdout
