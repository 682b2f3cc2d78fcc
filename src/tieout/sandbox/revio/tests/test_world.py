"""Stories of a moving world: limits, changes under the reader's feet, days that pass, faults, and the page that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tieout.sandbox.kit.exchange import ConnectionCut
from tieout.sandbox.kit.server import RunningSandbox, Sandbox, build
from tieout.sandbox.revio.app import RevioSandbox
from tieout.sandbox.revio.gate import Limits
from tieout.sandbox.revio.tests.conftest import GIVEN, TODAY, Client


class Hands:
    """A clock that only moves when it is pushed."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def client(hands: Hands) -> Client:
    vendor = RevioSandbox(seed=1, today=TODAY, scale=0.001, limits=Limits(per_minute=20, per_day=50, clock=hands))
    return Client(build(vendor, today=TODAY))


@pytest.fixture
def free(client: Client) -> Client:
    client.move("limits", {"per_minute": None, "per_day": None})
    return client


def test_too_many_calls_in_a_minute_wait_as_long_as_the_answer_says(client: Client, hands: Hands) -> None:
    assert [client.get("Agents").status_code for _ in range(20)] == [200] * 20
    hands.now += 17.5
    refusal = client.get("Agents")
    assert (refusal.status_code, refusal.headers["retry-after"]) == (429, "43")
    assert refusal.json() == {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 43 seconds."}
    hands.now += 43
    assert client.get("Agents").status_code == 200


def test_the_day_has_a_quota_that_comes_back_the_next_day(client: Client, hands: Hands) -> None:
    for _ in range(50):
        assert client.get("Agents").status_code == 200
        hands.now += 4
    refusal = client.get("Agents")
    assert refusal.status_code == 403
    assert refusal.json()["message"] == "Out of call volume quota. Quota will be replenished in 23:56:41."
    assert refusal.headers["retry-after"] == "86201"
    hands.now += 86_201
    assert client.get("Agents").status_code == 200


def test_limits_can_be_set_and_switched_off(client: Client) -> None:
    assert client.move("limits", {"per_minute": 1}) == {"per_minute": 1, "per_day": 50}
    assert [client.get("Agents").status_code for _ in range(2)] == [200, 429]
    client.move("limits", {"per_minute": None, "per_day": None})
    assert {client.get("Agents").status_code for _ in range(60)} == {200}


def test_a_payment_can_be_added_corrected_and_bounced(free: Client) -> None:
    bill = next(row for row in free.records("Bills") if row["amount_due"] > 5)
    body = {"customer_id": bill["customer_id"], "bill_id": bill["bill_id"], "amount": "5.00", "method": "Wire"}
    number = free.move("acme/payments", body)["payment_id"]
    added = free.get(f"Payments/{number}").json()
    assert (added["method"], added["balance"], added["created_date"]) == ("Wire", 0.0, "2026-11-20T12:00:00")
    assert free.get(f"Bills/{bill['bill_id']}").json()["amount_due"] == round(bill["amount_due"] - 5, 2)
    assert free.move(f"acme/payments/{number}", {"amount": "3.25"})["amount"] == "3.25"
    assert free.move(f"acme/payments/{number}", {"bounced": True})["bounced"] is True
    assert free.get(f"Bills/{bill['bill_id']}").json()["amount_due"] == bill["amount_due"]
    assert (
        "already"
        in free.send("POST", f"/revio/control/acme/payments/{number}", json={"refunded": True}).json()["error"]
    )


def test_a_charge_can_come_late_to_a_closed_month_and_reach_a_bill_later(free: Client) -> None:
    bill = free.records("Bills", created_date_start="2026-06-01")[0]
    before = _charges(free, "2026-06")
    late = {
        "customer_id": bill["customer_id"],
        "product_id": 11,
        "amount": "40.00",
        "created_date": "2026-06-15T09:00:00",
    }
    number = free.move("acme/charges", late)["charge_id"]
    found = free.records("Charges", created_date_start="2026-06-15T09:00:00", created_date_end="2026-06-15T09:00:00")
    assert [(row["charge_id"], row["bill_id"]) for row in found] == [(number, 0)]
    assert _charges(free, "2026-06") == before
    assert free.move(f"acme/charges/{number}", {"bill_id": bill["bill_id"]})["bill_id"] == bill["bill_id"]
    assert free.get(f"Charges/{number}").json()["created_date"] == "2026-06-15T09:00:00"
    assert free.get(f"Bills/{bill['bill_id']}").json()["invoice_amount"] == round(bill["invoice_amount"] + 40, 2)
    assert _charges(free, "2026-06") == before + 40_00


def test_what_is_unbilled_can_be_billed_now(free: Client) -> None:
    charge = free.records("Charges", bill_id=0)[0]
    bill = free.move("acme/bills", {"customer_id": charge["customer_id"]})
    assert free.get(f"Charges/{charge['charge_id']}").json()["bill_id"] == bill["bill_id"]
    again = free.send("POST", "/revio/control/acme/bills", json={"customer_id": charge["customer_id"]})
    assert again.status_code == 400


def test_an_upgrade_takes_the_old_lines_place_on_its_service_and_is_billed_from_then_on(free: Client) -> None:
    line = next(row for row in free.records("ServiceProduct") if row["contract_end_date"] and not row["canceled_date"])
    asked = {"quantity": 50, "changed_date": "2026-11-20"}
    answer = free.move(f"acme/service_products/{line['service_product_id']}", asked)
    old = free.get(f"ServiceProduct/{line['service_product_id']}").json()
    new = free.get(f"ServiceProduct/{answer['service_product_id']}").json()
    assert (old["canceled_date"], old["status"]) == ("2026-11-20T00:00:00", "Disconnected")
    assert (new["activated_date"], new["service_id"]) == ("2026-11-20T00:00:00", line["service_id"])
    assert (new["quantity"], new["contract_end_date"]) == (50, line["contract_end_date"])
    named = [row["service_product_id"] for row in free.records("OrderServiceProducts", order_id=answer["order_id"])]
    assert named == [line["service_product_id"], answer["service_product_id"]]
    free.send("POST", "/control/clock", json={"advance": 35 * 86_400})
    charged = {row["service_product_id"] for row in free.records("Charges", created_date_start="2026-11-21")}
    assert answer["service_product_id"] in charged
    assert line["service_product_id"] not in charged


def test_agreements_orders_and_charges_hang_together(free: Client) -> None:
    lines = {row["service_product_id"]: row for row in free.records("ServiceProduct")}
    bound = [row for row in lines.values() if row["contract_end_date"]]
    assert 0.3 < len(bound) / len(lines) < 0.9
    assert all(row["contract_start_date"] < row["contract_end_date"] for row in bound)
    orders = {row["order_id"]: row for row in free.records("Orders")}
    assert {"New service", "Change", "Renewal", "Disconnect"} == {row["order_type"] for row in orders.values()}
    named = free.records("OrderServiceProducts")
    assert {row["service_product_id"] for row in named} == set(lines)
    assert {row["order_id"] for row in named} == set(orders)
    services = {row["service_id"] for row in free.records("Services")}
    assert {row["service_id"] for row in lines.values()} == services
    for charge in free.records("Charges"):
        line = lines.get(charge["service_product_id"])
        assert line is None or (line["customer_id"], line["rate"]) == (charge["customer_id"], charge["rate"])


def test_days_pass_with_the_sandboxs_clock_and_reset_brings_the_first_day_back(free: Client) -> None:
    before = free.get("Payments", sort="-payment_id", page_size=1).text
    known = len(free.records("Payments"))
    free.send("POST", "/control/clock", json={"advance": 4 * 86_400})
    later = free.records("Payments")
    assert len(later) > known
    assert later[-1]["created_date"] > "2026-11-23"
    free.send("POST", "/control/reset")
    assert free.get("Payments", sort="-payment_id", page_size=1).text == before


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("acme/payments", {"customer_id": 1, "amount": "1.00"}, "no customer 1"),
        ("acme/payments", {"customer_id": 1001, "amount": "1.005"}, "more decimals"),
        ("acme_jp/payments", {"customer_id": 1001, "amount": "1.5"}, "more decimals"),
        ("acme/payments", {"customer_id": 1001, "amount": 1.5}, "decimal string"),
        ("acme/payments", {"customer_id": 1001, "amount": "-1"}, "negative"),
        ("acme/payments", {"customer_id": 1001, "amount": "1", "method": "Shells"}, "no method 'Shells'"),
        ("acme/payments", {"customer_id": 1001, "amount": "1", "colour": "red"}, "unknown: colour"),
        ("acme/payments", {"customer_id": 1001, "amount": "1", "created_date": "soon"}, "must look like"),
        ("acme/payments", {"customer_id": 1001, "amount": "1", "bill_id": "9001"}, "whole number"),
        ("acme/payments/1", {"bounced": True}, "no payment 1"),
        ("acme/payments/200001", {"bounced": "yes"}, "give one of"),
        ("acme/charges", {"customer_id": 1001, "product_id": 99, "amount": "1"}, "no product 99"),
        ("acme/service_products/1", {"canceled_date": "2001-01-01"}, "cannot be cancelled"),
        ("acme/service_products/99999", {"quantity": 3}, "no service product 99999"),
        ("nobody/payments", {"customer_id": 1001, "amount": "1"}, "no tenant 'nobody'"),
        ("acme/payments", [1], "must be a JSON object"),
        ("limits", {"per_minute": -1}, "whole number"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_and_changes_nothing(
    free: Client, path: str, body: Any, problem: str
) -> None:
    before = free.records("Payments")
    response = free.send("POST", f"/revio/control/{path}", json=body)
    assert response.status_code == 400
    assert problem in response.json()["error"]
    assert free.records("Payments") == before


def test_the_page_shows_every_tenant_and_escapes_its_names(free: Client) -> None:
    number = next(
        row["customer_id"]
        for row in free.records("Customers")
        if (row["billing_address"]["company_name"] or "").startswith("<b>")
    )
    free.move("acme/payments", {"customer_id": number, "amount": "1.00"})
    page = free.send("GET", "/revio/").text
    assert "&lt;b&gt;Bold Brackets&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "<script" not in page
    for expected in ("acme_jp", "acme_kw", "Credit Card - Visa", "JPY", "KWD", "2026-11"):
        assert expected in page


def test_two_sandboxes_of_one_seed_answer_with_the_same_bytes() -> None:
    answers = []
    for _ in range(2):
        client = Client(build(RevioSandbox(5, TODAY, 0.001), today=TODAY))
        answers.append(
            [client.get(path, page_size=500).content for path in ("Payments", "Bills", "Charges", "Customers")]
        )
    assert answers[0] == answers[1]


@pytest.fixture
def running(client: Client) -> Iterator[RunningSandbox]:
    with RunningSandbox(client.app) as server:
        yield server


def test_faults_strike_over_a_real_socket(running: RunningSandbox) -> None:
    given = running.credentials()["revio"]
    headers = {"Ocp-Apim-Subscription-Key": given["subscription_key"]}
    auth = (f"{given['login']}@{given['client_code']}", given["password"])
    with httpx2.Client(base_url=given["url"], auth=auth, headers=headers) as client:
        running.control.fault("revio", "cut", object="payments")
        running.control.fault("revio", "status_429", object="payments")
        running.control.fault("revio", "status_500", object="payments")
        running.control.fault("revio", "expired_session", object="payments")
        running.control.fault("revio", "permission_denied", function="read")
        assert client.get("/Agents").status_code == 200
        with pytest.raises(httpx2.RemoteProtocolError):
            client.get("/Payments")
        limited = client.get("/Payments")
        assert (limited.status_code, limited.headers["retry-after"]) == (429, "1")
        assert client.get("/Payments").json() == {"ok": False, "message": "An error has occurred."}
        assert client.get("/Payments").status_code == 401
        assert client.get("/Agents/1").status_code == 403
        assert client.get("/Payments").json()["record_count"] == 10


def test_a_cut_in_process_is_a_transport_error(free: Client) -> None:
    assert isinstance(free.app, Sandbox)
    free.app.panel.fault("revio", "answer_lost", object="Bills")
    with pytest.raises(ConnectionCut):
        free.get("Bills")
    assert free.get("Bills").status_code == 200


def test_the_credentials_name_everything_a_client_needs() -> None:
    assert list(GIVEN) == ["url", "login", "client_code", "password", "subscription_key"]
    assert GIVEN["url"] == "http://sandbox/revio/v1"


def _charges(client: Client, month: str) -> int:
    ledger = client.send("GET", f"/revio/control/acme/totals?month={month}").json()["ledger"]
    return sum(round(row["charges"] * 100) for row in ledger)
