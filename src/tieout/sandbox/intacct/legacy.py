"""The legacy functions' schema: element order is part of the contract, and a DTD is how it is checked."""

from __future__ import annotations

import io

from lxml import etree
from lxml.etree import _Element

OBJECTS = {
    "record_otherreceipt": "OTHERRECEIPTS",
    "update_otherreceipt": "OTHERRECEIPTS",
    "delete_otherreceipt": "OTHERRECEIPTS",
    "delete_department": "DEPARTMENT",
}
"""The object that each legacy function speaks of."""

_LINE = (
    "(glaccountno | accountlabel), amount, memo?, locationid?, departmentid?, customfields?, projectid?, taskid?, costtypeid?, "
    "customerid?, vendorid?, employeeid?, itemid?, classid?, contractid?, warehouseid?, totaltrxamount?, taxentries?"
)
_HEAD = (
    "refid?, description?, supdocid?, currency?, (exchrate | (exchratedate?, exchratetype))?, customfields?, inclusivetax?, "
    "taxsolutionid?"
)
_TEXTS = (
    "payee paymentmethod bankaccountid undepglaccountno refid description supdocid currency exchrate exchratetype inclusivetax "
    "taxsolutionid glaccountno accountlabel amount memo locationid departmentid projectid taskid costtypeid customerid vendorid "
    "employeeid itemid classid contractid warehouseid totaltrxamount year month day customfieldname customfieldvalue detailid "
    "trx_tax"
)
_SCHEMA = f"""
<!ELEMENT record_otherreceipt (paymentdate, payee, receiveddate, paymentmethod,
  ((bankaccountid, depositdate?) | undepglaccountno), {_HEAD}, receiptitems)>
<!ELEMENT update_otherreceipt (paymentdate?, payee?, receiveddate?, paymentmethod?,
  ((bankaccountid, depositdate?) | undepglaccountno)?, {_HEAD}, receiptitems?)>
<!ATTLIST update_otherreceipt key CDATA #REQUIRED>
<!ELEMENT delete_otherreceipt EMPTY>
<!ATTLIST delete_otherreceipt key CDATA #REQUIRED>
<!ELEMENT receiptitems (lineitem | updatelineitem)+>
<!ELEMENT lineitem ({_LINE})>
<!ELEMENT updatelineitem ((glaccountno | accountlabel)?, amount?, memo?, locationid?, departmentid?, customfields?, projectid?,
  taskid?, costtypeid?, customerid?, vendorid?, employeeid?, itemid?, classid?, contractid?, warehouseid?)>
<!ATTLIST updatelineitem line_num CDATA #REQUIRED>
<!ELEMENT customfields (customfield*)>
<!ELEMENT customfield (customfieldname, customfieldvalue)>
<!ELEMENT taxentries (taxentry+)>
<!ELEMENT taxentry (detailid, trx_tax)>
{"".join(f"<!ELEMENT {name} (year, month, day)>" for name in ("paymentdate", "receiveddate", "depositdate", "exchratedate"))}
{"".join(f"<!ELEMENT {name} (#PCDATA)>" for name in _TEXTS.split())}
"""
_DTD = etree.DTD(io.StringIO(_SCHEMA))
_STRICT = frozenset(("record_otherreceipt", "update_otherreceipt", "delete_otherreceipt"))


def violation(body: _Element) -> str | None:
    """What is wrong with the order or presence of elements in a legacy function; None for any other function."""
    if body.tag not in _STRICT or _DTD.validate(body):
        return None
    first = _DTD.error_log.filter_from_errors()[0]  # type: ignore[attr-defined]
    return f"Error {first.type}: {first.message}"
