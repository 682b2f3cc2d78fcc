"""General ledger objects: accounts, journals, journal entries with their lines, and the GLDETAIL view."""

from __future__ import annotations

from tieout.sandbox.intacct.catalogue.definition import (
    MEGAENTITY,
    STATES,
    Field,
    Lines,
    ObjectDefinition,
    Relation,
    Type,
    blanks,
    flags,
    moneys,
    owner,
    recordno,
    stamps,
    status,
    texts,
)

LEDGER = "General Ledger"
YES_NO = (("T", "T"), ("F", "F"))
REVENUE_KINDS = (("recurring", "recurring"), ("one-time", "one-time"), ("usage", "usage"))


def _account(name: str, label: str, plural: str, *special: Field) -> ObjectDefinition:
    return ObjectDefinition(
        name, label, plural, (LEDGER, "Accounts"), natural="ACCOUNTNO",
        fields=(
            recordno(),
            Field("ACCOUNTNO", label="Account number", required=True),
            Field("TITLE", required=True),
            *special,
            *texts("CATEGORY TAXCODE MRCCODE"),
            *flags("TAXABLE REQUIREDEPT REQUIRELOC REQUIREPROJECT REQUIRETASK REQUIRECUSTOMER REQUIREVENDOR REQUIREEMPLOYEE"),
            *flags("REQUIREITEM REQUIRECLASS REQUIRECONTRACT REQUIREWAREHOUSE"),
            status(),
            *stamps(),
        ),
    )  # fmt: skip


GLACCOUNT = _account(
    "GLACCOUNT", "Account", "Accounts",
    Field("ACCOUNTTYPE", Type.ENUM, required=True,
          choices=(("balancesheet", "balancesheet"), ("incomestatement", "incomestatement"))),
    Field("NORMALBALANCE", Type.ENUM, required=True, choices=(("1", "debit"), ("-1", "credit"))),
    Field("CLOSINGTYPE", Type.ENUM, default="non-closing account", choices=tuple(
        (kind, kind) for kind in ("non-closing account", "closing account", "closed to account"))),
    Field("CLOSINGACCOUNTNO"),
    Field("ALTERNATIVEACCOUNT", Type.ENUM, default="None", choices=tuple(
        (kind, kind) for kind in ("None", "Payables Account", "Receivables Account"))),
)  # fmt: skip

STATACCOUNT = _account("STATACCOUNT", "Statistical account", "Statistical accounts")

GLJOURNAL = ObjectDefinition(
    "GLJOURNAL", "Journal", "Journals", (LEDGER, "Journals"), natural="SYMBOL", legacy_name="journal",
    fields=(
        recordno(),
        Field("SYMBOL", required=True),
        Field("TITLE", required=True),
        Field("BOOKID", default="ACCRUAL"),
        Field("BOOKTYPE", default="Accrual"),
        *flags("ADJ STATISTICAL BILLABLE"),
        status(),
        *stamps(),
    ),
)  # fmt: skip

GLBATCH = ObjectDefinition(
    "GLBATCH", "Journal entry", "Journal entries", (LEDGER, "Journal Entries"), owned=True,
    lines=Lines("ENTRIES", "GLENTRY", "BATCHNO"), legacy_name="gltransaction",
    fields=(
        recordno(),
        Field("BATCHNO", Type.INTEGER, readonly=True, label="Number in journal"),
        Field("JOURNAL", required=True),
        Field("BATCH_DATE", Type.DATE, required=True, label="Posting date"),
        Field("BATCH_TITLE", required=True, label="Description"),
        Field("REFERENCENO", label="Reference number"),
        Field("REVERSEDATE", Type.DATE),
        Field("STATE", Type.ENUM, choices=STATES, default="P"),
        Field("BASELOCATION_NO", label="Source entity"),
        *texts("HISTORY_COMMENT SUPDOCID TAXSOLUTIONID VATVENDORID VATCUSTOMERID VATCONTACTID TRANSACTIONSOURCE"),
        Field("TAXIMPLICATIONS", Type.ENUM, choices=tuple((kind, kind) for kind in ("None", "Inbound", "Outbound"))),
        Field("MODULE", readonly=True, default="2.GL"),
        Field("PRBATCHKEY", Type.INTEGER, readonly=True),
        Field("ADJ", Type.ENUM, readonly=True, choices=YES_NO, default="F"),
        Field("REVERSED", Type.DATE, readonly=True),
        Field("REVERSEDKEY", Type.INTEGER, readonly=True),
        Field("REVERSEDFROM", Type.DATE, readonly=True),
        Field("USERKEY", Type.INTEGER, readonly=True),
        Field("MODIFIED", Type.TIMESTAMP, readonly=True),
        Field("MODIFIEDBYID", readonly=True),
        Field("JOURNALKEY", Type.INTEGER, readonly=True, via="GLJOURNAL.RECORDNO"),
        Field("USERINFO.LOGINID", readonly=True, via="USERINFO.LOGINID"),
        Field("BASELOCATION", Type.INTEGER, readonly=True, via="BASE.RECORDNO"),
        Field("BASELOCATION_NAME", readonly=True, via="BASE.NAME"),
        *blanks("BALANCE CHILDENTITY TEMPLATEKEY PRBATCHRECTYPE SCHOPKEY RRSENTRYKEY RRSKEY GLACCTALLOCATIONRUNKEY LOCATIONKEY"),
        *blanks("RECORD_URL"),
        Field("EXTERNAL_KEY", custom=True, label="External key"),
        *stamps(),
        *owner(),
    ),
    relations=(
        Relation("GLJOURNAL", "GLJOURNAL", "JOURNAL", "SYMBOL", checked=False),
        Relation("USERINFO", "USERINFO", "USERKEY", "RECORDNO", checked=False),
        Relation("BASE", "LOCATIONENTITY", "BASELOCATION_NO", "LOCATIONID", checked=False),
        MEGAENTITY,
    ),
)  # fmt: skip


