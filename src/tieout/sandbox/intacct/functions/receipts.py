"""Other receipts: `record_otherreceipt`, `update_otherreceipt`, `delete_otherreceipt`, each with its posting to the ledger.

The order of elements was checked when the request was read. A receipt debits its bank's own account, or undeposited funds, and
credits the accounts of its lines, in a journal entry that only this module may change.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from lxml import etree
from lxml.etree import _Element

from tieout.sandbox.intacct import batches, posting
from tieout.sandbox.intacct.batches import Line
from tieout.sandbox.intacct.catalogue import CATALOGUE
from tieout.sandbox.intacct.catalogue.definition import Field, Type
from tieout.sandbox.intacct.context import Context, Reply
from tieout.sandbox.intacct.envelope import Call, child_text
from tieout.sandbox.intacct.errors import Detail, GatewayError, business, validation
from tieout.sandbox.intacct.formats import is_whole, kept
from tieout.sandbox.intacct.people import BASE_CURRENCY
from tieout.sandbox.intacct.store import Row

JOURNAL = "CRJ"
METHODS = ("Printed Check", "Cash", "EFT", "Credit Card")

_RECEIPT = CATALOGUE.objects["OTHERRECEIPTS"]
_HEAD = {
    "payee": "DESCRIPTION2", "paymentmethod": "PAYMETHOD", "bankaccountid": "BANKACCOUNTID", "undepglaccountno": "UNDEPGLACCOUNTNO",
    "refid": "DOCNUMBER", "description": "DESCRIPTION", "supdocid": "SUPDOCID", "currency": "CURRENCY",
    "exchratetype": "EXCH_RATE_TYPE_ID", "exchrate": "EXCHANGE_RATE",
}  # fmt: skip
_DATES = {
    "paymentdate": "WHENCREATED",
    "receiveddate": "WHENPAID",
    "depositdate": "DEPOSITDATE",
    "exchratedate": "EXCH_RATE_DATE",
}
_LINE = {
    "glaccountno": "ACCOUNTNO", "accountlabel": "ACCOUNTLABEL", "memo": "DESCRIPTION", "locationid": "LOCATIONID",
    "departmentid": "DEPARTMENTID", "projectid": "PROJECTID", "taskid": "TASKID", "costtypeid": "COSTTYPEID",
    "customerid": "CUSTOMERID", "vendorid": "VENDORID", "employeeid": "EMPLOYEEID", "itemid": "ITEMID", "classid": "CLASSID",
    "contractid": "CONTRACTID", "warehouseid": "WAREHOUSEID",
}  # fmt: skip
_AMOUNT = Field("Amount", Type.CURRENCY)


def record(context: Context, call: Call) -> Reply:
    """A new receipt; the answer's key is its RECORDNO."""
    context.permit(_RECEIPT, "Add", "CREATE")
    lines = [_line_values(item) for item in _items(call.body)]
    try:
        number = _save(context, _head_values(context, call.body), lines, None)
    except GatewayError as failure:
        raise failure.wrapped("Could not create Other Receipts record!") from None
    context.audit("OTHERRECEIPTS", number, "Create")
    return _key(number)


def update(context: Context, call: Call) -> Reply:
    """Change a receipt: header fields given, lines by their number, lines appended."""
    context.permit(_RECEIPT, "Edit", "UPDATE")
    old = _find(context, call)
    number = int(old["RECORDNO"] or 0)
    _check_open(context, old)
    try:
        lines = _changed_lines(context, call.body, number)
        head = {name: old[name] for name in (*_HEAD.values(), *_DATES.values(), "EXTERNAL_KEY")}
        if child_text(call.body, "bankaccountid") or child_text(call.body, "undepglaccountno"):
            head |= {"BANKACCOUNTID": None, "UNDEPGLACCOUNTNO": None, "DEPOSITDATE": None}
        _save(context, head | _head_values(context, call.body), lines, number)
    except GatewayError as failure:
        raise failure.wrapped("Could not update Other Receipts record!") from None
    context.audit("OTHERRECEIPTS", number, "Modify")
    return _key(number)


def delete(context: Context, call: Call) -> Reply:
    """Delete a receipt and its posting."""
    context.permit(_RECEIPT, "Delete", "DELETE")
    row = _find(context, call)
    _check_open(context, row)
    _clear(context, int(row["RECORDNO"] or 0))
    context.store.delete("OTHERRECEIPTS", RECORDNO=row["RECORDNO"])
    context.audit("OTHERRECEIPTS", row["RECORDNO"], "Delete")
    return Reply()


