"""`tieout journal`: set accounting up, see what would be posted, prepare, post, and check what the ledger holds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tieout.cli.errors import BadOption
from tieout.cli.terminal import Limit, Terminal, command, group
from tieout.ledger import operations as ledger
from tieout.ledger import shapes as ledger_shapes
from tieout.ledger.journals import operations, queries, readiness, shapes
from tieout.ledger.journals.coverage import coverage
from tieout.ledger.journals.dry_run import mapped
from tieout.people.actors import Permission
from tieout.revenue import periods
from tieout.revenue.models import CustomField
from tieout.sync import shapes as sync
from tieout.sync.job_commands import JOB
from tieout.sync.tasks import defer

journals = group("Journals of revenue: accounts, dry runs, posting and the nightly check.")
accounts = group("Which account plays which role.")
fields = group("Custom fields and the dimensions that they feed.")
journals.add_typer(accounts, name="accounts")
journals.add_typer(fields, name="fields")
NEEDED = Permission.SET_UP_ACCOUNTING
Entity = Annotated[str, typer.Option(help="As the revenue data names it.")]
Product = Annotated[str, typer.Option(help="Only for this product.")]
Dimension = Annotated[str, typer.Option(help="Only for lines with these, for example class=SaaS.")]
_MAPPING = {
    "Role": "role",
    "Product": "product_id",
    "Entity": "entity",
    "Dimensions": "dimension",
    "Account": "account",
}
_ENTRY = {"No.": "id", "Day": "day", "Entry": "group", "Total": "total", "State": "state", "Record no.": "record_no"}
_FIELD = {
    "No.": "id",
    "API name": "api_name",
    "Label": "label",
    "Source": "source",
    "In journals": "in_journals",
    "Feeds": "dimension",
}
_LINE = {
    "Account": "account",
    "Dimensions": "dimensions",
    "Holds now": "holds_now",
    "Period": "current",
    "Earlier": "prior",
    "Holds after": "holds_after",
}


@command(journals, "set-up", NEEDED)
def set_up(
    terminal: Terminal,
    connection: Annotated[int, typer.Option("--to", help="Number of the connection to post through.")],
    journal: Annotated[str, typer.Option(help="Symbol of the journal, for example APJ.")],
    on_demand: Annotated[bool, typer.Option("--on-demand", help="Post only when somebody asks for it.")] = False,
    by_contract: Annotated[bool, typer.Option("--by-contract", help="Lines in detail instead of in summary.")] = False,
) -> None:
    """Post journals through a connection into a journal; nightly they are checked."""
    told = {
        "journal": journal,
        "posts": "on_demand" if on_demand else "automatic",
        "detail": "contract" if by_contract else "summary",
    }
    made = operations.set_up(
        actor=terminal.actor, connection_id=connection, told=told, now=terminal.now, site=terminal.site
    )
    terminal.done(f"Process {made.pk} posts into {journal}.", {"process": made.pk})


@command(journals, "entity", NEEDED)
def place_entity(
    terminal: Terminal,
    name: Annotated[str, typer.Argument(help="Entity as the revenue data names it.")],
    entity: Annotated[str, typer.Option("--is", help="Entity in the ledger.")] = "",
    location: Annotated[str, typer.Option(help="Location of lines that name none.")] = "",
    department: Annotated[str, typer.Option(help="Department of lines that name none.")] = "",
    class_id: Annotated[str, typer.Option("--class", help="Class of lines that name none.")] = "",
) -> None:
    """Say which of the ledger's entities it is, and where its lines belong."""
    place = {"entity": entity, "location": location, "department": department, "class_id": class_id}
    operations.place_entity(actor=terminal.actor, entity=name, place=place, now=terminal.now, site=terminal.site)
    terminal.done(f"{name} is saved.")


