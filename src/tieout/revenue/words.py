"""What columns, choices and conventions of revenue data are called where people read them. Words only; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TABLES: dict[str, str] = {
    "entity": "Entity",
    "customer": "Customer",
    "contract": "Contract",
    "line": "Line",
    "product": "Product",
    "rule": "Rule",
    "ssp": "SSP entry",
    "sale": "Observed sale",
    "bundle": "Bundle",
    "estimate": "Estimate",
    "return_right": "Right of return",
    "financing": "Financing component",
    "change": "Change",
    "event": "Event",
    "invoice": "Invoice",
    "payment": "Payment",
    "commission": "Commission",
    "rate": "Exchange rate",
    "account": "Account mapping",
}
_MANY: dict[str, str] = {"entity": "Entities", "ssp": "SSP entries", "return_right": "Rights of return"}
PLURALS: dict[str, str] = {
    "product": "Products",
    "bundle": "Bundles",
    "estimate": "Estimates",
    "customer": "Customers",
    "entity": "Entities",
    "rate": "Exchange rates",
}

_LABELS: dict[str, str] = {
    "contract_id": "Contract",
    "line_id": "Line",
    "customer_id": "Customer",
    "product_id": "Product",
    "rule_id": "Rule",
    "bundle_id": "Bundle",
    "estimate_id": "Estimate",
    "change_id": "Change",
    "event_id": "Event",
    "invoice_id": "Number",
    "commission_id": "Commission",
    "arrangement_id": "Arrangement",
    "customer_class": "Customer class",
    "signed_on": "Signed on",
    "starts_on": "First day",
    "ends_on": "Last day",
    "start_minute": "Start (minute of the day)",
    "end_minute": "End (minute of the day)",
    "list_price": "List price",
    "ssp": "SSP",
    "allocated": "Allocated amount",
    "override_reason": "Reason for an override",
    "effective_on": "Takes effect on",
    "at_once": "Amount at once",
    "happened_on": "Happened on",
    "issued_on": "Issued on",
    "earned_on": "Earned on",
    "amortised_until": "Amortised through",
    "upfront": "Up-front share",
    "progress_step": "Progress is rounded to",
    "residual": "Where the odd cent goes",
    "quantity_from": "From quantity",
    "quantity_below": "Below quantity",
    "share": "Share",
    "cost_to_date": "Cost to date",
    "cost_in_total": "Cost in total",
    "from_currency": "From currency",
    "to_currency": "To currency",
    "point": "Outside the range, take",
    "limit": "At most (constraint)",
    "replaces": "Replaces estimate",
    "override_until": "Override ends on",
    "functional_currency": "Functional currency",
    "receivables": "Receivables are kept",
    "life_months": "Customer life in months",
    "renewals": "Renewals expected",
    "written_off_on": "Written off on",
    "lapses_on": "Right lapses on",
    "paid_on": "Paid on",
    "sold_on": "Sold on",
    "estimated_on": "Estimated on",
}
_LABELS_OF: dict[tuple[str, str], str] = {
    ("ssp", "starts_on"): "In force from",
    ("ssp", "ends_on"): "In force through",
    ("rate", "starts_on"): "In force from",
    ("rule", "starts_on"): "For contracts signed from",
    ("invoice", "treatment"): "A credit memo is",
    ("event", "kind"): "What happened",
    ("ssp", "share"): "Share of the list price",
    ("product", "allocation"): "Part in allocation",
    ("change", "quantity"): "Change of quantity",
    ("change", "price"): "Change of price",
    ("change", "starts_on"): "New first day",
    ("change", "ends_on"): "New last day",
    ("estimate", "amount"): "Outcome",
    ("bundle", "price"): "Price of the bundle",
}

_HELP: dict[tuple[str, str], str] = {
    (
        "contract",
        "arrangement_id",
    ): "Contracts of one arrangement are accounted for as one (606-10-25-9). Empty: on its own.",
    ("contract", "signed_on"): "The SSP and the rule version in force on this day are used.",
    ("line", "price"): "For the line's whole quantity and term.",
    ("line", "ends_on"): "Needed by ratable rules.",
    ("line", "ssp"): "Overrides the SSP book; takes a reason.",
    ("line", "allocated"): "Overrides the allocation; takes a reason.",
    (
        "product",
        "allocation",
    ): "Relative: by SSP. Residual: what the SSPs of the others leave. Excluded: its own price.",
    ("rule", "starts_on"): "Empty: from the beginning. A contract keeps the version in force when it was signed.",
    ("rule", "version"): "A new version never changes an old one.",
    ("rule", "upfront"): "Recognised on the first day; the rest over the term. For ratable rules.",
    ("rule", "progress_step"): "For percentage of completion: 5 rounds to steps of 5%. Empty: not rounded.",
    ("rule", "trigger"): "For point in time.",
    ("rule", "convention"): "How time becomes a share. For ratable rules.",
    ("ssp", "amount"): "For one unit.",
    ("ssp", "low"): "For one unit.",
    ("ssp", "region"): "Empty: every region.",
    ("ssp", "customer_class"): "Empty: every class.",
    ("ssp", "quantity_from"): "Empty: from the first unit.",
    ("ssp", "ends_on"): "Empty: until another entry.",
    ("change", "price"): "What the line's price changes by; a reduction is negative.",
    ("change", "quantity"): "What the quantity changes by.",
    ("change", "at_once"): "Recognised on the effective day, and no part of the rest (prospective only).",
    ("change", "product_id"): "Only for a line that the change adds.",
    ("event", "quantity"): "For deliveries and usage. Empty: all of it.",
    ("event", "share"): "For milestones and progress.",
    ("invoice", "amount"): "Positive; a credit memo takes it back.",
    ("commission", "amortised_until"): "Empty: the end of the contract.",
    ("estimate", "probability"): "The outcomes of one estimate add up to 100%.",
    ("estimate", "limit"): "No more than this meets the constraint on variable consideration (606-10-32-11).",
    ("bundle", "price"): "The price at which the bundle is regularly sold, the same in each of its rows.",
    ("rate", "rate"): "Units of the second currency for one of the first.",
}

CHOICES: dict[str, str] = {
    "point_in_time": "At a point in time",
    "ratable": "Ratably over time",
    "milestone": "By milestones",
    "percent_complete": "By percentage of completion",
    "usage": "As used or delivered",
    "billing": "In proportion to billing",
    "start": "On the first day",
    "end": "On the last day",
    "delivery": "Delivery",
    "acceptance": "Acceptance",
    "invoice": "Invoice",
    "credit_memo": "Credit memo",
    "actual_days": "Actual days",
    "actual_minutes": "Actual minutes",
    "even_months": "Even months",
    "full_months": "Full months",
    "half_month": "Half months",
    "thirty_360": "30/360",
    "month_share": "Months, partial ones by days",
    "months_prorated": "First and last month by days, even months between",
    "cumulative": "Nowhere: rounded to date",
    "last": "Last period",
    "first": "First period",
    "truncate_last": "Last period, the others cut off",
    "relative": "Relative SSP",
    "residual": "Residual",
    "excluded": "Excluded",
    "amount": "Amount",
    "percent_of_list": "Percentage of list price",
    "range": "Range",
    "separate": "Separate contract",
    "prospective": "Prospective",
    "catch_up": "Cumulative catch-up",
    "hold": "Hold",
    "resume": "Resumption",
    "blend": "Blend over all that remains",
    "cancel": "Cancellation",
    "option": "Material right",
    "expiry": "Expiry",
    "return": "Return",
    "billing_correction": "Correction of the bill",
    "price_concession": "Price concession",
    "goodwill": "Goodwill for the rest of the term",
    "refund": "Refund",
    "bad_debt": "Bad debt",
    "cash": "Cash",
    "customer_balance": "Customer balance",
    "deferred": "Paid later",
    "advance": "Paid in advance",
    "elsewhere": "Elsewhere",
    "here": "Here",
    "full_at_28": "Months, 28 days count as one",
    "full_at_30": "Months, 30 days count as one",
    "capitalise_over_a_year": "Capitalised if longer than a year",
    "capitalise": "Capitalised",
    "expense": "Expensed at once",
    "most_likely": "Most likely amount",
    "expected": "Expected value",
}

CONVENTIONS: dict[str, str] = {
    "actual_days": "Each day of the term carries the same share; a month counts the days of it that lie in the term.",
    "actual_minutes": "As actual days, but from the minute of the start to the minute of the end.",
    "even_months": "The term counts as many months as it has begun; each carries the same share, recognised when it begins.",
    "full_months": "Every calendar month that the term touches carries the same share, however few of its days.",
    "half_month": "A month that is entered or left inside counts half, any other counts whole.",
    "thirty_360": "Every month has thirty days and every year 360; each of these days carries the same share.",
    "month_share": "Every month carries the same share; a partial one its days by the days of that month, exactly.",
    "full_at_28": "A month of which at least 28 days lie in the term counts whole; others by their days.",
    "full_at_30": "A month of which at least 30 days lie in the term counts whole; others by their days.",
    "months_prorated": "First and last month by their days; those between share the rest evenly.",
}
METHODS: dict[str, str] = {
    "point_in_time": "All of it on one day.",
    "ratable": "Spread over the line's term by the convention.",
    "milestone": "Each milestone reached recognises its share.",
    "percent_complete": "The latest measure of progress, by share or by cost, times the allocated amount.",
    "usage": "Each unit used or delivered recognises its part of the allocated amount.",
    "billing": "Each invoiced amount by the line's price, times the allocated amount.",
}
TREATMENTS: dict[str, str] = {
    "separate": "The added promise is distinct and sold at its own price: a contract of its own (606-10-25-12).",
    "prospective": "What is left is distinct: not yet recognised revenue and the change run on from the day (606-10-25-13a).",
    "catch_up": "What is left is not distinct: the new total is measured from the start, the difference at once (606-10-25-13b).",
    "blend": "What is left of all lines, and the change, is spread anew over all that remains (606-10-25-13a).",
    "cancel": "What remains of the line ends on that day; what was recognised stays.",
}


def many(table: str) -> str:
    """What several rows of the table are called."""
    return _MANY.get(table, f"{TABLES[table]}s")


def in_order(told: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What is told by table, who and what is sold first, what happened to it after."""
    return [(table, told[table]) for table in TABLES if table in told]


def label(table: str, column: str) -> str:
    """What people call a column: `label("line", "ends_on")` is Last day."""
    usual = column.removesuffix("_id").replace("_", " ").capitalize()
    return _LABELS_OF.get((table, column)) or _LABELS.get(column) or usual


def hint(table: str, column: str) -> str:
    """What to know when filling it in; empty when the label says all."""
    return _HELP.get((table, column), "")


def choice(value: str) -> str:
    """A stored word as people read it; one that nobody named in its own letters."""
    return CHOICES.get(value) or value.replace("_", " ").capitalize()


def rule(values: Mapping[str, Any]) -> str:
    """What a version of a rule does, in a sentence or three; `values` by column."""
    said = [METHODS[values["method"]]]
    if values["method"] == "point_in_time":
        said = [f"All of it on one day: {choice(values['trigger']).lower()}."]
    if values["method"] == "ratable":
        said.append(CONVENTIONS.get(values["convention"], ""))
        if values["upfront"]:
            said.append(f"{values['upfront'] / 10_000:g}% of it on the first day.")
        if values["residual"] != "cumulative":
            said.append(
                f"Each period is rounded for itself; the odd cent goes to: {choice(values['residual']).lower()}."
            )
    return " ".join(said)
