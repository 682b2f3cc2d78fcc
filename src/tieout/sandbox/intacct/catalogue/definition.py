"""The words in which an Intacct object is described: fields, types, choices, relations, owned lines.

Every function of the gateway (create, query, read, lookup, inspect, …) works from these descriptions alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

_CAPTIONS = {
    "ACCOUNTNO": "Account number", "ACCOUNTLABEL": "Account label", "ACCOUNTTYPE": "Account type",
    "NORMALBALANCE": "Normal balance",
    "BANKACCOUNTID": "Bank account", "BANKACCOUNTNO": "Bank account number", "BANKNAME": "Bank name",
    "BASELOCATION_NO": "Source entity",
    "BATCHNO": "Number", "CLASSID": "Class", "CUSTOMERID": "Customer", "DEPARTMENTID": "Department", "GLACCOUNTNO": "GL account",
    "LOCATIONID": "Location", "LOGINID": "Login", "PARENTID": "Parent", "TOTALENTERED": "Total", "TRX_AMOUNT": "Transaction amount",
    "TRX_TOTALENTERED": "Transaction total", "UNDEPGLACCOUNTNO": "Undeposited funds account", "USERTYPE": "User type",
}  # fmt: skip
"""Captions of names that run their words together, where a definition gives no label of its own."""


class Type(StrEnum):
    """Field types, under the names that `lookup` gives them."""

    TEXT = "TEXT"
    INTEGER = "INTEGER"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    TIMESTAMP = "TIMESTAMP"
    ENUM = "ENUM"
    DECIMAL = "DECIMAL"
    CURRENCY = "CURRENCY"


@dataclass(frozen=True)
class Field:
    """One field. `choices` pairs database codes with the labels shown; `via` is a dotted path into a relation."""

    name: str
    type: Type = Type.TEXT
    label: str = ""
    required: bool = False
    readonly: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    default: str | None = None
    via: str | None = None
    blank: bool = False
    custom: bool = False

    @property
    def stored(self) -> bool:
        """Whether the field has a column of its own."""
        return not (self.via or self.blank)

    @property
    def caption(self) -> str:
        """The label shown to people."""
        return self.label or _CAPTIONS.get(self.name) or self.name.replace("_", " ").replace(".", " ").capitalize()

    def code(self, label: str) -> str | None:
        """The database code of a label."""
        return next((code for code, shown in self.choices if shown == label), None)

    def shown(self, code: str) -> str:
        """The label of a database code."""
        return dict(self.choices).get(code, code)


@dataclass(frozen=True)
class Relation:
    """A many-to-one path: `by` is the local field that holds the target's `key` field."""

    name: str
    target: str
    by: str
    key: str
    checked: bool = True
    """Whether create and update refuse a value that the target does not have."""


@dataclass(frozen=True)
class Lines:
    """Owned lines: nested as `collection`/`target` when the owner is read; `by` on the line holds the owner's RECORDNO."""

    collection: str
    target: str
    by: str


@dataclass(frozen=True)
class ObjectDefinition:
    """One object. `natural` is its natural key, `policy` the (application, policy) that guards it."""

    name: str
    label: str
    plural: str
    policy: tuple[str, str]
    fields: tuple[Field, ...]
    natural: str = "RECORDNO"
    relations: tuple[Relation, ...] = ()
    lines: Lines | None = None
    source: str = ""
    """SQL to select from where the object is a view and not a table."""
    writable: bool = True
    owned: bool = False
    """Whether records belong to the entity that made them."""
    hidden: bool = False
    """Whether the object exists for relations only and clients cannot name it."""
    legacy_name: str = ""
    """The name that get_list and get know it by, when that is not the lower-case name."""

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Fields by name."""
        return {one.name: one for one in self.fields}

    @cached_property
    def relation_by_name(self) -> Mapping[str, Relation]:
        """Relations by name."""
        return {one.name: one for one in self.relations}

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """Fields with a column."""
        return tuple(one for one in self.fields if one.stored)

    @property
    def listname(self) -> str:
        """The legacy name."""
        return self.legacy_name or self.name.lower()


@dataclass
class Catalogue:
    """All objects of the company, by upper-case name."""

    objects: dict[str, ObjectDefinition] = field(default_factory=dict)

    def add(self, *definitions: ObjectDefinition) -> None:
        """Enter definitions."""
        self.objects.update({one.name: one for one in definitions})

    def get(self, name: str) -> ObjectDefinition | None:
        """The definition of that name in any case, or None."""
        found = self.objects.get(name.upper())
        return None if found is None or found.hidden else found

    def legacy(self, name: str) -> ObjectDefinition | None:
        """The definition that get_list and get know by that name, or None."""
        return next((one for one in self.objects.values() if one.listname == name.lower()), None)


ACTIVE = (("T", "active"), ("F", "inactive"), ("P", "active non-posting"))
STATES = (
    ("I", "Draft"), ("S", "Submitted"), ("X", "Partially Approved"), ("A", "Approved"), ("P", "Posted"),
    ("R", "Declined"), ("L", "Reversal Pending"), ("Z", "Reversed"),
)  # fmt: skip


def texts(names: str) -> tuple[Field, ...]:
    """Plain optional text fields."""
    return tuple(Field(name) for name in names.split())


def blanks(names: str) -> tuple[Field, ...]:
    """Fields that the real object has and that are always empty in this company."""
    return tuple(Field(name, blank=True, readonly=True) for name in names.split())


def flags(names: str) -> tuple[Field, ...]:
    """Booleans that default to false."""
    return tuple(Field(name, Type.BOOLEAN, default="false") for name in names.split())


def moneys(names: str) -> tuple[Field, ...]:
    """Amounts of money, set by the gateway."""
    return tuple(Field(name, Type.CURRENCY, readonly=True) for name in names.split())


def recordno() -> Field:
    """The record number."""
    return Field("RECORDNO", Type.INTEGER, "Record number", readonly=True)


def status() -> Field:
    """The usual STATUS."""
    return Field("STATUS", Type.ENUM, choices=ACTIVE, default="T")


def stamps(*, created: str = "WHENCREATED") -> tuple[Field, ...]:
    """Audit stamps. On transactions WHENCREATED is the document's date and the stamp is called AUWHENCREATED."""
    return (
        Field(created, Type.TIMESTAMP, readonly=True),
        Field("WHENMODIFIED", Type.TIMESTAMP, readonly=True),
        Field("CREATEDBY", Type.INTEGER, readonly=True),
        Field("MODIFIEDBY", Type.INTEGER, readonly=True),
    )


def owner() -> tuple[Field, ...]:
    """The entity that owns the record; empty at the top level."""
    return (
        Field("MEGAENTITYKEY", Type.INTEGER, readonly=True, via="MELOCATION.RECORDNO"),
        Field("MEGAENTITYID", readonly=True),
        Field("MEGAENTITYNAME", readonly=True, via="MELOCATION.NAME"),
    )


MEGAENTITY = Relation("MELOCATION", "LOCATIONENTITY", "MEGAENTITYID", "LOCATIONID")
