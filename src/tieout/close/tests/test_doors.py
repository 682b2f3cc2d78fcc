"""A month closed by a program and by commands, with the same answers as the pages give."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from tieout.cli.root import main
from tieout.close.tests.conftest import AFTER, Desk
from tieout.people import operations as people
from tieout.people.actors import Role
from tieout.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june() -> Iterator[None]:
    with time_machine.travel(AFTER, tick=True):
        yield


@pytest.fixture
def api(desk: Desk) -> Callable[..., Any]:
    """`api("post", "/periods", {...})` as a program with the controller's token."""
    _, secret = people.create_token(actor=desk.actor, name="program", now=AFTER)

    def call(method: str, path: str, sent: dict[str, Any] | None = None) -> Any:
        body = json.dumps(sent or {}).encode()
        headers = {"Authorization": f"Bearer {secret}"}
        return Client().generic(method.upper(), f"/api/v1{path}", body, "application/json", headers=headers)

    return call


@pytest.fixture
def shell(
    desk: Desk, person: Callable[..., User], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """`shell("close", "status", "2026-09")` prints what it prints, in production, as a controller."""
    person(Role.CONTROLLER, email="pat@example.com")
    monkeypatch.setenv("TIEOUT_USER", "pat@example.com")
    monkeypatch.setenv("TIEOUT_ENVIRONMENT", "production")

    def run(*arguments: str, ends: int = 0) -> str:
        with pytest.raises(SystemExit) as exit_:
            main(list(arguments))
        said = capsys.readouterr()
        assert (exit_.value.code or 0) == ends, said.err or said.out
        return said.err if ends and not said.out else said.out

    return run


def test_a_program_closes_a_month(desk: Desk, api: Callable[..., Any]) -> None:
    desk.books.sell("A", 120_000)
    listed = api("get", "/periods?entity=US&state=open").json()["items"]
    assert [each["label"] for each in listed] == ["2026-09"]
    month = f"/periods/{listed[0]['id']}"
    assert api("post", f"{month}/freeze").json()["state"] == "frozen"
    refused = api("post", f"{month}/close")
    assert (refused.status_code, refused.json()["code"]) == (409, "close.not_done")
    assert [each["step"] for each in refused.json()["facts"]["steps"]] == ["data", "preview", "posted"]
    lines = api("get", f"{month}/dry-run").json()["lines"]
    assert {line["account"]: line["own"]["amount"] for line in lines}["40100"] == "-100.00"
    for step in ("data", "preview"):
        assert api("post", f"{month}/steps/{step}/sign", {"note": ""}).json()["state"] == "done"
    desk.post("2026-09")
    closing = api("post", f"{month}/close").json()
    steps = api("get", f"{month}/close").json()["steps"]
    assert {each["state"] for each in steps} == {"done"}
    package = api("get", f"/closings/{closing['id']}/package.pdf")
    assert package.content[:5] == b"%PDF-"
    assert api("get", f"{month}/reopening").json()["entries"] == [
        entry["id"] for entry in api("get", "/postings").json()["items"]
    ]
    reopened = api("post", f"{month}/reopen", {"reason": "A contract was wrong"}).json()
    assert (reopened["state"], len(reopened["reversals"])) == ("reopened", 1)
    assert [each["state"] for each in api("get", "/closings").json()["items"]] == ["reopened"]


def test_periods_are_set_up_and_extended_by_a_program(api: Callable[..., Any]) -> None:
    sent = {
        "entity": "UK",
        "first": "2026-01-05",
        "calendar": "4-5-4",
        "year_end": {"month": 1, "weekday": 5, "rule": "nearest"},
    }
    made = api("post", "/periods", sent)
    assert (made.status_code, len(made.json()), made.json()[0]["label"]) == (201, 12, "2026-P12")
    assert api("post", "/periods/extend", {"entity": "UK", "years": 1}).json()[-1]["state"] == "future"
    assert api("post", "/periods/extend", {"entity": "Nowhere"}).json()["code"] == "revenue.no_periods"


def test_commands_close_a_month_and_check_its_package(desk: Desk, shell: Callable[..., str], tmp_path: Path) -> None:
    desk.books.sell("A", 120_000)
    us = ("2026-09", "--entity", "US")
    assert "2026-09" in shell("period", "list")
    assert "frozen" in shell("close", "freeze", *us)
    assert "3 lines are left to post" in shell("close", "status", *us, ends=1)
    shell("close", "dry-run", *us, "--file", str(tmp_path / "dry.csv"))
    assert "40100,department=100;location=US,USD,0.00,0.00,-100.00,0.00,-100.00" in (tmp_path / "dry.csv").read_text()
    assert "close.not_done" in shell("close", "close", *us, ends=1)
    for step in ("data", "preview"):
        shell("close", "sign", "2026-09", step, "--entity", "US")
    desk.post("2026-09")
    assert json.loads(shell("close", "close", *us, "--json"))["state"] == "closed"
    file = tmp_path / "package.pdf"
    shell("close", "package", "2026-09", str(file), "--entity", "US")
    assert "2026-09 US: unaltered." in shell("close", "verify", str(file))
    file.write_bytes(file.read_bytes() + b" ")
    assert "close.not_the_package" in shell("close", "verify", str(file), ends=1)
    assert "1 entry of 2026-09 US would be reversed" in shell("close", "reopen", *us)
    assert "reopened" in shell("close", "reopen", *us, "--reason", "A contract was wrong")
    assert "reopened" in shell("close", "history")


def test_a_frozen_month_is_thawed_by_command(desk: Desk, shell: Callable[..., str]) -> None:
    shell("close", "freeze", "2026-09", "--entity", "US")
    shell("close", "sign", "2026-09", "data", "--entity", "US")
    shell("close", "withdraw", "2026-09", "data", "--entity", "US")
    assert "Too early" in shell("close", "thaw", "2026-09", "--entity", "US", "--reason", "Too early")
    assert desk.period("2026-09").state == "open"


def test_periods_are_set_up_by_command(shell: Callable[..., str]) -> None:
    assert "2026-P01" in shell("period", "set-up", "2025-12-28", "--entity", "UK", "--calendar", "4-4-5")
    assert "2027-P12" in shell("period", "extend", "--entity", "UK")
