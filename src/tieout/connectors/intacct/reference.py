"""Sage's lists as reference rows: accounts, labels, journals, bank accounts, structure, customers, periods.

Whether a period is closed is in no list that the gateway offers: `closed` is left empty, and a closed period shows when a
posting is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tieout.connectors.intacct.compare import day
from tieout.connectors.intacct.queries import Reader, Row
from tieout.connectors.kit.capabilities import Reference, ReferenceKind
from tieout.connectors.kit.faults import Refused

Facts = Callable[[Row], Mapping[str, str]]
_REQUIRED = {
    "REQUIRELOC": "location",
    "REQUIREDEPT": "department",
    "REQUIRECLASS": "class",
    "REQUIRECUSTOMER": "customer",
    "REQUIREITEM": "item",
    "REQUIREPROJECT": "project",
    "REQUIREVENDOR": "vendor",
    "REQUIREEMPLOYEE": "employee",
    "REQUIRECONTRACT": "contract",
    "REQUIREWAREHOUSE": "warehouse",
    "REQUIRETASK": "task",
}


@dataclass(frozen=True, slots=True)
class _List:
    entity: str
    code: str
    name: str
    more: tuple[str, ...] = ()
    facts: Facts = lambda row: {}
    optional: bool = False
    """A company without this object has an empty list."""

    @property
    def fields(self) -> tuple[str, ...]:
        return ("RECORDNO", self.code, self.name, "STATUS", *self.more)


def _requirements(row: Row) -> Mapping[str, str]:
    wanted = [name for field, name in _REQUIRED.items() if row.get(field, "").lower() in ("true", "t")]
    return {"requires": ",".join(wanted), "type": row.get("ACCOUNTTYPE", ""), "bank": ""}


def _bank(row: Row) -> Mapping[str, str]:
    return {"account": row.get("GLACCOUNTNO", ""), "currency": row.get("CURRENCY", "")}


def _period(row: Row) -> Mapping[str, str]:
    start, end = (day(row.get(name, "")) for name in ("START_DATE", "END_DATE"))
    return {"start": start.isoformat() if start else "", "end": end.isoformat() if end else "", "closed": ""}


def _only(field: str, name: str) -> Facts:
    return lambda row: {name: row.get(field, "")}


_BANK_FIELDS = ("GLACCOUNTNO", "CURRENCY")
_LISTS: Mapping[ReferenceKind, tuple[_List, ...]] = {
    "account": (_List("GLACCOUNT", "ACCOUNTNO", "TITLE", ("ACCOUNTTYPE", *_REQUIRED), _requirements),),
    "account_label": (
        _List(
            "ARACCOUNTLABEL",
            "ACCOUNTLABEL",
            "DESCRIPTION",
            ("GLACCOUNTNO",),
            _only("GLACCOUNTNO", "account"),
            optional=True,
        ),
    ),
    "journal": (_List("GLJOURNAL", "SYMBOL", "TITLE", (), lambda row: {"status": row.get("STATUS", "")}),),
    "bank_account": (
        _List("CHECKINGACCOUNT", "BANKACCOUNTID", "BANKNAME", _BANK_FIELDS, _bank),
        _List("SAVINGSACCOUNT", "BANKACCOUNTID", "BANKNAME", _BANK_FIELDS, _bank, optional=True),
    ),
    "entity": (_List("LOCATIONENTITY", "LOCATIONID", "NAME", ("CURRENCY",), _only("CURRENCY", "currency")),),
    "location": (_List("LOCATION", "LOCATIONID", "NAME", ("PARENTID", "ENTITY"), _only("ENTITY", "entity")),),
    "department": (_List("DEPARTMENT", "DEPARTMENTID", "TITLE"),),
    "class": (_List("CLASS", "CLASSID", "NAME"),),
    "customer": (_List("CUSTOMER", "CUSTOMERID", "NAME"),),
    "period": (_List("REPORTINGPERIOD", "NAME", "HEADER1", ("START_DATE", "END_DATE"), _period),),
}


def reference(reader: Reader, kind: ReferenceKind) -> Iterator[Reference]:
    """Every row of one list, active or not. Raises PermissionMissing, Refused and the faults of a read."""
    banks = _bank_by_account(reader) if kind == "account" else {}
    for source in _LISTS[kind]:
        for row in _rows(reader, source):
            facts = dict(source.facts(row))
            if banks:
                facts["bank"] = banks.get(row[source.code], "")
            active = row.get("STATUS", "active").lower() not in ("inactive", "f", "false")
            yield Reference(kind, row[source.code], row.get(source.name, ""), active, facts)


def _bank_by_account(reader: Reader) -> Mapping[str, str]:
    return {row.facts["account"]: row.code for row in reference(reader, "bank_account") if row.facts["account"]}


def _rows(reader: Reader, source: _List) -> Iterator[Row]:
    try:
        yield from reader.rows(source.entity, source.fields)
    except Refused as refusal:
        if not (source.optional and "object definition" in refusal.message.lower()):
            raise
