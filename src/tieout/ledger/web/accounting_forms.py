"""Forms of Settings › Accounting, and the table of events with their accounts."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse

from tieout.connect import queries as connect
from tieout.connect.models import Connection
from tieout.ledger.journals.coverage import Needed
from tieout.ledger.journals.dry_run import mapped
from tieout.ledger.journals.events import EVENT_NAMES, event_roles, role_about, role_label
from tieout.ledger.journals.mapping_file import by_event
from tieout.ledger.journals.places import STANDARD
from tieout.ledger.journals.posted import journal_process
from tieout.ledger.journals.settings import MOST_LINES
from tieout.ledger.models import ReferenceItem
from tieout.recognition.roles import EVENT_TYPES
from tieout.revenue import periods
from tieout.revenue.models import FACTS, CustomField

MOST_OFFERED = 2000
_PLACE = ("product_id", "entity", "dimension")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an event's row: its role, account, the account's name in the ledger, and the way to remove it.

    `unmapped` says what counts where the row names no account.
    """

    role: str
    account: str
    name: str
    remove: str
    about: str
    unmapped: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """The accounts of an event type for one product, entity and dimensions; `general` when it is for everything."""

    event: str
    label: str
    where: str
    sides: tuple[Side, Side]
    change: str


def event_table(environment_id: int | None) -> list[EventRow]:
    """Every event type with its general accounts, mapped or not, and below it the more specific ones."""
    names = _names(environment_id, "account")
    rows = by_event(mapped(environment_id))
    general = {row["event"] for row in rows if not _where(row)}
    partly = {(row["event"], side) for row in rows if _where(row) for side in ("debit", "credit") if row[side]}
    found = []
    for event in EVENT_NAMES:
        if event not in general:
            found.append(_row({"event": event}, names, partly))
        found += [_row(row, names, partly) for row in rows if row["event"] == event]
    return found


def missing_accounts(needed: Iterable[Needed]) -> list[tuple[str, str]]:
    """What the figures hold without an account: in words, once each, with the form that maps it for everything."""
    found = {}
    for each in needed:
        label = " · ".join(filter(None, (role_label(each.role), each.product_id, each.entity)))
        event = next((name for name in EVENT_NAMES if each.role in event_roles(name)), "")
        found[label] = f"{reverse('accounting_map')}?{urlencode({'event': event})}"
    return list(found.items())


def targets(environment_id: int | None) -> list[Connection]:
    """The connections that journals can be posted through."""
    return [each for each in connect.connections(environment_id) if connect.connector_of(each).direction == "target"]


class Listed(forms.CharField):
    """A text with proposals: codes of a list of the ledger, or what the revenue data holds."""

    def __init__(self, label: str, listed: str, **kwargs: Any) -> None:
        attrs = {"list": f"list-{listed}", "autocomplete": "off", "spellcheck": "false"}
        super().__init__(label=label, widget=forms.TextInput(attrs=attrs), **{"required": False, **kwargs})
        self.listed = listed


