"""What can be done with batches: received, matched, applied, undone, discarded; entered by a form, delivered by a job.

Each takes who acts, asks for leave, owns its transaction and leaves an audit entry. Batches of one environment are applied
one after the other, whatever door they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from tieout.audit import operations as audit
from tieout.kernel.errors import InvalidInput
from tieout.people.actors import Actor, Permission, scheduler
from tieout.recognition.errors import BadRows
from tieout.revenue.batches import applying, checks, comparing, queries, reading, recomputing, weighing
from tieout.revenue.batches.book import Book, open_book
from tieout.revenue.batches.delivery import write_delivery
from tieout.revenue.batches.entering import enter_keys, enter_rows
from tieout.revenue.batches.errors import ChangedMeanwhile, HasProblems, NotNow, UploadTooLarge
from tieout.revenue.batches.reading import Defer
from tieout.revenue.batches.sources import ENCODINGS
from tieout.revenue.models import Batch, Period
from tieout.revenue.store import store
from tieout.sync.models import Job

State, Origin = Batch.State, Batch.Origin
AT_ONCE_BYTES = 1024**2
"""Files up to this size are read while their sender waits; larger ones by a worker."""
MOST_BYTES = 512 * 1024**2
Row = Mapping[str, Any]
DeferApplying = Callable[[Actor, int], None]
"""Puts the applying of a batch into the queue of the workers, in the name of who asked."""

OFFERED = {"dates": ("", "dmy", "mdy"), "decimal": ("", ".", ","), "encoding": ("", *ENCODINGS)}


class BadChoice(InvalidInput):
    """How a file is to be read cannot be chosen like this."""

    code = "revenue.bad_choice"
    remedy = "Choose dmy or mdy for dates, a point or a comma for decimals, and one of the encodings offered."


class ReasonMissing(InvalidInput):
    """Undoing needs a reason."""

    code = "revenue.reason_missing"
    remedy = "Say why the batch is undone; the reason is kept in the audit trail."


def receive(
    actor: Actor,
    *,
    name: str,
    source: Path | bytes,
    now: datetime,
    defer: Defer | None = None,
    encoding: str = "",
    replaces: int | None = None,
) -> Batch:
    """Take in a file and read it: a large one by a worker when `defer` is given. Nothing is applied.

    `replaces` names conversion data of which this is the edited form: once applied, it takes its place. The batch answers
    READY or REFUSED with its problems, or READING. Raises UploadTooLarge, NotNow; what cannot be read at all is a problem of
    the batch, so that it stays visible.
    """
    actor.require(Permission.CHANGE_DATA)
    if encoding not in OFFERED["encoding"]:
        raise BadChoice(f"'{encoding[:40]}' is no encoding that can be chosen", field="encoding")
    stored = _keep(source)
    with transaction.atomic():
        waiting = _take(actor, replaces, State.WAITING) if replaces else None
        batch = Batch.objects.create(
            environment_id=actor.environment_id,
            origin=Origin.UPLOAD,
            state=State.READING,
            title=name[:200],
            file_name=_base(name),
            file_sha256=stored.sha256,
            file_size=stored.size,
            replaces=waiting,
            matching={"choices": {"encoding": encoding}} if encoding else {},
            created_by=actor.name,
            created_at=now,
        )
        _note(actor, "receive", batch, file=batch.file_name, size=stored.size, sha256=stored.sha256)
    return _read(batch, defer)


def match(
    actor: Actor, *, batch_id: int, choices: Mapping[str, Any], now: datetime, defer: Defer | None = None
) -> Batch:
    """Read a file again with a person's choices about sheets, columns, the order of dates, the decimal sign, the encoding.

    `choices`: {"sheets": {sheet: table or ""}, "columns": {sheet: {heading: column or ""}}, "dates": "dmy" | "mdy",
    "decimal": "." | ",", "encoding": name}; what is left out keeps its former choice.
    """
    actor.require(Permission.CHANGE_DATA)
    for name, offered in OFFERED.items():
        if choices.get(name, "") not in offered:
            raise BadChoice(f"'{str(choices[name])[:40]}' is no choice for {name}", field=name)
    with transaction.atomic():
        batch = _take(actor, batch_id, State.READING, State.READY, State.REFUSED, State.WAITING)
        batch.matching = {**batch.matching, "choices": _merged(batch.matching.get("choices", {}), choices)}
        batch.state = State.READING
        batch.save(update_fields=["matching", "state"])
        _note(actor, "match", batch, choices=dict(choices))
    return _read(batch, defer)


def apply(actor: Actor, *, batch_id: int, now: datetime, defer: DeferApplying | None = None) -> Batch:
    """Apply a batch that is ready, whole: a large one by a worker when `defer` is given; one that changes nothing is fine.

    Answers APPLIED, or APPLYING. Raises HasProblems, ChangedMeanwhile, NotNow.
    """
    actor.require(Permission.CHANGE_DATA)
    batch = queries.batch(actor.environment_id, batch_id)
    if defer and not weighing.is_quickly_applied(batch):
        return _apply_later(actor, batch_id, State.READY, defer)
    if batch.state in (State.READY, State.APPLYING) and batch.progress.get("known") != queries.changes(
        actor.environment_id
    ):
        batch = reading.read(batch)
    if batch.state == State.REFUSED:
        raise HasProblems(f"{batch.title} has {batch.counts.get('problems', 0)} errors.", batch=batch.pk)
    with transaction.atomic(), open_book(small=True) as book:
        applying.lock(actor.environment_id)
        batch = _take(actor, batch_id, State.READY, State.APPLYING)
        if batch.progress.get("known") != queries.changes(actor.environment_id):
            raise ChangedMeanwhile(batch=batch.pk)
        return _apply(actor, batch, book, now)


def finish_applying(actor: Actor, *, batch_id: int, now: datetime) -> Batch:
    """What a worker does for `apply` and `load`. What stands in the way is kept on the batch, which is ready again then."""
    for last in (False, False, True):
        try:
            return apply(actor, batch_id=batch_id, now=now)
        except ChangedMeanwhile as error:
            if last:
                failed = {"failed": error.message, "remedy": error.advice}
                Batch.objects.filter(pk=batch_id, state=State.APPLYING).update(state=State.READY, progress=failed)
        except (HasProblems, NotNow):
            break
    return queries.batch(actor.environment_id, batch_id)


def undo(actor: Actor, *, batch_id: int, reason: str, now: datetime) -> Batch:
    """A new batch that brings back what was known before. Raises ChangedLater with the rows that later batches changed."""
    actor.require(Permission.CHANGE_DATA)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    with transaction.atomic():
        applying.lock(actor.environment_id)
        batch = _take(actor, batch_id, State.APPLIED)
        made = Batch.objects.create(
            environment_id=actor.environment_id,
            origin=Origin.UNDO,
            state=State.APPLIED,
            title=f"Undo of {batch.title}"[:200],
            undoes=batch,
            created_by=actor.name,
            created_at=now,
            applied_by=actor.name,
            applied_at=now,
        )
        made.counts = {"tables": applying.take_back(batch, made), "problems": 0, "warnings": 0}
        made.save(update_fields=["counts"])
        batch.state = State.UNDONE
        batch.save(update_fields=["state"])
        Batch.objects.filter(pk=batch.replaces_id, state=State.DISCARDED).update(state=State.WAITING)
        _note(actor, "undo", batch, by=made.pk, reason=reason.strip())
        recomputing.after(made)
    return made


def discard(actor: Actor, *, batch_id: int, now: datetime) -> Batch:
    """Put aside a batch that was not applied; its file stays."""
    actor.require(Permission.CHANGE_DATA)
    with transaction.atomic():
        batch = _take(actor, batch_id, State.WAITING, State.READING, State.READY, State.REFUSED)
        batch.state = State.DISCARDED
        batch.save(update_fields=["state"])
        _note(actor, "discard", batch)
    return batch


def load(actor: Actor, *, batch_id: int, now: datetime, defer: DeferApplying | None = None) -> Batch:
    """Read conversion data as it is and apply it: what is large by a worker when `defer` is given.

    Raises HasProblems; the batch then shows them.
    """
    actor.require(Permission.CHANGE_DATA)
    if defer and queries.batch(actor.environment_id, batch_id).file_size > AT_ONCE_BYTES:
        return _apply_later(actor, batch_id, State.WAITING, defer)
    with transaction.atomic():
        batch = _take(actor, batch_id, State.WAITING)
        batch.state = State.READING
        batch.save(update_fields=["state"])
        _note(actor, "load", batch)
    reading.read(batch)
    return apply(actor, batch_id=batch_id, now=now)


def enter(
    actor: Actor,
    *,
    title: str,
    rows: Mapping[str, Sequence[Row]],
    ends: Mapping[str, Sequence[Row]] | None = None,
    now: datetime,
) -> Batch:
    """Rows of engine values from a form, applied at once; `ends` names rows that end, by their keys.

    Raises BadRows with the facts `table`, `row` (from 1) and `field` of the first fault; then nothing was changed.
    """
    actor.require(Permission.CHANGE_DATA)
    with open_book(small=True) as book, transaction.atomic():
        applying.lock(actor.environment_id)
        for table, given in rows.items():
            enter_rows(book, table, given)
        for table, keys in (ends or {}).items():
            enter_keys(book, table, keys)
        comparing.compare(book, actor.environment_id)
        checks.check(book, actor.environment_id)
        _refuse(book)
        batch = Batch.objects.create(
            environment_id=actor.environment_id,
            origin=Origin.FORM,
            state=State.READY,
            title=title[:200],
            counts={"tables": comparing.counts(book), "problems": 0, "warnings": 0},
            files=applying.keep(book),
            created_by=actor.name,
            created_at=now,
        )
        return _apply(actor, batch, book, now)


def deliver(*, job: Job, title: str, tables: Mapping[str, Iterable[Row]], now: datetime) -> Batch:
    """A job's rows (engine values) as an import file. It waits as conversion data while no accounting period is set;
    afterwards it is applied by itself, unless it has problems, which then stand on the batch.
    """
    environment_id = job.process.environment_id
    actor = scheduler(environment_id)
    stored = write_delivery(environment_id, tables)
    waits = not Period.objects.filter(environment_id=environment_id).exists()
    with transaction.atomic():
        batch = Batch.objects.create(
            environment_id=environment_id,
            origin=Origin.JOB,
            state=State.WAITING if waits else State.READING,
            title=title[:200],
            file_name=f"job-{job.pk}.zip",
            file_sha256=stored.sha256,
            file_size=stored.size,
            job=job,
            created_by=actor.name,
            created_at=now,
        )
        _note(actor, "deliver", batch, job=job.pk)
    if waits:
        return batch
    read = reading.read(batch)
    return apply(actor, batch_id=batch.pk, now=now) if read.state == State.READY else read


def _merged(before: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Choices with newer ones; a sheet whose kind is chosen anew forgets what its headings were said to mean."""
    columns = {name: each for name, each in before.get("columns", {}).items() if name not in said.get("sheets", {})}
    for name, each in said.get("columns", {}).items():
        columns[name] = {**columns.get(name, {}), **each}
    return {**before, **said, "sheets": {**before.get("sheets", {}), **said.get("sheets", {})}, "columns": columns}


