"""Whether the ledger would take the journals as they are set up: asked beforehand, each point by name with its remedy.

Looks at the journal, the rights of the API user, entities and default dimensions, each custom field with every value that the
revenue data holds, and each account with the dimensions that the latest figures give it. Writes nothing to the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tieout.audit import operations as audit
from tieout.connect import queries as connect
from tieout.connect.models import Connection
from tieout.connect.slots import slot
from tieout.connectors.kit.capabilities import Check, LineField, ReadsJournals
from tieout.kernel.counting import counted
from tieout.kernel.errors import TieoutError
from tieout.ledger import preflight, reference
from tieout.ledger.errors import NoJournalProcess, parse_settings
from tieout.ledger.journals.coverage import Coverage, coverage
from tieout.ledger.journals.field_values import field_values
from tieout.ledger.journals.places import dimensions_of
from tieout.ledger.journals.posted import journal_process
from tieout.ledger.journals.settings import JournalSettings
from tieout.ledger.models import AccountingCheck
from tieout.ledger.reference import Chart
from tieout.people.actors import Actor, Permission
from tieout.revenue import periods
from tieout.revenue.models import CustomField

MOST_VALUES = 20
PARTS = ("Journal", "Rights", "Entities", "Custom fields", "Accounts")


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at."""

    part: str
    name: str
    ok: bool
    detail: str = ""
    remedy: str = ""


def look(*, actor: Actor, now: datetime) -> list[Point]:
    """Ask the ledger now and keep what was found. Raises NoJournalProcess; a ledger that does not answer is a point."""
    actor.require(Permission.SET_UP_ACCOUNTING)
    process = journal_process(actor.environment_id)
    if process is None:
        raise NoJournalProcess
    settings = parse_settings(JournalSettings, process.settings)
    found = list(_points(process.destination, settings, actor.environment_id, now))
    with transaction.atomic():
        AccountingCheck.objects.update_or_create(
            environment_id=actor.environment_id,
            defaults={"checked_at": now, "checks": [asdict(point) for point in found]},
        )
        details = {"missing": [point.name for point in found if not point.ok]}
        audit.record(actor=actor, action="check accounting", subject=f"process:{process.pk}", details=details)
    return found


def last_look(environment_id: int | None) -> AccountingCheck | None:
    """What was found last; None before the first time."""
    return AccountingCheck.objects.filter(environment_id=environment_id).first()


def _points(
    target: Connection, settings: JournalSettings, environment_id: int | None, now: datetime
) -> Iterator[Point]:
    try:
        reference.refresh(target, now, at_least=timedelta())
        with slot(target), connect.pinned_session(target) as session:
            assert isinstance(session, ReadsJournals)
            yield from _rights(session.journal_rights())
            yield from _fields(session, environment_id)
    except TieoutError as error:
        yield Point("Journal", "The ledger answers", False, error.message, error.advice)
        return
    chart = reference.chart(target)
    yield _journal(settings.journal, chart)
    yield from _entities(settings, chart, environment_id)
    yield from _accounts(coverage(environment_id), chart)


def _rights(checks: Iterable[Check]) -> Iterator[Point]:
    for check in checks:
        yield Point("Rights", check.name, check.ok, check.detail, check.remedy)


def _journal(symbol: str, chart: Chart) -> Point:
    name = f"Journal {symbol}"
    found = chart.get("journal", symbol)
    if found is None:
        return Point("Journal", name, False, "The ledger has no such journal.", "Choose one of its list.")
    if not found.active:
        return Point(
            "Journal", name, False, f"{found.name} is inactive.", "Activate it in the ledger, or choose another."
        )
    return Point("Journal", name, True, f"{found.name}, open for entries.")


def _entities(settings: JournalSettings, chart: Chart, environment_id: int | None) -> Iterator[Point]:
    for entity in periods.entities(environment_id) or ["", *settings.entities]:
        place, wrong = settings.place(entity), []
        named = (("entity", place.entity), ("location", place.location), ("department", place.department),
                 ("class", place.class_id))  # fmt: skip
        for kind, code in named:
            item = chart.get(kind, code) if code else None  # type: ignore[arg-type]
            if code and (item is None or not item.active):
                wrong.append(f"{kind} '{code}' {'is inactive' if item else 'does not exist'}")
            elif (
                kind == "location" and item and place.entity and item.facts.get("entity", "") not in ("", place.entity)
            ):
                wrong.append(f"location '{code}' belongs to {item.facts['entity']}")
        remedy = "Say under Entities which of the ledger's it is." if wrong else ""
        yield Point("Entities", entity or "The company as a whole", not wrong, "; ".join(wrong), remedy)


def _fields(session: ReadsJournals, environment_id: int | None) -> Iterator[Point]:
    mapped = CustomField.objects.filter(environment_id=environment_id, in_journals=True)
    offered = {field.name: field for field in session.line_fields()} if mapped else {}
    for field in mapped:
        name = f"{field.label} → {field.dimension}"
        yield _field(session, name, field, offered)


def _field(session: ReadsJournals, name: str, field: CustomField, offered: Mapping[str, LineField]) -> Point:
    found, part = offered.get(field.dimension), "Custom fields"
    if found is None:
        remedy = f"Choose one of {', '.join(offered)}, or make it in the ledger."
        return Point(part, name, False, "Journal entries cannot carry it.", remedy)
    if not found.writable:
        return Point(
            part, name, False, f"{found.label} cannot be written.", "Let the API user write it, or choose another."
        )
    used = field_values(field)
    if not found.listed:
        return Point(part, name, True, f"{found.kind}, {len(used)} values, taken as they are.")
    known = {value.code: value.active for value in session.line_values(field.dimension)}
    unknown = sorted(value for value in used if not known.get(value))
    if unknown:
        detail = f"{len(unknown)} of {len(used)} values are not in the ledger's list, or inactive: {_listed(unknown)}"
        return Point(part, name, False, detail, "Correct them in the revenue data, or add them in the ledger.")
    return Point(part, name, True, f"{found.kind}, all {len(used)} values are known.")


def _accounts(found: Coverage, chart: Chart) -> Iterator[Point]:
    if found.missing:
        detail, remedy = f"{len(found.missing)} have none.", "Map them under Accounts of events."
        yield Point("Accounts", "Every event has an account", False, detail, remedy)
    right = []
    for code, places in sorted(found.places.items()):
        given = map(dimensions_of, sorted(places))
        wrong = [problem for each in given for problem in preflight.line_problems(code, each, chart)]
        if wrong:
            remedy = "Map another account, or give its lines what it asks for: in the revenue data, or under Entities."
            yield Point("Accounts", f"Account {code}", False, " ".join(dict.fromkeys(wrong)), remedy)
        else:
            right.append(code)
    if right:
        name, detail = counted(len(right), "account"), "With all dimensions that the latest figures give them."
        yield Point("Accounts", name, True, f"{_listed(right)}. {detail}")


def _listed(values: Sequence[str]) -> str:
    return ", ".join(values[:MOST_VALUES]) + (" …" if len(values) > MOST_VALUES else "")
