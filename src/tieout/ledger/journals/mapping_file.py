"""The account mappings by event type, as people see them: rows for pages, and a CSV file out and in. Pure.

Roles are what is kept, so an event's row is two of them; rows that give one role two accounts contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tieout.ledger.journals.accounts import Key, Mapped
from tieout.ledger.journals.events import EVENT_NAMES, event_named, event_roles
from tieout.ledger.journals.places import pairs, text_of
from tieout.ledger.mapping_files import Change, Column, Fault, Layout, Row, check_lists, compare, read, write
from tieout.recognition.roles import EVENT_TYPES


class EventMapping(BaseModel):
    """The accounts of an event type: in general, or for a product, an entity or dimensions only."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    event: str
    product_id: str = Field("", max_length=200)
    entity: str = Field("", max_length=100)
    dimension: str = Field("", max_length=300)
    debit: str = Field("", max_length=60)
    credit: str = Field("", max_length=60)

    @field_validator("event")
    @classmethod
    def _known(cls, said: str) -> str:
        found = event_named(said)
        if found is None:
            raise ValueError(
                f"There is no such event; there are {', '.join(each.label for each in EVENT_TYPES.values())}"
            )
        return found

    @field_validator("dimension")
    @classmethod
    def _canonical(cls, said: str) -> str:
        parts = [part.strip() for part in said.replace(",", ";").split(";") if part.strip()]
        if not all(name.strip() and value.strip() for name, _, value in (part.partition("=") for part in parts)):
            raise ValueError("Write dimensions as class=SaaS, several of them separated by semicolons")
        return text_of({name.strip(): value.strip() for name, value in pairs(";".join(parts)).items()})

    @model_validator(mode="after")
    def _some_account(self) -> Self:
        if not (self.debit or self.credit):
            raise ValueError("Give the debit account, the credit account, or both")
        return self

    def mapped(self) -> list[Mapped]:
        """As the roles that are kept."""
        sides = zip(event_roles(self.event), (self.debit, self.credit), strict=True)
        return [
            Mapped(role, self.product_id, self.entity, self.dimension, account) for role, account in sides if account
        ]


LAYOUT = Layout(
    "accounts",
    EventMapping,
    ("event", "product_id", "entity", "dimension"),
    (
        Column("event", "Event", ("event type", "accounting event", "accounting event type")),
        Column("product_id", "Product", ("product id", "product code")),
        Column("entity", "Entity"),
        Column("dimension", "Dimensions", ("dimension",)),
        Column("debit", "Debit account", ("debit", "debit account no"), "account"),
        Column("credit", "Credit account", ("credit", "credit account no"), "account"),
    ),
)


@dataclass(frozen=True, slots=True)
class Import:
    """What a file would do: the mappings as they would be, what that changes, and what is wrong with it."""

    rows: tuple[Mapped, ...]
    changes: tuple[Change, ...]
    faults: tuple[Fault, ...]


def by_event(found: Iterable[Mapped]) -> list[dict[str, str]]:
    """The mappings as rows of events, the general ones first; a role of several events stands in each of them."""
    accounts = {each.key: each.account for each in found}
    places = sorted({key[1:] for key in accounts}, key=lambda place: (sum(map(bool, place)), place))
    rows = []
    for event in EVENT_NAMES:
        for place in places:
            debit, credit = (accounts.get((role, *place), "") for role in event_roles(event))
            if debit or credit:
                product, entity, dimension = place
                rows.append(
                    {
                        "event": event,
                        "product_id": product,
                        "entity": entity,
                        "dimension": dimension,
                        "debit": debit,
                        "credit": credit,
                    }
                )
    return rows


def export(found: Iterable[Mapped]) -> str:
    """The mappings as CSV for a spreadsheet."""
    return write(LAYOUT, [{**row, "event": EVENT_TYPES[row["event"]].label} for row in by_event(found)])


def look_at(data: bytes, before: Sequence[Mapped], lists: Mapping[str, Mapping[str, bool]]) -> Import:
    """What replacing all mappings by the file's would do."""
    reading = read(LAYOUT, data)
    faults = reading.faults or check_lists(LAYOUT, reading.rows, lists) or _contradictions(reading.rows)
    rows = {each.key: each for row in reading.rows for each in EventMapping(**row.values).mapped()}
    changes = compare(LAYOUT, by_event(before), by_event(rows.values())) if rows else []
    return Import(tuple(rows.values()), tuple(changes), tuple(faults))


def _contradictions(rows: Iterable[Row]) -> list[Fault]:
    seen: dict[Key, tuple[int, str]] = {}
    faults = []
    for row in rows:
        for each in EventMapping(**row.values).mapped():
            first, account = seen.setdefault(each.key, (row.number, each.account))
            if account != each.account:
                cause = f"Row {first} gives {account} to the same role, {each.role.replace('_', ' ')}."
                faults.append(Fault(row.number, "", cause, "Give the role one account; events share it."))
    return faults


def refused(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong with one mapping as typed: field and words; None when nothing is."""
    try:
        EventMapping.model_validate(dict(values))
    except ValueError as error:
        first = error.errors()[0]  # type: ignore[attr-defined]
        return str(first["loc"][0]) if first["loc"] else "", first["msg"].removeprefix("Value error, ")
    return None
