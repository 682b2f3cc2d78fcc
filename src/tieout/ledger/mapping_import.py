"""Importing a mapping's file: upload, look at what it would change, apply all of it or nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tieout.kernel.errors import InvalidInput
from tieout.ledger import reference
from tieout.ledger.mapping_files import LAYOUTS, Change, Fault, Layout, check_lists, compare, read, write
from tieout.people.actors import Actor, Permission
from tieout.people.queries import SiteClock
from tieout.sync import kinds
from tieout.sync import operations as sync
from tieout.sync import queries as processes
from tieout.sync.models import Process


class NoMappingFile(InvalidInput):
    """Processes of this kind have no mapping that a file could hold."""

    code = "ledger.no_mapping_file"
    remedy = "Change the process's settings instead."


class MappingRefused(InvalidInput):
    """The file cannot be imported; nothing was changed."""

    code = "ledger.mapping_refused"
    remedy = "Correct the cells named under `faults` and import the file again."


@dataclass(frozen=True, slots=True)
class Import:
    """What a file would do: rows as they would be stored, what that changes, and what is wrong with it."""

    rows: tuple[dict[str, Any], ...]
    changes: tuple[Change, ...]
    faults: tuple[Fault, ...]


def export(process: Process) -> str:
    """The process's mapping as CSV. Raises NoMappingFile."""
    layout = _layout(process)
    return write(layout, process.settings.get(layout.setting, []))


def look_at(*, actor: Actor, process_id: int, data: bytes) -> Import:
    """What importing the file would change. Changes nothing. Raises NoMappingFile."""
    actor.require(Permission.EDIT_PROCESS)
    return _import(processes.process(actor.environment_id, process_id), data)


def apply(*, actor: Actor, process_id: int, data: bytes, now: datetime, site: SiteClock) -> Import:
    """Replace the mapping by the file's. Raises MappingRefused with every fault, and as sync.operations.change_process."""
    actor.require(Permission.EDIT_PROCESS)
    process = processes.process(actor.environment_id, process_id)
    found = _import(process, data)
    if found.faults:
        first = found.faults[0]
        place = f"Row {first.row}, {first.column}" if first.column else f"Row {first.row}" if first.row else "The file"
        raise MappingRefused(f"{place}: {first.cause}", faults=[_plain(fault) for fault in found.faults])
    draft = sync.draft_of(process, settings=_settings(process, found.rows))
    sync.change_process(actor=actor, process_id=process_id, draft=draft, now=now, site=site)
    return found


def _import(process: Process, data: bytes) -> Import:
    layout = _layout(process)
    reading = read(layout, data)
    rows = tuple(dict(row.values) for row in reading.rows)
    faults = reading.faults or check_lists(layout, reading.rows, _lists(process)) or _whole(process, rows)
    changes = compare(layout, process.settings.get(layout.setting, []), rows) if rows else []
    return Import(rows, tuple(changes), tuple(faults))


def _layout(process: Process) -> Layout:
    try:
        return LAYOUTS[process.kind]
    except KeyError:
        raise NoMappingFile(f"{process.name} has no mapping that a file could hold.") from None


def _settings(process: Process, rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {**process.settings, _layout(process).setting: list(rows)}


def _lists(process: Process) -> dict[str, dict[str, bool]]:
    lists: dict[str, dict[str, bool]] = defaultdict(dict)
    for (kind, code), item in reference.chart(process.target).items.items():
        lists[kind][code] = item.active
    return lists


def _whole(process: Process, rows: tuple[dict[str, Any], ...]) -> list[Fault]:
    """What the kind of process has against the mapping as a whole."""
    trial = Process.objects.select_related("source", "target").get(pk=process.pk)
    trial.settings = _settings(process, rows)
    try:
        kinds.get(process.kind).check(trial)
    except InvalidInput as error:
        return [Fault(0, "", error.message, error.advice)]
    return []


def _plain(fault: Fault) -> dict[str, Any]:
    return {"row": fault.row, "column": fault.column, "cause": fault.cause, "remedy": fault.remedy}
