"""The Intacct sandbox must satisfy `sageintacctsdk`, a Python client in production use elsewhere.

It has the vendor's URL in a private attribute; every API object is pointed at the sandbox instead, and nothing else is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sageintacctsdk import SageIntacctSDK
from sageintacctsdk.apis.api_base import ApiBase
from sageintacctsdk.exceptions import InvalidTokenError, NoPrivilegeError, WrongParamsError

from tieout.sandbox.kit.server import RunningSandbox

Connect = Callable[..., SageIntacctSDK]


def as_read(text: str) -> str:
    """The vendor's content type says `encoding=` and not `charset=`, so this client takes UTF-8 for Latin-1."""
    return text.encode().decode("latin-1")


@pytest.fixture
def connect(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Connect:
    credentials = sandbox.credentials()["intacct"]
    url = credentials.pop("url")
    original = ApiBase.__init__

    def redirected(self: ApiBase, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self._ApiBase__api_url = url

    monkeypatch.setattr(ApiBase, "__init__", redirected)
    return lambda **changes: SageIntacctSDK(**(credentials | changes))


def entry(amount: str = "120.50", journal: str = "GJ") -> dict[str, Any]:
    def line(account: str, side: str) -> dict[str, str]:
        return {"ACCOUNTNO": account, "TR_TYPE": side, "TRX_AMOUNT": amount, "CURRENCY": "USD", "LOCATION": "US",
                "DESCRIPTION": "Zoë & 漢字 <b>"}  # fmt: skip

    return {
        "JOURNAL": journal, "BATCH_DATE": "10/02/2026", "BATCH_TITLE": "Foreign client", "REFERENCENO": "FYLE-1",
        "ENTRIES": {"GLENTRY": [line("12000", "1"), line("40100", "-1")]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("api", "known"),
    [
        ("accounts", {"ACCOUNTNO": "12000", "TITLE": "Accounts receivable", "NORMALBALANCE": "debit"}),
        ("departments", {"DEPARTMENTID": "110", "PARENTID": "100", "STATUS": "active"}),
        ("locations", {"LOCATIONID": "JP-TYO", "NAME": as_read("東京"), "PARENTID": "JP"}),
        ("location_entities", {"LOCATIONID": "UK", "NAME": "Tieout Telecom Ltd"}),
        ("customers", {"CUSTOMERID": "10001", "NAME": "Ampersand & Sons, Ltd."}),
        ("contacts", {"CONTACTNAME": "Ampersand & Sons, Ltd.(C10001)", "TAXABLE": "true"}),
        ("checking_accounts", {"BANKACCOUNTID": "GULF-KWD", "GLACCOUNTNO": "10120"}),
        ("classes", {"CLASSID": "BUS-ENT", "PARENTID": "BUS"}),
    ],
)
def test_every_list_is_read_whole(connect: Connect, api: str, known: dict[str, str]) -> None:
    api_object = getattr(connect(), api)
    records = api_object.get_all()
    assert api_object.count(field=None) == len(records) > 1
    assert [record for record in records if known.items() <= record.items()]


def test_pages_of_the_generator_are_read_in_order(connect: Connect) -> None:
    pages = connect().accounts.get_all_generator(field="STATUS", value="active", order_by_field="ACCOUNTNO", order="ascending",
                                                 updated_at="01/01/2020 00:00:00")  # fmt: skip
    numbers = [record["ACCOUNTNO"] for page in pages for record in page]
    assert numbers == sorted(numbers)
    assert "19000" not in numbers


def test_filters_are_combined(connect: Connect) -> None:
    income = [("equalto", "ACCOUNTTYPE", "incomestatement"), ("between", "ACCOUNTNO", ["40100", "40140"])]
    found = connect().accounts.get_by_query(fields=["ACCOUNTNO"], and_filter=income)
    assert {record["ACCOUNTNO"] for record in found} == {"40100", "40110", "40120", "40130", "40140"}
    either = connect().departments.get_by_query(
        fields=["DEPARTMENTID"], and_filter=[("equalto", "STATUS", "active")],
        or_filter=[("like", "TITLE", "%Sales%"), ("equalto", "PARENTID", "400")],
    )  # fmt: skip
    assert len(either) == 3


def test_old_reading_and_metadata_are_understood(connect: Connect) -> None:
    sdk = connect()
    assert sdk.accounts.get("ACCOUNTNO", "40100")["glaccount"]["TITLE"] == "Revenue - hosted voice"
    assert sdk.accounts.read_by_query(fields=["ACCOUNTNO"])["data"]["@totalcount"] == str(
        sdk.accounts.count(field=None)
    )
    assert sdk.savings_accounts.get_all()["savingsaccount"]["BANKACCOUNTID"] == "BOA-SAVE"
    assert "Relationships" in sdk.customers.get_lookup()["Type"]
    assert {one["objectName"] for one in sdk.dimensions.get_all()} >= {"LOCATION", "DEPARTMENT", "CUSTOMER", "CLASS"}
    assert any(one["@typename"] == "GLBATCH" for one in sdk.dimensions.get_objects()["type"])
    assert len(sdk.gl_detail.get_all(field="SYMBOL", value="GJ")) == 14


def test_a_journal_entry_is_created_read_and_deleted(connect: Connect) -> None:
    sdk = connect()
    created = sdk.journal_entries.post(entry())
    number = created["data"]["glbatch"]["RECORDNO"]
    (found,) = sdk.journal_entries.get_by_query(
        fields=["RECORDNO", "STATE"], and_filter=[("equalto", "REFERENCENO", "FYLE-1")]
    )
    assert found == {"RECORDNO": number, "STATE": "Posted"}
    read_back = sdk.journal_entries.get("RECORDNO", number)["glbatch"]
    assert read_back["BATCH_TITLE"] == "Foreign client"
    sdk.journal_entries.delete(number)
    assert sdk.journal_entries.count(field="RECORDNO", value=number) == 0


def test_customers_are_created_and_changed(connect: Connect) -> None:
    sdk = connect()
    contact = {"PRINTAS": "Zoë", "EMAIL1": "zoe@example.org", "MAILADDRESS": {"CITY": "København"}}
    created = sdk.customers.post({"CUSTOMERID": "Z1", "NAME": "Zoë & Søns", "DISPLAYCONTACT": contact})
    assert created["data"]["customer"]["CUSTOMERID"] == "Z1"
    sdk.customers.update({"CUSTOMERID": "Z1", "NAME": "Søns"})
    assert sdk.customers.get_by_query(fields=["NAME"], and_filter=[("equalto", "CUSTOMERID", "Z1")]) == [
        {"NAME": as_read("Søns")}
    ]


def test_refusals_become_the_clients_own_errors(connect: Connect) -> None:
    sdk = connect()
    with pytest.raises(WrongParamsError) as refused:
        sdk.journal_entries.post(entry(journal="NONE"))
    first = refused.value.response["error"][0]
    assert first["errorno"] == "BL01001973"
    assert "Invalid Journal 'NONE' specified. [Support ID: " in first["description2"]
    assert "%7E" not in first["description2"]
    with pytest.raises(InvalidTokenError):
        connect(user_password="wrong")
    with pytest.raises(WrongParamsError):
        connect(sender_password="wrong")
    with pytest.raises(NoPrivilegeError):
        connect(user_id="cashier", user_password="user-Secret-3").journal_entries.count(field=None)


def test_an_entity_session_and_showprivate_change_what_is_seen(connect: Connect) -> None:
    connect(entity_id="UK").classes.post({"CLASSID": "UKONLY", "NAME": "n"})
    counts = [connect(**options).classes.count(field="CLASSID", value="UKONLY")
              for options in ({}, {"show_private": True}, {"entity_id": "UK"}, {"entity_id": "JP"})]  # fmt: skip
    assert counts == [0, 1, 1, 0]
