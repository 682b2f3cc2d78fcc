"""Tests a connection: host, sender, user and company first, then each permission by name, without writing anything.

Reading is probed by asking for one row. Creating is read off the user's own rights (`getUserPermissions`); when Sage does
not show them to this user, the check says so instead of guessing.
"""

from __future__ import annotations

from tieout.connectors.intacct.client import Gateway
from tieout.connectors.intacct.queries import Reader
from tieout.connectors.intacct.rights import JOURNAL_ENTRIES, check_right, rights_of
from tieout.connectors.kit.capabilities import Check, Health
from tieout.connectors.kit.faults import WrongCredentials
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
    "Create journal entries": JOURNAL_ENTRIES,
}
_PART_NAMES = {"sender": "Sender", "authorisation": "Sender", "company": "Company", "entity": "Entity", "user": "User"}


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
    rights = rights_of(gateway)
    creates = [check_right(rights, name, policies, "add") for name, policies in _CREATES.items()]
    return Health(gateway.tenant, (signed_in, *reads, *creates))


def _reading(reader: Reader, name: str, entity: str) -> Check:
    return checking(name, lambda: reader.page(entity, ["RECORDNO"], None, size=1, retry=False))
