"""Routes of revenue journals: setting accounting up, dry runs, preparing, and the check."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import Query

from tieout.api.doors import Call, Doors
from tieout.api.paging import Asked, Page, page
from tieout.ledger import shapes as ledger
from tieout.ledger.journals import operations, queries, readiness, shapes
from tieout.ledger.journals.coverage import coverage
from tieout.ledger.journals.dry_run import mapped
from tieout.people.actors import Permission
from tieout.people.queries import site_clock
from tieout.revenue import periods
from tieout.revenue.models import CustomField
from tieout.sync import queries as processes
from tieout.sync import shapes as sync
from tieout.sync.tasks import defer

doors = Doors("journals")
NEEDED = Permission.SET_UP_ACCOUNTING
_CSV = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}


class WantedJournals(Asked):
    """Which entries."""

    period: str = ""
    entity: str = ""
    account: str = ""
    state: str = ""

    def conditions(self) -> dict[str, Any]:
        """For a queryset."""
        wanted = {
            "header__period": self.period,
            "header__books": self.entity,
            "lines__account": self.account,
            "state": self.state,
        }
        return {name: value for name, value in wanted.items() if value}


@doors.get("/journals", Permission.READ, Page[ledger.Posting])
def list_journals(request: Call, asked: Query[WantedJournals]) -> dict[str, Any]:
    """Entries of revenue, newest day first. Post, reverse and check them as postings."""
    found = queries.journal_postings(request.auth.environment_id).filter(**asked.conditions()).distinct()
    return page(found, asked, "-day", "-id")


@doors.get("/journals/periods", Permission.READ, list[shapes.FrozenPeriod])
def list_frozen_periods(request: Call) -> list[dict[str, Any]]:
    """Periods whose journals are posted: the closing one of each entity and the last closed ones."""
    return [
        {"entity": each.entity, "period": each.label, "ends_on": each.ends_on, "state": each.state, "waiting": waiting}
        for each, waiting in queries.due(request.auth.environment_id)
    ]


class WantedDryRun(Asked):
    """Which period of which entity."""

    period: str
    entity: str = ""


@doors.get("/journals/dry-run", Permission.READ, shapes.DryRunOfPeriod)
def dry_run_journals(request: Call, asked: Query[WantedDryRun]) -> shapes.DryRunOfPeriod:
    """What the ledger holds now, what is to be posted, and what it will hold after."""
    period = periods.find(request.auth.environment_id, asked.entity, asked.period)
    return shapes.DryRunOfPeriod.of(*queries.dry_run(request.auth.environment_id, period), asked.entity, asked.period)


@doors.post("/journals/prepare", Permission.RUN_PROCESS, sync.Job, status=202)
def prepare_journals(request: Call, given: shapes.Prepare) -> Any:
    """Queue a run that plans the journals of frozen periods and posts nothing."""
    return operations.prepare(actor=request.auth, now=request.now, defer=defer, period=given.period)


@doors.post("/journals/check", Permission.RUN_PROCESS, sync.Job, status=202)
def check_journals(request: Call) -> Any:
    """Queue the nightly check now."""
    return operations.check_now(actor=request.auth, now=request.now, defer=defer)


@doors.put("/accounting", NEEDED, sync.Process)
def set_up_accounting(request: Call, given: shapes.JournalSetup) -> Any:
    """Post journals through this connection into this journal."""
    told = given.dict(exclude={"connection_id", "schedule"})
    made = operations.set_up(
        actor=request.auth,
        connection_id=given.connection_id,
        told=told,
        now=request.now,
        site=site_clock(),
        schedule=given.schedule,
    )
    return processes.process(request.auth.environment_id, made.pk)


@doors.put("/accounting/entities/{path:entity}", NEEDED, sync.Process)
def place_entity(request: Call, entity: str, given: shapes.EntityPlace) -> Any:
    """Which of the ledger's entities it is, and where lines belong that name no dimensions."""
    made = operations.place_entity(
        actor=request.auth, entity=entity, place=given.dict(), now=request.now, site=site_clock()
    )
    return processes.process(request.auth.environment_id, made.pk)


