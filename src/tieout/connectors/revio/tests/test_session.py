"""What is asked of Rev.io, word by word, and what its refusals mean."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import httpx2
import pytest
import stamina

from tieout.connectors.kit.faults import PermissionMissing, VendorBusy, VendorFault, WrongAddress, WrongCredentials
from tieout.connectors.kit.fields import BadField, clean_all
from tieout.connectors.kit.limits import Budget
from tieout.connectors.kit.streams import Window
from tieout.connectors.revio import CONNECTOR
from tieout.connectors.revio.session import RevioSession

VALUES = {"login": "api", "client_code": "acme_sandbox", "password": "pass-word", "subscription_key": "sub-key"}


def _session(answer: Any, **values: str) -> RevioSession:
    cleaned = clean_all(CONNECTOR.fields, {**VALUES, **values})
    return RevioSession(cleaned, transport=httpx2.MockTransport(answer), budget=Budget(1000, 1000))


def _page(*records: Mapping[str, Any], more: bool = False) -> httpx2.Response:
    body = {"ok": True, "has_more": more, "record_count": len(records), "records": list(records)}
    return httpx2.Response(200, text=json.dumps(body))


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


def test_each_request_is_signed_bounded_sorted_and_counted() -> None:
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return _page({"payment_id": 1})

    session = _session(answer)
    window = Window(datetime.fromisoformat("2026-11-01T00:00:00"), datetime.fromisoformat("2026-11-02T00:00:00"))
    (page,) = session.pages("payments", window)
    assert dict(seen[0].url.params) == {
        "search.page": "1",
        "search.page_size": "500",
        "search.sort": "payment_id",
        "search.created_date_start": "2026-11-01T00:00:00",
        "search.created_date_end": "2026-11-02T00:00:00",
    }
    assert seen[0].headers["authorization"] == "Basic YXBpQGFjbWVfc2FuZGJveDpwYXNzLXdvcmQ="
    assert seen[0].headers["ocp-apim-subscription-key"] == "sub-key"
    assert page.request.startswith("GET /v1/Payments?")
    assert session.calls == 1


def test_a_list_without_a_date_filter_is_read_whole() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        assert "created" not in str(request.url)
        return _page({"customer_id": 1})

    assert len(list(_session(answer).pages("customers", Window(since=datetime.fromisoformat("2026-11-01"))))) == 1


@pytest.mark.parametrize(
    ("status", "body", "fault", "facts"),
    [
        (
            401,
            {"message": "Access denied due to missing subscription key."},
            WrongCredentials,
            {"part": "subscription_key"},
        ),
        (401, {"ok": False, "message": "Invalid login"}, WrongCredentials, {"part": "login"}),
        (401, {"ok": False, "error": "Unknown client code"}, WrongCredentials, {"part": "client_code"}),
        (403, {"ok": False, "message": "No access to payments"}, PermissionMissing, {}),
        (403, {"message": "Out of call volume quota. Quota will be replenished in 01:02:03."}, VendorBusy, {}),
        (404, {"statusCode": 404, "message": "Resource not found"}, WrongAddress, {}),
        (200, {"ok": True}, VendorFault, {}),
        (200, {"ok": True, "records": [1]}, VendorFault, {}),
        (200, [], VendorFault, {}),
    ],
)
def test_each_refusal_has_one_meaning(status: int, body: Any, fault: type[Exception], facts: dict[str, str]) -> None:
    session = _session(lambda request: httpx2.Response(status, text=json.dumps(body)))
    with pytest.raises(fault) as raised:
        list(session.pages("payments", Window()))
    assert raised.value.facts == facts  # type: ignore[attr-defined]


def test_a_used_up_quota_says_when_it_returns() -> None:
    text = json.dumps({"message": "Out of call volume quota. Quota will be replenished in 01:02:03."})
    with pytest.raises(VendorBusy) as raised:
        list(_session(lambda request: httpx2.Response(403, text=text)).pages("payments", Window()))
    assert raised.value.after == 3723.0


def test_a_list_that_may_not_be_read_is_named_and_the_others_are_still_looked_at() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        denied = request.url.path.endswith(("/Payments", "/Customers"))
        return httpx2.Response(403, text='{"message": "no"}') if denied else _page()

    health = _session(answer).test()
    assert health.missing == ("Read customers", "Read payments")
    assert health.tenant == "acme_sandbox"
    assert len(health.checks) == 15


@pytest.mark.parametrize(
    "values",
    [
        {"page_size": "0"},
        {"page_size": "501"},
        {"login": "me@acme"},
        {"currency": "XXX"},
        {"base_url": "http://rev.io"},
    ],
)
def test_values_that_cannot_work_are_refused_at_once(values: dict[str, str]) -> None:
    with pytest.raises(BadField) as raised:
        _session(lambda request: _page(), **values)
    assert raised.value.facts["field"] in values
