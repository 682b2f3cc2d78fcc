"""The how-tos of close, journals and reports: every command that they show is run as printed, and answers what they say."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any

import pytest
import time_machine

from tieout.cli.root import main
from tieout.demo.site import connection, revio_values
from tieout.ledger.journals.tests.books import NOW, RevenueBooks
from tieout.ledger.journals.tests.live import connected, work
from tieout.ledger.models import Posting
from tieout.people.actors import Actor, Role
from tieout.people.models import User
from tieout.reports.tests.books import FIRST, company, computed, discount
from tieout.revenue.models import Batch, Period
from tieout.sandbox.intacct.app import IntacctSandbox
from tieout.sandbox.kit.server import RunningSandbox, build
from tieout.sync.models import ACTIVE, Job, Process

BILLING = "load-from-a-billing-system.md"
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "how-to"
MAY_END_WITH_ONE = ("close status", "report tie-out")
Values = Mapping[str, Callable[[], object]]
Shell = Callable[..., str]


@pytest.fixture(scope="module")
def ledger() -> Iterator[RunningSandbox]:
    """A ledger of this file's own."""
    with RunningSandbox(build(IntacctSandbox(seed=7, today=NOW.date(), scale=0.02), today=NOW.date())) as running:
        yield running


@pytest.fixture
def shell(
    person: Callable[..., User],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Shell:
    """Runs one printed command as a controller, and every job that it queued; gives what it printed."""
    person(Role.CONTROLLER, Role.ADMIN, email="pat@example.com")
    monkeypatch.setenv("TIEOUT_USER", "pat@example.com")
    monkeypatch.setenv("TIEOUT_ENVIRONMENT", "production")
    monkeypatch.chdir(tmp_path)

    def run(command: str) -> str:
        arguments = shlex.split(command)[1:]
        with pytest.raises(SystemExit) as exit_:
            main(arguments)
        said = capsys.readouterr()
        ends = (0, 1) if " ".join(arguments[:2]) in MAY_END_WITH_ONE else (0,)
        assert (exit_.value.code or 0) in ends, f"{command}\n{said.err}{said.out}"
        for job in Job.objects.filter(state__in=ACTIVE):
            assert work(job).state == Job.State.SUCCEEDED, (command, job.error)
        return said.out

    return run


def follow(name: str, values: Values, shell: Shell) -> None:
    """Run every command of a how-to; each line printed below one must be in its answer."""
    blocks = re.findall(r"^```console\n(.*?)^```", (FOLDER / name).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    answer = ""
    for line in "".join(blocks).splitlines():
        if line.startswith("$ "):
            told = {name: value() for name, value in values.items() if f"${name}" in line}
            answer = _words(shell(Template(line[2:]).substitute(told)))
        elif line != "…":
            assert _words(line) in answer, f"{line}\n{answer}"


def _words(text: str) -> str:
    """Without the lines of tables, one blank between words."""
    return " ".join(re.sub(r"[│┃┏┓┗┛┡┩├┤└┘┌┐┬┴┼╇╋┳┻━─]", " ", text).split())


@pytest.mark.django_db(transaction=True)
def test_post_journals(shell: Shell, ledger: RunningSandbox) -> None:
    books = _books(ledger)
    with time_machine.travel(NOW, tick=True):
        values = {
            "CONNECTION": lambda: books.target.pk,
            "PROCESS": lambda: books.process.pk,
            "ENTRY": lambda: Posting.objects.get(reverses=None).pk,
        }
        follow("post-journals.md", values, shell)
    assert set(Posting.objects.values_list("state", flat=True)) == {"reversed", "verified"}


@pytest.mark.django_db(transaction=True)
def test_load_from_a_billing_system(
    shell: Shell, actor: Callable[..., Actor], vendors: RunningSandbox, tmp_path: Path
) -> None:
    given = re.search(r"^```json\n(.*?)^```", (FOLDER / BILLING).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert given
    (tmp_path / "sales.json").write_text(given[1], "utf-8")
    with time_machine.travel(NOW, tick=True):
        source = connection(actor(Role.ADMIN), "revio", "Rev.io", revio_values(vendors.credentials()), NOW)
        values = {
            "CONNECTION": lambda: source.pk,
            "PROCESS": lambda: Process.objects.get().pk,
            "BATCH": lambda: Batch.objects.get(state=Batch.State.WAITING).pk,
        }
        follow(BILLING, values, shell)
    assert list(Batch.objects.order_by("pk").values_list("origin", "state")) == [
        ("job", "discarded"),
        ("upload", "applied"),
    ]


@pytest.mark.django_db(transaction=True)
def test_close_a_month(shell: Shell, ledger: RunningSandbox) -> None:
    books = _books(ledger)
    Period.objects.filter(environment_id=books.environment_id).update(state="future", figures=None)
    with time_machine.travel(NOW, tick=True):
        follow("close-a-month.md", {}, shell)
    assert set(Posting.objects.values_list("state", flat=True)) == {"reversed", "verified"}


@pytest.mark.django_db
def test_read_the_reports(shell: Shell, environments: dict[str, Any]) -> None:
    where = environments["production"].pk
    computed(where, company())
    late = FIRST.replace(day=5)
    with time_machine.travel(datetime(2026, 4, 10, 12, tzinfo=UTC), tick=True):

        def answer(command: str) -> str:
            if "--known-on" in command:
                computed(where, discount(), late)
            return shell(command)

        follow("read-the-reports.md", {}, answer)


def _books(ledger: RunningSandbox) -> RevenueBooks:
    """One contract over 1,200.00, with September frozen."""
    return connected(ledger)