def dimensions() -> tuple[Field, ...]:
    """Dimension fields of a line, with the key and name that go with each."""
    return (
        Field("CUSTOMERID", label="Customer"),
        Field("CUSTOMERDIMKEY", Type.INTEGER, readonly=True, via="CUSTOMER.RECORDNO"),
        Field("CUSTOMERNAME", readonly=True, via="CUSTOMER.NAME"),
        Field("CLASSID", label="Class"),
        Field("CLASSDIMKEY", Type.INTEGER, readonly=True, via="CLASS.RECORDNO"),
        Field("CLASSNAME", readonly=True, via="CLASS.NAME"),
        *texts("PROJECTID TASKID COSTTYPEID VENDORID EMPLOYEEID ITEMID CONTRACTID WAREHOUSEID"),
    )


def line_relations(location: str, department: str) -> tuple[Relation, ...]:
    """Relations of a line; the two fields are named differently on journal and on receipt lines."""
    return (
        Relation("GLACCOUNT", "GLACCOUNT", "ACCOUNTNO", "ACCOUNTNO"),
        Relation("LOCATION", "LOCATION", location, "LOCATIONID"),
        Relation("DEPARTMENT", "DEPARTMENT", department, "DEPARTMENTID"),
        Relation("CUSTOMER", "CUSTOMER", "CUSTOMERID", "CUSTOMERID"),
        Relation("CLASS", "CLASS", "CLASSID", "CLASSID"),
    )


GLENTRY = ObjectDefinition(
    "GLENTRY", "Journal entry line", "Journal entry lines", (LEDGER, "Journal Entries"), writable=False, owned=True,
    fields=(
        recordno(),
        Field("BATCHNO", Type.INTEGER, readonly=True, label="Journal entry's record number"),
        Field("LINE_NO", Type.INTEGER, readonly=True),
        Field("TR_TYPE", Type.ENUM, label="Type", required=True, choices=(("1", "1"), ("-1", "-1"))),
        Field("ENTRY_DATE", Type.DATE, readonly=True),
        Field("ACCOUNTNO", required=True),
        Field("ACCOUNTKEY", Type.INTEGER, readonly=True, via="GLACCOUNT.RECORDNO"),
        Field("ACCOUNTTITLE", readonly=True, via="GLACCOUNT.TITLE"),
        Field("AMOUNT", Type.CURRENCY),
        Field("TRX_AMOUNT", Type.CURRENCY),
        Field("CURRENCY"),
        Field("BASECURR", readonly=True),
        Field("EXCH_RATE_DATE", Type.DATE),
        Field("EXCH_RATE_TYPE_ID"),
        Field("EXCHANGE_RATE", Type.DECIMAL),
        Field("DEPARTMENT"),
        Field("DEPARTMENTKEY", Type.INTEGER, readonly=True, via="DEPARTMENT.RECORDNO"),
        Field("DEPARTMENTTITLE", readonly=True, via="DEPARTMENT.TITLE"),
        Field("LOCATION"),
        Field("LOCATIONKEY", Type.INTEGER, readonly=True, via="LOCATION.RECORDNO"),
        Field("LOCATIONNAME", readonly=True, via="LOCATION.NAME"),
        Field("DOCUMENT"),
        Field("DESCRIPTION", label="Memo"),
        Field("ALLOCATION"),
        *flags("BILLABLE"),
        Field("BATCH_DATE", Type.DATE, readonly=True, via="GLBATCH.BATCH_DATE"),
        Field("BATCHTITLE", readonly=True, via="GLBATCH.BATCH_TITLE"),
        Field("BATCH_NUMBER", Type.INTEGER, readonly=True, via="GLBATCH.BATCHNO"),
        Field("STATE", Type.ENUM, readonly=True, choices=STATES, via="GLBATCH.STATE"),
        Field("ADJ", Type.ENUM, readonly=True, choices=YES_NO, via="GLBATCH.ADJ"),
        *blanks("USERNO STATISTICAL UNITS CLEARED CLRDATE RECON_DATE"),
        *dimensions(),
        Field("GLDIMSEGMENT", label="Segment"),
        Field("REVENUE_KIND", Type.ENUM, label="Kind of revenue", choices=REVENUE_KINDS, custom=True),
        Field("CONTRACT_REF", label="Contract reference", custom=True),
        Field("LEGACY_REF", label="Legacy reference", readonly=True, custom=True),
        *stamps(),
        Field("MEGAENTITYID", readonly=True),
    ),
    relations=(Relation("GLBATCH", "GLBATCH", "BATCHNO", "RECORDNO", checked=False), *line_relations("LOCATION", "DEPARTMENT")),
)  # fmt: skip

