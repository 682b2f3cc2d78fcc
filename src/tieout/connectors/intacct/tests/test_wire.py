"""The exact XML that is sent, indented for reading. `TIEOUT_GOLDEN=write pytest` rewrites the files after a wanted change."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from tieout.connectors.intacct import envelope, journals, receipts
from tieout.connectors.intacct.config import FIELDS, Settings
from tieout.connectors.kit.documents import Dimensions, Document, Journal, JournalLine, Receipt, ReceiptLine
from tieout.connectors.kit.fields import clean_all
from tieout.kernel.money import Money

GOLDEN = Path(__file__).parent / "golden"
SETTINGS = Settings.read(
    clean_all(
        FIELDS,
        {
            "company_id": "acme",
            "sender_id": "tieout",
            "sender_password": "p&ss<word>",
            "user_id": "api",
            "user_password": "pässwörd",
        },
    )
)


def _receipt() -> Receipt:
    everywhere = Dimensions("100", "20", "GOV", "C-7", "I-1", "P-3", {"GLDIMREGION": "10042"})
    return Receipt(
        key="TIEOUT-2026-11-20-card-USD",
        day=date(2026, 11, 20),
        payer="Łódź & Søn <取引先> 😀",
        method="Credit Card",
        currency="USD",
        lines=(
            ReceiptLine(
                Money(123450, "USD"), account="4000", memo="two\nlines\x00\x0b of “memo”", dimensions=everywhere
            ),
            ReceiptLine(Money(-50, "USD"), account_label="Refunds"),
        ),
        bank_account="BOA",
        deposit_day=date(2026, 11, 23),
        description="Rev.io payments of 2026-11-20 · Crédit",
    )


def _undeposited() -> Receipt:
    line = ReceiptLine(Money(1234, "JPY"), account="4000", memo="現金")
    return Receipt("K-1", date(2026, 1, 2), "山田", "Cash", "JPY", (line,), undeposited_account="1080")


def _journal() -> Journal:
    return Journal(
        key="TIEOUT-2026-10-GJ-KWD",
        symbol="GJ",
        day=date(2026, 10, 31),
        title="Rev.io GL report 2026-10 & taxes",
        currency="KWD",
        entity="100",
        description="As planned",
        lines=(
            JournalLine(
                "1200", "debit", Money(1234567, "KWD"), "bills", Dimensions("100", "20", custom={"GLDIMREGION": "7"})
            ),
            JournalLine(
                "4000", "credit", Money(1234567, "KWD"), "<revenue> ‘x’", Dimensions(class_id="GOV", customer="C-7")
            ),
        ),
    )


def _revenue() -> Journal:
    """A month of revenue with location, department, class, a user-defined dimension and a custom field."""
    place = Dimensions("US-NYC", "100", "BUS", custom={"GLDIMSEGMENT": "3", "REVENUE_KIND": "recurring"})
    amount = Money(1000000, "USD")
    return Journal(
        key="TOABCDEFGHJKLMNP",
        symbol="APJ",
        day=date(2026, 9, 30),
        title="Revenue 2026-09 US",
        currency="USD",
        entity="US",
        description="Tieout · 2026-09 · APJ · USD · US · 1 · figures 0123456789abcdef",
        lines=(
            JournalLine("23000", "debit", amount, "Contract liability 2026-09", Dimensions("US", "100")),
            JournalLine("40100", "credit", amount, "Revenue 2026-09", place),
        ),
    )


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("revenue_journal", _revenue()),
        ("receipt", _receipt()),
        ("receipt_undeposited", _undeposited()),
        ("journal", _journal()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_request_is_exactly_the_agreed_one(name: str, document: Document) -> None:
    function = receipts.build(document) if isinstance(document, Receipt) else journals.build(document)
    sent = envelope.request(SETTINGS, envelope.session("sid.."), function, document.key, once=True)
    file = GOLDEN / f"{name}.xml"
    if os.environ.get("TIEOUT_GOLDEN") == "write":
        file.write_bytes(_indented(sent))
    assert _indented(sent) == file.read_bytes()


def test_secrets_travel_exactly_as_entered() -> None:
    sent = etree.fromstring(
        envelope.request(SETTINGS, envelope.login(SETTINGS, "100"), envelope.element("f"), "c", once=False)
    )
    assert sent.findtext("control/password") == "p&ss<word>"
    assert sent.findtext("operation/authentication/login/password") == "pässwörd"
    assert sent.findtext("operation/authentication/login/locationid") == "100"
    assert sent.findtext("control/uniqueid") == "false"


def _indented(xml: bytes) -> bytes:
    root = etree.fromstring(xml)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
