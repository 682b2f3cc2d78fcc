"""Writes of revenue accounting: which ledger and journal, which accounts, which fields; and asking for journals.

Setting up is the Controller's. Everything leaves an entry in the audit trail.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from tieout.audit import operations as audit
from tieout.kernel.errors import NotFound
from tieout.ledger import reference
from tieout.ledger.errors import BadAccountMapping, BadCustomField, NoJournalProcess
from tieout.ledger.journals import mapping_file
from tieout.ledger.journals.accounts import Mapped
from tieout.ledger.journals.check_kind import CHECK_KIND, CHECK_SCHEDULE
from tieout.ledger.journals.dry_run import mapped
from tieout.ledger.journals.mapping_file import EventMapping, Import
from tieout.ledger.journals.posted import KIND, journal_process
from tieout.ledger.models import AccountMapping
from tieout.people.actors import Actor, Permission
from tieout.people.queries import SiteClock
from tieout.revenue.models import CustomField
from tieout.sync import operations as sync
from tieout.sync.engine import Defer
from tieout.sync.models import Job, Process
from tieout.sync.operations import Draft

_NAMES = {KIND: "Post journals to Sage Intacct", CHECK_KIND: "Check posted journals"}
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")


def set_up(
    *,
    actor: Actor,
    connection_id: int,
    told: Mapping[str, Any],
    now: datetime,
    site: SiteClock,
    schedule: Mapping[str, Any] | None = None,
) -> Process:
    """Post journals through this connection, as told (settings, or some of them); nightly they are checked.

    Raises RoleMissing, WrongConnection, BadMapping, BadSchedule.
    """
    actor.require(Permission.SET_UP_ACCOUNTING)
    with transaction.atomic():
        made = _process(actor, KIND, connection_id, told, schedule, now, site)
        _process(actor, CHECK_KIND, connection_id, {}, None, now, site)
    return made


def place_entity(*, actor: Actor, entity: str, place: Mapping[str, str], now: datetime, site: SiteClock) -> Process:
    """Say which of the ledger's entities it is, and where its lines belong that say nothing themselves.

    Raises NoJournalProcess, BadMapping.
    """
    actor.require(Permission.SET_UP_ACCOUNTING)
    process = _own(actor.environment_id)
    entities = {**process.settings.get("entities", {}), entity: dict(place)}
    return set_up(actor=actor, connection_id=process.destination.pk, told={"entities": entities}, now=now, site=site)


def map_event(*, actor: Actor, values: Mapping[str, str], now: datetime) -> list[Mapped]:
    """Give an event type its accounts, in general or for a product, an entity or dimensions. Raises BadAccountMapping."""
    actor.require(Permission.SET_UP_ACCOUNTING)
    wrong = mapping_file.refused(values)
    if wrong:
        raise BadAccountMapping(wrong[1], field=wrong[0])
    rows = EventMapping.model_validate(dict(values)).mapped()
    _check_accounts(actor.environment_id, values)
    with transaction.atomic():
        for row in rows:
            AccountMapping.objects.update_or_create(
                environment_id=actor.environment_id, **_key(row), defaults={"account": row.account}
            )
        audit.record(actor=actor, action="map accounts", subject=f"event:{rows[0].role}", details=dict(values))
    return rows


@transaction.atomic
def unmap(*, actor: Actor, role: str, product_id: str = "", entity: str = "", dimension: str = "") -> None:
    """Remove the account of a role for exactly this product, entity and dimensions. Raises NotFound."""
    actor.require(Permission.SET_UP_ACCOUNTING)
    key = {"role": role, "product_id": product_id, "entity": entity, "dimension": dimension}
    gone, _ = AccountMapping.objects.filter(environment_id=actor.environment_id, **key).delete()
    if not gone:
        raise NotFound(f"There is no such mapping of {role.replace('_', ' ')}.", **key)
    audit.record(actor=actor, action="unmap account", subject=f"role:{role}", details=key)


def export_accounts(*, actor: Actor) -> str:
    """Every account mapping as CSV."""
    actor.require(Permission.READ)
    return mapping_file.export(mapped(actor.environment_id))


def look_at_accounts(*, actor: Actor, data: bytes) -> Import:
    """What importing the file would change. Changes nothing."""
    actor.require(Permission.SET_UP_ACCOUNTING)
    return mapping_file.look_at(data, mapped(actor.environment_id), ledger_lists(actor.environment_id))


def apply_accounts(*, actor: Actor, data: bytes) -> Import:
    """Replace all account mappings by the file's, or nothing. Raises BadAccountMapping with every fault."""
    found = look_at_accounts(actor=actor, data=data)
    if found.faults:
        first = found.faults[0]
        place = f"Row {first.row}, {first.column}" if first.column else f"Row {first.row}" if first.row else "The file"
        faults = [{"row": each.row, "column": each.column, "cause": each.cause} for each in found.faults]
        raise BadAccountMapping(f"{place}: {first.cause}", faults=faults)
    with transaction.atomic():
        AccountMapping.objects.filter(environment_id=actor.environment_id).delete()
        AccountMapping.objects.bulk_create(
            AccountMapping(environment_id=actor.environment_id, account=row.account, **_key(row)) for row in found.rows
        )
        details = {"rows": len(found.rows), "changes": len(found.changes)}
        audit.record(actor=actor, action="import account mappings", subject="account mappings", details=details)
    return found


