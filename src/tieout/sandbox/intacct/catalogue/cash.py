"""Cash management objects: bank accounts, account labels, other receipts with their lines."""

from __future__ import annotations

from tieout.sandbox.intacct.catalogue.definition import (
    MEGAENTITY,
    Field,
    Lines,
    ObjectDefinition,
    Relation,
    Type,
    blanks,
    moneys,
    owner,
    recordno,
    stamps,
    status,
    texts,
)
from tieout.sandbox.intacct.catalogue.ledger import dimensions, line_relations

CASH = "Cash Management"


def _bank(name: str, label: str, plural: str, legacy_name: str) -> ObjectDefinition:
    return ObjectDefinition(
        name, label, plural, (CASH, plural), natural="BANKACCOUNTID", legacy_name=legacy_name, owned=True,
        fields=(
            recordno(),
            Field("BANKACCOUNTID", label="Bank account ID", required=True),
            Field("BANKACCOUNTNO", required=True),
            Field("GLACCOUNTNO", required=True),
            Field("BANKNAME", required=True),
            Field("CURRENCY"),
            *texts("ROUTINGNO BRANCHID BANKACCOUNTTYPE DEPARTMENTID LOCATIONID ACHBANKID COMPANYNAME PHONE"),
            Field("LASTRECONCILEDDATE", Type.DATE, readonly=True),
            *moneys("LASTRECONCILEDBALANCE"),
            status(),
            *stamps(),
            *owner(),
        ),
        relations=(Relation("GLACCOUNT", "GLACCOUNT", "GLACCOUNTNO", "ACCOUNTNO"), MEGAENTITY),
    )  # fmt: skip


CHECKINGACCOUNT = _bank("CHECKINGACCOUNT", "Checking account", "Checking Accounts", "bankaccount")
SAVINGSACCOUNT = _bank("SAVINGSACCOUNT", "Savings account", "Savings Accounts", "savingsaccount")

_BANK_SQL = " UNION ALL ".join(
    f"SELECT RECORDNO, BANKACCOUNTID, BANKNAME, GLACCOUNTNO, CURRENCY, LOCATIONID, STATUS FROM {table}"  # noqa: S608
    for table in ("CHECKINGACCOUNT", "SAVINGSACCOUNT")
)

BANKACCOUNT = ObjectDefinition(
    "BANKACCOUNT", "Bank account", "Bank accounts", (CASH, "Checking Accounts"), natural="BANKACCOUNTID", hidden=True,
    source=f"({_BANK_SQL})", writable=False, fields=(recordno(), *texts("BANKACCOUNTID BANKNAME GLACCOUNTNO CURRENCY STATUS")),
)  # fmt: skip

ARACCOUNTLABEL = ObjectDefinition(
    "ARACCOUNTLABEL", "AR account label", "AR account labels", ("Accounts Receivable", "Account Labels"),
    natural="ACCOUNTLABEL", legacy_name="accountlabel",
    fields=(
        recordno(),
        Field("ACCOUNTLABEL", required=True),
        Field("DESCRIPTION", required=True),
        Field("GLACCOUNTNO", required=True),
        Field("GLACCOUNTTITLE", readonly=True, via="GLACCOUNT.TITLE"),
        status(),
        *stamps(),
    ),
    relations=(Relation("GLACCOUNT", "GLACCOUNT", "GLACCOUNTNO", "ACCOUNTNO"),),
)  # fmt: skip

OTHERRECEIPTS = ObjectDefinition(
    "OTHERRECEIPTS", "Other receipt", "Other receipts", (CASH, "Other Receipts"), owned=True, writable=False,
    lines=Lines("OTHERRECEIPTSENTRIES", "OTHERRECEIPTSENTRY", "RECORDKEY"),
    fields=(
        recordno(),
        Field("RECORDTYPE", readonly=True, default="or"),
        Field("RECORDID", readonly=True),
        Field("STATE", readonly=True, default="Posted"),
        Field("RAWSTATE", readonly=True, default="A"),
        Field("WHENCREATED", Type.DATE, label="Payment date"),
        Field("WHENPAID", Type.DATE, label="Receipt date"),
        Field("DESCRIPTION"),
        Field("DESCRIPTION2", label="Payer"),
        Field("PAYMETHOD", label="Payment method"),
        Field("DOCNUMBER", label="Reference number"),
        Field("BANKACCOUNTID"),
        Field("BANKACCOUNTNAME", readonly=True, via="BANKACCOUNT.BANKNAME"),
        Field("BANKACCOUNTCURR", readonly=True, via="BANKACCOUNT.CURRENCY"),
        Field("UNDEPGLACCOUNTNO"),
        Field("DEPOSITDATE", Type.DATE),
        Field("PRBATCHKEY", Type.INTEGER, readonly=True),
        *texts("BASECURR CURRENCY EXCH_RATE_TYPE_ID SUPDOCID"),
        Field("EXCH_RATE_DATE", Type.DATE),
        Field("EXCHANGE_RATE", Type.DECIMAL),
        *moneys("TOTALENTERED TRX_TOTALENTERED"),
        *blanks("PRBATCH RECON_DATE CLEARED TAXSOLUTIONID RECORD_URL"),
        Field("EXTERNAL_KEY", custom=True, label="External key"),
        *stamps(created="AUWHENCREATED"),
        *owner(),
    ),
    relations=(Relation("BANKACCOUNT", "BANKACCOUNT", "BANKACCOUNTID", "BANKACCOUNTID", checked=False), MEGAENTITY),
)  # fmt: skip

OTHERRECEIPTSENTRY = ObjectDefinition(
    "OTHERRECEIPTSENTRY", "Other receipt line", "Other receipt lines", (CASH, "Other Receipts"), writable=False, owned=True,
    fields=(
        recordno(),
        Field("RECORDKEY", Type.INTEGER, label="Receipt's record number"),
        Field("LINE_NO", Type.INTEGER),
        Field("ACCOUNTNO"),
        Field("ACCOUNTKEY", Type.INTEGER, via="GLACCOUNT.RECORDNO"),
        Field("ACCOUNTTITLE", via="GLACCOUNT.TITLE"),
        Field("ACCOUNTLABEL"),
        *moneys("AMOUNT TRX_AMOUNT"),
        *texts("CURRENCY BASECURR"),
        Field("DESCRIPTION", label="Memo"),
        Field("ENTRY_DATE", Type.DATE),
        Field("DEPARTMENTID"),
        Field("DEPARTMENTNAME", via="DEPARTMENT.TITLE"),
        Field("LOCATIONID"),
        Field("LOCATIONNAME", via="LOCATION.NAME"),
        *dimensions(),
        *stamps(),
        Field("MEGAENTITYID", readonly=True),
    ),
    relations=(
        Relation("OTHERRECEIPTS", "OTHERRECEIPTS", "RECORDKEY", "RECORDNO", checked=False),
        *line_relations("LOCATIONID", "DEPARTMENTID"),
    ),
)  # fmt: skip

DEFINITIONS = (CHECKINGACCOUNT, SAVINGSACCOUNT, BANKACCOUNT, ARACCOUNTLABEL, OTHERRECEIPTS, OTHERRECEIPTSENTRY)
