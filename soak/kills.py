"""The kills: SIGKILL at every step of the pipeline, a worker frozen beyond its lease, a dead database, dead vendors."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

from soak import proof
from soak.moments import Moment, answered_but_unrecorded, blocked, held, signing_in_again
from soak.site import DEADLINE
from soak.stage import Played, Stage, Strike
from soak.weather import ENTRY, RECEIPT

Struck = Callable[[Stage, Any], None]
_LINES = {"function": "query", "object": "OTHERRECEIPTSENTRY"}
STEPS: tuple[tuple[str, str, Moment], ...] = (
    ("page downloaded, not committed", "receipts", blocked("sync_inputpage")),
    ("between two pages", "receipts", held("revio", "slow", object="Payments", skip=1)),
    ("planning", "receipts", blocked("ledger_source")),
    ("planning the month", "gl_reports", blocked("ledger_line")),
    ("claiming", "receipts", blocked("ledger_attempt")),
    ("receipt under way, not executed yet", "receipts", held("intacct", "slow", **RECEIPT)),
    ("receipt executed, not answered", "receipts", held("intacct", "slow_answer", **RECEIPT)),
    ("receipt answered, not recorded", "receipts", answered_but_unrecorded(**RECEIPT)),
    ("entry under way, not executed yet", "gl_reports", held("intacct", "slow", **ENTRY)),
    ("entry executed, not answered", "gl_reports", held("intacct", "slow_answer", **ENTRY)),
    ("entry answered, not recorded", "gl_reports", answered_but_unrecorded(**ENTRY)),
    ("reading back", "receipts", held("intacct", "slow", **_LINES)),
)


def every(seed: int) -> Iterator[Strike]:
    """One strike per step and thing to kill."""
    for name, kind, moment in STEPS:
        yield at(name, kind, moment)
    yield Strike("kill", "SIGKILL taking a receipt out", "receipts", _reversing_receipt)
    yield Strike("kill", "SIGKILL posting a counter-entry", "gl_reports", _reversing_entry)
    yield frozen("sending", held("intacct", "slow_answer", **RECEIPT))
    yield frozen("planning", blocked("ledger_source"))
    yield frozen("landing a page", blocked("sync_sourcerecord"))
    yield frozen("signing in for a claimed posting", signing_in_again(**RECEIPT))
    yield Strike("kill", "every request sent once more", "receipts", _sent_again)
    yield of("PostgreSQL, while sending", "receipts", held("intacct", "slow_answer", **RECEIPT), _kill_database)
    yield of("PostgreSQL, while planning", "receipts", blocked("ledger_line"), _kill_database)
    yield of("both vendors, while sending", "receipts", held("intacct", "slow", **RECEIPT), _kill_vendors)
    yield Strike("kill", "chaos: kills and faults at random", "receipts", lambda stage: _chaos(stage, seed))


def at(name: str, kind: str, moment: Moment) -> Strike:
    """SIGKILL of the worker at this moment; a new worker goes on."""
    return of(f"worker, {name}", kind, moment, _kill_worker)


def of(name: str, kind: str, moment: Moment, struck: Struck) -> Strike:
    """SIGKILL of something at this moment."""

    def play(stage: Stage) -> Played:
        process = _process(stage, kind)
        with moment(stage.controls) as wait:
            job = stage.site.start(process)
            wait()
            struck(stage, job)
        stage.crew.man(1)
        stage.site.wait(job)
        return Played(1, process)

    return Strike("kill", f"SIGKILL of {name}", kind, play)


def frozen(step: str, moment: Moment) -> Strike:
    """A worker stands still beyond its lease; another takes over; the first wakes up and must write nothing."""

    def play(stage: Stage) -> Played:
        process = _process(stage, "receipts")
        with moment(stage.controls) as wait:
            job = stage.site.start(process)
            wait()
            sleeper = stage.crew.holder(stage.site.look(job).worker)
            sleeper.send(signal.SIGSTOP)
        return _wake(stage, process, job, sleeper)

    return Strike("kill", f"worker frozen beyond its lease, {step}", "receipts", play)


def _sent_again(stage: Stage) -> Played:
    """What a worker does that wakes up just before it sends: the ledger must refuse every request that it knows."""
    from tieout.connect import queries as connect
    from tieout.connectors.kit.faults import AlreadyExecuted
    from tieout.ledger.drafts import document_of
    from tieout.ledger.outbox import control_id

    process, refused = _process(stage, "receipts"), 0
    stage.site.wait(stage.site.start(process))
    with connect.session(stage.site.ledger) as session:
        for posting in stage.site.postings(process):
            try:
                session.post(document_of(posting), control_id(posting))  # type: ignore[attr-defined]
            except AlreadyExecuted:
                refused += 1
    return Played(refused, process, note="refused by the ledger's own duplicate protection")


def _wake(stage: Stage, process: Any, job: Any, sleeper: Any) -> Played:
    stage.crew.man(2)
    stage.site.wait(job)
    before = stage.site.writings(process)
    sleeper.send(signal.SIGCONT)
    time.sleep(3)
    written = stage.site.writings(process) - before
    return Played(1, process, problems=[f"the sleeper wrote {dict(written)}"] if written else [])


def _reversing_receipt(stage: Stage) -> Played:
    before = proof.mark(stage.books)
    process = _process(stage, "receipts")
    stage.site.wait(stage.site.start(process))
    posting = stage.site.postings(process)[0]
    _kill_while_reversing(stage, posting, "delete_otherreceipt")
    expected = stage.expected
    left = proof.Expected(expected.first, expected.last, stage.site.taken_out(posting))
    return Played(1, process, help=1, finding=proof.receipts(stage.books, stage.controls, before, left))


def _reversing_entry(stage: Stage) -> Played:
    before = proof.mark(stage.books)
    process = _process(stage, "gl_reports")
    stage.site.wait(stage.site.start(process))
    _kill_while_reversing(stage, stage.site.postings(process)[0], "create")
    found = proof.journal(stage.books, stage.controls, before, stage.month, entries=2, times=0)
    return Played(1, process, help=1, finding=found)


def _kill_while_reversing(stage: Stage, posting: Any, function: str) -> None:
    with held("intacct", "slow_answer", function=function)(stage.controls) as wait:
        job = stage.site.reverse(posting)
        wait()
        _kill_worker(stage, job)
    stage.crew.man(1)
    stage.site.wait(job)


def _kill_worker(stage: Stage, job: Any) -> None:
    stage.crew.holder(stage.site.look(job).worker).send(signal.SIGKILL)


def _kill_database(stage: Stage, job: Any) -> None:
    """SIGKILL of the server process itself; its children follow. Somebody's worker brings it back."""
    import os

    from django.conf import settings
    from django.db import connection

    from tieout.database.embedded import EmbeddedPostgres

    server = EmbeddedPostgres(settings.HOME).status().pid
    assert server is not None
    os.kill(server, signal.SIGKILL)
    connection.close()


