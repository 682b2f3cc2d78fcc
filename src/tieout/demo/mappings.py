"""The seeded company's mappings: how its payments and ledger codes go into the sandbox's chart of accounts."""

from __future__ import annotations

from datetime import date
from typing import Any

CLEARING = "10920"
RECEIVABLE = "12000"
PLACE = {"location": "US-NYC", "department": "410"}
_BANKS = {
    "ACH": ("BOA-OPER", "EFT", "BUS"),
    "Wire": ("BOA-OPER", "EFT", "BUS-ENT"),
    "Check": ("BOA-OPER", "Printed Check", "BUS"),
    "Lockbox": ("BOA-LOCKBOX", "Printed Check", "BUS"),
    "Credit Card - Visa": ("MERIDIAN-CARD", "Credit Card", "RES"),
    "Credit Card - MasterCard": ("MERIDIAN-CARD", "Credit Card", "RES"),
    "Credit Card - Amex": ("MERIDIAN-CARD", "Credit Card", "RES"),
}
_CODES = {
    "BUS": ("40100", "40110", "40120", "40130", "40200", "40210", "40500"),
    "RES": ("40140", "40300", "40310", "40400", "40600", "40610"),
}


def receipts(start_on: date) -> dict[str, Any]:
    """Settings of the receipts process: cards with a lag, cash into undeposited funds, paper credits left out."""
    methods: list[dict[str, Any]] = [
        {
            "method": method,
            "treatment": "bank",
            "bank_account": bank,
            "payment_method": how,
            "account": CLEARING,
            "class_id": class_id,
            "deposit_after": 2 if how == "Credit Card" else 0,
            **PLACE,
        }
        for method, (bank, how, class_id) in _BANKS.items()
    ]
    cash = {"method": "Cash", "treatment": "undeposited", "undeposited_account": "10900", "payment_method": "Cash"}
    methods.append({**cash, "account": CLEARING, "class_id": "RES", **PLACE})
    methods.append({"method": "Credit", "treatment": "no_money"})
    rules = {"refunded": "book", "bounced": "leave_out", "unknown_customer": "book"}
    return {"start_on": start_on.isoformat(), "methods": methods, "rules": rules}


def gl_reports(start_month: str) -> dict[str, Any]:
    """Settings of the GL report process: cash carried through the clearing account that the receipts credit."""
    codes: list[dict[str, Any]] = [
        {"component": "charge", "code": code, "account": code, "class_id": class_id, **PLACE}
        for class_id, members in _CODES.items()
        for code in members
    ]
    codes.append({"component": "charge", "code": "", "account": "40100", "class_id": "RES", **PLACE})
    return {
        "start_month": start_month,
        "journal": "RVJ",
        "receivable": {"account": RECEIVABLE, **PLACE},
        "tax": {"account": "22100", **PLACE},
        "bad_debt": {"account": "62000", "class_id": "RES", **PLACE},
        "codes": codes,
        "cash": "clearing",
        "clearing": {"account": CLEARING, **PLACE},
    }
