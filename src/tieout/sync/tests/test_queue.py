"""Stories of jobs: who may run one, what happens when its worker falls silent, and how often a failing one is tried."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from tieout.connect.models import Connection
from tieout.kernel.errors import Retriable
from tieout.people.actors import Actor, Role
from tieout.sync import engine, kinds, operations, queue
from tieout.sync.clock import DatabaseClock
from tieout.sync.errors import LeaseLost, WorkersLost
from tieout.sync.models import Job, Process
from tieout.sync.runs import LEASE, Run
from tieout.sync.tasks import defer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_queue")]
State = Job.State
LONG_SILENT = LEASE + timedelta(seconds=1)


class Told:
    """A kind of process whose runs do what the story says."""

    slug, label, summary, rules = "told", "Told", "Does what the story says.", ()
    story: Callable[[Run], None] = staticmethod(lambda run: None)

    def run(self, run: Run, _: Any) -> None:
        self.story(run)


TOLD = Told()


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Run], None]], None]:
    """`tell(story)` is what every run does in this test."""
    monkeypatch.setitem(kinds._KINDS, "told", TOLD)
    return lambda story: monkeypatch.setattr(TOLD, "story", story, raising=False)


@pytest.fixture
def process(environments: dict[str, Any]) -> Process:
    """A process on demand."""
    company = Connection.objects.create(
        environment=environments["production"], connector="revio", name="Rev.io", created_at=datetime.now(UTC)
    )
    return Process.objects.create(
        environment=environments["production"],
        kind="told",
        name="A process",
        source=company,
        target=company,
        created_at=datetime.now(UTC),
    )


@pytest.fixture
def admin(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.ADMIN, Role.CONTROLLER, Role.ACCOUNTANT)


def test_a_job_of_a_rolled_back_transaction_does_not_exist(admin: Actor, process: Process) -> None:
    with transaction.atomic():
        operations.run_now(actor=admin, process_id=process.pk, now=now(), defer=defer)
        assert ProcrastinateJob.objects.count() == 1
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_a_job_is_run_by_one_worker_only(process: Process) -> None:
    job = queued(process)
    first, second = take(job, "one"), take(job, "two")
    assert first is not None
    assert second is None


def test_a_silent_workers_job_is_put_back_and_the_silent_one_writes_nothing(process: Process) -> None:
    job = queued(process)
    first = take(job, "one")
    assert queue.reap(now=now() + LONG_SILENT, defer=defer) == [job.pk]
    second = take(job, "two")
    assert first is not None
    assert second is not None
    with pytest.raises(LeaseLost):
        first.advance(posted=1)
    second.advance(posted=1)
    job.refresh_from_db()
    assert job.counts == {"posted": 1}


def test_a_worker_that_beats_is_left_alone(process: Process) -> None:
    job = queued(process)
    run = take(job, "one")
    Job.objects.filter(pk=job.pk).update(heartbeat_at=now() - LONG_SILENT)
    assert run is not None
    run.advance()
    assert queue.reap(now=now(), defer=defer) == []


def test_a_job_that_fell_out_of_the_queue_is_queued_again(process: Process) -> None:
    job = queued(process)
    assert queue.reap(now=now() + LONG_SILENT, defer=defer) == [job.pk]
    assert ProcrastinateJob.objects.get().args == {"job_id": job.pk}


def test_a_job_whose_workers_all_die_fails_in_the_end(process: Process) -> None:
    job = queued(process)
    for _ in range(engine.MOST_RETRIES + 1):
        assert take(job, "doomed") is not None
        queue.reap(now=now() + LONG_SILENT, defer=defer)
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert job.error is not None
    assert job.error["code"] == WorkersLost.code


def test_a_passing_fault_is_tried_again_later_each_time_until_it_is_not(process: Process, tell: Any) -> None:
    tell(refuse)
    job, pauses = queued(process), []
    for _ in range(engine.MOST_RETRIES):
        work(job)
        pauses.append(round((job.run_after - now()).total_seconds()))
    assert pauses == sorted(pauses)
    assert pauses[0] < 10 < 600 < pauses[-1]
    work(job)
    assert job.state == State.FAILED


def test_lasting_work_makes_the_tries_count_anew(process: Process, tell: Any) -> None:
    tell(refuse)
    job = queued(process)
    work(job)
    work(job)
    assert job.retries == 2
    tell(lambda run: (run.advance(posted=1), refuse(run)))
    work(job)
    assert job.retries == 1


def test_a_run_that_was_to_stop_when_its_worker_died_stops_when_it_is_taken_up(process: Process, tell: Any) -> None:
    tell(refuse)
    job = queued(process)
    take(job, "one")
    Job.objects.filter(pk=job.pk).update(state=State.STOPPING)
    queue.reap(now=now() + LONG_SILENT, defer=defer)
    work(job)
    assert job.state == State.STOPPED


def test_a_run_that_is_stopped_while_it_fails_is_not_tried_again(process: Process, tell: Any) -> None:
    def stop_and_refuse(run: Run) -> None:
        Job.objects.filter(pk=run.job.pk).update(state=State.STOPPING)
        refuse(run)

    tell(stop_and_refuse)
    job = queued(process)
    work(job)
    assert job.state == State.STOPPED


def refuse(_: Run) -> None:
    raise Retriable("The vendor is away.")


def queued(process: Process) -> Job:
    return Job.objects.create(process=process, trigger="manual", requested_by="Test", queued_at=now())


def take(job: Job, worker: str) -> Run | None:
    return engine._take(job.pk, worker, DatabaseClock())


def work(job: Job) -> None:
    """Run the job once, whatever time it was put off to."""
    engine.run_job(job.pk, worker="one", clock=DatabaseClock(), defer=defer)
    job.refresh_from_db()


def now() -> datetime:
    return DatabaseClock()()