def save_field(*, actor: Actor, values: Mapping[str, Any], field_id: int | None = None) -> CustomField:
    """Add or change a custom field and what it feeds in the ledger. Raises BadCustomField, NotFound."""
    actor.require(Permission.SET_UP_ACCOUNTING)
    made = (
        custom_field(actor.environment_id, field_id) if field_id else CustomField(environment_id=actor.environment_id)
    )
    for name in ("api_name", "label", "source", "dimension"):
        setattr(made, name, str(values.get(name, getattr(made, name))).strip())
    made.in_journals = bool(values.get("in_journals", made.in_journals))
    _check_field(made)
    try:
        with transaction.atomic():
            made.save()
            audit.record(actor=actor, action="save custom field", subject=f"field:{made.pk}", details=dict(values))
    except IntegrityError:
        raise BadCustomField(
            f"There is a field '{made.api_name}' of a {made.source} already", field="api_name"
        ) from None
    return made


@transaction.atomic
def remove_field(*, actor: Actor, field_id: int) -> None:
    """Remove a custom field; what people filled in stays with the data. Raises NotFound."""
    actor.require(Permission.SET_UP_ACCOUNTING)
    found = custom_field(actor.environment_id, field_id)
    details = {"api_name": found.api_name, "source": found.source}
    audit.record(actor=actor, action="remove custom field", subject=f"field:{found.pk}", details=details)
    found.delete()


def prepare(*, actor: Actor, now: datetime, defer: Defer, period: str = "") -> Job:
    """Queue a run that plans the journals of frozen periods (or of the one named) and posts nothing. Raises AlreadyActive."""
    asked = {"plan_only": True} | ({"period": period} if period else {})
    return sync.run_now(actor=actor, process_id=_own(actor.environment_id).pk, now=now, defer=defer, parameters=asked)


def check_now(*, actor: Actor, now: datetime, defer: Defer) -> Job:
    """Queue the nightly check now. Raises NoJournalProcess, AlreadyActive."""
    found = Process.objects.filter(environment_id=actor.environment_id, kind=CHECK_KIND).first()
    if found is None:
        raise NoJournalProcess
    return sync.run_now(actor=actor, process_id=found.pk, now=now, defer=defer)


def custom_field(environment_id: int | None, field_id: int) -> CustomField:
    """One custom field. Raises NotFound."""
    found = CustomField.objects.filter(environment_id=environment_id, pk=field_id).first()
    if found is None:
        raise NotFound(f"There is no custom field {field_id} in this environment.", field=field_id)
    return found


def ledger_lists(environment_id: int | None) -> dict[str, dict[str, bool]]:
    """Codes of the ledger's lists as last read, by list; whether each is active. Empty before a ledger is chosen."""
    process = journal_process(environment_id)
    lists: dict[str, dict[str, bool]] = {}
    for (kind, code), item in (reference.chart(process.destination).items if process else {}).items():
        lists.setdefault(kind, {})[code] = item.active
    return lists


def _own(environment_id: int | None) -> Process:
    found = journal_process(environment_id)
    if found is None:
        raise NoJournalProcess
    return found


def _process(
    actor: Actor,
    kind: str,
    connection_id: int,
    told: Mapping[str, Any],
    schedule: Mapping[str, Any] | None,
    now: datetime,
    site: SiteClock,
) -> Process:
    found = Process.objects.filter(environment_id=actor.environment_id, kind=kind).first()
    if found is None:
        usual = schedule or (CHECK_SCHEDULE if kind == CHECK_KIND else {})
        draft = Draft(_NAMES[kind], None, connection_id, schedule=usual, settings=told)
        return sync.create_process(actor=actor, kind=kind, draft=draft, now=now, site=site)
    changes = {"target_id": connection_id, "settings": {**found.settings, **told}}
    draft = sync.draft_of(found, **changes, **({"schedule": schedule} if schedule is not None else {}))
    return sync.change_process(actor=actor, process_id=found.pk, draft=draft, now=now, site=site)


def _key(row: Mapped) -> dict[str, Any]:
    return {"role": row.role, "product_id": row.product_id, "entity": row.entity, "dimension": row.dimension}


def _check_accounts(environment_id: int | None, values: Mapping[str, str]) -> None:
    accounts = ledger_lists(environment_id).get("account", {})
    for side in ("debit", "credit"):
        code = values.get(side, "").strip()
        if code and accounts and not accounts.get(code):
            said = "is inactive" if code in accounts else "does not exist"
            raise BadAccountMapping(f"Account {code} {said} in the ledger", field=side)


def _check_field(field: CustomField) -> None:
    if not _API_NAME.fullmatch(field.api_name):
        raise BadCustomField("An API name begins with a letter and has letters, digits and _ only", field="api_name")
    if field.source not in CustomField.Source.values:
        raise BadCustomField("The source is customer, product or subscription", field="source")
    if field.in_journals and not field.dimension:
        raise BadCustomField("Say which dimension or field of the ledger it feeds", field="dimension")
    field.label = field.label or field.api_name
