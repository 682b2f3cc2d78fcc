"""What accounts of the ledger are for: the roles that the engine moves, and the event types that people map to accounts.

An event type names the role of its debit and of its credit; what is negative goes the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ROLES: Mapping[str, str] = {
    "receivable": "What customers owe for invoices.",
    "contract_liability": "Deferred revenue: billed above recognised, net per contract.",
    "contract_asset": "Unbilled revenue: recognised above billed, net per contract.",
    "revenue": "Recognised revenue.",
    "refund": "Contra revenue: earned revenue that was given back.",
    "refund_liability": "What is expected to be given back for goods that customers may return.",
    "return_asset": "Goods that are expected back, at cost.",
    "cost_of_sales": "Cost of the goods that are expected back, taken out of cost of sales.",
    "inventory": "Goods that came back, at cost.",
    "interest_income": "Financing that a customer receives: paid later than delivered.",
    "interest_expense": "Financing that a customer gives: paid before delivered.",
    "bad_debt": "Receivables that were lost.",
    "cash": "Payments and refunds, when they are given here.",
    "customer_balance": "Credit that customers hold.",
    "fx_gain_loss": "What exchange rates did to balances in a foreign currency.",
    "commission_asset": "Capitalised costs of obtaining contracts.",
    "commission_expense": "Their amortisation, write-offs, and what is not capitalised.",
    "commission_payable": "Commissions earned.",
}
"""Every role of an account, with what it holds."""


@dataclass(frozen=True, slots=True)
class EventType:
    """What happens, in an accountant's words, and which roles it debits and credits."""

    label: str
    debit: str
    credit: str


EVENT_TYPES: Mapping[str, EventType] = {
    "billing": EventType("Invoice", "receivable", "contract_liability"),
    "billing_unbilled": EventType("Invoice for what was unbilled", "receivable", "contract_asset"),
    "recognition": EventType("Revenue out of deferred revenue", "contract_liability", "revenue"),
    "recognition_unbilled": EventType("Revenue ahead of billing", "contract_asset", "revenue"),
    "refund": EventType("Refund of earned revenue", "refund", "receivable"),
    "expected_return": EventType("Expected returns", "revenue", "refund_liability"),
    "goods_expected": EventType("Goods expected back", "return_asset", "cost_of_sales"),
    "goods_returned": EventType("Goods that came back", "inventory", "return_asset"),
    "interest_income": EventType("Interest on what is paid later", "contract_asset", "interest_income"),
    "interest_expense": EventType("Interest on what was paid before", "interest_expense", "contract_liability"),
    "bad_debt": EventType("Receivable lost", "bad_debt", "receivable"),
    "payment": EventType("Payment", "cash", "receivable"),
    "customer_balance": EventType("Credit of the customer applied", "customer_balance", "receivable"),
    "fx": EventType("Foreign exchange", "fx_gain_loss", "contract_asset"),
    "commission_capitalised": EventType("Commission capitalised", "commission_asset", "commission_payable"),
    "commission_amortised": EventType("Commission amortised", "commission_expense", "commission_asset"),
}
"""Every event type by its name."""
