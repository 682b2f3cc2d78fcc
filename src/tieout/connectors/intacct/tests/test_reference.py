"""Sage's lists arrive whole, with the facts that a mapping needs to be checked before anything is posted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tieout.connectors.intacct import CONNECTOR
from tieout.connectors.intacct.session import IntacctSession
from tieout.connectors.kit.capabilities import Reference, ReferenceKind
from tieout.connectors.kit.faults import PermissionMissing
from tieout.connectors.kit.fields import clean_all
from tieout.sandbox.intacct.app import IntacctSandbox
from tieout.sandbox.kit.server import RunningSandbox, build

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def values() -> Iterator[dict[str, str]]:
    with RunningSandbox(build(IntacctSandbox(seed=7, today=TODAY, scale=0.1), today=TODAY)) as running:
        credentials = running.credentials()["intacct"]
        yield clean_all(CONNECTOR.fields, {"gateway_url": credentials.pop("url"), **credentials})


@pytest.fixture
def session(values: dict[str, str]) -> Iterator[IntacctSession]:
    session = IntacctSession(values)
    yield session
    session.close()


def _by_code(session: IntacctSession, kind: ReferenceKind) -> dict[str, Reference]:
    return {row.code: row for row in session.reference(kind)}


def test_an_account_tells_what_it_requires_and_which_bank_it_belongs_to(session: IntacctSession) -> None:
    accounts = _by_code(session, "account")
    assert accounts["64000"].facts["requires"] == "department,class"
    assert accounts["10010"].facts["bank"] == "BOA-OPER"
    assert accounts["40100"].facts["bank"] == accounts["40100"].facts["requires"] == ""
    assert not accounts["19000"].active
    assert accounts["40100"].active


def test_a_bank_account_tells_its_currency_and_savings_are_among_them(session: IntacctSession) -> None:
    banks = _by_code(session, "bank_account")
    assert banks["SAKURA-JPY"].facts == {"account": "10110", "currency": "JPY"}
    assert "BOA-SAVE" in banks


def test_a_period_tells_its_days(session: IntacctSession) -> None:
    november = _by_code(session, "period")["Month Ended November 2026"]
    assert (november.facts["start"], november.facts["end"]) == ("2026-11-01", "2026-11-30")


@pytest.mark.parametrize(
    ("kind", "code", "name"),
    [
        ("journal", "GJ", "General journal"),
        ("account_label", "Billing cash", "Cash collected by the billing system"),
        ("entity", "JP", "Tieout Telecom 株式会社"),
        ("location", "JP-TYO", "東京"),
        ("department", "110", "Channel & Partner Sales"),
        ("class", "WHS", "Wholesale"),
        ("customer", "10001", "Ampersand & Sons, Ltd."),
    ],
)
def test_every_list_can_be_read(session: IntacctSession, kind: ReferenceKind, code: str, name: str) -> None:
    assert _by_code(session, kind)[code].name == name


def test_a_list_that_the_user_may_not_see_says_so(values: dict[str, str]) -> None:
    session = IntacctSession({**values, "user_id": "bookkeeper", "user_password": "user-Secret-4"})
    with pytest.raises(PermissionMissing, match="checkingaccount"):
        list(session.reference("bank_account"))
    session.close()