@command(journals, "look", NEEDED)
def look(terminal: Terminal) -> None:
    """Ask the ledger whether journals can be posted as they are set up; ends with 1 when something is missing."""
    found = readiness.look(actor=terminal.actor, now=terminal.now)
    columns = {"Part": "part", "What": "name", "In order": "ok", "Detail": "detail", "What to do": "remedy"}
    terminal.rows(shapes.Point, found, columns, empty="Nothing was looked at.")
    raise typer.Exit(0 if all(point.ok for point in found) else 1)


@command(journals, "coverage", Permission.READ)
def cover(terminal: Terminal) -> None:
    """What of the latest figures has no account; ends with 1 unless everything has one."""
    shown = shapes.Coverage.of(coverage(terminal.actor.environment_id))
    terminal.done(f"{len(shown.missing)} missing, {len(shown.unused)} unused.", shown)
    columns = {"Role": "role", "Product": "product_id", "Entity": "entity", "Dimensions": "dimensions"}
    terminal.more(shapes.Needed, shown.missing, columns)
    raise typer.Exit(0 if shown.complete else 1)


@command(journals, "list", Permission.READ)
def list_journals(
    terminal: Terminal,
    period: Annotated[str, typer.Option(help="Only of this period.")] = "",
    state: Annotated[str, typer.Option(help="Only in this state.")] = "",
    limit: Limit = 50,
) -> None:
    """Entries, newest day first."""
    found = queries.journal_postings(terminal.actor.environment_id)
    for name, value in (("header__period", period), ("state", state)):
        found = found.filter(**{name: value}) if value else found
    terminal.rows(ledger_shapes.Posting, list(found[:limit]), _ENTRY, empty="No journals yet.")


@command(journals, "dry-run", Permission.READ)
def dry_run(
    terminal: Terminal, period: Annotated[str, typer.Argument(help="Label, for example 2026-10.")], entity: Entity = ""
) -> None:
    """What the ledger holds now, what is to be posted, and what it will hold after."""
    where = terminal.actor.environment_id
    found = queries.dry_run(where, periods.find(where, entity, period))
    shown = shapes.DryRunOfPeriod.of(*found, entity, period)
    terminal.done(f"{len(shown.lines)} lines, {len(shown.missing)} without an account.", shown)
    terminal.more(shapes.DryRunLine, shown.lines, _LINE)


@command(journals, "prepare", Permission.RUN_PROCESS)
def prepare(terminal: Terminal, period: Annotated[str, typer.Option(help="Only this period.")] = "") -> None:
    """Queue a run that plans the journals of frozen periods and posts nothing."""
    job = operations.prepare(actor=terminal.actor, now=terminal.now, defer=defer, period=period)
    terminal.record(sync.Job, job, JOB)


@command(journals, "post", Permission.POST)
def post(
    terminal: Terminal,
    numbers: Annotated[list[int] | None, typer.Argument(help="From `journal list`; none for all that wait.")] = None,
) -> None:
    """Queue a run that posts exactly these entries."""
    waiting = queries.journal_postings(terminal.actor.environment_id).filter(state__in=queries.WAITING)
    chosen = numbers or list(waiting.values_list("pk", flat=True))
    made = ledger.post_now(actor=terminal.actor, posting_ids=chosen, now=terminal.now, defer=defer)
    terminal.record(sync.Job, made[0], JOB)


@command(journals, "check", Permission.RUN_PROCESS)
def check(terminal: Terminal) -> None:
    """Queue the nightly check now."""
    job = operations.check_now(actor=terminal.actor, now=terminal.now, defer=defer)
    terminal.record(sync.Job, job, JOB)


@command(accounts, "list", Permission.READ)
def list_accounts(terminal: Terminal) -> None:
    """Every mapping; of several that fit the most specific one counts."""
    found = mapped(terminal.actor.environment_id)
    terminal.rows(shapes.AccountMapping, found, _MAPPING, empty="Nothing is mapped yet.")


