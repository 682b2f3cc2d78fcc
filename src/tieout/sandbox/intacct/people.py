"""Who may sign in, and what each may do: senders, users and their rights, as data.

Rights are those of the real company: List, View, Add, Edit, Delete, Reverse, per application and policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

COMPANY_ID = "TieoutTelecom-SBX"
COMPANY_NAME = "Tieout Telecom Holdings"
BASE_CURRENCY = "USD"

SENDERS = {"tieout_sandbox": "sender-Secret-1", "other_partner": "sender-Secret-2"}
AUTHORISED_SENDERS = frozenset({"tieout_sandbox"})

ALL = "List|View|Add|Edit|Delete|Reverse"
READ = "List|View"

POLICIES: dict[str, tuple[str, ...]] = {
    "Company": (
        "Entities",
        "Locations",
        "Departments",
        "Classes",
        "Segments",
        "Contacts",
        "Users",
        "Permissions",
        "Reporting Periods",
    ),
    "General Ledger": ("Accounts", "Journals", "Journal Entries", "Reports"),
    "Cash Management": ("Checking Accounts", "Savings Accounts", "Other Receipts"),
    "Accounts Receivable": ("Customers", "Account Labels"),
    "Platform Services": ("Custom Reports",),
}


@dataclass(frozen=True)
class User:
    """One login. `rights` holds for every policy that `special` does not name, by (application, policy) or application."""

    login: str
    password: str
    description: str
    rights: str = ALL
    special: Mapping[str | tuple[str, str], str] = field(default_factory=dict)
    status: str = "T"
    kind: str = "B"
    entities: tuple[str, ...] = ()
    """Entities that the user is restricted to; none means all and the top level."""
    offset: timedelta = timedelta(0)
    """The user's time zone: what is added to UTC."""

    def right(self, application: str, policy: str) -> frozenset[str]:
        """The rights under one policy."""
        text = self.special.get((application, policy), self.special.get(application, self.rights))
        return frozenset(text.split("|")) - {""}


USERS = {
    user.login: user
    for user in (
        User("xml_gateway", "user-Secret-1", "Web services user with every right"),
        User("reader", "user-Secret-2", "May read everything and change nothing", rights=READ, kind="R"),
        User("cashier", "user-Secret-3", "May book receipts; has no right to journal entries",
             special={("General Ledger", "Journal Entries"): ""}),
        User("bookkeeper", "user-Secret-4", "May book journal entries; has no cash management",
             special={"Cash Management": "", "Platform Services": ""}),
        User("pacific", "user-Secret-5", "Every right, in the time zone GMT-8", offset=timedelta(hours=-8)),
        User("uk_books", "user-Secret-6", "Every right, within the entity UK only", entities=("UK",)),
        User("former", "user-Secret-7", "Has left the company", status="F"),
        User("lockedout", "user-Secret-8", "Locked out after too many attempts", status="L"),
    )
}  # fmt: skip
