"""A day at the command line: connecting, setting up, mapping by spreadsheet, and what goes wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tieout.audit.models import Entry
from tieout.cli.root import main
from tieout.connect.models import Connection
from tieout.demo import mappings
from tieout.demo.site import intacct_values, revio_values
from tieout.ledger.tests.books import NOW, Books
from tieout.people.actors import Role
from tieout.people.models import User
from tieout.sandbox.kit.server import RunningSandbox
from tieout.sync import engine
from tieout.sync.models import Finding, Job, Process, SourceRecord


class Shell:
    """Runs commands in this process and keeps what they print."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def __call__(self, *arguments: object, ends: int = 0) -> str:
        """What the command printed: stdout when it succeeds, stderr when it fails."""
        with pytest.raises(SystemExit) as exit_:
            main([str(each) for each in arguments])
        said = self._capture.readouterr()
        assert (exit_.value.code or 0) == ends, said.err or said.out
        return said.err if ends and not said.out else said.out

    def json(self, *arguments: object) -> Any:
        return json.loads(self(*arguments, "--json"))


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], environments: dict[str, Any]) -> Shell:
    return Shell(capsys)


@pytest.fixture
def controller(person: Callable[..., User]) -> User:
    return person(Role.ADMIN, Role.CONTROLLER, at="sandbox", email="pat@example.com")


def _connect(shell: Shell, vendor: str, values: dict[str, str], secret: set[str], patch: pytest.MonkeyPatch) -> int:
    options = [f"--set={name}={value}" for name, value in values.items() if name not in secret]
    for name in secret:
        patch.setenv(f"SECRET_{name}", values[name])
        options.append(f"--set-from-env={name}=SECRET_{name}")
    number: int = shell.json("connect", "add", vendor, *options)["id"]
    return number


@pytest.fixture
def process(
    shell: Shell, controller: User, vendors: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> int:
    """Both systems connected and tested, and payments ready to run, all by commands."""
    given = vendors.credentials()
    source = _connect(shell, "revio", revio_values(given), {"password", "subscription_key"}, monkeypatch)
    target = _connect(shell, "intacct", intacct_values(given), {"sender_password", "user_password"}, monkeypatch)
    assert "Sign in" in shell("connect", "test", source)
    assert shell.json("connect", "test", target)["ok"]
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps(mappings.receipts(date(2026, 11, 16))))
    made = shell.json(
        "process", "create", "receipts", "--name=Payments", "--from", source, "--to", target, "--settings", settings,
        "--schedule", '{"every": "daily", "at": "06:30"}',
    )  # fmt: skip
    number: int = made["id"]
    return number


def _work() -> None:
    """Run what is queued, as a worker would."""
    for job in Job.objects.filter(state="queued"):
        engine.run_job(job.pk, worker="test", clock=timezone.now, defer=lambda job_id, when: None)


@pytest.mark.django_db(transaction=True)
def test_a_day_of_payments_is_posted_looked_at_and_tied_out(shell: Shell, process: int, tmp_path: Path) -> None:
    assert shell.json("process", "run", process, "--plan-only")["parameters"] == {"plan_only": True}
    _work()
    assert {posting["state"] for posting in shell.json("posting", "list")} == {"planned"}
    assert shell.json("process", "run", process)["state"] == "queued"
    _work()
    job = shell.json("job", "list")[0]
    assert job["state"] in ("succeeded", "attention")
    assert job["counts"]["posted"] > 3
    assert "verified" in shell("posting", "list")
    posting = shell.json("posting", "list")[0]
    lines = shell.json("posting", "lines", posting["id"])
    assert sum(line["amount"]["minor"] for line in lines) == posting["total"]["minor"]
    assert len(shell.json("posting", "sources", posting["id"])) == sum(line["records"] for line in lines)
    assert "Difference" in shell("tie-out", process, "--from=2026-11-16", "--to=2026-11-20")
    archive = tmp_path / "input.zip"
    assert shell.json("job", "input", job["id"], archive)["bytes"] == archive.stat().st_size > 1000
    assert shell.json("posting", "check", posting["id"])["state"] == "verified"
    source, payments = Process.objects.get().source_id, SourceRecord.objects.filter(stream="payments").count()
    assert shell.json("remap", source, "payments")["count"] == payments > 0
    assert "records.no_such_stream" in shell("remap", source, "colours", ends=1)


@pytest.mark.django_db(transaction=True)
def test_a_mapping_goes_out_to_a_spreadsheet_and_comes_back(shell: Shell, process: int, tmp_path: Path) -> None:
    file = tmp_path / "mapping.csv"
    shell("process", "mapping", "export", process, file)
    file.write_text(file.read_text("utf-8").replace("BOA-LOCKBOX", "BOA-OPER"), "utf-8")
    before = shell.json("process", "show", process)["settings"]
    looked = shell.json("process", "mapping", "import", process, file)
    assert [(each["what"], each["key"]) for each in looked["changes"]] == [("changed", "Lockbox")]
    assert shell.json("process", "show", process)["settings"] == before
    shell("process", "mapping", "import", process, file, "--apply")
    after = {row["method"]: row for row in shell.json("process", "show", process)["settings"]["methods"]}
    assert after["Lockbox"]["bank_account"] == "BOA-OPER"


