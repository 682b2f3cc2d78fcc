"""Other receipts: the exact elements of `record_otherreceipt` in the order that its schema demands, and the way back.

The key is kept as the receipt's reference (`refid`, read as DOCNUMBER). Source: vendor page "Other Receipts".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from tieout.connectors.intacct import compare
from tieout.connectors.intacct.checks import METHODS, TEXT_LIMITS
from tieout.connectors.intacct.client import Done
from tieout.connectors.intacct.envelope import Element, element
from tieout.connectors.intacct.queries import Reader, Row
from tieout.connectors.kit.documents import Held, Receipt, ReceiptLine
from tieout.connectors.kit.faults import VendorFault
from tieout.connectors.kit.text import fit

OBJECT, LINES, KEY = "OTHERRECEIPTS", "OTHERRECEIPTSENTRY", "DOCNUMBER"
_UNDEPOSITED = ("UNDEPGLACCOUNTNO", "UNDEPOSITEDACCOUNTNO", "UNDEPACCOUNTNO", "UNDEPACCTNO", "UNDEPOSITEDGLACCOUNTNO")
_ENTITY = ("MEGAENTITYID",)
_MEMO = ("ENTRYDESCRIPTION",)
_HEADER_FIELDS = (
    *("RECORDNO", KEY, "STATE", "WHENCREATED", "DESCRIPTION", "DESCRIPTION2", "PAYMETHOD", "BANKACCOUNTID"),
    *("DEPOSITDATE", "BASECURR", "CURRENCY"),
)
_PERHAPS = ("RECORD_URL", *_ENTITY, *_UNDEPOSITED)
_LINE_FIELDS = (
    *("RECORDNO", "RECORDKEY", "LINE_NO", "ACCOUNTNO", "ACCOUNTLABEL", "AMOUNT", "TRX_AMOUNT", "DESCRIPTION"),
    *("LOCATIONID", "DEPARTMENTID", *compare.OTHER_DIMENSIONS),
)


def build(receipt: Receipt) -> Element:
    """The function that records it. Payment and receipt day are the same; the deposit day defaults to it."""
    if receipt.bank_account:
        account = [
            element("bankaccountid", receipt.bank_account),
            _date("depositdate", receipt.deposit_day or receipt.day),
        ]
    else:
        account = [element("undepglaccountno", receipt.undeposited_account)]
    return element(
        "record_otherreceipt",
        None,
        _date("paymentdate", receipt.day),
        element("payee", fit(receipt.payer, TEXT_LIMITS["payer"])),
        _date("receiveddate", receipt.day),
        element("paymentmethod", receipt.method),
        *account,
        element("refid", receipt.key),
        *_given("description", fit(receipt.description, TEXT_LIMITS["description"])),
        element("currency", receipt.currency),
        element("receiptitems", None, *map(_line, receipt.lines)),
    )


def number(done: Done) -> str:
    """The record number that the gateway gave. Raises VendorFault when it gave none."""
    if not done.result.key:
        raise VendorFault("The gateway recorded a receipt without telling its number").seen(done.exchange)
    return done.result.key


def removal(record_no: str) -> Element:
    """The function that deletes it."""
    return element("delete_otherreceipt", key=record_no)


def find(reader: Reader, sent: Mapping[str, Receipt]) -> list[tuple[str, Held]]:
    """Each receipt held under one of the keys, with its key."""
    found = reader.for_each_key(OBJECT, _HEADER_FIELDS, _PERHAPS, KEY, list(sent))
    headers = [row for row in found if row[KEY] in sent]
    custom = {name for receipt in sent.values() for line in receipt.lines for name in line.dimensions.custom}
    lines: dict[str, list[Row]] = {}
    fields = (*_LINE_FIELDS, *sorted(custom))
    for row in reader.for_each_key(LINES, fields, _MEMO, "RECORDKEY", [row["RECORDNO"] for row in headers]):
        lines.setdefault(row["RECORDKEY"], []).append(row)
    return [(row[KEY], _held(row, lines.get(row["RECORDNO"], []), sent[row[KEY]])) for row in headers]


def _held(row: Row, lines: Sequence[Row], sent: Receipt) -> Held:
    entity = compare.code(row, _ENTITY, sent.entity) if sent.entity else ""
    currency = row.get("CURRENCY") or row.get("BASECURR") or sent.currency
    receipt = Receipt(
        key=row[KEY],
        day=compare.day(row.get("WHENCREATED", "")) or sent.day,
        payer=compare.reported(row, ("DESCRIPTION2",), sent.payer, TEXT_LIMITS["payer"]),
        method=_method(compare.reported(row, ("PAYMETHOD",), sent.method)),
        currency=currency,
        lines=tuple(_lines(compare.in_order(lines), sent, currency)),
        bank_account=compare.code(row, ("BANKACCOUNTID",), sent.bank_account),
        undeposited_account=compare.code(row, _UNDEPOSITED, sent.undeposited_account),
        deposit_day=_deposit_day(row, sent),
        description=compare.reported(row, ("DESCRIPTION",), sent.description, TEXT_LIMITS["description"]),
        entity=entity,
    )
    return Held(row["RECORDNO"], receipt, url=row.get("RECORD_URL", ""), state=row.get("STATE", ""))


def _deposit_day(row: Row, sent: Receipt) -> date | None:
    if "DEPOSITDATE" not in row:
        return sent.deposit_day
    deposited = compare.day(row["DEPOSITDATE"])
    return None if sent.deposit_day is None and deposited == sent.day else deposited


def _lines(rows: Sequence[Row], sent: Receipt, currency: str) -> list[ReceiptLine]:
    alike = len(rows) == len(sent.lines)
    blank = ReceiptLine(sent.total)
    return [
        _held_line(row, sent.lines[index] if alike else blank, currency, sent.entity) for index, row in enumerate(rows)
    ]


def _held_line(row: Row, sent: ReceiptLine, currency: str, entity: str) -> ReceiptLine:
    label = "" if sent.account else compare.code(row, ("ACCOUNTLABEL",), sent.account_label)
    return ReceiptLine(
        amount=compare.money(row, ("TRX_AMOUNT", "AMOUNT"), currency),
        account="" if label else compare.code(row, ("ACCOUNTNO",), sent.account),
        account_label=label,
        memo=compare.reported(row, ("DESCRIPTION", *_MEMO), sent.memo, TEXT_LIMITS["memo"]),
        dimensions=compare.dimensions(row, sent.dimensions, entity),
    )


def _line(line: ReceiptLine) -> Element:
    where = line.dimensions
    account = ("glaccountno", line.account) if line.account else ("accountlabel", line.account_label)
    custom = [
        element("customfield", None, element("customfieldname", name), element("customfieldvalue", value))
        for name, value in where.custom.items()
    ]
    return element(
        "lineitem",
        None,
        element(*account),
        element("amount", line.amount.text()),
        *_given("memo", fit(line.memo, TEXT_LIMITS["memo"])),
        *_given("locationid", where.location),
        *_given("departmentid", where.department),
        *([element("customfields", None, *custom)] if custom else []),
        *_given("projectid", where.project),
        *_given("customerid", where.customer),
        *_given("itemid", where.item),
        *_given("classid", where.class_id),
    )


def _date(tag: str, day: date) -> Element:
    parts = (("year", f"{day:%Y}"), ("month", f"{day:%m}"), ("day", f"{day:%d}"))
    return element(tag, None, *(element(name, text) for name, text in parts))


def _given(tag: str, text: str) -> list[Element]:
    return [element(tag, text)] if text else []


def _method(text: str) -> str:
    return next((method for method in METHODS if method.lower() == text.lower()), text)