@command(accounts, "map", NEEDED)
def map_event(
    terminal: Terminal,
    event: Annotated[str, typer.Argument(help="Event type: its name, or its label.")],
    debit: Annotated[str, typer.Option(help="Debit account.")] = "",
    credit: Annotated[str, typer.Option(help="Credit account.")] = "",
    product: Product = "",
    entity: Entity = "",
    dimension: Dimension = "",
) -> None:
    """Give an event type its accounts."""
    values = {"event": event, "debit": debit, "credit": credit, "product_id": product, "entity": entity}
    made = operations.map_event(actor=terminal.actor, values=values | {"dimension": dimension}, now=terminal.now)
    terminal.rows(shapes.AccountMapping, made, _MAPPING, empty="Nothing.")


@command(accounts, "unmap", NEEDED)
def unmap(
    terminal: Terminal,
    role: Annotated[str, typer.Argument(help="From `journal accounts list`.")],
    product: Product = "",
    entity: Entity = "",
    dimension: Dimension = "",
) -> None:
    """Remove the account of a role for exactly this product, entity and dimensions."""
    operations.unmap(actor=terminal.actor, role=role, product_id=product, entity=entity, dimension=dimension)
    terminal.done("The account is removed.")


@command(accounts, "export", Permission.READ)
def export_accounts(
    terminal: Terminal, file: Annotated[Path, typer.Argument(help="Where to; - is standard output.", dir_okay=False)]
) -> None:
    """Save all mappings by event as CSV."""
    text = operations.export_accounts(actor=terminal.actor)
    if str(file) == "-":
        sys.stdout.write(text)
        return
    file.write_text(text, "utf-8", newline="")
    terminal.done(f"{file} holds the account mappings.", {"file": str(file)})


@command(accounts, "import", NEEDED)
def import_accounts(
    terminal: Terminal,
    file: Annotated[Path, typer.Argument(help="A CSV file; start from an exported one.")],
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without, only show what would change.")] = False,
) -> None:
    """Show what a file would change and what is wrong with it; with --apply, all of it or nothing."""
    data = _read(file)
    act: Any = operations.apply_accounts if apply else operations.look_at_accounts
    shown = shapes.AccountsImport.from_orm(act(actor=terminal.actor, data=data))
    terminal.done(f"{len(shown.changes)} changes, {len(shown.faults)} faults.", shown)
    terminal.more(ledger_shapes.Change, shown.changes, {"What": "what", "Row": "key", "Values": "values"})
    columns = {"Row": "row", "Column": "column", "Cause": "cause", "What to do": "remedy"}
    terminal.more(ledger_shapes.Fault, shown.faults, columns)
    raise typer.Exit(1 if shown.faults else 0)


@command(fields, "list", Permission.READ)
def list_fields(terminal: Terminal) -> None:
    """Custom fields and what they feed."""
    found = list(CustomField.objects.filter(environment_id=terminal.actor.environment_id))
    terminal.rows(shapes.CustomField, found, _FIELD, empty="No custom fields.")


@command(fields, "save", NEEDED)
def save_field(
    terminal: Terminal,
    api_name: Annotated[str, typer.Argument(help="Letters, digits and _.")],
    source: Annotated[str, typer.Option(help="customer, product or subscription.")],
    label: Annotated[str, typer.Option(help="As people read it.")] = "",
    feeds: Annotated[str, typer.Option(help="Dimension or field of the ledger; given, it is part of journals.")] = "",
    number: Annotated[int | None, typer.Option(help="Change this one instead of adding.")] = None,
) -> None:
    """Add or change a custom field."""
    values = {"api_name": api_name, "source": source, "label": label, "dimension": feeds, "in_journals": bool(feeds)}
    made = operations.save_field(actor=terminal.actor, values=values, field_id=number)
    terminal.record(shapes.CustomField, made, _FIELD)


@command(fields, "remove", NEEDED)
def remove_field(
    terminal: Terminal, number: Annotated[int, typer.Argument(help="From `journal fields list`.")]
) -> None:
    """Remove a custom field; what people filled in stays with the data."""
    operations.remove_field(actor=terminal.actor, field_id=number)
    terminal.done("The custom field is removed.")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadOption(f"{file} cannot be read: {error.strerror}.") from None
