"""What revenue accounting books, in the ledger's words: the roles that accounts play, and the events that move between them.

A role has one account per product, entity and dimension, so what one event puts into a role another one takes out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ROLES: Mapping[str, str] = {
    "receivable": "Receivable",
    "contract_liability": "Contract liability (deferred revenue)",
    "contract_asset": "Contract asset (unbilled)",
    "revenue": "Revenue",
    "commission_asset": "Capitalised commissions",
    "commission_expense": "Commission expense",
    "commission_payable": "Commissions payable",
}
"""Every role that the engine books to, with its label."""


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of accounting event: the role that it debits and the one that it credits."""

    name: str
    label: str
    debit: str
    credit: str

    @property
    def roles(self) -> tuple[str, str]:
        return self.debit, self.credit


EVENTS: tuple[Event, ...] = (
    Event("billing", "Billing", "receivable", "contract_liability"),
    Event("recognition", "Recognition", "contract_liability", "revenue"),
    Event("recognition_unbilled", "Recognition ahead of billing", "contract_asset", "revenue"),
    Event("commission", "Commission capitalised", "commission_asset", "commission_payable"),
    Event("amortisation", "Commission amortised", "commission_expense", "commission_asset"),
)


def event(name: str) -> Event | None:
    """The event of that name or label, however it is capitalised; None when there is none."""
    said = name.strip().lower()
    return next((each for each in EVENTS if said in (each.name, each.label.lower())), None)


def role_label(role: str) -> str:
    """A role in words."""
    return ROLES.get(role, role.replace("_", " ").capitalize())
