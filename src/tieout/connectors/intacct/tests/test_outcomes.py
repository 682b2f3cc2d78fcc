"""What an answer, or its absence, proves about a posting: booked, refused, not sent, or to be looked up."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx2
import pytest

from tieout.connectors.kit.documents import Held, Journal, JournalLine, Receipt, ReceiptLine
from tieout.connectors.kit.faults import (
    AlreadyExecuted,
    NotSent,
    OtherHost,
    OutcomeUnknown,
    PermissionMissing,
    Refused,
    WrongCredentials,
)
from tieout.kernel.money import Money

from .conftest import Scripted, failure, refused_control, refused_session, success

LINE = ReceiptLine(Money(1000, "USD"), account="4000")
RECEIPT = Receipt("K-1", date(2026, 11, 20), "Acme", "Cash", "USD", (LINE,), bank_account="BOA")
JOURNAL = Journal(
    "K-2",
    "GJ",
    date(2026, 10, 31),
    "October",
    "USD",
    (JournalLine("1200", "debit", Money(5, "USD")), JournalLine("4000", "credit", Money(5, "USD"))),
)
BOOKED = success("<key>4711</key>", "c-1")


def test_a_receipt_is_booked_under_the_number_that_the_gateway_gives(gateway: Scripted) -> None:
    gateway.script = [BOOKED]
    session = gateway.session()
    posted = session.post(RECEIPT, "c-1")
    assert posted.record_no == "4711"
    assert (session.calls, gateway.sign_ins) == (1, 1)
    assert b"record_otherreceipt" in posted.exchange.request
    assert b"s3cret" not in posted.exchange.request
    assert b"sid-1" not in posted.exchange.request


def test_an_entry_is_booked_under_the_number_inside_the_answer(gateway: Scripted) -> None:
    gateway.script = [success('<data count="1"><glbatch><RECORDNO>88</RECORDNO></glbatch></data>', "c-1")]
    assert gateway.session().post(JOURNAL, "c-1").record_no == "88"


def test_the_session_goes_where_the_gateway_sends_it_within_its_domain(gateway: Scripted) -> None:
    gateway.script = [BOOKED]
    gateway.session().post(RECEIPT, "c-1")
    assert gateway.asked[-1] == gateway.endpoint


def test_the_session_is_never_taken_to_another_domain(gateway: Scripted) -> None:
    gateway.endpoint = "https://intacct.example/ia/xml/xmlgw.phtml"
    with pytest.raises(OtherHost):
        gateway.session().post(RECEIPT, "c-1")
    assert gateway.sent == []


@pytest.mark.parametrize(
    "refusal", [refused_session(), refused_control("XMLGW_JPP0002", "Sign-in information is incorrect")]
)
def test_an_expired_session_is_renewed_once_and_the_posting_goes_on(gateway: Scripted, refusal: str) -> None:
    gateway.script = [refusal, BOOKED]
    assert gateway.session().post(RECEIPT, "c-1").record_no == "4711"
    assert gateway.sign_ins == 2
    assert b"sid-2.." in gateway.sent[-1]


def test_a_session_that_keeps_expiring_leaves_the_posting_unsent(gateway: Scripted) -> None:
    gateway.script = [refused_session(), refused_session()]
    with pytest.raises(NotSent):
        gateway.session().post(RECEIPT, "c-1")


def test_a_refusal_shows_the_first_reason_and_keeps_the_others(gateway: Scripted) -> None:
    gateway.script = [
        failure(
            ("BL01001973", "This transaction is missing the Location dimension for the Account 4000."),
            ("BL01001973", "Could not create GLBatch record."),
            ("XL03000009", "The entire transaction in this operation has been rolled back due to an error."),
        )
    ]
    with pytest.raises(Refused, match="missing the Location dimension") as raised:
        gateway.session().post(JOURNAL, "c-1")
    assert "Map a Location" in raised.value.advice
    assert [problem["number"] for problem in raised.value.facts["errors"]] == ["BL01001973", "BL01001973", "XL03000009"]
    assert "Support ID" not in raised.value.message


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("Your transaction date (10/31/2026) is within a period that's been closed.", "Open the period"),
        ("The account number '4000' requires a Department.", "wants a Department"),
        ("The account number 1000 is associated to the Bank account BOA.", "map the bank account itself"),
        ("Account 9999 is not valid.", "Map an account"),
        ("The location 'X' is invalid.", "does not exist"),
        ("Customer 'X' specified is not valid.", "does not exist"),
        ("Invalid Vendor 'X' specified.", "does not exist"),
        ("Transactions do not balance for 100--North.", "must balance"),
        ("The department 20 is inactive.", "Activate"),
        ("Enable foreign-currency transactions", "base currency"),
        ("Something nobody has seen before", "Mend what the vendor's message names"),
    ],
)
def test_a_refusal_says_what_to_do(gateway: Scripted, text: str, advice: str) -> None:
    gateway.script = [failure(("BL01001973", text))]
    with pytest.raises(Refused) as raised:
        gateway.session().post(RECEIPT, "c-1")
    assert advice in raised.value.advice


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (failure(("PL04000005", "You do not have permission for API operation CREATE")), PermissionMissing),
        (failure(("ANY", "The function with this control ID was already executed.")), AlreadyExecuted),
        (failure(("BL34000061", "Another GLBatch with the given value(s) K-1  already exists")), AlreadyExecuted),
        (failure(("XL03000009", "rolled back"), status="aborted"), Refused),
        (failure(("BL01001973", "Busy. Please Try Again Later")), NotSent),
        (failure(("DL02000001", "There was an error processing the request.")), OutcomeUnknown),
        (refused_control("GW-0010", "API rate limit exceeded"), NotSent),
        (refused_control("XL03000003", "XML Parse schema error"), Refused),
        (refused_control("XL03000006", "Incorrect Intacct XML Partner ID or password."), WrongCredentials),
        (success("<key>4711</key>", "another request"), OutcomeUnknown),
        (success("", "c-1"), OutcomeUnknown),
        (BOOKED[:-30], OutcomeUnknown),
        ("<html>what?</html>", OutcomeUnknown),
        ("", OutcomeUnknown),
        ('<!DOCTYPE r [<!ENTITY a "b">]>' + BOOKED, OutcomeUnknown),
    ],
)
def test_each_answer_has_one_meaning(gateway: Scripted, answer: str, fault: type[Exception]) -> None:
    gateway.script = [answer]
    with pytest.raises(fault) as raised:
        gateway.session().post(RECEIPT, "c-1")
    assert type(raised.value) is fault
    assert getattr(raised.value, "in_flight", False) is False
    assert len(gateway.sent) == 1, "a write is never repeated"


def _fail(error: Exception) -> Any:
    def answer(request: httpx2.Request) -> httpx2.Response:
        raise error

    return answer


@pytest.mark.parametrize(
    ("script", "fault", "in_flight"),
    [
        (_fail(httpx2.ConnectError("refused")), NotSent, None),
        (_fail(httpx2.ReadTimeout("slow")), OutcomeUnknown, True),
        (_fail(httpx2.RemoteProtocolError("cut")), OutcomeUnknown, True),
        (lambda request: httpx2.Response(503, text="The Service is Temporarily Off-line"), NotSent, None),
        (lambda request: httpx2.Response(503, text="<html>cloud</html>"), OutcomeUnknown, True),
        (lambda request: httpx2.Response(524, text="<html>cf-error-details</html>"), OutcomeUnknown, True),
        (lambda request: httpx2.Response(500, text="<html>oops</html>"), OutcomeUnknown, False),
        (
            lambda request: httpx2.Response(400, text=refused_control("GW-0011", "unknown tenant")),
            WrongCredentials,
            None,
        ),
    ],
)
def test_each_way_to_fail_has_one_meaning(
    gateway: Scripted, script: Any, fault: type[Exception], in_flight: bool | None
) -> None:
    gateway.script = [script]
    with pytest.raises(fault) as raised:
        gateway.session().post(RECEIPT, "c-1")
    assert getattr(raised.value, "in_flight", None) is in_flight
    assert len(gateway.sent) == 1


def test_trouble_while_signing_in_means_not_sent(gateway: Scripted) -> None:
    session = gateway.session()
    gateway.endpoint = "&broken;"
    with pytest.raises(NotSent):
        session.post(RECEIPT, "c-1")
    assert gateway.sent == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"method": "Barter"}, "methods"),
        ({"undeposited_account": "1080"}, "not to both"),
        ({"bank_account": ""}, "neither"),
        ({"payer": " \x00"}, "payer"),
        ({"key": "k" * 46}, "46 characters, 45 fit"),
        ({"lines": ()}, "no line"),
        ({"lines": (ReceiptLine(Money(1, "EUR"), account="1"),)}, "USD"),
        ({"lines": (ReceiptLine(Money(1, "USD"), account="1", account_label="a"),)}, "account label"),
    ],
)
def test_an_impossible_document_is_refused_before_anything_is_sent(
    gateway: Scripted, changes: dict[str, Any], words: str
) -> None:
    values = {name: getattr(RECEIPT, name) for name in RECEIPT.__dataclass_fields__}
    with pytest.raises(Refused, match=words):
        gateway.session().post(Receipt(**{**values, **changes}), "c-1")
    assert gateway.asked == []


def test_an_unbalanced_entry_is_refused_before_anything_is_sent(gateway: Scripted) -> None:
    lines = (JournalLine("1", "debit", Money(5, "USD")), JournalLine("2", "credit", Money(4, "USD")))
    with pytest.raises(Refused, match=r"out of balance by 0\.01 USD"):
        gateway.session().post(Journal("K", "GJ", date(2026, 1, 1), "t", "USD", lines), "c-1")
    assert gateway.asked == []


def test_a_document_of_another_entity_is_posted_from_inside_it(gateway: Scripted) -> None:
    gateway.script = [BOOKED, BOOKED]
    session = gateway.session()
    values = {name: getattr(RECEIPT, name) for name in RECEIPT.__dataclass_fields__}
    session.post(RECEIPT, "c-1")
    session.post(Receipt(**{**values, "entity": "200"}), "c-1")
    assert gateway.sign_ins == 2
    with pytest.raises(Refused, match="confined to entity 100"):
        gateway.session(entity_id="100").post(Receipt(**{**values, "entity": "200"}), "c-1")


def test_removing_what_is_not_there_counts_as_removed(gateway: Scripted) -> None:
    gateway.script = [
        failure(("BL01001973", "Cannot find otherreceipts with key '9' to delete")),
        failure(("X", "Not allowed")),
    ]
    session = gateway.session()
    assert session.remove(Held("9", RECEIPT), "c-1").answer
    with pytest.raises(Refused):
        session.remove(Held("9", RECEIPT), "c-1")
