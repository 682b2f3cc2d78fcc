"""The chart of accounts, the journals, the bank accounts and the account labels of the seeded company, as data."""

from __future__ import annotations

from typing import NamedTuple


class Account(NamedTuple):
    """`requires` names REQUIRE* flags without the prefix."""

    number: str
    title: str
    kind: str = "balancesheet"
    normal: str = "1"
    requires: str = ""
    status: str = "T"


class Bank(NamedTuple):
    """A bank account with its own general ledger account."""

    identity: str
    number: str
    account: str
    name: str
    currency: str
    location: str
    status: str = "T"


_INCOME = "incomestatement"

ACCOUNTS = (
    Account("10010", "Operating checking - First National"),
    Account("10020", "Lockbox - First National"),
    Account("10030", "Card settlement - Meridian"),
    Account("10040", "Savings - First National"),
    Account("10110", "Operating account JPY - Sakura Bank"),
    Account("10120", "Operating account KWD - Gulf Bank"),
    Account("10130", "Client account GBP - Thames & Severn"),
    Account("10900", "Undeposited funds"),
    Account("10910", "Payment processor clearing"),
    Account("10920", "Billing cash clearing"),
    Account("12000", "Accounts receivable"),
    Account("12100", "Unbilled receivables", requires="CUSTOMER"),
    Account("12150", "Contract assets"),
    Account("12200", "Right to recover returned goods"),
    Account("12900", "Allowance for doubtful accounts", normal="-1"),
    Account("14000", "Prepaid expenses"),
    Account("14500", "Capitalised contract costs"),
    Account("19000", "Suspense (closed)", status="F"),
    Account("1900", "Inter-entity receivable"),
    Account("20000", "Accounts payable", normal="-1"),
    Account("22000", "Sales tax payable", normal="-1"),
    Account("22100", "Telecom taxes and regulatory fees payable", normal="-1"),
    Account("23000", "Deferred revenue - current", normal="-1"),
    Account("23900", "Deferred revenue - long term", normal="-1"),
    Account("24000", "Customer credits and deposits", normal="-1"),
    Account("24500", "Refund liabilities", normal="-1"),
    Account("25000", "Commissions payable", normal="-1"),
    Account("2900", "Inter-entity payable", normal="-1"),
    Account("30000", "Common stock", normal="-1"),
    Account("39000", "Retained earnings", normal="-1"),
    Account("40100", "Revenue - hosted voice", _INCOME, "-1"),
    Account("40110", "Revenue - SIP trunks", _INCOME, "-1"),
    Account("40120", "Revenue - toll-free numbers", _INCOME, "-1"),
    Account("40130", "Revenue - contact centre", _INCOME, "-1"),
    Account("40140", "Revenue - residential lines", _INCOME, "-1"),
    Account("40200", "Revenue - internet access", _INCOME, "-1"),
    Account("40210", "Revenue - managed equipment", _INCOME, "-1"),
    Account("40300", "Revenue - domestic usage", _INCOME, "-1"),
    Account("40310", "Revenue - international usage", _INCOME, "-1"),
    Account("40400", "Revenue - installation", _INCOME, "-1"),
    Account("40500", "Revenue - equipment sales", _INCOME, "-1"),
    Account("40600", "Revenue - late fees", _INCOME, "-1"),
    Account("40610", "Revenue - early termination fees", _INCOME, "-1"),
    Account("49000", "Credits and adjustments", _INCOME),
    Account("49900", "Other income", _INCOME, "-1"),
    Account("50000", "Cost of services", _INCOME, requires="DEPT"),
    Account("61000", "Commissions expense", _INCOME, requires="DEPT"),
    Account("62000", "Bad debt expense", _INCOME),
    Account("63000", "Bank and processor fees", _INCOME),
    Account("64000", "Marketing", _INCOME, requires="DEPT CLASS"),
    Account("70000", "Interest income from financing", _INCOME, "-1"),
    Account("71000", "Interest expense from financing", _INCOME),
    Account("79000", "Foreign exchange gain or loss", _INCOME),
)

JOURNALS = (
    ("GJ", "General journal", "false", "T"), ("RVJ", "Billing journal", "false", "T"), ("REV", "Revenue recognition", "false", "T"),
    ("CRJ", "Cash receipts", "false", "T"), ("CDJ", "Cash disbursements", "false", "T"), ("APJ", "Payables", "false", "T"),
    ("ARJ", "Receivables", "false", "T"), ("PYRJ", "Payroll (old)", "false", "F"), ("STAT", "Statistics", "true", "T"),
)  # fmt: skip

CHECKING = (
    Bank("BOA-OPER", "****4417", "10010", "First National Operating", "USD", "US"),
    Bank("BOA-LOCKBOX", "****4425", "10020", "First National Lockbox", "USD", "US"),
    Bank("MERIDIAN-CARD", "****9002", "10030", "Meridian Card Settlement", "USD", "US"),
    Bank("SAKURA-JPY", "****0071", "10110", "Sakura Bank", "JPY", "JP"),
    Bank("GULF-KWD", "****3310", "10120", "Gulf Bank", "KWD", "KW"),
    Bank("THAMES-GBP", "****5528", "10130", "Thames & Severn", "GBP", "UK"),
)
SAVINGS = (Bank("BOA-SAVE", "****8830", "10040", "First National Savings", "USD", "US"),)

LABELS = (
    ("Billing cash", "Cash collected by the billing system", "10920"),
    ("Card settlements", "Card processor settlements", "10910"),
    ("Customer deposits", "Deposits and prepayments", "24000"),
    ("Other income", "Income that is not billed", "49900"),
)
