"""What the gateway's refusals mean: which fault each is, and what a person should do about it.

Sage keeps the meaning in the text and little in the number, and stacks errors with the reason first. So the first
error's text is shown, and the advice is chosen by its wording. A failed function ran in a transaction: nothing of it was
booked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tieout.connectors.intacct.envelope import Problem
from tieout.connectors.kit.faults import (
    AlreadyExecuted,
    PermissionMissing,
    Refused,
    VendorBusy,
    VendorFault,
    WrongCredentials,
)

_ADVICE: tuple[tuple[str, str], ...] = (
    (
        r"within a period that.s been closed|period is closed|closed period|books are closed",
        "Open the period in Sage Intacct, or give the posting a date in an open one; then retry.",
    ),
    (
        r"missing the (?P<what>[\w -]+?) dimension",
        "Map a {what} for this account, then plan the posting again.",
    ),
    (
        r"requires an? (?P<what>[\w -]+)",
        "The account wants a {what} on each line: map one, then plan the posting again.",
    ),
    (
        r"associated to the bank account",
        "Sage refuses postings straight to a bank's ledger account: map the bank account itself, or another account.",
    ),
    (
        r"multi-entity location must be specified|use of empty location",
        "Map a location: this company has several entities.",
    ),
    (
        r"do not balance",
        "Debits and credits must balance within each entity: check the locations of the lines.",
    ),
    (
        r"\b(?:inactive|not active)\b",
        "Activate the record named in Sage Intacct, or map another one; then retry.",
    ),
    (
        r"\baccount\b.*(?:is not valid|is invalid|does not exist|not found)|invalid (?:gl )?account",
        "Map an account that exists and is active in Sage Intacct, then plan the posting again.",
    ),
    (
        r"\b(?:location|department|class|customer|item|project|vendor|journal)\b"
        r".*(?:is invalid|not valid|does not exist|not found|invalid)",
        "The value named does not exist in Sage Intacct (any more): map another one.",
    ),
    (
        r"invalid (?:location|department|class|customer|item|project|vendor|journal)",
        "The value named does not exist in Sage Intacct (any more): map another one.",
    ),
    (
        r"foreign-currency|foreign currency|multi-?currency",
        "Enable foreign-currency transactions in Sage Intacct, or use an account in the base currency.",
    ),
    (
        r"smart rule",
        "A Smart Rule of your company refused it: read the rule's text, then change the mapping or the rule.",
    ),
    (r"required field (?P<what>.+?) is missing", "Sage wants a value for {what}."),
    (r"demo company has expired", "Ask Sage to extend the company."),
)
_EXECUTED = re.compile(
    r"already (?:been )?(?:executed|processed|completed|submitted|run|exists?|recorded)|previously (?:executed|processed)"
    r"|duplicate (?:control|request|function|transaction)|control ?id.*(?:already|duplicate|used)|not unique",
    re.IGNORECASE,
)
_EXECUTED_NUMBERS = frozenset({"BL34000061", "PL05000104", "BL03002185"})
_ROLLED_BACK, _DENIED, _BAD_SIGN_IN, _DATA_LAYER = "XL03000009", "PL04000005", "XL03000006", "DL02000001"
BAD_SIGN_IN_AT_GATEWAY = "XMLGW_JPP0002"
"""The one refusal of a sign-in that comes as the refusal of a whole request."""
_LATER = re.compile(r"please try again later|temporarily off-?line|rate limit exceeded", re.IGNORECASE)
_ABSENT = re.compile(r"cannot find|could not find|does not exist|not found|no longer exists", re.IGNORECASE)

FunctionFault = AlreadyExecuted | PermissionMissing | Refused | VendorBusy | VendorFault


def reason(problems: Sequence[Problem]) -> Problem:
    """The error to show: the first that is not merely the news of the roll-back."""
    return next((problem for problem in problems if problem.number != _ROLLED_BACK), problems[0])


def function_fault(problems: Sequence[Problem]) -> FunctionFault:
    """The fault that a failed function stands for.

    An unspecific failure of Sage's data layer counts as unusable, not as a refusal: after it, a write is looked up.
    """
    first = reason(problems)
    facts: dict[str, Any] = {"number": first.number, "errors": [problem.as_dict() for problem in problems]}
    if any(_LATER.search(f"{problem.text} {problem.correction}") for problem in problems):
        return VendorBusy(first.text, **facts)
    if first.number == _DENIED or "do not have permission" in first.text.lower():
        return PermissionMissing(first.text, **facts)
    if any(problem.number in _EXECUTED_NUMBERS or _EXECUTED.search(problem.text) for problem in problems):
        return AlreadyExecuted(first.text, **facts)
    if first.number == _DATA_LAYER:
        return VendorFault(first.text, **facts)
    return Refused(first.text, remedy=remedy(first), **facts)


def remedy(problem: Problem) -> str:
    """What to do about it: our own advice when the wording is known, else Sage's correction, else the general rule."""
    for pattern, advice in _ADVICE:
        found = re.search(pattern, problem.text, re.IGNORECASE)
        if found:
            return advice.format(**found.groupdict())
    return problem.correction or Refused.remedy