def _keep(source: Path | bytes) -> Any:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > MOST_BYTES:
        raise UploadTooLarge(f"The file has {size:,} bytes; {MOST_BYTES:,} are allowed.", size=size, most=MOST_BYTES)
    return store().put(source) if isinstance(source, bytes) else store().put_file(source, move=False)


def _base(name: str) -> str:
    """The last part of a name, whatever separators its sender uses."""
    return name.replace("\\", "/").rsplit("/", 1)[-1][:200]


def _read(batch: Batch, defer: Defer | None) -> Batch:
    """Read and weigh now, or what takes long by a worker."""
    if defer and batch.file_size > AT_ONCE_BYTES:
        defer(batch.pk)
        return batch
    read = reading.read(batch)
    if defer is None or weighing.is_quick(read):
        return weighing.weigh(read)
    defer(batch.pk)
    return read


def _take(actor: Actor, batch_id: int, *states: Batch.State) -> Batch:
    """The batch, locked, in one of these states. Raises NotFound, NotNow."""
    batch = queries.batch(actor.environment_id, batch_id, lock=True)
    if batch.state not in states:
        wanted = " or ".join(state.label for state in states)
        raise NotNow(f"{batch.title} is in the state {batch.get_state_display()}; this takes {wanted}.", batch=batch.pk)
    return batch