@doors.post("/accounting/look", NEEDED, list[shapes.Point])
def look_at_accounting(request: Call) -> Any:
    """Ask the ledger whether journals can be posted as they are set up; writes nothing there."""
    return readiness.look(actor=request.auth, now=request.now)


@doors.get("/accounting/coverage", Permission.READ, shapes.Coverage)
def cover_accounting(request: Call) -> shapes.Coverage:
    """What of the latest figures has no account, and which mappings nothing uses."""
    return shapes.Coverage.of(coverage(request.auth.environment_id))


@doors.get("/accounting/accounts", Permission.READ, list[shapes.AccountMapping])
def list_account_mappings(request: Call) -> Any:
    """Which account plays which role."""
    return mapped(request.auth.environment_id)


@doors.post("/accounting/accounts", NEEDED, list[shapes.AccountMapping])
def map_event(request: Call, given: shapes.EventAccounts) -> Any:
    """Give an event type its accounts."""
    return operations.map_event(actor=request.auth, values=given.dict(), now=request.now)


class WantedMapping(Asked):
    """Exactly which mapping."""

    role: str
    product_id: str = ""
    entity: str = ""
    dimension: str = ""


@doors.delete("/accounting/accounts", NEEDED)
def unmap_account(request: Call, asked: Query[WantedMapping]) -> None:
    """Remove the account of a role for exactly this product, entity and dimensions."""
    key = asked.dict(include={"role", "product_id", "entity", "dimension"})
    operations.unmap(actor=request.auth, **key)


@doors.file("/accounting/accounts.csv", Permission.READ, "text/csv")
def export_account_mappings(request: Call) -> HttpResponse:
    """Every account mapping by event, for a spreadsheet."""
    text = operations.export_accounts(actor=request.auth)
    headers = {"Content-Disposition": 'attachment; filename="account-mappings.csv"'}
    return HttpResponse(text.encode(), content_type="text/csv; charset=utf-8", headers=headers)


@doors.post("/accounting/accounts/preview", NEEDED, shapes.AccountsImport, openapi_extra=_CSV)
def preview_account_mappings(request: Call) -> Any:
    """What importing the CSV in the body would change, and every fault in it. Changes nothing."""
    return operations.look_at_accounts(actor=request.auth, data=request.body)


@doors.post("/accounting/accounts/apply", NEEDED, shapes.AccountsImport, openapi_extra=_CSV)
def apply_account_mappings(request: Call) -> Any:
    """Replace all account mappings by the CSV in the body: all of it, or nothing."""
    return operations.apply_accounts(actor=request.auth, data=request.body)


@doors.get("/accounting/fields", Permission.READ, list[shapes.CustomField])
def list_custom_fields(request: Call) -> Any:
    """Custom fields and what they feed in the ledger."""
    return list(CustomField.objects.filter(environment_id=request.auth.environment_id))


@doors.post("/accounting/fields", NEEDED, shapes.CustomField, status=201)
def add_custom_field(request: Call, given: shapes.FieldDraft) -> Any:
    """Add one."""
    return operations.save_field(actor=request.auth, values=given.dict())


@doors.put("/accounting/fields/{int:field_id}", NEEDED, shapes.CustomField)
def change_custom_field(request: Call, field_id: int, given: shapes.FieldDraft) -> Any:
    """Change one."""
    return operations.save_field(actor=request.auth, values=given.dict(), field_id=field_id)


@doors.delete("/accounting/fields/{int:field_id}", NEEDED)
def remove_custom_field(request: Call, field_id: int) -> None:
    """Remove one; what people filled in stays with the data."""
    operations.remove_field(actor=request.auth, field_id=field_id)
