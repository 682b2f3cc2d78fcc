"""Closed months in a real sandbox of the ledger: booked once whatever dies on the way, tied out, and watched afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from tieout.close import queries
from tieout.close.steps import Step
from tieout.close.tests.conftest import Desk
from tieout.connect.queries import pinned_session
from tieout.ledger.journals.tests.books import NOW, RevenueBooks, lines
from tieout.ledger.journals.tests.live import by_hand, connected, edit, held, nightly, run, work
from tieout.ledger.models import Posting
from tieout.people.queries import site_clock
from tieout.reports import tie_out
from tieout.reports.answers import Report
from tieout.reports.questions import Question
from tieout.reports.sets import When
from tieout.sandbox.intacct.app import IntacctSandbox
from tieout.sandbox.kit.server import RunningSandbox, build
from tieout.sync import operations as sync
from tieout.sync import queue
from tieout.sync.models import Job
from tieout.sync.schedule import Schedule

pytestmark = pytest.mark.django_db(transaction=True)
ENTRY = {"function": "create"}
WHEN = When(NOW.date(), ZoneInfo("UTC"))
WORKER = """
import sys
from datetime import datetime
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from tieout.sync import engine
moment = datetime.fromisoformat(sys.argv[3])
engine.run_job(int(sys.argv[2]), worker="doomed", clock=lambda: moment, defer=lambda *_: None)
"""


@pytest.fixture(scope="module")
def ledger() -> Iterator[RunningSandbox]:
    """A ledger of this file's own."""
    with RunningSandbox(build(IntacctSandbox(seed=7, today=NOW.date(), scale=0.02), today=NOW.date())) as running:
        yield running


@pytest.fixture
def desk(ledger: RunningSandbox) -> Desk:
    """A controller whose books post into the sandbox; September is frozen."""
    books = connected(ledger)
    books.thaw("2026-09")
    desk = Desk(books, books.actor, NOW)
    desk.freeze("2026-09")
    desk.sign("2026-09", "data", "preview")
    return desk


def _killed_while_the_answer_is_on_its_way(books: RevenueBooks, ledger: RunningSandbox) -> Job:
    """A worker of its own process posts; the ledger has booked the entry and not answered when the worker is killed."""
    ledger.control.fault("intacct", "slow_answer", delay=5.0, **ENTRY)
    job = sync.run_now(actor=books.actor, process_id=books.process.pk, now=NOW, defer=lambda *_: None)
    arguments = [str(connection.settings_dict["NAME"]), str(job.pk), NOW.isoformat()]
    worker = subprocess.Popen([sys.executable, "-c", WORKER, *arguments], env=os.environ)
    try:
        _until(lambda: not ledger.control.faults.waiting() and held(books, Posting.objects.get()) == 1)
    finally:
        worker.kill()
        worker.wait()
    return job


def _until(said: object) -> None:
    deadline = time.monotonic() + 60
    while not said():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_month_is_booked_once_though_its_worker_is_killed_and_an_answer_is_lost(
    desk: Desk, ledger: RunningSandbox
) -> None:
    books = desk.books
    job = _killed_while_the_answer_is_on_its_way(books, ledger)
    assert Posting.objects.get().state == "sending"
    assert queries.checklist(books.environment_id, desk.period("2026-09").pk).step(Step.POSTED).state == "attention"
    assert queue.reap(now=timezone.now() + timedelta(minutes=5), defer=lambda *_: None) == [job.pk]
    assert work(job).state == Job.State.SUCCEEDED
    [entry] = Posting.objects.all()
    assert (entry.state, held(books, entry)) == ("verified", 1)
    desk.close("2026-09")

    ledger.control.fault("intacct", "answer_lost", **ENTRY)
    queued: list[int] = []
    desk.reopen("2026-09", defer=lambda pk, _: queued.append(pk))
    assert work(Job.objects.get(pk=queued[0])).state == Job.State.SUCCEEDED
    counter = Posting.objects.get(reverses=entry)
    assert (counter.state, held(books, counter), held(books, entry)) == ("verified", 1, 1)
    assert lines(counter) == {key: -amount for key, amount in lines(entry).items()}
    desk.freeze("2026-09")
    desk.sign("2026-09", "data", "preview")
    assert run(books).state == Job.State.SUCCEEDED
    assert desk.close("2026-09").number == 2
    assert nightly(books) == {}
    assert _tied(desk).ties


def test_the_tie_out_is_what_the_ledger_holds_also_when_somebody_changed_it_there(
    desk: Desk, ledger: RunningSandbox
) -> None:
    run(desk.books)
    [entry] = Posting.objects.all()
    desk.close("2026-09")
    assert "has not run yet" in " ".join(_tied(desk).notes)
    nightly(desk.books)
    assert _tied(desk).ties
    edit(ledger, entry, "40110")
    with pinned_session(desk.books.target) as session:
        session.post(by_hand(entry), "by-hand-1")  # type: ignore[attr-defined]
    nightly(desk.books)
    found = _tied(desk)
    assert _in_intacct(found) == {"12000": 120_000, "23000": -110_000 + 500, "40100": -500, "40110": -10_000}
    assert [check.label for check in found.checks if check.difference] == [
        "23000, US: journals = Intacct",
        "40100, US: journals = Intacct",
        "40110, US: journals = Intacct",
    ]
    assert any("Somebody booked" in note for note in found.notes)


def test_frozen_months_are_posted_by_themselves_when_the_schedule_says_so(desk: Desk) -> None:
    process = desk.books.process
    draft = sync.draft_of(process, schedule={"every": "daily", "at": "05:00"})
    sync.change_process(actor=desk.actor, process_id=process.pk, draft=draft, now=NOW, site=site_clock())
    process.refresh_from_db()
    assert Schedule.parse(process.schedule).label() == "Daily at 05:00"
    assert process.next_run_at is not None
    queue.enqueue_due(now=process.next_run_at, site=site_clock(), defer=lambda *_: None)
    assert work(Job.objects.get(process=process, trigger=Job.Trigger.SCHEDULE)).state == Job.State.SUCCEEDED
    assert Posting.objects.get().state == "verified"


def _tied(desk: Desk) -> Report:
    return tie_out.report(desk.books.environment_id, Question(as_of=date(2026, 9, 30)), WHEN).report


def _in_intacct(found: Report) -> dict[str, int]:
    return {row.values["account"]: row.values["verified"] for row in found.tables[1].rows}
