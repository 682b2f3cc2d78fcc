"""Who acts: a person in an environment with roles, or a schedule. Every write operation takes one and asks it for leave."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tieout.kernel.errors import Forbidden


class Role(StrEnum):
    """What a person may be in an environment. A person may hold several."""

    ADMIN = "admin"
    CONTROLLER = "controller"
    ACCOUNTANT = "accountant"
    COLLECTOR = "collector"
    VIEWER = "viewer"


class Permission(StrEnum):
    """Everything that can be asked of the product, as the roles see it."""

    READ = "read"
    CONNECT_SOURCE = "connect a source"
    CONNECT_TARGET = "connect a posting target"
    EDIT_PROCESS = "edit a process"
    RUN_PROCESS = "run a process"
    DECIDE_FINDING = "decide a finding"
    POST = "post to the ledger"
    REVERSE = "reverse a posting"
    CHANGE_DATA = "change revenue data"
    SET_UP_ACCOUNTING = "set up accounting"
    SIGN_OFF = "sign off a step of the close"
    CLOSE_PERIOD = "close or reopen a period"
    MANAGE_PEOPLE = "manage people"
    READ_AUDIT = "read the audit trail"
    OWN_TOKENS = "keep API tokens"


_EVERYONE = frozenset(Role)
_BOOKS = frozenset({Role.CONTROLLER})
ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.READ: _EVERYONE,
    Permission.OWN_TOKENS: _EVERYONE,
    Permission.CONNECT_SOURCE: frozenset({Role.ADMIN}),
    Permission.CONNECT_TARGET: _BOOKS,
    Permission.EDIT_PROCESS: frozenset({Role.ADMIN, Role.CONTROLLER}),
    Permission.RUN_PROCESS: frozenset({Role.CONTROLLER, Role.ACCOUNTANT}),
    Permission.DECIDE_FINDING: frozenset({Role.CONTROLLER, Role.ACCOUNTANT}),
    Permission.POST: _BOOKS,
    Permission.REVERSE: _BOOKS,
    Permission.CHANGE_DATA: frozenset({Role.CONTROLLER, Role.ACCOUNTANT}),
    Permission.SET_UP_ACCOUNTING: _BOOKS,
    Permission.SIGN_OFF: frozenset({Role.CONTROLLER, Role.ACCOUNTANT}),
    Permission.CLOSE_PERIOD: _BOOKS,
    Permission.MANAGE_PEOPLE: frozenset({Role.ADMIN}),
    Permission.READ_AUDIT: frozenset({Role.ADMIN, Role.CONTROLLER}),
}
"""Which roles may do what. Segregation of duties: who connects sources does not post, who posts does not manage people."""


class RoleMissing(Forbidden):
    """None of your roles in this environment allows this."""

    code = "people.role_missing"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody acting in one environment through one door (`web`, `api`, `cli` or `schedule`)."""

    environment_id: int | None
    user_id: int | None
    name: str
    roles: frozenset[Role]
    door: str

    def may(self, permission: Permission) -> bool:
        """Whether any of the roles allows it."""
        return bool(self.roles & ALLOWED[permission])

    def require(self, permission: Permission) -> None:
        """Raises RoleMissing naming the act and the roles that allow it."""
        if not self.may(permission):
            allowed = " or ".join(sorted(role.value.title() for role in ALLOWED[permission]))
            raise RoleMissing(
                f"{self.name} may not {permission.value}: this takes the role {allowed}.", permission=permission.value
            )

    def require_any(self, *permissions: Permission) -> None:
        """Raises RoleMissing about the first of them unless any is allowed."""
        if not any(self.may(permission) for permission in permissions):
            self.require(permissions[0])


def scheduler(environment_id: int) -> Actor:
    """The actor of scheduled runs: it does what the process was set up to do by people who may."""
    return Actor(environment_id, None, "Schedule", frozenset({Role.CONTROLLER}), "schedule")
