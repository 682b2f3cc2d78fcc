"""Puts the seeded company into an empty store: structure, chart, people, periods, customers and opening balances."""

from __future__ import annotations

import calendar
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from tieout.sandbox.company.names import names
from tieout.sandbox.intacct import batches
from tieout.sandbox.intacct.batches import Line
from tieout.sandbox.intacct.catalogue import CATALOGUE
from tieout.sandbox.intacct.context import Context
from tieout.sandbox.intacct.formats import kept, scaled, stamp
from tieout.sandbox.intacct.people import USERS
from tieout.sandbox.intacct.posting import DAILY_RATES
from tieout.sandbox.intacct.seed import chart, structure
from tieout.sandbox.intacct.sessions import Gatekeeper, Session
from tieout.sandbox.intacct.store import Row, Store

CUSTOMERS = 240
"""Customers at scale 1."""
MONTHS_BACK, MONTHS_AHEAD, OPEN_BACK = 24, 11, 12
"""Reporting periods around the present month, and how many of the past ones are still open."""


def plant(store: Store, seed: int, today: date, scale: float) -> None:
    """Fill the store; every record carries a stamp long before today."""
    with store.work():
        planter = _Planter(store, datetime.combine(today - timedelta(days=800), time(9), UTC))
        planter.structure()
        planter.chart()
        planter.people()
        first_open = planter.periods(today)
        planter.customers(random.Random(seed), max(5, round(CUSTOMERS * scale)))
        planter.opening_balances(first_open)


def month_start(day: date, months: int) -> date:
    """The first day of the month so many months away."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _writable(rng: random.Random) -> Iterator[str]:
    """Names that XML can carry; the others cannot have been entered here."""
    for name in names(rng):
        text = name.company or f"{name.first} {name.last}".strip()
        if text and min(text) >= " " and max(text) < "\U000f0000":
            yield text


class _Planter:
    def __init__(self, store: Store, then: datetime) -> None:
        self._store = store
        self._then = then

    def structure(self) -> None:
        for entity, name, country in structure.ENTITIES:
            self._add("LOCATIONENTITY", LOCATIONID=entity, NAME=name, CURRENCY="USD", LEGALNAME=name, OPCOUNTRY=country)
            self._add("LOCATION", LOCATIONID=entity, NAME=name, ENTITY=entity, CURRENCY="USD")
        for location, name, entity, status in structure.LOCATIONS:
            self._add("LOCATION", LOCATIONID=location, NAME=name, PARENTID=entity, ENTITY=entity, STATUS=status)
        for department, title, parent, status in structure.DEPARTMENTS:
            self._add("DEPARTMENT", DEPARTMENTID=department, TITLE=title, PARENTID=parent, STATUS=status)
        for name, status in structure.SEGMENTS:
            self._add("SEGMENT", NAME=name, STATUS=status)
        for identity, name, description, parent, status in structure.CLASSES:
            self._add("CLASS", CLASSID=identity, NAME=name, DESCRIPTION=description, PARENTID=parent, STATUS=status)

    def chart(self) -> None:
        for account in chart.ACCOUNTS:
            flags: Row = {f"REQUIRE{name}": "true" for name in account.requires.split()}
            values: Row = {"ACCOUNTNO": account.number, "TITLE": account.title, "ACCOUNTTYPE": account.kind}
            values |= {"NORMALBALANCE": account.normal, "STATUS": account.status, **flags}
            values["CLOSINGTYPE"] = "closed to account" if account.kind == "incomestatement" else "non-closing account"
            self._add("GLACCOUNT", **values)
        self._add("STATACCOUNT", ACCOUNTNO="S100", TITLE="Subscribers")
        for symbol, title, statistical, status in chart.JOURNALS:
            self._add("GLJOURNAL", SYMBOL=symbol, TITLE=title, STATISTICAL=statistical, STATUS=status)
        for table, banks in (("CHECKINGACCOUNT", chart.CHECKING), ("SAVINGSACCOUNT", chart.SAVINGS)):
            for bank in banks:
                self._add(table, BANKACCOUNTID=bank.identity, BANKACCOUNTNO=bank.number, GLACCOUNTNO=bank.account,
                          BANKNAME=bank.name, CURRENCY=bank.currency, LOCATIONID=bank.location, STATUS=bank.status)  # fmt: skip
        for label, description, number in chart.LABELS:
            self._add("ARACCOUNTLABEL", ACCOUNTLABEL=label, DESCRIPTION=description, GLACCOUNTNO=number)

    def people(self) -> None:
        for user in USERS.values():
            self._add("USERINFO", LOGINID=user.login, DESCRIPTION=user.description, USERTYPE=user.kind, STATUS=user.status,
                      ADMIN="F" if user.login == "xml_gateway" else "N", LOGINDISABLED="true",
                      USERLOCATIONS="#~#".join(user.entities) or None)  # fmt: skip

    def periods(self, today: date) -> date:
        """Returns the first day that is open."""
        for months in range(-MONTHS_BACK, MONTHS_AHEAD + 1):
            first = month_start(today, months)
            last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
            name = f"Month Ended {calendar.month_name[first.month]} {first.year}"
            self._add("REPORTINGPERIOD", NAME=name, START_DATE=first.isoformat(), END_DATE=last.isoformat(),
                      HEADER1="Month Ended", HEADER2=f"{last:%m/%d/%Y}")  # fmt: skip
            if months < -OPEN_BACK:
                self._store.execute("INSERT INTO closed VALUES (?, '')", [first.isoformat()[:7]])
        return month_start(today, -OPEN_BACK)

    def customers(self, rng: random.Random, count: int) -> None:
        for index, name in enumerate(islice(_writable(rng), count), 1):
            identity, entity = f"{10000 + index}", f"C{10000 + index}"
            contact = f"{name}({entity})"
            self._add("CONTACT", CONTACTNAME=contact, PRINTAS=name)
            self._add("CUSTOMER", CUSTOMERID=identity, NAME=name, ENTITY=entity, DISPLAYCONTACTNAME=contact)

    def opening_balances(self, day: date) -> None:
        session = Session(USERS["xml_gateway"], "", self._then, timedelta(hours=1))
        context = Context(self._store, Gatekeeper(self._store), session, self._then, "")
        for bank in (*chart.CHECKING, *chart.SAVINGS):
            amount = scaled(50_000 / DAILY_RATES[bank.currency] // 1)
            sides = ((bank.account, 1), ("30000", -1))
            lines = [
                Line(
                    account,
                    sign,
                    amount,
                    bank.currency,
                    bank.location,
                    DAILY_RATES[bank.currency],
                    {"LOCATION": bank.location},
                )
                for account, sign in sides
            ]
            title = f"Opening balance {bank.name}"
            batches.write(context, {"JOURNAL": "GJ", "BATCH_DATE": day.isoformat(), "BATCH_TITLE": title}, lines)

    def _add(self, table: str, **values: str | int | None) -> None:
        row: Row = {
            field.name: kept(field, field.default, codes=True)
            for field in CATALOGUE.objects[table].columns
            if field.default
        }
        row |= values
        known = {field.name for field in CATALOGUE.objects[table].columns}
        stamps = {"WHENCREATED": stamp(self._then), "WHENMODIFIED": stamp(self._then)}
        self._store.insert(table, row | {name: value for name, value in stamps.items() if name in known})
