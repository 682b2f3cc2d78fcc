"""Finding postings again by key: in bulk, tolerant of what a gateway does not report, exact about what it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import httpx2
import pytest
from lxml import etree

from tieout.connectors.kit.documents import Dimensions, Journal, JournalLine, Receipt, ReceiptLine
from tieout.connectors.kit.faults import PermissionMissing, VendorFault
from tieout.kernel.money import Money

from .conftest import Scripted, failure, success

Rows = list[dict[str, str]]
SENT = Receipt(
    key="K-1",
    day=date(2026, 11, 20),
    payer="Łódź &\tCo",
    method="Credit Card",
    currency="USD",
    lines=(
        ReceiptLine(Money(1000, "USD"), account="4000", memo="first\x00", dimensions=Dimensions(location="100")),
        ReceiptLine(Money(250, "USD"), account_label="Fees", memo="second"),
    ),
    undeposited_account="1080",
    description="A day",
)
HEADER = {
    "RECORDNO": "7",
    "DOCNUMBER": "K-1",
    "STATE": "Posted",
    "WHENCREATED": "11/20/2026",
    "DESCRIPTION": "A day",
    "DESCRIPTION2": "Łódź & Co",
    "PAYMETHOD": "Credit card",
    "CURRENCY": "USD",
}
_FEES = {"RECORDNO": "72", "LINE_NO": "1", "ACCOUNTNO": "6000", "ACCOUNTLABEL": "Fees", "AMOUNT": "2.5"}
_SALE = {"RECORDNO": "71", "LINE_NO": "0", "ACCOUNTNO": "4000", "ACCOUNTLABEL": "", "AMOUNT": "10"}
LINES = [
    {**_FEES, "RECORDKEY": "7", "DESCRIPTION": "second"},
    {**_SALE, "RECORDKEY": "7", "DESCRIPTION": "first", "LOCATIONID": "100--North"},
]


class Company:
    """Answers lookups and queries from rows; every field that a row has is known."""

    def __init__(self, **tables: Rows) -> None:
        self.tables = tables
        self.queries: list[etree._Element] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        function = etree.fromstring(request.content).find("operation/content/function")
        assert function is not None
        name, table = function[0].tag, function[0].findtext("object") or ""
        rows = self.tables.get(table, [])
        if name == "lookup":
            fields = "".join(f"<Field><ID>{field}</ID></Field>" for field in sorted({f for row in rows for f in row}))
            return httpx2.Response(200, text=success(f"<data><Type><Fields>{fields}</Fields></Type></data>"))
        self.queries.append(function[0])
        return httpx2.Response(200, text=success(self._page(function[0], table, rows)))

    def _page(self, query: etree._Element, table: str, rows: Rows) -> str:
        wanted = {value.text for value in query.iterfind("filter/in/value")}
        field = query.findtext("filter/in/field") or ""
        matching = [row for row in rows if row[field] in wanted]
        offset, size = int(query.findtext("offset") or 0), int(query.findtext("pagesize") or 0)
        part = matching[offset : offset + size]
        asked = {field.text for field in query.iterfind("select/field")}
        assert asked <= {name for row in rows for name in row} or not rows
        cells = ["".join(f"<{name}>{_escaped(row[name])}</{name}>" for name in row if name in asked) for row in part]
        records = "".join(f"<{table}>{cell}</{table}>" for cell in cells)
        left = len(matching) - offset - len(part)
        return f'<data totalcount="{len(matching)}" numremaining="{left}">{records}</data>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;")


def test_a_receipt_that_differs_only_in_spelling_is_found_as_it_was_sent(gateway: Scripted) -> None:
    gateway.script = [Company(OTHERRECEIPTS=[HEADER], OTHERRECEIPTSENTRY=LINES)] * 4
    (held,) = gateway.session().find([SENT])["K-1"]
    assert held.document == SENT
    assert (held.record_no, held.state) == ("7", "Posted")


def test_a_text_that_was_cut_on_the_way_counts_as_sent(gateway: Scripted) -> None:
    long = replace(SENT, payer="P" * 81, lines=tuple(replace(line, memo="m" * 2000) for line in SENT.lines))
    lines = [{**line, "DESCRIPTION": "m" * 999 + "…"} for line in LINES]
    gateway.script = [Company(OTHERRECEIPTS=[{**HEADER, "DESCRIPTION2": "P" * 79 + "…"}], OTHERRECEIPTSENTRY=lines)] * 4
    (held,) = gateway.session().find([long])["K-1"]
    assert held.document == long


@pytest.mark.parametrize(
    ("changed", "name", "value"),
    [
        ({"WHENCREATED": "11/21/2026"}, "day", date(2026, 11, 21)),
        ({"DESCRIPTION2": "Somebody else"}, "payer", "Somebody else"),
        ({"PAYMETHOD": "Cash"}, "method", "Cash"),
        ({"BANKACCOUNTID": "BOA--Bank"}, "bank_account", "BOA"),
        ({"DEPOSITDATE": "11/22/2026"}, "deposit_day", date(2026, 11, 22)),
        ({"UNDEPGLACCOUNTNO": "1090"}, "undeposited_account", "1090"),
    ],
)
def test_a_difference_in_content_stays_a_difference(
    gateway: Scripted, changed: dict[str, str], name: str, value: object
) -> None:
    gateway.script = [Company(OTHERRECEIPTS=[{**HEADER, **changed}], OTHERRECEIPTSENTRY=LINES)] * 4
    (held,) = gateway.session().find([SENT])["K-1"]
    assert getattr(held.document, name) == value
    assert held.document != SENT


def test_what_the_ledger_adds_by_itself_is_no_difference(gateway: Scripted) -> None:
    header = {**HEADER, "DEPOSITDATE": "11/20/2026", "UNDEPGLACCOUNTNO": "1080"}
    lines = [LINES[0], {**LINES[1], "ACCOUNTLABEL": "Label of account 4000"}]
    gateway.script = [Company(OTHERRECEIPTS=[header], OTHERRECEIPTSENTRY=lines)] * 4
    (held,) = gateway.session().find([SENT])["K-1"]
    assert held.document == SENT


def test_a_changed_amount_account_dimension_or_missing_line_stays_a_difference(gateway: Scripted) -> None:
    for changed in ({"AMOUNT": "10.01"}, {"ACCOUNTNO": "4001"}, {"LOCATIONID": "200"}, {"DESCRIPTION": "other"}):
        lines = [LINES[0], {**LINES[1], **changed}]
        gateway.script = [Company(OTHERRECEIPTS=[HEADER], OTHERRECEIPTSENTRY=lines)] * 4
        (held,) = gateway.session().find([SENT])["K-1"]
        assert held.document != SENT, changed
    gateway.script = [Company(OTHERRECEIPTS=[HEADER], OTHERRECEIPTSENTRY=LINES[:1])] * 4
    (held,) = gateway.session().find([SENT])["K-1"]
    assert len(held.document.lines) == 1


def test_the_same_key_held_twice_is_reported_twice(gateway: Scripted) -> None:
    gateway.script = [Company(OTHERRECEIPTS=[HEADER, {**HEADER, "RECORDNO": "8"}], OTHERRECEIPTSENTRY=LINES)] * 4
    assert [held.record_no for held in gateway.session().find([SENT])["K-1"]] == ["7", "8"]


def test_thousands_of_keys_are_asked_for_in_thousands_and_lines_in_bulk(gateway: Scripted) -> None:
    sent = [replace(SENT, key=f"K-{number}") for number in range(2500)]
    headers = [{**HEADER, "RECORDNO": str(number), "DOCNUMBER": f"K-{number}"} for number in range(2500)]
    lines = [
        {**line, "RECORDNO": f"{number}{index}", "RECORDKEY": str(number)}
        for number in range(2500)
        for index, line in enumerate(LINES)
    ]
    company = Company(OTHERRECEIPTS=headers, OTHERRECEIPTSENTRY=lines)
    gateway.script = [company] * 8
    session = gateway.session()
    found = session.find(sent)
    assert all(held.document == document for document in sent for held in found[document.key])
    assert sum(map(len, found.values())) == 2500
    assert session.calls == 8, "two look-ups, three pages of headers, three of lines"
    assert all(query.findtext("orderby/order/field") == "RECORDNO" for query in company.queries)


def test_an_entry_comes_back_with_its_sides_and_currency(gateway: Scripted) -> None:
    entry = Journal(
        "J-1",
        "GJ",
        date(2026, 10, 31),
        "October & more",
        "KWD",
        (
            JournalLine(
                "1200", "debit", Money(1234567, "KWD"), "bills", Dimensions("100", custom={"GLDIMREGION": "7"})
            ),
            JournalLine("4000", "credit", Money(1234567, "KWD")),
        ),
        description="kept in the history",
    )
    header = {
        "RECORDNO": "9",
        "REFERENCENO": "J-1",
        "JOURNAL": "GJ",
        "BATCH_DATE": "10/31/2026",
        "BATCH_TITLE": "October & more",
    }
    common = {"BATCHNO": "9", "CURRENCY": "KWD", "TRX_AMOUNT": "1234.567", "AMOUNT": "4000.00"}
    lines = [
        {
            **common,
            "RECORDNO": "1",
            "ACCOUNTNO": "1200",
            "TR_TYPE": "1",
            "DESCRIPTION": "bills",
            "LOCATION": "100",
            "GLDIMREGION": "7",
        },
        {
            **common,
            "RECORDNO": "2",
            "ACCOUNTNO": "4000",
            "TR_TYPE": "-1",
            "DESCRIPTION": "",
            "LOCATION": "",
            "GLDIMREGION": "",
        },
    ]
    gateway.script = [Company(GLBATCH=[header], GLENTRY=lines)] * 4
    (held,) = gateway.session().find([entry])["J-1"]
    assert held.document == entry


def test_looking_up_says_when_the_right_to_read_is_missing(gateway: Scripted) -> None:
    denied = failure(
        ("PL04000005", "You do not have permission for API operation QUERY on objects of type otherreceipts")
    )
    gateway.script = [failure(("X", "no lookup")), denied]
    with pytest.raises(PermissionMissing, match="otherreceipts"):
        gateway.session().find([SENT])


def test_dates_in_another_format_are_refused_rather_than_guessed(gateway: Scripted) -> None:
    gateway.script = [Company(OTHERRECEIPTS=[{**HEADER, "WHENCREATED": "20.11.2026"}], OTHERRECEIPTSENTRY=LINES)] * 4
    with pytest.raises(VendorFault, match="mm/dd/yyyy"):
        gateway.session().find([SENT])
