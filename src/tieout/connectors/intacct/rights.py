"""What the API user may do, read off `getUserPermissions` without writing anything.

When Sage does not show the rights to this user, a check says so instead of guessing.
"""

from __future__ import annotations

from collections.abc import Mapping

from tieout.connectors.intacct.client import Gateway
from tieout.connectors.intacct.envelope import Element, element
from tieout.connectors.kit.capabilities import Check
from tieout.connectors.kit.faults import PermissionMissing, Refused

JOURNAL_ENTRIES = ("journalentries", "journalentry", "gltransactions", "gltransaction")
_HIDDEN = "Sage does not show this user's rights to it, so this could not be checked; the first posting will tell."
_FOR_JOURNALS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "Make journal entry": (JOURNAL_ENTRIES, "add"),
    "See journal entries": (JOURNAL_ENTRIES, "view"),
    "List journals": (("journals", "journal"), "list"),
    "List accounts": (("accounts", "account", "glaccounts"), "list"),
    "List locations": (("locations", "location"), "list"),
    "List departments": (("departments", "department"), "list"),
    "List classes": (("classes", "class"), "list"),
}

Rights = Mapping[str, frozenset[str]]


def rights_of(gateway: Gateway) -> Rights | None:
    """Policy name, lower case and letters only, to the rights held; None when they are not shown."""
    function = element("getUserPermissions", None, element("userId", gateway.settings.user_id))
    try:
        data = gateway.read(function, retry=False).result.data
    except (Refused, PermissionMissing):
        return None
    policies = [] if data is None else list(data.iter("policy"))
    return {_letters(policy.findtext("policyName") or ""): _split(policy) for policy in policies} or None


def check_right(rights: Rights | None, name: str, policies: tuple[str, ...], right: str) -> Check:
    """Whether one of the policies holds the right."""
    if rights is None:
        return Check(name, ok=True, detail=_HIDDEN)
    granted = frozenset[str]().union(*(rights.get(policy, frozenset()) for policy in policies))
    if right in granted:
        return Check(name, ok=True)
    detail = f"The user's role does not hold the right to {right} them."
    return Check(name, ok=False, detail=detail, remedy=PermissionMissing.remedy)


def journal_rights(gateway: Gateway) -> tuple[Check, ...]:
    """Each right that posting journals takes, by the name that people know."""
    rights = rights_of(gateway)
    return tuple(check_right(rights, name, policies, right) for name, (policies, right) in _FOR_JOURNALS.items())


def _split(policy: Element) -> frozenset[str]:
    return frozenset(right.strip().lower() for right in (policy.findtext("rights") or "").split("|"))


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalpha())