@pytest.mark.django_db(transaction=True)
def test_a_mapping_with_a_mistake_changes_nothing(shell: Shell, process: int, tmp_path: Path) -> None:
    file = tmp_path / "mapping.csv"
    file.write_text("Method,Treatment,Bank account,Account\nACH,bank,BOA-OPER,10920\nWire,bank,,10920\n")
    before = shell.json("process", "show", process)["settings"]
    looked = shell("process", "mapping", "import", process, file, ends=1)
    assert "none is chosen" in looked
    assert "ledger.mapping_refused" in shell("process", "mapping", "import", process, file, "--apply", ends=1)
    assert shell.json("process", "show", process)["settings"] == before


@pytest.mark.django_db(transaction=True)
def test_a_process_is_changed_switched_off_and_deleted(shell: Shell, process: int) -> None:
    assert len(shell.json("process", "next", process)["runs"]) == 5
    changed = shell.json("process", "change", process, "--name=Cash", "--schedule", '{"every": "hours", "n": 2}')
    assert (changed["name"], changed["schedule_label"]) == ("Cash", "Every 2 hours")
    assert shell.json("process", "disable", process)["next_run_at"] is None
    assert "sync.bad_schedule" in shell("process", "change", process, "--schedule", '{"every": "moon"}', ends=1)
    shell("process", "delete", process)
    assert "No processes yet" in shell("process", "list")


def test_a_finding_is_decided_with_a_reason(shell: Shell, controller: User, environments: dict[str, Any]) -> None:
    books = Books(environments["sandbox"].pk)
    finding = Finding.objects.create(
        process=books.process("receipts", {}), rule="bounced", record_kind="payment", record_id="1", label="Payment 1",
        owner="source", cause="It bounced.", remedy="Decide.", first_seen_at=NOW, last_seen_at=NOW,
    )  # fmt: skip
    assert "It bounced." in shell("finding", "list")
    assert "sync.unknown_choice" in shell("finding", "decide", "burn", finding.pk, "--reason=x", ends=1)
    shell("finding", "decide", "leave_out", finding.pk, "--reason=Paid again by wire")
    assert shell.json("finding", "show", finding.pk)["reason"] == "Paid again by wire"
    assert shell.json("finding", "list") == []


def test_people_tokens_and_the_site_are_managed(shell: Shell, controller: User) -> None:
    shell("user", "create", "ana@example.com", "--name=Ana", "--role=viewer")
    assert shell.json("user", "roles", "ana@example.com", "accountant", "viewer", "--as=pat@example.com")["roles"] == [
        "accountant",
        "viewer",
    ]
    made = shell.json("token", "create", "Nightly export", "--as=ana@example.com")
    assert made["secret"].startswith(made["token"]["prefix"])
    shell("token", "revoke", made["token"]["id"], "--as=ana@example.com")
    shell("user", "deactivate", "ana@example.com", "--as=pat@example.com")
    assert "cli.who_are_you" in shell("token", "list", "--as=ana@example.com", ends=1)
    changed = shell.json("site", "change", "--time-zone=America/New_York", "--country=us")
    assert (changed["time_zone"], changed["country"]) == ("America/New_York", "US")
    assert {entry["door"] for entry in shell.json("audit", "list")} == {"cli"}


def test_roles_hold_at_the_command_line_too(shell: Shell, person: Callable[..., User]) -> None:
    person(Role.VIEWER, at="sandbox", email="vi@example.com")
    assert shell.json("process", "list") == []
    for command in (("user", "list"), ("connect", "add", "revio"), ("process", "run", 1), ("posting", "post", 1)):
        assert "people.role_missing" in shell(*command, ends=1)
    assert "people.role_missing" in shell("process", "list", "--environment=production", ends=1)
    assert not Entry.objects.exists()


def test_with_several_people_a_command_asks_for_whom_it_acts(shell: Shell, person: Callable[..., User]) -> None:
    for name in ("one", "two"):
        person(Role.VIEWER, at="sandbox", email=f"{name}@example.com")
    assert "--as EMAIL" in shell("process", "list", ends=1)
    assert "No processes" in shell("process", "list", "--as=two@example.com")


def test_a_fault_is_told_as_json_to_programs(shell: Shell, controller: User) -> None:
    told = json.loads(shell("job", "show", 4711, "--json", ends=1))
    assert (told["code"], told["facts"]) == ("tieout.not_found", {"job": 4711})
    assert told["remedy"]


def test_a_secret_on_the_command_line_is_refused(shell: Shell, controller: User) -> None:
    said = shell("connect", "add", "revio", "--set=password=hush", ends=1)
    assert "cli.bad_option" in said
    assert "hush" not in said
    assert not Connection.objects.exists()


def test_wrong_usage_ends_with_two(shell: Shell, controller: User) -> None:
    assert "No such command" in shell("process", "fly", ends=2)
    assert "Missing argument" in shell("job", "show", ends=2)


def test_help_names_every_subject(shell: Shell) -> None:
    said = shell("--help")
    for subject in ("connect", "process", "job", "finding", "posting", "tie-out", "up", "backup", "sandbox", "remap"):
        assert subject in said
