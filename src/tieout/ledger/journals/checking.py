"""What the ledger holds against what was posted: entries that somebody edited, deleted, doubled or added, and each account.

Entries that others made in the same journal count only when they touch an account that revenue journals post to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Max, Min, QuerySet
from django.db.models.fields.json import KT

from tieout.connect.slots import slot
from tieout.connectors.kit.capabilities import ReadsJournals
from tieout.connectors.kit.documents import Document, Journal, JournalLine
from tieout.kernel.money import Money
from tieout.ledger import delivery
from tieout.ledger.drafts import document_of
from tieout.ledger.errors import HeldTwice, Vanished, parse_settings
from tieout.ledger.journals.posted import journal_process
from tieout.ledger.journals.settings import JournalSettings
from tieout.ledger.models import JournalCheck, Posting
from tieout.ledger.outbox import Desk
from tieout.sync.findings import note_all
from tieout.sync.kinds import Rule
from tieout.sync.models import Finding, Process
from tieout.sync.noted import Noted
from tieout.sync.runs import Run

State = Posting.State
BATCH = 200
HELD = (State.SENT, State.VERIFIED, State.REVERSING, State.REVERSED)
_KEEP = (("look", "Keep it open"), ("accept", "It may stay as it is"))
RULES: tuple[Rule, ...] = (
    Rule("entry_deleted", "Posted entries that the ledger does not hold any more", ()),
    Rule("entry_edited", "Posted entries that were changed in the ledger", ()),
    Rule("entry_doubled", "Posted entries that the ledger holds twice", ()),
    Rule("entry_added", "Entries of others on accounts of revenue journals", _KEEP),
    Rule("account_differs", "Accounts that hold something else than was posted", ()),
)
Account = tuple[str, str]
"""Account and currency."""


@dataclass(slots=True)
class _Seen:
    """What one check has come across."""

    decided: frozenset[tuple[str, str]]
    posted: Counter[Account] = field(default_factory=Counter)
    held: Counter[Account] = field(default_factory=Counter)
    noted: list[Noted] = field(default_factory=list)
    apart: list[dict[str, Any]] = field(default_factory=list)

    def book(
        self, documents: Iterable[Document], planned: Document | None, day: date, books: str, pk: int | None
    ) -> None:
        """Count what the ledger holds for a posting, or of somebody else's entry, and keep what stands apart."""
        held, posted = _sums(documents), _sums([planned] if planned else [])
        self.held.update(held)
        self.posted.update(posted)
        for account, currency in sorted(held.keys() | posted.keys()):
            if moved := held[account, currency] - posted[account, currency]:
                told = {"entity": books, "currency": currency, "account": account, "day": day.isoformat()}
                self.apart.append({**told, "minor": moved, "posting": pk})

    def note(self, rule: str, record: str, label: str, cause: str, remedy: str) -> None:
        state = Finding.State.DISMISSED if (rule, record) in self.decided else Finding.State.OPEN
        self.noted.append(Noted(rule, "journal_entry", record, label, "target", cause, remedy, state=state))


def check(run: Run) -> None:
    """Read back every posted entry and the journal around them; keep what deviates as findings, resolve what does not."""
    process = journal_process(run.process.environment_id)
    if process is None:
        return
    entries = Posting.objects.filter(process=process, state__in=HELD)
    run.enter("verify", entries.count(), "Comparing what the ledger holds with what was posted")
    seen = _Seen(_decided(run.process))
    with delivery.desk(run) as desk:
        for batch in _batches(entries):
            _read_back(desk, batch, seen)
            run.advance(done=len(batch))
            run.stop_here()
        _look_around(desk, process, seen)
    _balance(process, seen)
    note_all(run.process, run.job, seen.noted, run.clock())
    found = {"checked_at": run.clock(), "apart": seen.apart}
    JournalCheck.objects.update_or_create(environment_id=process.environment_id, defaults=found)
    _resolve(run, seen)
    run.advance(findings=len(seen.noted))


def _batches(entries: QuerySet[Posting]) -> Iterator[list[Posting]]:
    last = 0
    while batch := list(entries.filter(pk__gt=last).order_by("pk").prefetch_related("lines")[:BATCH]):
        yield batch
        last = batch[-1].pk


