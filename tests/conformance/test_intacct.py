"""Sage Intacct keeps the promises of the connector kit, against its sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from tieout.connectors.intacct import CONNECTOR
from tieout.connectors.kit.conformance import Subject, suite
from tieout.connectors.kit.documents import Dimensions, Document, Journal, JournalLine, Receipt, ReceiptLine
from tieout.connectors.kit.interference import Fail, Spoiling
from tieout.kernel.money import Money
from tieout.sandbox.intacct.app import IntacctSandbox
from tieout.sandbox.kit.server import RunningSandbox, build

TODAY = date(2026, 11, 20)
NEW_YORK = Dimensions(location="US-NYC", department="410", class_id="RES")


@contextmanager
def _intacct() -> Iterator[Mapping[str, str]]:
    with RunningSandbox(build(IntacctSandbox(seed=7, today=TODAY, scale=0.1), today=TODAY)) as running:
        credentials = running.credentials()["intacct"]
        yield {"gateway_url": credentials.pop("url"), **credentials}


def _deposit(key: str) -> Receipt:
    return Receipt(
        key=f"R-{key}",
        day=date(2026, 11, 19),
        payer="Łódź & Søn <取引先> “quoted”\t😀",
        method="Credit Card",
        currency="USD",
        lines=(
            ReceiptLine(
                Money(123456, "USD"), account="10920", memo="payment 1 of Ünïcode & Co\x0b", dimensions=NEW_YORK
            ),
            ReceiptLine(Money(1, "USD"), account_label="Billing cash", memo="payment 2", dimensions=NEW_YORK),
        ),
        bank_account="BOA-OPER",
        deposit_day=date(2026, 11, 20),
        description="Payments of 2026-11-19",
    )


def _undeposited(key: str) -> Receipt:
    line = ReceiptLine(Money(9900, "USD"), account="24000", memo="", dimensions=Dimensions(location="US-AUS"))
    return Receipt(f"U-{key}", date(2026, 11, 18), "Acme", "Printed Check", "USD", (line,), undeposited_account="10900")


def _abroad(key: str) -> Receipt:
    line = ReceiptLine(Money(123457, "KWD"), account="10920", dimensions=Dimensions(location="KW-KWI"))
    day = date(2026, 11, 19)
    return Receipt(f"K-{key}", day, "شركة", "EFT", "KWD", (line,), bank_account="GULF-KWD", entity="KW")


def _entry(key: str) -> Journal:
    return Journal(
        key=f"J-{key}",
        symbol="RVJ",
        day=date(2026, 10, 31),
        title="GL report 2026-10 & taxes",
        currency="USD",
        lines=(
            JournalLine("12000", "debit", Money(110_00, "USD"), "bills", NEW_YORK),
            JournalLine("40100", "credit", Money(100_00, "USD"), "hosted <voice>", NEW_YORK),
            JournalLine("22100", "credit", Money(10_00, "USD"), "", Dimensions(location="US-NYC")),
        ),
    )


def _documents(key: str) -> Sequence[Document]:
    return _deposit(key), _undeposited(key), _abroad(key), _entry(key)


def _refused(key: str) -> Sequence[Document]:
    deposit, entry = _deposit(key), _entry(key)
    nowhere = replace(deposit.lines[0], account="99999")
    return (
        replace(deposit, lines=(nowhere,)),
        replace(deposit, day=date(2024, 1, 31), deposit_day=date(2024, 1, 31)),
        replace(entry, day=date(2024, 1, 31)),
        replace(entry, symbol="NOPE"),
    )


TestIntacct = suite(
    Subject(
        connector=CONNECTOR,
        start=_intacct,
        address="gateway_url",
        impatient=lambda values: CONNECTOR.open({**values, "timeout": "1"}),
        wrong={
            "sender": ({"sender_password": "not the password"}, "sender"),
            "user": ({"user_password": "not the password"}, "user"),
            "company": ({"company_id": "no-such-company"}, "company"),
            "reader": ({"user_id": "reader", "user_password": "user-Secret-2"}, "create other receipts"),
            "cashier": ({"user_id": "cashier", "user_password": "user-Secret-3"}, "read journal entries"),
            "bookkeeper": ({"user_id": "bookkeeper", "user_password": "user-Secret-4"}, "read other receipts"),
        },
        documents=_documents,
        refused=_refused,
        unexecuted={"off-line": Spoiling(Fail.STATUS, 503, b"<html>The Service is Temporarily Off-line</html>")},
    )
)
