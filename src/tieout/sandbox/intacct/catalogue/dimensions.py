"""Dimensions and company objects: entities, locations, departments, classes, customers, contacts, users, periods."""

from __future__ import annotations

from tieout.sandbox.intacct.catalogue.definition import (
    MEGAENTITY,
    Field,
    ObjectDefinition,
    Relation,
    Type,
    blanks,
    flags,
    owner,
    recordno,
    stamps,
    status,
    texts,
)

COMPANY = "Company"


def _parent(target: str, key: str, title: str) -> tuple[Field, ...]:
    return (
        Field("PARENTID"),
        Field("PARENTKEY", Type.INTEGER, readonly=True, via="PARENT.RECORDNO"),
        Field("PARENTNAME", readonly=True, via=f"PARENT.{title}"),
    )


LOCATIONENTITY = ObjectDefinition(
    "LOCATIONENTITY", "Entity", "Entities", (COMPANY, "Entities"), natural="LOCATIONID", legacy_name="locationentity",
    fields=(
        recordno(),
        Field("LOCATIONID", label="Entity ID", required=True),
        Field("NAME", required=True),
        Field("CURRENCY"),
        *texts("REPORTPRINTAS SUPERVISORID FEDERALID TAXID CUSTOMERID VENDORID LEGALNAME LEGALADDRESS1 LEGALADDRESS2"),
        *texts("LEGALCITY LEGALSTATE LEGALZIPCODE LEGALCOUNTRY OPCOUNTRY ADDRESSCOUNTRYDEFAULT WEEKSTART"),
        Field("FIRSTMONTH", Type.INTEGER, default="1"),
        Field("FIRSTMONTHTAX", Type.INTEGER, default="1"),
        Field("STARTDATE", Type.DATE),
        Field("ENDDATE", Type.DATE),
        *flags("HAS_IE_RELATION ENABLELEGALCONTACT"),
        *blanks("CUSTOMERNAME VENDORNAME RECORD_URL"),
        status(),
        *stamps(),
    ),
)  # fmt: skip

LOCATION = ObjectDefinition(
    "LOCATION", "Location", "Locations", (COMPANY, "Locations"), natural="LOCATIONID",
    fields=(
        recordno(),
        Field("LOCATIONID", label="Location ID", required=True),
        Field("NAME", required=True),
        *_parent("LOCATION", "LOCATIONID", "NAME"),
        Field("ENTITY", label="Entity ID"),
        Field("ENTITYRECORDNO", Type.INTEGER, readonly=True, via="LOCATIONENTITY.RECORDNO"),
        *texts("SUPERVISORID CUSTTITLE CURRENCY"),
        Field("STARTDATE", Type.DATE),
        Field("ENDDATE", Type.DATE),
        status(),
        *stamps(),
    ),
    relations=(
        Relation("PARENT", "LOCATION", "PARENTID", "LOCATIONID"),
        Relation("LOCATIONENTITY", "LOCATIONENTITY", "ENTITY", "LOCATIONID"),
    ),
)  # fmt: skip

DEPARTMENT = ObjectDefinition(
    "DEPARTMENT", "Department", "Departments", (COMPANY, "Departments"), natural="DEPARTMENTID",
    fields=(
        recordno(),
        Field("DEPARTMENTID", label="Department ID", required=True),
        Field("TITLE", label="Department name", required=True),
        *_parent("DEPARTMENT", "DEPARTMENTID", "TITLE"),
        *texts("SUPERVISORID CUSTTITLE"),
        *blanks("SUPERVISORKEY SUPERVISORNAME"),
        status(),
        *stamps(),
    ),
    relations=(Relation("PARENT", "DEPARTMENT", "PARENTID", "DEPARTMENTID"),),
)  # fmt: skip

CLASS = ObjectDefinition(
    "CLASS", "Class", "Classes", (COMPANY, "Classes"), natural="CLASSID", owned=True,
    fields=(
        recordno(),
        Field("CLASSID", label="Class ID", required=True),
        Field("NAME", required=True),
        Field("DESCRIPTION"),
        *_parent("CLASS", "CLASSID", "NAME"),
        status(),
        *stamps(),
        *owner(),
        *blanks("RECORD_URL"),
    ),
    relations=(Relation("PARENT", "CLASS", "PARENTID", "CLASSID"), MEGAENTITY),
)  # fmt: skip

_CONTACT_TEXTS = (
    "COMPANYNAME TAXGROUP TAXID PREFIX FIRSTNAME LASTNAME INITIAL PHONE1 PHONE2 CELLPHONE PAGER FAX EMAIL1 EMAIL2 URL1 URL2 "
    "MAILADDRESS.ADDRESS1 MAILADDRESS.ADDRESS2 MAILADDRESS.ADDRESS3 MAILADDRESS.CITY MAILADDRESS.STATE MAILADDRESS.ZIP "
    "MAILADDRESS.COUNTRY MAILADDRESS.COUNTRYCODE"
)

CONTACT = ObjectDefinition(
    "CONTACT", "Contact", "Contacts", (COMPANY, "Contacts"), natural="CONTACTNAME", owned=True,
    fields=(
        recordno(),
        Field("CONTACTNAME", label="Contact name", required=True),
        Field("PRINTAS", label="Print as", required=True),
        *texts(_CONTACT_TEXTS),
        Field("TAXABLE", Type.BOOLEAN, default="true"),
        *blanks("PRICESCHEDULE"),
        status(),
        *stamps(),
        *owner(),
    ),
    relations=(MEGAENTITY,),
)  # fmt: skip

