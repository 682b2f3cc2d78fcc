"""GLBATCH: create with every check a real company makes, update that replaces the lines, delete, reversal on a later day."""

from __future__ import annotations

from datetime import date

from lxml.etree import _Element

from tieout.sandbox.intacct import batches, posting, records
from tieout.sandbox.intacct.batches import Line
from tieout.sandbox.intacct.catalogue import CATALOGUE
from tieout.sandbox.intacct.context import Context
from tieout.sandbox.intacct.errors import GatewayError, business, validation
from tieout.sandbox.intacct.formats import DATE
from tieout.sandbox.intacct.store import Row

_BATCH = CATALOGUE.objects["GLBATCH"]
_ENTRY = CATALOGUE.objects["GLENTRY"]
_NESTED = frozenset({"ENTRIES"})
_ALIASES = {"LOCATIONID": "LOCATION", "DEPARTMENTID": "DEPARTMENT"}
_SIDES = {"1": 1, "-1": -1}


def create(context: Context, element: _Element) -> int:
    """A new journal entry; returns its RECORDNO."""
    try:
        return _create(context, element)
    except GatewayError as failure:
        raise failure.wrapped("Could not create GLBatch record.", errorid="GL-0951") from None


def update(context: Context, element: _Element) -> int:
    """Change an entry's header; lines given replace all lines."""
    row = records.find(context, _BATCH, element)
    try:
        return _update(context, row, element)
    except GatewayError as failure:
        raise failure.wrapped("Could not update GLBatch record.") from None


def delete(context: Context, row: Row) -> None:
    """Delete an entry and its lines; subledger entries and closed periods refuse."""
    number = int(row["RECORDNO"] or 0)
    _check_own(row)
    posting.check_period(context, _day(row), _entities(context, number))
    batches.remove(context, number)


def _create(context: Context, element: _Element) -> int:
    head = records.accept(context, _BATCH, element, _NESTED)
    for field in ("JOURNAL", "BATCH_DATE", "BATCH_TITLE"):
        if head.get(field) is None:
            raise validation(f"Required field {_BATCH.by_name[field].caption} is missing")
    head["STATE"] = head.get("STATE") or "P"
    lines = _checked(context, head, _lines(context, element))
    number = batches.write(context, head, lines)
    if reverse := head.get("REVERSEDATE"):
        _reverse(context, number, head, lines, date.fromisoformat(str(reverse)))
    return number


def _update(context: Context, row: Row, element: _Element) -> int:
    number = int(row["RECORDNO"] or 0)
    _check_own(row)
    posting.check_period(context, _day(row), _entities(context, number))
    changes = records.accept(context, _BATCH, element, _NESTED)
    head = row | changes
    given = element.find("ENTRIES") is not None
    lines = _lines(context, element) if given else batches.kept_lines(context, number)
    lines = _checked(context, head, lines)
    context.store.delete("GLENTRY", BATCHNO=number)
    batches.write(context, head, lines, replacing=number)
    context.store.update(
        "GLBATCH", number, changes | context.modified() | {"MODIFIED": context.modified()["WHENMODIFIED"]}
    )
    return number


def _lines(context: Context, element: _Element) -> list[Line]:
    entries = element.find("ENTRIES")
    return [] if entries is None else [_line(context, entry) for entry in entries if entry.tag.upper() == "GLENTRY"]


def _checked(context: Context, head: Row, lines: list[Line]) -> list[Line]:
    _check_journal(context, str(head["JOURNAL"]))
    if {line.sign for line in lines} != {1, -1}:
        raise business("A journal entry needs at least one debit and one credit line.")
    source = head.get("BASELOCATION_NO")
    if source is not None and not context.store.find("LOCATIONENTITY", LOCATIONID=source):
        raise business(f"Use of '{source}' as source entity is invalid. A valid entity must be specified.")
    if head["STATE"] == "P":
        lines = batches.check_balance(lines, str(source) if source else None)
    posting.check_period(context, _day(head), batches.entities_of(lines))
    return lines


def _line(context: Context, entry: _Element) -> Line:
    for child in entry:
        child.tag = _ALIASES.get(child.tag.upper(), child.tag)
    values = records.accept(context, _ENTRY, entry, frozenset({"TAXENTRIES", "SPLIT"}))
    account = posting.check_account(context, str(_required(values, "ACCOUNTNO")))
    sign = _SIDES[str(_required(values, "TR_TYPE"))]
    currency = posting.check_currency(str(_required(values, "CURRENCY")))
    amount = values.pop("TRX_AMOUNT", None)
    amount = int(_required(values, "AMOUNT") if amount is None else amount)
    if amount < 0:
        raise validation(f"Illegal format for Transaction amount: '{posting.money(amount)}' must not be negative")
    posting.check_dimensions(context, account, values)
    given = values.pop("EXCHANGE_RATE", None)
    rate, kind = posting.rate_of(
        currency, None if given is None else int(given), _text(values.get("EXCH_RATE_TYPE_ID"))
    )
    entity = posting.entity_of(context, values["LOCATION"])
    kept = {name: value for name, value in values.items() if name not in ("ACCOUNTNO", "TR_TYPE", "CURRENCY", "AMOUNT")}
    kept["EXCH_RATE_TYPE_ID"] = kind
    return Line(str(account["ACCOUNTNO"]), sign, posting.rounded(amount, currency), currency, entity, rate, kept)


def _reverse(context: Context, number: int, head: Row, lines: list[Line], day: date) -> None:
    if day <= _day(head):
        raise validation(f"The reverse date {day.strftime(DATE)} must be later than the posting date")
    posting.check_period(context, day, batches.entities_of(lines))
    batches.write_reversal(context, number, head, lines, day)


def _check_journal(context: Context, symbol: str) -> None:
    journal = context.store.first("GLJOURNAL", SYMBOL=symbol)
    if journal is None or journal["STATUS"] != "T":
        raise business(f"Invalid Journal '{symbol}' specified.")
    if journal["STATISTICAL"] == "true":
        raise business(f"The journal '{symbol}' takes statistical entries only.")


def _check_own(row: Row) -> None:
    if row["MODULE"] != "2.GL":
        raise business("This journal entry was made by another application and can be changed only there.")


def _entities(context: Context, number: int) -> set[str]:
    sql = "SELECT DISTINCT l.ENTITY FROM GLENTRY e JOIN LOCATION l ON l.LOCATIONID = e.LOCATION WHERE e.BATCHNO = ?"
    return {str(row[0]) for row in context.store.rows(sql, [number])}


def _required(values: Row, name: str) -> str | int:
    value = values.get(name)
    if value is None:
        raise validation(f"Required field {_ENTRY.by_name[name].caption} is missing")
    return value


def _day(head: Row) -> date:
    return date.fromisoformat(str(head["BATCH_DATE"]))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