def _apply(actor: Actor, batch: Batch, book: Book, now: datetime) -> Batch:
    batch.state, batch.applied_by, batch.applied_at = State.APPLIED, actor.name, now
    batch.save(update_fields=["state", "applied_by", "applied_at"])
    applying.write(batch, book)
    Batch.objects.filter(pk=batch.replaces_id, state=State.WAITING).update(state=State.DISCARDED)
    _note(actor, "apply", batch, title=batch.title, counts=batch.counts.get("tables", {}))
    recomputing.after(batch)
    return batch


def _apply_later(actor: Actor, batch_id: int, taken: Batch.State, defer: DeferApplying) -> Batch:
    with transaction.atomic():
        batch = _take(actor, batch_id, taken)
        batch.state, batch.progress = State.APPLYING, {**batch.progress, "phase": "Waiting for a worker"}
        batch.save(update_fields=["state", "progress"])
        _note(actor, "ask to apply", batch)
        defer(actor, batch.pk)
    return batch


def _refuse(book: Book) -> None:
    found = book.rows(
        'SELECT "table", "row", column_name, value, cause, remedy FROM problem WHERE severity = ? LIMIT 1', checks.ERROR
    )
    for table, row, column, value, cause, remedy in found:
        said = f"{table}: {column} '{value or ''}': {cause}."
        raise BadRows(said, remedy=remedy, table=table, row=row, field=column)


def _note(actor: Actor, action: str, batch: Batch, **details: Any) -> None:
    audit.record(actor=actor, action=f"{action} batch", subject=f"batch:{batch.pk}", details=details)