def _read_back(desk: Desk, batch: Sequence[Posting], seen: _Seen) -> None:
    with slot(desk.target):
        found = desk.session.find([document_of(posting) for posting in batch])
    wrong = delivery.compare(desk, batch, found)
    for posting in batch:
        held = [each.document for each in found.get(posting.key, ())]
        begun = date.fromisoformat(posting.header["starts_on"])
        seen.book(held, document_of(posting), begun, posting.header["books"], posting.pk)
        if problem := wrong.get(posting.pk):
            rule = {Vanished: "entry_deleted", HeldTwice: "entry_doubled"}.get(type(problem), "entry_edited")
            seen.note(rule, posting.key, posting.group, problem.message, problem.advice)


def _look_around(desk: Desk, process: Process, seen: _Seen) -> None:
    """Entries of others in the journals and days of ours."""
    mine = Posting.objects.filter(process=process, state__in=HELD)
    symbols = set(mine.values_list("header__symbol", flat=True))
    span = mine.aggregate(first=Min(KT("header__starts_on")), last=Max("day"))
    accounts = {account for account, _ in seen.posted}
    if span["last"] is None or not isinstance(desk.session, ReadsJournals):
        return
    known = set(Posting.objects.filter(target=desk.target).values_list("key", flat=True))
    settings = parse_settings(JournalSettings, process.settings)
    for symbol in sorted(symbols):
        with slot(desk.target):
            strange = list(desk.session.entries(symbol, date.fromisoformat(span["first"]), span["last"], known))
        for held in strange:
            assert isinstance(held.document, Journal)
            touched = [line for line in held.document.lines if line.account in accounts]
            if touched and held.state in ("", "Posted"):
                _note_strange(held.document, f"{symbol} {held.record_no}", touched, settings, seen)


def _note_strange(
    entry: Journal, record: str, touched: Sequence[JournalLine], settings: JournalSettings, seen: _Seen
) -> None:
    words = ", ".join(f"{line.side} {line.account} {line.amount}" for line in touched[:5])
    seen.note(
        "entry_added",
        record,
        f"{record}: {entry.title}",
        f"Somebody booked {words} on {entry.day:%Y-%m-%d} beside the posted entries.",
        "Reverse the entry in the ledger, or enter what it stands for in the revenue data; or say that it may stay.",
    )
    if ("entry_added", record) not in seen.decided:
        for line in touched:
            books = settings.books_of(entry.entity or line.dimensions.location)
            seen.book([replace(entry, lines=(line,))], None, entry.day, books, None)


def _balance(process: Process, seen: _Seen) -> None:
    for account, currency in sorted(seen.posted.keys() | seen.held.keys()):
        posted, held = seen.posted[account, currency], seen.held[account, currency]
        if posted != held and any(account == each for each, _ in seen.posted):
            seen.note(
                "account_differs",
                f"{account} {currency}",
                f"Account {account} in {currency}",
                f"Posted {Money(posted, currency)}, the ledger holds {Money(held, currency)}: "
                f"{Money(held - posted, currency)} apart.",
                "Mend the entries named by the other findings; the next check compares again.",
            )


def _sums(documents: Iterable[Document]) -> Counter[Account]:
    found: Counter[Account] = Counter()
    for document in documents:
        assert isinstance(document, Journal)
        for line in document.lines:
            found[line.account, line.amount.currency] += _signed(line.side, line.amount.minor)
    return found


def _signed(side: str, minor: int) -> int:
    return minor if side == "debit" else -minor


def _decided(process: Process) -> frozenset[tuple[str, str]]:
    rows = Finding.objects.filter(process=process, decision="accept")
    return frozenset(rows.values_list("rule", "record_id"))


def _resolve(run: Run, seen: _Seen) -> None:
    still = {(each.rule, each.record_id) for each in seen.noted}
    rows = Finding.objects.filter(process=run.process, state=Finding.State.OPEN)
    gone = [pk for pk, rule, record in rows.values_list("pk", "rule", "record_id") if (rule, record) not in still]
    Finding.objects.filter(pk__in=gone).update(state=Finding.State.RESOLVED, last_seen_at=run.clock())