_DETAIL_SQL = """(
  SELECT e.RECORDNO, b.RECORDNO AS BATCHKEY, b.BATCH_DATE, b.BATCH_TITLE, b.JOURNAL AS SYMBOL, b.BATCHNO AS BATCH_NO,
         b.MODIFIED, b.REFERENCENO, b.ADJ, b.MODULE AS MODULEKEY, e.LINE_NO, e.ENTRY_DATE, e.TR_TYPE, e.DOCUMENT,
         e.ACCOUNTNO, e.DEPARTMENT AS DEPARTMENTID, e.LOCATION AS LOCATIONID, e.CURRENCY, e.BASECURR, e.DESCRIPTION,
         CASE e.TR_TYPE WHEN '1' THEN e.AMOUNT END AS DEBITAMOUNT, CASE e.TR_TYPE WHEN '-1' THEN e.AMOUNT END AS CREDITAMOUNT,
         CASE e.TR_TYPE WHEN '1' THEN e.AMOUNT ELSE -e.AMOUNT END AS AMOUNT,
         CASE e.TR_TYPE WHEN '1' THEN e.TRX_AMOUNT ELSE -e.TRX_AMOUNT END AS TRX_AMOUNT,
         e.CUSTOMERID, e.CLASSID, e.GLDIMSEGMENT, 'ACCRUAL' AS BOOKID, b.MEGAENTITYID
    FROM GLENTRY e JOIN GLBATCH b ON b.RECORDNO = e.BATCHNO WHERE b.STATE = 'P')"""

GLDETAIL = ObjectDefinition(
    "GLDETAIL", "General ledger detail", "General ledger details", (LEDGER, "Reports"), writable=False, owned=True,
    source=_DETAIL_SQL,
    fields=(
        recordno(),
        Field("BATCHKEY", Type.INTEGER),
        Field("BATCH_DATE", Type.DATE),
        *texts("BATCH_TITLE SYMBOL REFERENCENO MODULEKEY BOOKID DOCUMENT ACCOUNTNO DEPARTMENTID LOCATIONID CURRENCY BASECURR"),
        *texts("DESCRIPTION CUSTOMERID CLASSID GLDIMSEGMENT MEGAENTITYID"),
        Field("BATCH_NO", Type.INTEGER),
        Field("LINE_NO", Type.INTEGER),
        Field("MODIFIED", Type.TIMESTAMP),
        Field("ENTRY_DATE", Type.DATE),
        Field("ADJ", Type.ENUM, choices=YES_NO),
        Field("TR_TYPE", Type.ENUM, choices=(("1", "1"), ("-1", "-1"))),
        *moneys("DEBITAMOUNT CREDITAMOUNT AMOUNT TRX_AMOUNT"),
        Field("ACCOUNTTITLE", via="GLACCOUNT.TITLE"),
        Field("DEPARTMENTTITLE", via="DEPARTMENT.TITLE"),
        Field("LOCATIONNAME", via="LOCATION.NAME"),
        *blanks("CHILDENTITY OWNERSHIPKEY STATISTICAL"),
    ),
    relations=line_relations("LOCATIONID", "DEPARTMENTID"),
)  # fmt: skip

DEFINITIONS = (GLACCOUNT, STATACCOUNT, GLJOURNAL, GLBATCH, GLENTRY, GLDETAIL)
