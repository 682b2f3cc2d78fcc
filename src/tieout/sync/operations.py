"""Writes of sync: set up processes, run, stop, decide findings. Each checks the actor's role and leaves an audit entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from tieout.audit import operations as audit
from tieout.connect import queries as connect
from tieout.kernel.errors import InvalidInput
from tieout.people.actors import Actor, Permission
from tieout.people.queries import SiteClock
from tieout.sync import kinds, queries
from tieout.sync.engine import Defer
from tieout.sync.errors import (
    AlreadyActive,
    NotActive,
    ProcessInUse,
    ProcessNameTaken,
    UnknownRule,
    WrongConnection,
)
from tieout.sync.models import ACTIVE, Finding, Job, Process
from tieout.sync.queue import next_run
from tieout.sync.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person says about a process; `settings` is checked by its kind."""

    name: str
    source_id: int | None
    target_id: int | None
    description: str = ""
    schedule: Mapping[str, Any] = field(default_factory=dict)
    catch_up: str = Process.CatchUp.ONCE
    enabled: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)


def draft_of(process: Process, **changes: Any) -> Draft:
    """What a process is now, with some of it changed."""
    return replace(
        Draft(
            name=process.name,
            source_id=process.source_id,
            target_id=process.target_id,
            description=process.description,
            schedule=process.schedule,
            catch_up=process.catch_up,
            enabled=process.enabled,
            settings=process.settings,
        ),
        **changes,
    )


def create_process(*, actor: Actor, kind: str, draft: Draft, now: datetime, site: SiteClock) -> Process:
    """A new process, scheduled from now on. Raises WrongConnection, BadSchedule, InvalidInput, ProcessNameTaken."""
    actor.require(Permission.EDIT_PROCESS)
    return _save(actor, Process(environment_id=actor.environment_id, kind=kind, created_at=now), draft, now, site)


def change_process(*, actor: Actor, process_id: int, draft: Draft, now: datetime, site: SiteClock) -> Process:
    """Change a process; its kind, and its connections once it has posted, stay. Raises as create_process."""
    actor.require(Permission.EDIT_PROCESS)
    return _save(actor, queries.process(actor.environment_id, process_id), draft, now, site)


def delete_process(*, actor: Actor, process_id: int) -> None:
    """Delete a process that has posted nothing. Raises ProcessInUse."""
    actor.require(Permission.EDIT_PROCESS)
    process = queries.process(actor.environment_id, process_id)
    if Job.objects.filter(process=process, state__in=ACTIVE).exists():
        raise AlreadyActive(f"{process.name} is running.")
    try:
        with transaction.atomic():
            subject = f"process:{process.pk}"
            audit.record(actor=actor, action="delete process", subject=subject, details={"name": process.name})
            process.delete()
    except ProtectedError:
        raise ProcessInUse(f"{process.name} has postings.", process=process_id) from None


def run_now(
    *, actor: Actor, process_id: int, now: datetime, defer: Defer, parameters: Mapping[str, Any] | None = None
) -> Job:
    """Queue a run at once, whatever the schedule says. Raises AlreadyActive."""
    actor.require(Permission.RUN_PROCESS)
    process = queries.process(actor.environment_id, process_id)
    retry = bool((parameters or {}).get("records"))
    try:
        with transaction.atomic():
            job = Job.objects.create(
                process=process,
                trigger=Job.Trigger.RETRY if retry else Job.Trigger.MANUAL,
                requested_by=actor.name,
                parameters=dict(parameters or {}),
                queued_at=now,
            )
            audit.record(actor=actor, action="run process", subject=f"process:{process.pk}", details={"job": job.pk})
            defer(job.pk, None)
    except IntegrityError:
        raise AlreadyActive(f"{process.name} is queued or running already.", process=process_id) from None
    return job


@transaction.atomic
def stop(*, actor: Actor, job_id: int, now: datetime) -> Job:
    """Ask a run to stop at its next step; one that has not begun stops at once. Raises NotActive."""
    actor.require(Permission.RUN_PROCESS)
    job = queries.job(actor.environment_id, job_id, lock=True)
    if job.state not in ACTIVE:
        raise NotActive(f"Job {job_id} has ended.", job=job_id)
    if job.state == Job.State.QUEUED:
        job.state, job.finished_at = Job.State.STOPPED, now
    else:
        job.state = Job.State.STOPPING
    job.save(update_fields=["state", "finished_at"])
    audit.record(actor=actor, action="stop job", subject=f"job:{job.pk}")
    return job


