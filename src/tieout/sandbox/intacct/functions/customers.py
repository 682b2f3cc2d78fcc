"""CUSTOMER: its display contact is a CONTACT of its own, made and changed together with it."""

from __future__ import annotations

from lxml.etree import _Element

from tieout.sandbox.intacct import records
from tieout.sandbox.intacct.catalogue import CATALOGUE
from tieout.sandbox.intacct.context import Context
from tieout.sandbox.intacct.store import Row

_CUSTOMER = CATALOGUE.objects["CUSTOMER"]
_CONTACT = CATALOGUE.objects["CONTACT"]
_NESTED = frozenset({"DISPLAYCONTACT", "CONTACTINFO", "BILLTO", "SHIPTO", "CUSTOMERCONTACTS", "CUSTOMERENTITYCONTACTS"})


def create(context: Context, element: _Element) -> int:
    """A new customer with its display contact; returns its RECORDNO. Without an ID the next number is taken."""
    values = records.accept(context, _CUSTOMER, element, _NESTED)
    values["CUSTOMERID"] = values.get("CUSTOMERID") or f"C{context.store.next_number('customer id'):05d}"
    values["ENTITY"] = f"C{values['CUSTOMERID']}"
    name = f"{values.get('NAME')}({values['ENTITY']})"
    contact = _contact_values(context, element)
    contact = {"CONTACTNAME": name, "PRINTAS": values.get("NAME")} | {
        key: one for key, one in contact.items() if one is not None
    }
    values["DISPLAYCONTACTNAME"] = contact["CONTACTNAME"]
    number = records.create_record(context, _CUSTOMER, values)
    records.create_record(context, _CONTACT, contact)
    return number


def update(context: Context, element: _Element) -> int:
    """Change a customer, and its display contact where one is given."""
    row = records.find(context, _CUSTOMER, element)
    number = int(row["RECORDNO"] or 0)
    values = records.accept(context, _CUSTOMER, element, _NESTED)
    values.pop("CUSTOMERID", None)
    records.check_references(context, _CUSTOMER, values)
    context.store.update("CUSTOMER", number, values | context.modified())
    contact = context.store.first("CONTACT", CONTACTNAME=row["DISPLAYCONTACTNAME"])
    changes = _contact_values(context, element)
    if contact is not None and changes:
        changes.pop("CONTACTNAME", None)
        context.store.update("CONTACT", int(contact["RECORDNO"] or 0), changes | context.modified())
    return number


def delete(context: Context, row: Row) -> None:
    """Delete a customer that nothing refers to, and its display contact."""
    records.delete_unused(context, _CUSTOMER, row)
    context.store.delete("CONTACT", CONTACTNAME=row["DISPLAYCONTACTNAME"])


def _contact_values(context: Context, element: _Element) -> Row:
    contact = element.find("DISPLAYCONTACT")
    if contact is None:
        return {}
    values = records.accept(context, _CONTACT, contact, frozenset({"MAILADDRESS"}))
    address = contact.find("MAILADDRESS")
    if address is not None:
        for child in address:
            child.tag = f"MAILADDRESS.{child.tag}"
        values |= records.accept(context, _CONTACT, address)
    return values