def _save(context: Context, head: Row, lines: list[Row], number: int | None) -> int:
    for name, label in (("WHENCREATED", "Payment date"), ("DESCRIPTION2", "Payee"), ("WHENPAID", "Received date")):
        if head.get(name) is None:
            raise validation(f"Required field {label} is missing")
    if head.get("PAYMETHOD") not in METHODS:
        raise business(f"Invalid Payment Method '{head.get('PAYMETHOD')}' specified.")
    debit, place, currency = _destination(context, head)
    rate, kind = posting.rate_of(currency, _whole(head.get("EXCHANGE_RATE")), _text(head.get("EXCH_RATE_TYPE_ID")))
    checked = [_check_line(context, line, currency) for line in lines]
    total = sum(int(line["TRX_AMOUNT"] or 0) for line in checked)
    _check_total(context, checked, total)
    head |= {
        "CURRENCY": currency, "BASECURR": BASE_CURRENCY, "EXCH_RATE_TYPE_ID": kind, "EXCHANGE_RATE": int(rate.scaleb(10)),
        "TRX_TOTALENTERED": total, "TOTALENTERED": posting.to_base(total, rate),
    }  # fmt: skip
    posted = _ledger_lines(context, debit, place, checked, currency, rate, total)
    for name in ("WHENPAID", "DEPOSITDATE"):
        if head.get(name):
            posting.check_period(context, date.fromisoformat(str(head[name])), batches.entities_of(posted))
    number = _write_head(context, head, number)
    _write_lines(context, number, head, checked, posted)
    return number


def _destination(context: Context, head: Row) -> tuple[str, str, str]:
    """The account to debit, the location of that line (blank for none of its own) and the currency."""
    bank_id = head.get("BANKACCOUNTID")
    if not bank_id:
        return _undeposited(context, head)
    bank = context.store.first("CHECKINGACCOUNT", BANKACCOUNTID=bank_id) or context.store.first(
        "SAVINGSACCOUNT", BANKACCOUNTID=bank_id
    )
    if bank is None or bank["STATUS"] != "T":
        raise business(f"Invalid Bank Account '{bank_id}' specified.")
    currency = str(head.get("CURRENCY") or bank["CURRENCY"])
    if currency != bank["CURRENCY"]:
        raise business(
            f"The currency {currency} does not match the currency {bank['CURRENCY']} of the bank account '{bank_id}'."
        )
    return str(bank["GLACCOUNTNO"]), str(bank["LOCATIONID"] or ""), currency


def _undeposited(context: Context, head: Row) -> tuple[str, str, str]:
    number = str(head.get("UNDEPGLACCOUNTNO") or "")
    if not number:
        raise validation("Required field Bank account or Undeposited funds account is missing")
    account = posting.check_account(context, number)
    if account["ACCOUNTTYPE"] != "balancesheet":
        raise business(f"Account {number} is not valid as an undeposited funds account")
    return number, "", posting.check_currency(str(head.get("CURRENCY") or BASE_CURRENCY))


def _check_line(context: Context, line: Row, currency: str) -> Row:
    if label := line.get("ACCOUNTLABEL"):
        found = context.store.first("ARACCOUNTLABEL", ACCOUNTLABEL=label, STATUS="T")
        if found is None:
            raise business(f"Invalid Account Label '{label}' specified.")
        line["ACCOUNTNO"] = found["GLACCOUNTNO"]
    account = posting.check_account(context, str(line["ACCOUNTNO"]))
    dimensions = {**line, "LOCATION": line.get("LOCATIONID"), "DEPARTMENT": line.get("DEPARTMENTID")}
    posting.check_dimensions(context, account, dimensions)
    line["LOCATIONID"] = dimensions["LOCATION"]
    line["TRX_AMOUNT"] = posting.rounded(int(line["TRX_AMOUNT"] or 0), currency)
    return line


def _check_total(context: Context, lines: list[Row], total: int) -> None:
    if not lines:
        raise validation("Required field Line items is missing")
    if total <= 0:
        raise business("The total of the receipt must be greater than zero.")
    entities = {posting.entity_of(context, line["LOCATIONID"]) for line in lines}
    if len(entities) > 1 and any(int(line["TRX_AMOUNT"] or 0) < 0 for line in lines):
        raise GatewayError(Detail("BL03002073", "Negative lines are not allowed in a transaction across entities."))


def _ledger_lines(
    context: Context, debit: str, place: str, lines: list[Row], currency: str, rate: Decimal, total: int
) -> list[Line]:
    place = place or str(lines[0]["LOCATIONID"])
    first = Line(debit, 1, total, currency, posting.entity_of(context, place), rate, {"LOCATION": place})
    credits = [_credit(context, line, currency, rate) for line in lines]
    return batches.check_balance([first, *credits], first.entity)


def _credit(context: Context, line: Row, currency: str, rate: Decimal) -> Line:
    values = {"LOCATION": line["LOCATIONID"], "DEPARTMENT": line.get("DEPARTMENTID"), "DESCRIPTION": line.get("DESCRIPTION"),
              "CUSTOMERID": line.get("CUSTOMERID"), "CLASSID": line.get("CLASSID")}  # fmt: skip
    amount, entity = int(line["TRX_AMOUNT"] or 0), posting.entity_of(context, line["LOCATIONID"])
    return Line(str(line["ACCOUNTNO"]), -1 if amount >= 0 else 1, abs(amount), currency, entity, rate, values)


