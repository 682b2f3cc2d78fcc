"""What a posting must satisfy: an open period, accounts that accept it, dimensions that exist and are required, a currency.

The texts are those that real companies answer with; the first reason found is the one reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tieout.kernel.currency import EXPONENTS
from tieout.sandbox.intacct.catalogue.definition import Type
from tieout.sandbox.intacct.context import Context
from tieout.sandbox.intacct.errors import business, validation
from tieout.sandbox.intacct.formats import DATE, plain, scaled
from tieout.sandbox.intacct.people import BASE_CURRENCY
from tieout.sandbox.intacct.store import Row

DAILY_RATE = "Intacct Daily Rate"
DAILY_RATES = {BASE_CURRENCY: Decimal(1), "JPY": Decimal("0.0067"), "KWD": Decimal("3.25"), "GBP": Decimal("1.27"),
               "EUR": Decimal("1.08")}  # fmt: skip
"""Stand-in for the rate service: one constant rate to the base currency each."""

_REQUIRED = (
    ("REQUIREDEPT", "DEPARTMENT", "Department"), ("REQUIRELOC", "LOCATION", "Location"),
    ("REQUIRECUSTOMER", "CUSTOMERID", "Customer"),
    ("REQUIRECLASS", "CLASSID", "Class"), ("REQUIREPROJECT", "PROJECTID", "Project"), ("REQUIREVENDOR", "VENDORID", "Vendor"),
    ("REQUIREEMPLOYEE", "EMPLOYEEID", "Employee"), ("REQUIREITEM", "ITEMID", "Item"),
)  # fmt: skip
_ABSENT = {"PROJECTID": "Project", "VENDORID": "Vendor", "EMPLOYEEID": "Employee", "ITEMID": "Item", "CONTRACTID": "Contract",
           "WAREHOUSEID": "Warehouse", "TASKID": "Task", "COSTTYPEID": "Cost type"}  # fmt: skip
"""Dimensions that this company has no records of, so any value is invalid."""


def check_period(context: Context, day: date, entities: Iterable[str]) -> None:
    """Refuse a day that is in no reporting period, or in one that is closed for one of the entities."""
    known = context.store.rows(
        "SELECT 1 FROM REPORTINGPERIOD WHERE ? BETWEEN START_DATE AND END_DATE AND STATUS = 'T'", [day.isoformat()]
    )
    if not known:
        raise business(f"The date {day.strftime(DATE)} is not within any defined reporting period")
    month = day.isoformat()[:7]
    closed = {str(row[0]) for row in context.store.rows("SELECT entity FROM closed WHERE month = ?", [month])}
    if context.locked or "" in closed or closed & set(entities):
        raise business(f"Your transaction date ({day.strftime(DATE)}) is within a period that's been closed")


def check_account(context: Context, number: str, *, direct: bool = True) -> Row:
    """The account; refuses an unknown or inactive one, and a bank's own account for a direct posting."""
    account = context.store.first("GLACCOUNT", ACCOUNTNO=number)
    if account is None or account["STATUS"] != "T":
        raise business(f"Account {number} is not valid")
    bank = context.store.rows(
        "SELECT BANKACCOUNTID FROM CHECKINGACCOUNT WHERE GLACCOUNTNO = ?1 "
        "UNION SELECT BANKACCOUNTID FROM SAVINGSACCOUNT WHERE GLACCOUNTNO = ?1", [number]
    )  # fmt: skip
    if direct and bank:
        raise business(f"The account number {number} is associated to the Bank account {bank[0][0]}")
    return account


def check_dimensions(context: Context, account: Row, line: Row) -> None:
    """Refuse values that do not exist or are inactive, and the lack of what the account requires.

    The line has LOCATION, DEPARTMENT and the other dimensions by their journal names; an entity session fills in its entity.
    """
    if not line.get("LOCATION"):
        line["LOCATION"] = context.session.entity or None
    entity_of(context, line.get("LOCATION"))
    for name, target, key, text in (
        ("DEPARTMENT", "DEPARTMENT", "DEPARTMENTID", "Invalid Department '{}' specified."),
        ("CUSTOMERID", "CUSTOMER", "CUSTOMERID", "Customer '{}' specified is not valid."),
        ("CLASSID", "CLASS", "CLASSID", "Invalid Class '{}' specified."),
    ):
        value = line.get(name)
        if value is not None and not context.store.find(target, **{key: value, "STATUS": "T"}):
            raise business(text.format(value))
    segment = line.get("GLDIMSEGMENT")
    if segment is not None and not context.store.find("SEGMENT", RECORDNO=segment, STATUS="T"):
        raise business(f"Invalid Segment '{segment}' specified.")
    for name, label in _ABSENT.items():
        if line.get(name):
            raise business(f"Invalid {label} '{line[name]}' specified.")
    for flag, name, label in _REQUIRED:
        if account[flag] == "true" and not line.get(name):
            raise business(f"This transaction is missing the {label} dimension for the Account {account['ACCOUNTNO']}")


def entity_of(context: Context, location: object) -> str:
    """The entity that a location belongs to; refuses a missing, unknown or foreign location."""
    if not location:
        raise business("Use of empty Location is invalid. A valid Multi-Entity Location must be specified.")
    row = context.store.first("LOCATION", LOCATIONID=str(location), STATUS="T")
    if row is None:
        raise business(f"The location '{location}' is invalid.")
    entity = str(row["ENTITY"])
    if context.session.entity not in ("", entity):
        raise business(f"The location '{location}' is invalid.")
    return entity


def check_currency(currency: str) -> str:
    """Refuse a currency that the company has not enabled."""
    if currency not in DAILY_RATES:
        raise business(f"Enable foreign-currency transactions for the currency '{currency}' before you use it.")
    return currency


def rounded(amount: int, currency: str) -> int:
    """A scaled amount rounded, half up, to the currency's decimals."""
    step: int = 10 ** (4 - EXPONENTS[currency])
    half = step // 2
    return (amount + half) // step * step if amount >= 0 else -((-amount + half) // step * step)


def rate_of(currency: str, rate: int | None, kind: str | None) -> tuple[Decimal, str | None]:
    """The rate to the base currency and its type: a given rate has none, otherwise the daily rate is used."""
    if rate is not None:
        if rate <= 0:
            raise validation("Illegal format for Exchange rate: it must be greater than zero")
        return Decimal(rate).scaleb(-10), None
    if kind not in (None, "", DAILY_RATE):
        raise business(f"Invalid Exchange Rate Type '{kind}' specified.")
    return DAILY_RATES[currency], DAILY_RATE


def to_base(amount: int, rate: Decimal) -> int:
    """A scaled amount in the base currency, to its cents."""
    cents = (Decimal(amount).scaleb(-4) * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return scaled(cents, Type.CURRENCY)


def money(amount: int) -> str:
    """A scaled amount as people read it."""
    return plain(Decimal(amount).scaleb(-4))