_DISPLAY = tuple(
    Field(f"DISPLAYCONTACT.{one.name}", one.type, readonly=True, via=f"DISPLAYCONTACT.{one.name}")
    for one in CONTACT.fields
    if one.stored and not one.readonly and one.name not in ("STATUS", "MEGAENTITYID")
)

CUSTOMER = ObjectDefinition(
    "CUSTOMER", "Customer", "Customers", ("Accounts Receivable", "Customers"), natural="CUSTOMERID", owned=True,
    fields=(
        recordno(),
        Field("CUSTOMERID", label="Customer ID"),
        Field("NAME", label="Customer name", required=True),
        Field("ENTITY", readonly=True),
        *_parent("CUSTOMER", "CUSTOMERID", "NAME"),
        Field("DISPLAYCONTACTNAME", readonly=True),
        Field("DISPLAYCONTACTKEY", Type.INTEGER, readonly=True, via="DISPLAYCONTACT.RECORDNO"),
        *_DISPLAY,
        *texts("CUSTTYPE CUSTREPID GLGROUP TERRITORYID SUPDOCID TERMNAME OFFSETGLACCOUNTNO ARACCOUNT SHIPPINGMETHOD RESALENO"),
        *texts("TAXID DELIVERY_OPTIONS DELIVERYOPTIONS CUSTMESSAGEID COMMENTS CURRENCY RESTRICTEDLOCATIONS RESTRICTEDDEPARTMENTS"),
        Field("OBJECTRESTRICTION", Type.ENUM, default="Unrestricted",
              choices=tuple((code, code) for code in ("Unrestricted", "RootOnly", "Restricted"))),
        Field("CREDITLIMIT", Type.CURRENCY),
        Field("TOTALDUE", Type.CURRENCY, readonly=True, default="0"),
        *flags("ONETIME ONHOLD HIDEDISPLAYCONTACT"),
        *blanks("CUSTREPNAME GLGRPKEY RECORD_URL"),
        status(),
        *stamps(),
        *owner(),
    ),
    relations=(
        Relation("PARENT", "CUSTOMER", "PARENTID", "CUSTOMERID"),
        Relation("DISPLAYCONTACT", "CONTACT", "DISPLAYCONTACTNAME", "CONTACTNAME", checked=False),
        MEGAENTITY,
    ),
)  # fmt: skip

USER_TYPES = (
    ("B", "business user"), ("E", "employee user"), ("R", "view only user"), ("W", "write-up user"), ("D", "dashboard user"),
    ("P", "project manager user"), ("C", "construction manager user"), ("A", "payment approver"), ("T", "platform user"),
    ("S", "CRM user"), ("H", "warehouse user"),
)  # fmt: skip

USERINFO = ObjectDefinition(
    "USERINFO", "User", "Users", (COMPANY, "Users"), natural="LOGINID", writable=False,
    fields=(
        recordno(),
        Field("LOGINID", label="User ID", required=True),
        *texts("DESCRIPTION CONTACTINFO.CONTACTNAME CONTACTINFO.EMAIL1 USERLOCATIONS USERDEPARTMENTS SSO_FEDERATED_ID"),
        Field("USERTYPE", Type.ENUM, choices=USER_TYPES, default="B"),
        Field("ADMIN", Type.ENUM, choices=(("F", "Full"), ("L", "Limited"), ("N", "Off")), default="N"),
        Field("STATUS", Type.ENUM, choices=(("T", "active"), ("F", "inactive"), ("L", "lockedout")), default="T"),
        *flags("LOGINDISABLED SSO_ENABLED"),
        *stamps(),
    ),
)  # fmt: skip

REPORTINGPERIOD = ObjectDefinition(
    "REPORTINGPERIOD", "Reporting period", "Reporting periods", (COMPANY, "Reporting Periods"), natural="NAME", writable=False,
    fields=(
        recordno(),
        Field("NAME", required=True),
        Field("START_DATE", Type.DATE),
        Field("END_DATE", Type.DATE),
        *texts("HEADER1 HEADER2"),
        Field("BUDGETING", Type.BOOLEAN, default="true"),
        status(),
        *stamps(),
    ),
)  # fmt: skip

SEGMENT = ObjectDefinition(
    "SEGMENT", "Segment", "Segments", (COMPANY, "Segments"),
    fields=(
        recordno(),
        Field("NAME", required=True),
        status(),
        *stamps(),
    ),
)  # fmt: skip
"""A dimension that this company defined itself: journal lines name it as GLDIMSEGMENT, by record number."""

AUDITHISTORY = ObjectDefinition(
    "AUDITHISTORY", "Audit history", "Audit history", ("Platform Services", "Custom Reports"), writable=False,
    fields=(
        recordno(),
        *texts("OBJECTTYPE OBJECTKEY ID"),
        Field("ACCESSMODE", Type.ENUM, choices=(("Create", "C"), ("Modify", "M"), ("Delete", "D"))),
        Field("ACCESSTIME", Type.TIMESTAMP),
        *texts("USERID SOURCE WORKFLOWACTION"),
    ),
)  # fmt: skip

DEFINITIONS = (
    LOCATIONENTITY, LOCATION, DEPARTMENT, CLASS, SEGMENT, CONTACT, CUSTOMER, USERINFO, REPORTINGPERIOD, AUDITHISTORY,
)  # fmt: skip
