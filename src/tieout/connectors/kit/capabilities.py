"""What a connector can do, as protocols. Callers ask for a capability and never name a vendor.

A `Session` is one signed-in conversation with one connection. It is not shared between threads, holds no database
connection, and must be closed. Every method may raise the errors of `tieout.connectors.kit.faults`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from tieout.connectors.kit.documents import Document, Held
from tieout.connectors.kit.fields import Field
from tieout.connectors.kit.streams import Page, Stream, Window

if TYPE_CHECKING:
    from tieout.connectors.kit.canonical import Canonical


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that "Test connection" looked at, in plain words."""

    name: str
    ok: bool
    detail: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """The result of testing a connection. `tenant` identifies the company that answered and is pinned by the caller."""

    tenant: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the permissions that are missing."""
        return tuple(check.name for check in self.checks if not check.ok)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as sent and received, with secrets masked."""

    request: bytes
    answer: bytes
    status: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Posted:
    """The ledger accepted a document under `record_no`."""

    record_no: str
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Reference:
    """One row of a ledger's lists: an account, a journal, a location…

    `facts` holds what checks need, as strings: for an account `requires` (comma-separated dimension names) and `bank`;
    for a bank account `account` and `currency`; for a period `start`, `end`, `closed`; for a journal `status`.
    """

    kind: str
    code: str
    name: str
    active: bool = True
    facts: Mapping[str, str] = field(default_factory=dict)


ReferenceKind = Literal[
    "account",
    "account_label",
    "journal",
    "bank_account",
    "entity",
    "location",
    "department",
    "class",
    "customer",
    "period",
]


class Session(Protocol):
    """One conversation with a vendor."""

    def test(self) -> Health:
        """Look at host, credentials and each permission; never raises for what it finds wrong."""

    def tenant(self) -> str:
        """Which company answers; signs in where that takes it. Raises WrongCredentials and the faults of a read."""

    def close(self) -> None: ...


@runtime_checkable
class ReadsStreams(Protocol):
    """Delivers records page by page."""

    def pages(self, stream: str, window: Window, position: Mapping[str, Any] | None = None) -> Iterator[Page]:
        """Pages in a stable order, resumable from any page's `position`; memory holds one page at a time."""


@runtime_checkable
class ReadsReference(Protocol):
    """Delivers a ledger's lists."""

    def reference(self, kind: ReferenceKind) -> Iterator[Reference]:
        """Every row of one list, active or not."""


@dataclass(frozen=True, slots=True)
class LineField:
    """Something that a journal entry's line can carry besides account, amount and memo.

    `name` is what `Dimensions` calls it — `location`, `department`, `class`, `customer`, `item`, `project` — or else the
    ledger's own name, under which it stands among the custom ones.
    """

    name: str
    label: str
    kind: Literal["dimension", "custom field"]
    writable: bool = True
    listed: bool = True
    """Whether it takes values of a list only, which `line_values` tells."""


@runtime_checkable
class ReadsJournals(Protocol):
    """Tells what entries may carry, what the user may do with them, and what a journal holds."""

    def journal_rights(self) -> tuple[Check, ...]:
        """Each right that posting takes, by name. Raises the faults of a read."""

    def line_fields(self) -> tuple[LineField, ...]:
        """Everything that a line can carry."""

    def line_values(self, name: str) -> Iterator[Reference]:
        """The values that a listed field takes, active or not; `code` is what a line says. Raises Refused."""

    def entries(self, symbol: str, first: date, last: date, known: Collection[str]) -> Iterator[Held]:
        """Entries of a journal dated in these days (both included) whose key is none of `known`."""


@runtime_checkable
class PostsDocuments(Protocol):
    """Puts documents into a ledger, and finds them again."""

    def post(self, document: Document, control_id: str) -> Posted:
        """Send once. `control_id` is the request's own duplicate protection and stays the same for the same content.

        Raises Refused (definitely not booked), NotSent (definitely not executed, may be sent again), OutcomeUnknown
        (look it up first), AlreadyExecuted (the duplicate protection spoke: look it up).
        """

    def find(self, documents: Sequence[Document]) -> Mapping[str, tuple[Held, ...]]:
        """What the ledger holds under the keys of `documents`: key to records, empty when none.

        Any number. What the ledger does not report about a record is taken from the document asked for.
        """

    def remove(self, held: Held, control_id: str) -> Exchange:
        """Take a record out of the ledger again. Raises as `post`; absent records count as removed."""


Mapper = Callable[[Mapping[str, Any], Mapping[str, str]], "Canonical"]
"""Raw record and the connection's public values in, canonical record out. Raises BadRecord. Pure."""


@dataclass(frozen=True, slots=True)
class Connector:
    """A vendor: what it needs, what it offers, who may connect it and how a conversation is opened."""

    slug: str
    label: str
    direction: Literal["source", "target"]
    """A source is connected by an Admin, a target (posting) by a Controller."""
    fields: tuple[Field, ...]
    open: Callable[[Mapping[str, str]], Session]
    """Takes every declared field by name, secrets included. Opening sends nothing."""
    streams: tuple[Stream, ...] = ()
    concurrency: int = 2
    """Requests under way at once per connection unless the site says otherwise."""
    docs: str = ""
    calls_per_page: int = 500
    """Records per page of the list call; budgets are forecast from it."""
    mappers: Mapping[str, Mapper] = field(default_factory=dict)
    """By stream name; a stream without one is kept raw only."""
    text_limits: Mapping[str, int] = field(default_factory=dict)
    """Longest text that the ledger keeps, by name. A longer key is refused unsent; payer, memo and the like are cut."""
