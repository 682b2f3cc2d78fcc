"""The faults: each kind at each request where it means something else, and the way a run lives through it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from soak.site import DEADLINE, TIMEOUT
from soak.stage import Played, Stage, Strike

LATE = (TIMEOUT + DEADLINE) / 2 + 0.3
"""Seconds: after our time-out, before the ledger's own."""
RECEIPT = {"function": "record_otherreceipt"}
ENTRY = {"function": "create", "object": "GLBATCH"}
Fault = tuple[str, str, dict[str, Any]]
_LOST: Fault = ("intacct", "answer_lost", {})
_KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("answer_lost", {}),
    ("commit_lost", {}),
    ("cut", {}),
    ("malformed_answer", {}),
    ("status_429", {}),
    ("status_500", {}),
    ("status_503", {}),
    ("expired_session", {}),
    ("slow", {"delay": LATE}),
    ("slow_answer", {"delay": LATE}),
)
_WORDS = {
    "answer_lost": "answer lost after the commit",
    "commit_lost": "commit lost",
    "cut": "connection cut in mid-answer",
    "malformed_answer": "malformed answer",
    "status_429": "429",
    "status_500": "500",
    "status_503": "503",
    "expired_session": "expired session",
    "slow": "executed after we gave up",
    "slow_answer": "answered after we gave up",
}
_READ = ("cut", "malformed_answer", "status_429", "status_500", "status_503", "expired_session", "slow_answer")


def every() -> Iterator[Strike]:
    """One strike per fault and request."""
    for kind, more in _KINDS:
        times = 1 if kind in ("status_429", "status_503", "expired_session") else 3
        yield _strike("receipts", f"receipt: {_WORDS[kind]}", [("intacct", kind, {**more, **RECEIPT, "times": times})])
    for kind, more in _KINDS:
        yield _strike("gl_reports", f"entry: {_WORDS[kind]}", [("intacct", kind, {**more, **ENTRY})])
    for kind in _READ:
        lost = [("intacct", "answer_lost", RECEIPT), _read(kind, "intacct", function="query", object="OTHERRECEIPTS")]
        yield _strike("receipts", f"look-up: {_WORDS[kind]}", lost)
    for kind in _READ:
        yield _strike("receipts", f"sign-in: {_WORDS[kind]}", [_read(kind, "intacct", function="getAPISession")])
    for kind in ("cut", "malformed_answer", "status_429", "status_500", "slow_answer"):
        listing = _read(kind, "intacct", function="query", object="GLACCOUNT")
        yield _strike("receipts", f"lists: {_WORDS[kind]}", [listing], fresh_lists=True)
    for kind in ("answer_lost", "cut", "malformed_answer", "status_429", "status_500", "status_503"):
        yield _strike("receipts", f"Rev.io page: {_WORDS[kind]}", [_read(kind, "revio", object="Payments", skip=1)])
    yield locked("receipts", RECEIPT)
    yield locked("gl_reports", ENTRY)


def together() -> Iterator[Strike]:
    """Every fault in one run: as many requests as it takes meet them, one after the other."""
    writes: list[Fault] = [("intacct", kind, {**more, **RECEIPT}) for kind, more in _KINDS]
    reads = [
        _read("status_500", "intacct", function="query", object="OTHERRECEIPTS"),
        _read("cut", "intacct", function="query", object="OTHERRECEIPTSENTRY"),
        _read("status_429", "revio", object="Payments"),
        _read("malformed_answer", "revio", object="Payments"),
        _read("cut", "intacct", function="query", object="GLACCOUNT"),
        _read("malformed_answer", "intacct", function="lookup"),
    ]
    yield _strike("receipts", "receipts: every fault in one day", [*writes, *reads], fresh_lists=True)
    before = ("status_429", "expired_session", "commit_lost", "slow")  # the last one that the one entry can meet
    entry: list[Fault] = [("intacct", kind, {**dict(_KINDS)[kind], **ENTRY}) for kind in before]
    reads = [_read("status_503", "intacct", function="query", object="GLBATCH")]
    yield _strike("gl_reports", "journal: refused, lost and late in one month", [*entry, *reads])
    yield locked("receipts", RECEIPT)


def locked(kind: str, match: dict[str, str]) -> Strike:
    """A period that is closed: refused with advice, and posted when it is open again and somebody says so."""

    def play(stage: Stage) -> Played:
        stage.controls.fault("intacct", "locked_period", times=-1, **match)
        process = _process(stage, kind)
        stage.site.wait(stage.site.start(process))
        problems = [each.problem for each in stage.site.postings(process) if each.state == "failed"]
        assert problems, "nothing was refused"
        advised = all("Open the period" in problem["remedy"] for problem in problems)
        fired = stage.controls.fired()
        stage.controls.good_weather()
        stage.site.wait(stage.site.retry(process))
        return Played(fired, process, help=1, problems=[] if advised else [f"no advice: {problems[0]}"])

    return Strike(
        "fault", f"{'receipt' if kind == 'receipts' else 'entry'}: closed period, opened, retried", kind, play
    )


def _strike(kind: str, name: str, faults: Sequence[Fault], *, fresh_lists: bool = False) -> Strike:
    def play(stage: Stage) -> Played:
        if fresh_lists:
            stage.site.forget_lists()
        for vendor, fault, more in faults:
            stage.controls.fault(vendor, fault, **more)
        process = _process(stage, kind)
        stage.site.wait(stage.site.start(process))
        left = stage.controls.waiting()
        return Played(stage.controls.fired(), process, problems=[f"{left} faults never struck"] if left else [])

    return Strike("fault", name, kind, play)


def _read(kind: str, vendor: str, **match: Any) -> Fault:
    return vendor, kind, {"delay": LATE if "slow" in kind else 0.0, **match}


def _process(stage: Stage, kind: str) -> Any:
    return stage.site.receipts(stage.start) if kind == "receipts" else stage.site.journal(stage.month)
