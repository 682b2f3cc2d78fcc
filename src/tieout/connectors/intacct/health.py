"""Tests a connection: host, sender, user and company first, then each permission by name, without writing anything.

Reading is probed by asking for one row. Creating is read off the user's own rights (`getUserPermissions`); when Sage does
not show them to this user, the check says so instead of guessing.
"""

from __future__ import annotations

from collections.abc import Mapping

from tieout.connectors.intacct.client import Gateway
from tieout.connectors.intacct.envelope import Element, element
from tieout.connectors.intacct.queries import Reader
from tieout.connectors.kit.capabilities import Check, Health
from tieout.connectors.kit.faults import PermissionMissing, Refused, WrongCredentials
from tieout.connectors.kit.health import checking
from tieout.kernel.errors import TieoutError

_LISTS = {
    "Read other receipts": "OTHERRECEIPTS",
    "Read journal entries": "GLBATCH",
    "List journals": "GLJOURNAL",
    "List accounts": "GLACCOUNT",
}
_CREATES = {
    "Create other receipts": ("otherreceipts", "otherreceipt", "manualdeposits"),
    "Create journal entries": ("journalentries", "journalentry", "gltransactions", "gltransaction"),
}
_HIDDEN = "Sage does not show this user's rights to it, so this could not be checked; the first posting will tell."
_PART_NAMES = {"sender": "Sender", "authorisation": "Sender", "company": "Company", "entity": "Entity", "user": "User"}

Rights = Mapping[str, frozenset[str]]


def test(gateway: Gateway, reader: Reader) -> Health:
    """The whole test; never raises for what it finds wrong. Permissions are looked at only when the sign-in works."""
    try:
        gateway.sign_in()
    except TieoutError as error:
        name = _PART_NAMES.get(str(error.facts.get("part", "")), "Host")
        name = "Sign in" if name == "Host" and isinstance(error, WrongCredentials) else name
        return Health(gateway.tenant, (Check(name, ok=False, detail=error.message, remedy=error.advice),))
    signed_in = Check("Sign in", ok=True, detail=f"Company {gateway.tenant}")
    reads = [_reading(reader, name, entity) for name, entity in _LISTS.items()]
    rights, creates = _rights(gateway), []
    for name, policies in _CREATES.items():
        creates.append(_creating(rights, name, policies))
    return Health(gateway.tenant, (signed_in, *reads, *creates))


def _reading(reader: Reader, name: str, entity: str) -> Check:
    return checking(name, lambda: reader.page(entity, ["RECORDNO"], None, size=1, retry=False))


def _creating(rights: Rights | None, name: str, policies: tuple[str, ...]) -> Check:
    if rights is None:
        return Check(name, ok=True, detail=_HIDDEN)
    granted = frozenset[str]().union(*(rights.get(policy, frozenset()) for policy in policies))
    if "add" in granted:
        return Check(name, ok=True)
    return Check(
        name, ok=False, detail="The user's role does not hold the right to add them.", remedy=PermissionMissing.remedy
    )


def _rights(gateway: Gateway) -> Rights | None:
    """Policy name, lower case and letters only, to the rights held; None when they are not shown."""
    function = element("getUserPermissions", None, element("userId", gateway.settings.user_id))
    try:
        data = gateway.read(function, retry=False).result.data
    except (Refused, PermissionMissing):
        return None
    policies = [] if data is None else list(data.iter("policy"))
    return {_letters(policy.findtext("policyName") or ""): _split(policy) for policy in policies} or None


def _split(policy: Element) -> frozenset[str]:
    return frozenset(right.strip().lower() for right in (policy.findtext("rights") or "").split("|"))


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalpha())
