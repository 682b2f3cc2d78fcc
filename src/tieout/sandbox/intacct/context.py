"""What a function knows while it runs: the store, who asks, at which level, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lxml.etree import _Element

from tieout.sandbox.intacct import errors
from tieout.sandbox.intacct.catalogue import CATALOGUE
from tieout.sandbox.intacct.catalogue.definition import ObjectDefinition
from tieout.sandbox.intacct.errors import Detail, GatewayError
from tieout.sandbox.intacct.formats import Stored, stamp
from tieout.sandbox.intacct.sessions import Gatekeeper, Session
from tieout.sandbox.intacct.store import Row, Store


@dataclass(frozen=True)
class Reply:
    """A function's success, or a partial one when `error` is set. `plain` replaces the envelope: bytes and media type."""

    payload: Sequence[_Element] = ()
    error: GatewayError | None = None
    plain: tuple[bytes, str] | None = None


@dataclass
class Context:
    """One function call. `locked` makes every posting meet a closed period."""

    store: Store
    gatekeeper: Gatekeeper
    session: Session
    now: datetime
    endpoint: str
    locked: bool = False
    salt: int = 0

    @property
    def today(self) -> date:
        """The present day in the user's time zone."""
        return (self.now + self.session.user.offset).date()

    def permit(self, definition: ObjectDefinition, rights: str, operation: str) -> None:
        """Raises PL04000005 unless the user has one of the rights (`View|List`)."""
        if self.session.user.right(*definition.policy) & set(rights.split("|")):
            return
        if definition.name == "AUDITHISTORY":
            raise GatewayError(Detail("", "You do not have permission to view the audit history."))
        raise errors.not_permitted(operation, definition.name)

    def visible(self, definition: ObjectDefinition, private: bool = False) -> tuple[str, list[Stored]]:
        """SQL for what this level sees: shared records and its entity's own; the top level sees all with `private`."""
        if not definition.owned or (private and not self.session.entity):
            return "1", []
        if self.session.entity:
            return '(o."MEGAENTITYID" IS NULL OR o."MEGAENTITYID" = ?)', [self.session.entity]
        return 'o."MEGAENTITYID" IS NULL', []

    def reaches(self, row: Row) -> bool:
        """Whether this level may change the record: an entity session leaves alone what other entities own."""
        return not self.session.entity or row.get("MEGAENTITYID") in (None, self.session.entity)

    def definition(self, name: str) -> ObjectDefinition:
        """The object of that name; raises the gateway's error for an unknown one."""
        found = CATALOGUE.get(name)
        if found is None:
            raise errors.unknown_object(name)
        return found

    def created(self, definition: ObjectDefinition) -> Row:
        """Stamps and owner of a new record."""
        stamps = {one.name for one in definition.columns}
        user = self.user_key()
        row: Row = {"WHENCREATED": stamp(self.now), "AUWHENCREATED": stamp(self.now), "CREATEDBY": user}
        if "AUWHENCREATED" in stamps:
            del row["WHENCREATED"]
        row |= self.modified() | {"MEGAENTITYID": self.session.entity or None}
        return {name: value for name, value in row.items() if name in stamps}

    def modified(self) -> Row:
        """Stamps of a changed record."""
        return {"WHENMODIFIED": stamp(self.now), "MODIFIEDBY": self.user_key()}

    def user_key(self) -> Stored:
        """The user's RECORDNO."""
        row = self.store.first("USERINFO", LOGINID=self.session.user.login)
        return row["RECORDNO"] if row else None

    def audit(self, name: str, key: Stored, mode: str) -> None:
        """Leave a row in the audit history."""
        self.store.audit(name, key, mode, self.session.user.login, self.now)