def _write_head(context: Context, head: Row, number: int | None) -> int:
    if number is not None:
        _clear(context, number)
        context.store.update("OTHERRECEIPTS", number, head | context.modified())
        return number
    defaults = {field.name: field.default for field in _RECEIPT.columns if field.default is not None}
    number = context.store.insert("OTHERRECEIPTS", {**defaults, **head, **context.created(_RECEIPT)})
    context.store.update("OTHERRECEIPTS", number, {"RECORDID": f"OR-{number:06d}"})
    return number


def _write_lines(context: Context, number: int, head: Row, lines: Iterable[Row], posted: list[Line]) -> None:
    entry = CATALOGUE.objects["OTHERRECEIPTSENTRY"]
    rate = Decimal(int(head["EXCHANGE_RATE"] or 0)).scaleb(-10)
    for index, line in enumerate(lines):
        amounts: Row = {"AMOUNT": posting.to_base(int(line["TRX_AMOUNT"] or 0), rate), "CURRENCY": head["CURRENCY"]}
        amounts |= {"BASECURR": BASE_CURRENCY, "RECORDKEY": number, "LINE_NO": index, "ENTRY_DATE": head["WHENPAID"]}
        context.store.insert("OTHERRECEIPTSENTRY", line | amounts | context.created(entry))
    title = f"Other receipts: {head['DESCRIPTION2']}"
    batch: Row = {
        "JOURNAL": JOURNAL,
        "BATCH_DATE": head["WHENPAID"],
        "BATCH_TITLE": title,
        "REFERENCENO": head.get("DOCNUMBER"),
    }
    key = batches.write(context, batch | {"MODULE": "11.CM", "PRBATCHKEY": number}, posted)
    context.store.update("OTHERRECEIPTS", number, {"PRBATCHKEY": key})


def _clear(context: Context, number: int) -> None:
    context.store.delete("OTHERRECEIPTSENTRY", RECORDKEY=number)
    for batch in context.store.find("GLBATCH", PRBATCHKEY=number):
        batches.remove(context, int(batch["RECORDNO"] or 0))


def _check_open(context: Context, row: Row) -> None:
    sql = "SELECT DISTINCT l.ENTITY FROM OTHERRECEIPTSENTRY e JOIN LOCATION l ON l.LOCATIONID = e.LOCATIONID WHERE e.RECORDKEY = ?"
    entities = {str(one[0]) for one in context.store.rows(sql, [row["RECORDNO"]])}
    posting.check_period(context, date.fromisoformat(str(row["WHENPAID"])), entities)


def _find(context: Context, call: Call) -> Row:
    key = call.body.get("key", "")
    row = context.store.first("OTHERRECEIPTS", RECORDNO=key)
    if row is None or not context.reaches(row):
        raise business(f"Cannot find otherreceipts with key '{key}' to {call.name.partition('_')[0]}")
    return row


def _head_values(context: Context, body: _Element) -> Row:
    values: Row = {}
    for child in body:
        if child.tag in _DATES:
            values[_DATES[child.tag]] = _date(child)
        elif child.tag in _HEAD:
            field = _RECEIPT.by_name[_HEAD[child.tag]]
            values[field.name] = kept(field, child.text or "", context.session.user.offset)
        elif child.tag == "customfields":
            values |= _custom(child)
    return values


def _custom(node: _Element) -> Row:
    values: Row = {}
    for one in node:
        name = child_text(one, "customfieldname")
        field = _RECEIPT.by_name.get(name)
        if field is None or not field.custom:
            raise validation(f"'{name}' is not a custom field of {_RECEIPT.name}")
        values[name] = child_text(one, "customfieldvalue") or None
    return values


def _date(node: _Element) -> str:
    parts = [child_text(node, name).strip() for name in ("year", "month", "day")]
    try:
        return date(*(int(part) for part in parts)).isoformat()
    except ValueError:
        raise validation(f"Illegal format for {node.tag}: '{'-'.join(parts)}'") from None


def _items(body: _Element) -> list[_Element]:
    return list(body.iterfind("receiptitems/lineitem"))


def _line_values(item: _Element) -> Row:
    values: Row = {_LINE[child.tag]: child.text or None for child in item if child.tag in _LINE}
    amount = item.find("amount")
    if amount is not None:
        values["TRX_AMOUNT"] = kept(_AMOUNT, amount.text or "")
        if values["TRX_AMOUNT"] is None:
            raise validation("Required field Amount is missing")
    return values


def _changed_lines(context: Context, body: _Element, number: int) -> list[Row]:
    names = {*_LINE.values(), "TRX_AMOUNT"}
    lines = [{name: row[name] for name in names} for row in context.store.find("OTHERRECEIPTSENTRY", RECORDKEY=number)]
    for item in body.iterfind("receiptitems/updatelineitem"):
        text = item.get("line_num", "")
        if not is_whole(text) or not 1 <= int(text) <= len(lines):
            raise validation(f"Illegal format for line_num: '{text}'")
        changes = _line_values(item)
        if "ACCOUNTNO" in changes:
            changes["ACCOUNTLABEL"] = None
        lines[int(text) - 1] |= changes
    return [*lines, *(_line_values(item) for item in _items(body))]


def _key(number: int) -> Reply:
    key = etree.Element("key")
    key.text = str(number)
    return Reply([key])


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
