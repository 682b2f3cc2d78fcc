"""What the company is set up as, and what its users may do."""

from __future__ import annotations

from lxml import etree
from lxml.etree import SubElement, _Element

from tieout.sandbox.intacct.context import Context, Reply
from tieout.sandbox.intacct.envelope import Call, child_text
from tieout.sandbox.intacct.errors import Detail, GatewayError, business, not_permitted
from tieout.sandbox.intacct.people import BASE_CURRENCY, POLICIES, USERS
from tieout.sandbox.intacct.store import Row

_RIGHTS = ("List", "View", "Add", "Edit", "Delete", "Reverse")
_SETUP = {
    "baseCurrency": BASE_CURRENCY, "defaultBook": "ACCRUAL", "firstFiscalMonth": "January", "multiBaseCurrency": "false",
    "multiBook": "false", "multiCurrency": "true", "multiEntityShared": "true",
}  # fmt: skip
_PREFERENCES = {
    "CM": {"MULTICURRENCY": "T"},
    "GL": {"BASECURRENCY": BASE_CURRENCY, "MULTIENTITY": "T"},
    "ME": {"MULTIENTITY": "T"},
}


def get_user_permissions(context: Context, call: Call) -> Reply:
    """The rights of a user, by application and policy."""
    if not context.session.user.right("Company", "Permissions") & {"View"}:
        raise not_permitted("GETUSERPERMISSIONS", "permissions")
    login = child_text(call.body, "userId")
    user = USERS.get(login)
    if user is None:
        raise GatewayError(Detail("BL03000025", f"The login ID '{login}' does not exist."))
    data = etree.Element("data")
    permissions = SubElement(data, "permissions")
    for application, policies in POLICIES.items():
        block = SubElement(permissions, "appSubscription")
        SubElement(block, "applicationName").text = application
        listed = SubElement(block, "policies")
        for name in policies:
            policy = SubElement(listed, "policy")
            SubElement(policy, "policyName").text = name
            rights = user.right(application, name)
            SubElement(policy, "rights").text = "|".join(right for right in _RIGHTS if right in rights)
    return Reply([data])


def get_financial_setup(context: Context, call: Call) -> Reply:
    """Base currency, book, and which of the multi-currency and multi-entity features are on."""
    data = etree.Element("data")
    _texts(SubElement(data, "financialSetup"), _SETUP)
    return Reply([data])


def get_companyprefs(context: Context, call: Call) -> Reply:
    """Preferences of one application."""
    application = call.body.get("application", "")
    data = etree.Element("data")
    for preference, value in _PREFERENCES.get(application.upper(), {}).items():
        block = SubElement(data, "companypref")
        _texts(block, {"application": application, "preference": preference, "prefvalue": value})
    return Reply([data])


def get_applications(context: Context, call: Call) -> Reply:
    """The applications subscribed to."""
    data = etree.Element("data")
    for application in POLICIES:
        SubElement(SubElement(data, "application"), "name").text = application
    return Reply([data])


def read_user_formatting(context: Context, call: Call) -> Reply:
    """A user's date format and time zone, by the user's record number."""
    user = USERS[str(_by_key(context, "USERINFO", child_text(call.body, "key"))["LOGINID"])]
    data = etree.Element("data")
    hours = f"{user.offset.total_seconds() / 3600:+.0f}"
    texts = {"locale": "en_US.UTF-8", "dateformat": "/mdY", "gmtoffset": hours, "clock": "24"}
    _texts(SubElement(data, "userformatting"), texts)
    return Reply([data])


def read_entity_details(context: Context, call: Call) -> Reply:
    """The entity of the session; the company itself at the top level."""
    entity = context.session.entity
    row = context.store.first("LOCATIONENTITY", LOCATIONID=entity) if entity else None
    data = etree.Element("data")
    texts = {"id": entity, "name": str(row["NAME"]) if row else "", "recordno": str(row["RECORDNO"]) if row else ""}
    fiscal = {"firstfiscalmonth": "1", "firstfiscaltaxmonth": "1", "weekstart": "0"}
    _texts(SubElement(data, "entity"), texts | {"currency": BASE_CURRENCY} | fiscal)
    return Reply([data])


def _by_key(context: Context, name: str, key: str) -> Row:
    row = context.store.first(name, RECORDNO=key.strip())
    if row is None:
        raise business(f"Cannot find {name.lower()} with key '{key}'")
    return row


def _texts(parent: _Element, texts: dict[str, str]) -> None:
    for tag, text in texts.items():
        SubElement(parent, tag).text = text
