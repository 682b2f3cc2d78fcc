"""The engine's event types and roles of accounts in the words of the pages.

A role has one account per product, entity and dimension, so what one event puts into a role another one takes out again.
"""

from __future__ import annotations

from tieout.recognition.roles import EVENT_TYPES, ROLES

EVENT_NAMES = tuple(EVENT_TYPES)


def event_named(said: str) -> str | None:
    """The name of the event type that is meant by a name or a label, however it is capitalised; None when there is none."""
    meant = said.strip().lower()
    return next((name for name, each in EVENT_TYPES.items() if meant in (name, each.label.lower())), None)


def event_roles(name: str) -> tuple[str, str]:
    """The roles that an event type debits and credits."""
    found = EVENT_TYPES[name]
    return found.debit, found.credit


def role_label(role: str) -> str:
    """A role in words: `Contract liability`."""
    return role.replace("_", " ").capitalize().replace("Fx ", "FX ")


def role_about(role: str) -> str:
    """What accounts of the role hold."""
    return ROLES.get(role, "")
