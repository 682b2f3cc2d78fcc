"""What people and the clock may do with processes: run, stop, catch up, decide and retry findings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tieout.kernel.errors import InvalidInput, NotFound
from tieout.ledger.tests.books import Books
from tieout.people.actors import Actor, Role, RoleMissing
from tieout.people.queries import SiteClock
from tieout.sync import operations, queue
from tieout.sync.errors import AlreadyActive, NotActive, UnknownRule
from tieout.sync.findings import note_all
from tieout.sync.models import Finding, Job, Process
from tieout.sync.noted import Noted

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SITE = SiteClock(ZoneInfo("America/New_York"), "US")


class Queue:
    """Remembers what was put into the queue."""

    def __init__(self) -> None:
        self.jobs: list[int] = []

    def __call__(self, job_id: int, when: datetime | None) -> None:
        self.jobs.append(job_id)


@pytest.fixture
def queued() -> Queue:
    return Queue()


@pytest.fixture
def books(environments: dict[str, Any]) -> Books:
    return Books(environments["production"].pk)


@pytest.fixture
def controller(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.CONTROLLER)


def hourly(books: Books, catch_up: str = "once") -> Process:
    process = books.process("receipts", {}, f"Hourly {catch_up}")
    Process.objects.filter(pk=process.pk).update(
        schedule={"every": "hours", "n": 1}, catch_up=catch_up, next_run_at=NOW - timedelta(hours=3)
    )
    return process


def slots(process: Process) -> list[datetime | None]:
    return list(process.jobs.order_by("pk").values_list("scheduled_for", flat=True))


def finish(process: Process) -> None:
    process.jobs.filter(state="queued").update(state="succeeded")


class TestAfterDowntime:
    def test_a_process_runs_once_and_goes_on_with_its_schedule(self, books: Books, queued: Queue) -> None:
        process = hourly(books)
        assert len(queue.enqueue_due(now=NOW, site=SITE, defer=queued)) == 1
        finish(process)
        assert queue.enqueue_due(now=NOW, site=SITE, defer=queued) == []
        process.refresh_from_db()
        assert slots(process) == [NOW]
        assert process.next_run_at == NOW + timedelta(hours=1)

    def test_a_process_runs_once_per_missed_slot_where_so_chosen(self, books: Books, queued: Queue) -> None:
        process = hourly(books, "each")
        while queue.enqueue_due(now=NOW, site=SITE, defer=queued):
            finish(process)
        assert slots(process) == [NOW - timedelta(hours=back) for back in (3, 2, 1, 0)]

    def test_missed_slots_wait_for_the_run_under_way(self, books: Books, queued: Queue) -> None:
        hourly(books, "each")
        assert len(queue.enqueue_due(now=NOW, site=SITE, defer=queued)) == 1
        assert queue.enqueue_due(now=NOW, site=SITE, defer=queued) == []

    def test_a_process_that_is_off_is_not_queued(self, books: Books, queued: Queue) -> None:
        process = hourly(books)
        Process.objects.filter(pk=process.pk).update(enabled=False)
        assert queue.enqueue_due(now=NOW, site=SITE, defer=queued) == []


class TestRunNow:
    def test_works_whatever_the_schedule_says_but_never_twice_at_once(
        self, books: Books, controller: Actor, queued: Queue
    ) -> None:
        process = books.process("receipts", {})
        job = operations.run_now(actor=controller, process_id=process.pk, now=NOW, defer=queued)
        assert queued.jobs == [job.pk]
        with pytest.raises(AlreadyActive, match="queued or running already"):
            operations.run_now(actor=controller, process_id=process.pk, now=NOW, defer=queued)

    def test_is_not_for_viewers(self, books: Books, actor: Callable[..., Actor], queued: Queue) -> None:
        process = books.process("receipts", {})
        with pytest.raises(RoleMissing, match="Accountant or Controller"):
            operations.run_now(actor=actor(Role.VIEWER), process_id=process.pk, now=NOW, defer=queued)

    def test_does_not_reach_into_another_environment(
        self, books: Books, actor: Callable[..., Actor], queued: Queue
    ) -> None:
        process = books.process("receipts", {})
        with pytest.raises(NotFound):
            operations.run_now(actor=actor(Role.CONTROLLER, at="sandbox"), process_id=process.pk, now=NOW, defer=queued)


class TestStop:
    def test_ends_a_waiting_job_at_once_and_asks_a_running_one(
        self, books: Books, controller: Actor, queued: Queue
    ) -> None:
        process = books.process("receipts", {})
        job = operations.run_now(actor=controller, process_id=process.pk, now=NOW, defer=queued)
        assert operations.stop(actor=controller, job_id=job.pk, now=NOW).state == "stopped"
        with pytest.raises(NotActive):
            operations.stop(actor=controller, job_id=job.pk, now=NOW)
        running = operations.run_now(actor=controller, process_id=process.pk, now=NOW, defer=queued)
        Job.objects.filter(pk=running.pk).update(state="running")
        assert operations.stop(actor=controller, job_id=running.pk, now=NOW).state == "stopping"


class TestAFinding:
    @pytest.fixture
    def found(self, books: Books) -> Finding:
        process = books.process("receipts", {})
        run = books.run(process)
        note_all(
            process, run.job, [Noted("bounced", "payment", "77", "Payment 77", "source", "It bounced.", "Decide.")], NOW
        )
        Job.objects.filter(process=process).update(state="attention")
        return Finding.objects.get()

    def test_is_decided_with_a_choice_of_its_rule_and_a_reason(self, found: Finding, controller: Actor) -> None:
        decide: dict[str, Any] = {"actor": controller, "finding_ids": [found.pk], "now": NOW}
        with pytest.raises(UnknownRule, match="hold, leave_out, book"):
            operations.decide(**decide, decision="shrug", reason="whatever")
        with pytest.raises(InvalidInput, match="needs a reason"):
            operations.decide(**decide, decision="book", reason=" ")
        assert operations.decide(**decide, decision="book", reason="The bank kept it") == 1
        found.refresh_from_db()
        assert (found.state, found.decision, found.decided_by) == ("dismissed", "book", controller.name)

    def test_that_is_seen_again_keeps_what_was_decided(self, found: Finding, controller: Actor, books: Books) -> None:
        operations.decide(actor=controller, finding_ids=[found.pk], decision="leave_out", reason="x", now=NOW)
        again = Noted("bounced", "payment", "77", "Payment 77", "source", "It bounced.", "Decide.", state="dismissed")
        note_all(found.process, books.run(found.process).job, [again], NOW + timedelta(days=1))
        found.refresh_from_db()
        assert (found.decision, found.state, found.first_seen_at) == ("leave_out", "dismissed", NOW)

    def test_is_retried_for_its_record_only(self, found: Finding, controller: Actor, queued: Queue) -> None:
        [job] = operations.retry(actor=controller, finding_ids=[found.pk], now=NOW, defer=queued)
        assert (job.trigger, job.parameters) == ("retry", {"records": ["77"]})


class TestTheReaper:
    def test_puts_back_what_a_silent_worker_held_and_leaves_a_live_one_alone(self, books: Books, queued: Queue) -> None:
        silent, live = (
            books.run(books.process("receipts", {}, "A")).job,
            books.run(books.process("receipts", {}, "B")).job,
        )
        for job, age in ((silent, 31), (live, 5)):
            Job.objects.filter(pk=job.pk).update(worker="w", heartbeat_at=NOW - timedelta(seconds=age))
        assert queue.reap(now=NOW, defer=queued) == [silent.pk]
        assert queued.jobs == [silent.pk]