class AccountingForm(forms.Form):
    """A form that knows the environment; `lists` are the proposals of its fields."""

    def __init__(self, *args: Any, environment_id: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environment_id = environment_id

    def lists(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Id of each list, and its codes with names."""
        for listed in dict.fromkeys(field.listed for field in self.fields.values() if isinstance(field, Listed)):
            yield f"list-{listed}", _offered(self.environment_id, listed)


class JournalForm(AccountingForm):
    """Which company and journal, and how."""

    connection = forms.TypedChoiceField(label="Post into", coerce=int)
    journal = Listed("Journal symbol", "journal", required=True, max_length=40, help_text="For example APJ.")
    posts = forms.ChoiceField(
        label="Entries are posted",
        choices=[
            ("automatic", "By themselves, whenever the process runs"),
            ("on_demand", "When somebody presses Post journals"),
        ],
    )
    detail = forms.ChoiceField(
        label="Lines of an entry",
        choices=[
            ("summary", "One for each account and its dimensions"),
            ("contract", "In detail: one for each contract as well"),
        ],
    )
    most_lines = forms.IntegerField(
        label="Most lines in an entry",
        initial=MOST_LINES,
        min_value=10,
        max_value=2000,
        help_text="A larger journal becomes several entries, each balanced.",
    )

    def __init__(self, *args: Any, environment_id: int | None, **kwargs: Any) -> None:
        super().__init__(*args, environment_id=environment_id, **kwargs)
        offered = [(each.pk, f"{each.name} · {connect.connector_of(each).label}") for each in targets(environment_id)]
        self.fields["connection"].choices = offered  # type: ignore[attr-defined]

    def told(self) -> dict[str, Any]:
        """The part of the settings that this form says."""
        return {name: value for name, value in self.cleaned_data.items() if name != "connection"}


class PlaceForm(AccountingForm):
    """An entity in the ledger."""

    entity = Listed("Entity in the ledger", "entity", max_length=100, help_text="Empty for the top level.")
    location = Listed("Location of lines that name none", "location", max_length=100)
    department = Listed("Department of lines that name none", "department", max_length=100)
    class_id = Listed("Class of lines that name none", "class", max_length=100)


class EventForm(AccountingForm):
    """Accounts of an event type."""

    event = forms.ChoiceField(label="Event", choices=[(name, each.label) for name, each in EVENT_TYPES.items()])
    debit = Listed("Debit account", "account", max_length=60)
    credit = Listed("Credit account", "account", max_length=60)
    product_id = Listed("Only for the product", "product", max_length=200)
    entity = Listed("Only for the entity", "books", max_length=100, help_text="As the revenue data names it.")
    dimension = forms.CharField(
        label="Only for the dimensions",
        required=False,
        max_length=300,
        help_text="For example class=SaaS;location=100.",
    )


class FieldForm(AccountingForm):
    """A custom field."""

    api_name = forms.CharField(
        label="API name", max_length=60, help_text="Letters, digits and _, for example cost_centre."
    )
    label = forms.CharField(label="Label", max_length=120, required=False)
    source = forms.ChoiceField(label="Filled in on", choices=CustomField.Source.choices)
    in_journals = forms.BooleanField(label="Include in journal posting", required=False)
    dimension = Listed(
        "Feeds",
        "dimension",
        max_length=60,
        help_text="location, department, class, customer, item, project, or the ledger's own name of a dimension or field.",
    )


def _row(row: dict[str, str], names: dict[str, str], partly: Container[tuple[str, str]]) -> EventRow:
    """`partly`: the sides of events that more specific rows name accounts for."""
    event, place = row["event"], {name: row.get(name, "") for name in _PLACE}
    sides = []
    for role, side in zip(event_roles(event), ("debit", "credit"), strict=True):
        below = "only as below" if (event, side) in partly else "not mapped"
        unmapped = "as for everything" if _where(row) else below
        sides.append(_side(role, row.get(side, ""), place, names, unmapped))
    filled = {"event": event, "debit": sides[0].account, "credit": sides[1].account, **place}
    change = f"{reverse('accounting_map')}?{urlencode({name: value for name, value in filled.items() if value})}"
    return EventRow(event, EVENT_TYPES[event].label, _where(row), (sides[0], sides[1]), change)


def _where(row: dict[str, str]) -> str:
    """What the row is only for; empty when it is for everything."""
    return " · ".join(row[name] for name in _PLACE if row.get(name))


def _side(role: str, account: str, place: dict[str, str], names: dict[str, str], unmapped: str) -> Side:
    remove = f"{reverse('accounting_unmap')}?{urlencode({'role': role, **place})}" if account else ""
    return Side(role_label(role), account, names.get(account, ""), remove, role_about(role), unmapped)


def _offered(environment_id: int | None, listed: str) -> list[tuple[str, str]]:
    if listed == "product":
        rows = FACTS["product"]._default_manager.filter(environment_id=environment_id, until=None)
        return list(rows.order_by("product_id").values_list("product_id", "name")[:MOST_OFFERED])
    if listed == "books":
        return [(name, "") for name in periods.entities(environment_id) if name]
    if listed == "dimension":
        return [(name, "") for name in STANDARD]
    return list(_names(environment_id, listed).items())


def _names(environment_id: int | None, listed: str) -> dict[str, str]:
    process = journal_process(environment_id)
    connections = [process.destination] if process else targets(environment_id)[:1]
    rows = ReferenceItem.objects.filter(connection__in=connections, kind=listed, active=True)
    return dict(rows.values_list("code", "name")[:MOST_OFFERED])