def says_absent(refusal: Refused) -> bool:
    """Whether the refusal says that the record is not there."""
    return any(_ABSENT.search(problem["text"]) for problem in refusal.facts.get("errors", ()))


def control_fault(problems: Sequence[Problem]) -> VendorBusy | VendorFault | WrongCredentials | Refused:
    """The fault behind a request that was refused as a whole: nothing of it was executed."""
    first = problems[0]
    facts: dict[str, Any] = {"number": first.number, "errors": [problem.as_dict() for problem in problems]}
    if first.number == "GW-0010" or _LATER.search(f"{first.text} {first.correction}"):
        return VendorBusy(f"Sage Intacct asks us to slow down: {first.text}", **facts)
    if first.number.startswith("GW-000"):
        return VendorFault(first.text, **facts)
    if first.number in (_BAD_SIGN_IN, "GW-0011") and "transport policy" not in first.text:
        return _wrong_credentials(first, default="sender")
    return Refused(first.text, remedy=remedy(first), **facts)


def sign_in_fault(problems: Sequence[Problem]) -> WrongCredentials | VendorBusy:
    """The fault behind a refused sign-in; a session that ended is nobody's mistake and passes."""
    fault = _wrong_credentials(problems[0], default="user")
    return VendorBusy(fault.message) if fault.facts["part"] == "session" else fault


_PARTS = {
    "sender": (
        "The sender ID or sender password is wrong",
        "Enter the sender ID and password that Sage issued to you.",
    ),
    "authorisation": (
        "The company has not authorised this sender ID",
        "In Sage Intacct: Company > Company Info > Security > Web Services authorizations: add the sender ID.",
    ),
    "company": (
        "Sage Intacct does not know this company ID, or has not opened it to this sender",
        "Enter the company ID as on the sign-in page.",
    ),
    "entity": ("Sage Intacct does not know this entity ID, or the user may not enter it", "Check the entity ID."),
    "session": ("The session is no longer valid", "Nothing: the next request signs in again."),
    "user": (
        "The user ID or user password is wrong, or is not one of this company ID",
        "Enter the Web Services user's ID and password; if both are right, check the company ID.",
    ),
}
_PART_WORDS = (
    ("company", r"tenant"),
    ("authorisation", r"web services authori[sz]ation|not authori[sz]ed"),
    ("session", r"session"),
    ("entity", r"entity|location"),
    ("sender", r"partner id|sender"),
    ("company", r"company"),
)


def _wrong_credentials(problem: Problem, default: str) -> WrongCredentials:
    part = next((name for name, words in _PART_WORDS if re.search(words, problem.text, re.IGNORECASE)), default)
    told, todo = _PARTS[part]
    return WrongCredentials(f"{told}: {problem.text}", remedy=todo, part=part, number=problem.number)