@transaction.atomic
def decide(*, actor: Actor, finding_ids: Sequence[int], decision: str, reason: str, now: datetime) -> int:
    """Choose for these records only what is done about them; takes effect with the next run. Raises UnknownRule."""
    actor.require(Permission.DECIDE_FINDING)
    if not reason.strip():
        raise InvalidInput("A decision needs a reason.", remedy="Say why, in a few words; it is kept with the record.")
    findings = list(queries.findings(actor.environment_id).filter(pk__in=finding_ids).select_related("process"))
    for finding in findings:
        _check_choice(finding, decision)
    count = Finding.objects.filter(pk__in=[finding.pk for finding in findings]).update(
        decision=decision,
        reason=reason.strip()[:500],
        decided_by=actor.name,
        state=Finding.State.DISMISSED,
        last_seen_at=now,
    )
    subjects = [finding.pk for finding in findings]
    details = {"decision": decision, "reason": reason, "findings": subjects}
    audit.record(actor=actor, action="decide findings", subject="findings", details=details)
    return count


def retry(*, actor: Actor, finding_ids: Sequence[int], now: datetime, defer: Defer) -> list[Job]:
    """Run the processes of these findings again for these records only. Raises AlreadyActive."""
    actor.require(Permission.RUN_PROCESS)
    records: dict[int, list[str]] = {}
    for finding in queries.findings(actor.environment_id).filter(pk__in=finding_ids):
        records.setdefault(finding.process_id, []).append(finding.record_id)
    if not records:
        raise InvalidInput("No finding was chosen.", remedy="Choose at least one finding to retry.")
    return [
        run_now(actor=actor, process_id=process_id, now=now, defer=defer, parameters={"records": sorted(ids)})
        for process_id, ids in records.items()
    ]


def _save(actor: Actor, process: Process, draft: Draft, now: datetime, site: SiteClock) -> Process:
    kind = kinds.get(process.kind)
    if not draft.name.strip():
        raise InvalidInput("A process needs a name.", remedy="Say in a few words what it brings where.")
    process.name, process.description = draft.name.strip()[:120], draft.description.strip()[:500]
    process.source = _part(actor, draft.source_id, kind.source_capability, kind, "source")
    process.target = _part(actor, draft.target_id, kind.target_capability, kind, "target")
    process.schedule = Schedule.parse(draft.schedule).as_dict()
    process.catch_up, process.enabled = Process.CatchUp(draft.catch_up), draft.enabled
    process.settings = dict(draft.settings)
    process.settings = dict(kind.check(process))
    process.next_run_at = next_run(process, now, site)
    action = "change process" if process.pk else "create process"
    try:
        with transaction.atomic():
            process.save()
            audit.record(actor=actor, action=action, subject=f"process:{process.pk}", details={"name": process.name})
    except IntegrityError:
        raise ProcessNameTaken(f"'{process.name}' is taken.", name=process.name) from None
    return process


def _part(actor: Actor, connection_id: int | None, capability: type | None, kind: kinds.Kind, part: str) -> Any:
    if capability is None:
        return None
    if connection_id is None:
        raise WrongConnection(f"{kind.label} needs a {part}.")
    return _connection(actor, connection_id, capability, part)


def _connection(actor: Actor, connection_id: int, capability: type, part: str) -> Any:
    found = connect.connection(actor.environment_id, connection_id)
    connector = connect.connector_of(found)
    with connect.session(found) as session:
        if connector.direction != part or not isinstance(session, capability):
            raise WrongConnection(f"{found.name} ({connector.label}) cannot be the {part} of this process.")
    return found


def _check_choice(finding: Finding, decision: str) -> None:
    rules = {rule.name: rule for rule in kinds.get(finding.process.kind).rules}
    rule = rules.get(finding.rule)
    if rule is None or decision not in dict(rule.choices):
        offered = ", ".join(dict(rule.choices)) if rule and rule.choices else "nothing but mending the cause"
        raise UnknownRule(f"'{decision}' is not offered for {finding.label}: it offers {offered}.", finding=finding.pk)
