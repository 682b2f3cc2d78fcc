"""Stories of the protocol: who is let in, what shapes come back, how lists are searched and refused."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest

from tieout.sandbox.kit.server import Sandbox
from tieout.sandbox.revio.resources import RESOURCES
from tieout.sandbox.revio.tests.conftest import Client


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"subscription_key": None}, "missing subscription key"),
        ({"subscription_key": "wrong"}, "invalid subscription key"),
        ({"password": "wrong"}, "login or the password is not valid"),
        ({"login": "nobody"}, "login or the password is not valid"),
        ({"client_code": "acmee"}, "client code 'acmee' was not found"),
        ({"login": "me@acme.example"}, "must not contain '@'"),
    ],
)
def test_a_wrong_credential_is_refused_with_the_reason(
    sandbox: Sandbox, changed: dict[str, str | None], message: str
) -> None:
    response = Client(sandbox, **changed).get("Customers")
    assert response.status_code == 401
    assert message in response.json()["message"]
    by_gateway = "subscription_key" in changed
    assert response.json().get("statusCode") == (401 if by_gateway else None)
    assert ("www-authenticate" in response.headers) != by_gateway


def test_a_login_with_fewer_rights_is_refused_what_it_may_not_read(sandbox: Sandbox) -> None:
    limited = Client(sandbox, login="support")
    assert limited.get("Customers").status_code == 200
    refusal = limited.get("Payments")
    assert refusal.status_code == 403
    assert refusal.json() == {
        "ok": False,
        "message": "The user 'support' does not have permission to access Payments.",
    }


@pytest.mark.parametrize("path", list(RESOURCES))
def test_every_resource_lists_its_records_and_shows_each_by_id(client: Client, path: str) -> None:
    key = RESOURCES[path].key
    first, second = client.get(path, page_size=1).json(), client.get(path, sort=f"-{key}", page_size=1).json()
    assert list(first) == ["ok", "has_more", "record_count", "records"]
    for record in (*first["records"], *second["records"]):
        single = client.get(f"{path}/{record[key]}").json()
        link = single.pop("links")[0]
        assert single == {"ok": True, **record}
        assert link == {"rel": "self", "href": f"http://sandbox/revio/v1/{path}/{record[key]}"}


def test_every_searchable_field_of_every_resource_finds_exactly_its_records(client: Client) -> None:
    for resource in RESOURCES.values():
        everything = client.records(resource.path)
        for field in resource.searchable:
            value = next((row[field] for row in everything if row[field] not in (None, 0, "")), None)
            if value is None:
                continue
            text = str(value).lower() if isinstance(value, bool) else value
            found = client.records(resource.path, **{field: text})
            assert found == [row for row in everything if row[field] == value], (resource.path, field)


def test_a_repeated_field_means_any_of_them_and_zero_means_none(client: Client) -> None:
    found = client.records("Charges", product_id=[11, 12])
    assert {row["product_id"] for row in found} == {11, 12}
    unbilled = client.records("Charges", bill_id=0)
    assert unbilled
    assert {row["bill_id"] for row in unbilled} == {0}
    assert {row["bill_id"] for row in client.records("Payments", bill_id=0)} == {0, None}


def test_a_window_holds_both_of_its_ends(client: Client) -> None:
    everything = client.records("Payments")
    start, end = everything[100]["created_date"], everything[200]["created_date"]
    found = client.records("Payments", created_date_start=start, created_date_end=end)
    assert [row["payment_id"] for row in found] == [row["payment_id"] for row in everything[100:201]]
    october = client.records(
        "Payments", received_date_start="2026-10-01", received_date_end="2026-10-31", sort="-payment_id"
    )
    expected = [row for row in everything if row["received_date"].startswith("2026-10")]
    assert found
    assert october == expected[::-1]


def test_conditions_are_combined(client: Client) -> None:
    everything = client.records("Payments")
    found = client.records("Payments", method=["ACH", "Check"], bounced="true", created_date_start="2025-06-01")
    assert found == [
        row
        for row in everything
        if row["bounced"] and row["method"] in ("ACH", "Check") and row["created_date"] >= "2025-06-01"
    ]
    assert 0 < len(found) < len(everything)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Payments?search.page=0", 400),
        ("Payments?search.page=one", 400),
        ("Payments?search.page_size=ten", 400),
        ("Payments?search.colour=red", 400),
        ("Payments?search.sort=colour", 400),
        ("Payments?search.customer_id=x", 400),
        ("Payments?search.bounced=maybe", 400),
        ("Payments?search.created_date_start=2026-13-01", 400),
        ("Payments?search.created_date_start=2026-10-01T00:00:00Z", 400),
        ("Customers?search.created_date_start=2026-10-01", 400),
        ("Payments/abc", 400),
        ("Payments/1", 404),
        ("Payment", 404),
        ("ServiceProducts", 404),
        ("Payments/200001/lines", 404),
        ("Reports/9/result", 404),
        ("", 404),
    ],
)
def test_what_cannot_be_answered_is_refused_in_the_backends_shape(client: Client, path: str, status: int) -> None:
    response = client.send("GET", f"/revio/v1/{path}")
    assert response.status_code == status
    assert response.json()["ok"] is False
    assert response.json()["message"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_only_get_is_allowed(client: Client, method: str) -> None:
    response = client.send(method, "/revio/v1/Payments/200001", json={})
    assert (response.status_code, response.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(("code", "places"), [("acme", 2), ("acme_jp", 1), ("acme_kw", 3)])
def test_money_is_written_as_a_dotnet_decimal_of_the_tenants_currency(sandbox: Sandbox, code: str, places: int) -> None:
    body = Client(sandbox, client_code=code).get("Payments", page_size=500).text
    amounts = re.findall(r'"amount":(-?[0-9.]+),', body)
    assert len(amounts) == 500
    assert all(re.fullmatch(rf"\d+\.\d{{{places}}}", amount) for amount in amounts)
    if code == "acme_jp":
        assert {amount[-2:] for amount in amounts} == {".0"}


def test_dates_carry_no_zone_and_a_fraction_only_sometimes(client: Client) -> None:
    dates = [row["created_date"] for row in client.records("Payments")]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,2}[1-9]|\.[1-9])?", text) for text in dates)
    assert 0 < sum("." in text for text in dates) < len(dates)


def test_the_books_hang_together_over_the_api_too(client: Client) -> None:
    def read(path: str) -> list[dict[str, Decimal]]:
        rows: list[dict[str, Decimal]] = []
        for page in range(1, 100):
            text = client.get(path, page=page, page_size=500).text
            answer = json.loads(text, parse_float=Decimal)
            rows += answer["records"]
            if not answer["has_more"]:
                break
        return rows

    due: dict[object, Decimal] = {}
    invoiced: dict[object, Decimal] = {}
    for charge in read("Charges"):
        total = charge["amount"] + charge["tax_amount"]
        due[charge["bill_id"]] = due.get(charge["bill_id"], Decimal(0)) + total
        invoiced[charge["bill_id"]] = invoiced.get(charge["bill_id"], Decimal(0)) + total
    for credit in read("Credits"):
        due[credit["bill_id"]] -= credit["amount"] + credit["tax_amount"]
    for payment in read("Payments"):
        if payment["bill_id"] and not payment["bounced"] and not payment["refund_flag"]:
            due[payment["bill_id"]] -= payment["amount"] - payment["balance"]
    bills = read("Bills")
    assert len(bills) > 1000
    for bill in bills:
        assert (bill["invoice_amount"], bill["amount_due"]) == (invoiced[bill["bill_id"]], due[bill["bill_id"]])


def test_a_report_agrees_with_the_charges_it_sums(client: Client) -> None:
    result = client.get("Reports/1/result", month="2026-10", page_size=500)
    ledger = json.loads(result.text, parse_float=Decimal)["records"]
    bills = {
        row["bill_id"]
        for row in client.records("Bills", created_date_start="2026-10-01", created_date_end="2026-10-31")
    }
    codes = {row["product_id"]: row["ledger_code"] for row in client.records("Products")}
    assert None in codes.values()
    charges = json.loads(client.get("Charges", bill_id=sorted(bills), page_size=500).text, parse_float=Decimal)
    assert not charges["has_more"]
    for row in ledger:
        charged = [charge for charge in charges["records"] if codes[charge["product_id"]] == row["ledger_code"]]
        assert row["charges"] == sum(charge["amount"] for charge in charged)
