"""Signing in: senders, logins, sessions with a sliding life, entity-level sessions.

Sessions live in memory, so a restart ends them all, as a client must be able to stand.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tieout.sandbox.intacct import errors, people
from tieout.sandbox.intacct.people import User
from tieout.sandbox.intacct.store import Store


@dataclass
class ResultSet:
    """What is left of a readByQuery, to be paged by readMore."""

    identity: str
    object_name: str
    numbers: list[int]
    fields: list[str]
    pagesize: int
    total: int


@dataclass
class Session:
    """A sign-in. `entity` is empty at the top level; `identity` is empty for a login that did not ask for a session."""

    user: User
    entity: str
    began: datetime
    lifetime: timedelta
    identity: str = ""
    expires: datetime = field(init=False)
    results: dict[str, ResultSet] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start the clock."""
        self.renew(self.began)

    def renew(self, now: datetime) -> None:
        """Every call before the end moves the end."""
        self.expires = now + self.lifetime


class Gatekeeper:
    """Checks senders and logins, and keeps the sessions."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sessions: dict[str, Session] = {}

    def reset(self) -> None:
        """End every session."""
        self._sessions = {}

    def check_sender(self, sender: str, password: str) -> None:
        """Raises ControlFailure for wrong partner credentials."""
        if people.SENDERS.get(sender) != password or not password:
            raise errors.wrong_sender()

    def sign_in(self, login: dict[str, str], sender: str, now: datetime, lifetime: timedelta) -> Session:
        """A session-less sign-in with company, user and password; raises AuthenticationFailure."""
        user = people.USERS.get(login.get("userid", ""))
        company = login.get("companyid", "")
        if company.lower() != people.COMPANY_ID.lower() or user is None or user.password != login.get("password"):
            raise errors.sign_in_incorrect()
        if user.status != "T":
            raise errors.sign_in_incorrect()
        _check_authorised(sender)
        entity = self._entity(user, login.get("locationid", "").strip())
        return Session(user, entity, now, lifetime)

    def resume(self, identity: str, sender: str, now: datetime) -> Session:
        """A session by its ID, renewed; raises AuthenticationFailure when it is unknown or over."""
        session = self._sessions.get(identity.strip())
        if session is None or session.expires <= now:
            raise errors.invalid_session()
        _check_authorised(sender)
        session.renew(now)
        return session

    def open(self, session: Session, entity: str | None, now: datetime) -> Session:
        """A session for a signed-in user: `entity` None keeps the level, blank is the top level."""
        level = session.entity if entity is None else self._entity(session.user, entity.strip())
        fresh = Session(session.user, level, now, session.lifetime, secrets.token_urlsafe(24) + "..")
        self._sessions[fresh.identity] = fresh
        return fresh

    def _entity(self, user: User, entity: str) -> str:
        if not entity and not user.entities:
            return ""
        known = self._store.first("LOCATIONENTITY", LOCATIONID=entity, STATUS="T")
        if known is None or (user.entities and entity not in user.entities):
            raise errors.invalid_entity(entity)
        return entity


def _check_authorised(sender: str) -> None:
    if sender not in people.AUTHORISED_SENDERS:
        raise errors.sender_not_authorised(sender)