def _kill_vendors(stage: Stage, job: Any) -> None:
    stage.sandboxes.kill()
    time.sleep(1)
    stage.sandboxes.start()
    stage.controls.call("/intacct/control/settings", {"deadline": DEADLINE})


def _chaos(stage: Stage, seed: int, most: int = 8) -> Played:
    """Kill whoever holds the job at random times, in random weather, until it ends all the same."""
    draw, process, kills = random.Random(seed), _process(stage, "receipts"), 0
    for kind in draw.choices(("answer_lost", "commit_lost", "cut", "status_500", "malformed_answer", "slow"), k=8):
        stage.controls.fault("intacct", kind, skip=draw.randrange(40), delay=3.0)
    job = stage.site.start(process)
    while kills < most:
        time.sleep(draw.uniform(0.2, 2.0))
        now = stage.site.look(job)
        if now.state not in ("queued", "running"):
            break
        if now.worker and stage.crew.holds(now.worker):
            stage.crew.holder(now.worker).send(signal.SIGKILL)
            kills += 1
        stage.crew.man(1)
    stage.site.wait(job)
    return Played(kills + stage.controls.fired(), process, note=f"{kills} kills")


def _process(stage: Stage, kind: str) -> Any:
    return stage.site.receipts(stage.start) if kind == "receipts" else stage.site.journal(stage.month)
