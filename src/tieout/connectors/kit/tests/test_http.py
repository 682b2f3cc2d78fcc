"""The client speaks to one host, bounds what it receives, and says plainly what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import httpx2
import pytest

from tieout.connectors.kit.faults import AnswerTooLarge, HostUnreachable, NoAnswer, OtherHost
from tieout.connectors.kit.fields import BadField
from tieout.connectors.kit.http import Client
from tieout.connectors.kit.masking import MASK, Mask

Handler = Callable[[httpx2.Request], httpx2.Response]


def _client(handler: Handler, base: str = "https://api.vendor.example/v1", **options: object) -> Client:
    return Client(base, mask=Mask("s3cret&more"), transport=httpx2.MockTransport(handler), **options)  # type: ignore[arg-type]


def _ok(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, content=b"fine", headers={"set-cookie": "tracker=1"})


def test_cookies_are_never_sent_back() -> None:
    seen = []

    def note(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers.get("cookie"))
        return _ok(request)

    client = _client(note)
    client.request("GET")
    client.request("GET")
    assert seen == [None, None]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/v1",
        "https://api.vendor.example.evil.example/v1",
        "https://api.vendor.example:444/v1",
        "http://api.vendor.example/v1",
        "https://user@api.vendor.example/v1",
        "//evil.example/v1",
    ],
)
def test_no_other_host_is_asked(address: str) -> None:
    with pytest.raises(OtherHost):
        _client(lambda request: pytest.fail("nothing may be sent")).request("GET", address)


def test_a_vendor_may_move_us_within_its_own_domain_only() -> None:
    client = _client(_ok, "https://api.intacct.com/ia", domain="intacct.com")
    assert client.resolve("https://na12.intacct.com/x") == "https://na12.intacct.com/x"
    for address in ("https://notintacct.com/x", "https://intacct.com.evil.example/x", "http://na12.intacct.com/x"):
        with pytest.raises(OtherHost):
            client.resolve(address)


def test_a_domain_means_nothing_when_the_connection_is_elsewhere() -> None:
    with pytest.raises(OtherHost):
        _client(_ok, "https://gateway.example/ia", domain="intacct.com").resolve("https://na12.intacct.com/x")


def test_redirects_are_refused_not_followed() -> None:
    with pytest.raises(OtherHost, match=r"evil\.example"):
        _client(lambda request: httpx2.Response(307, headers={"location": "https://evil.example/?token=1"})).request(
            "GET"
        )


@pytest.mark.parametrize(
    "base", ["http://api.vendor.example", "https://a:b@vendor.example", "ftp://vendor.example", "https://"]
)
def test_an_unsafe_address_is_refused_before_anything_is_sent(base: str) -> None:
    with pytest.raises(BadField):
        _client(_ok, base)


def test_an_answer_larger_than_the_limit_is_abandoned() -> None:
    with pytest.raises(AnswerTooLarge):
        _client(lambda request: httpx2.Response(200, content=b"x" * 2_000_000), max_bytes=1_000_000).request("GET")


def test_an_answer_that_drips_past_the_time_limit_is_abandoned() -> None:
    ticks = count(step=20)

    def drip(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=(b"x" for _ in range(10)))

    with pytest.raises(NoAnswer) as raised:
        _client(drip, timeout=60, clock=lambda: float(next(ticks))).request("GET")
    assert raised.value.timed_out


@pytest.mark.parametrize(
    ("error", "fault", "word"),
    [
        (httpx2.ConnectError("[Errno -2] Name or service not known"), HostUnreachable, "name is unknown"),
        (httpx2.ConnectError("[Errno 111] Connection refused"), HostUnreachable, "refuses"),
        (httpx2.ConnectError("certificate verify failed"), HostUnreachable, "encrypted"),
        (httpx2.ConnectTimeout("timed out"), HostUnreachable, "in time"),
        (httpx2.ReadTimeout("timed out"), NoAnswer, "seconds"),
        (httpx2.RemoteProtocolError("peer closed connection"), NoAnswer, "closed"),
        (httpx2.WriteError("broken pipe"), NoAnswer, "closed"),
    ],
)
def test_a_transport_error_says_whether_anything_was_sent(error: Exception, fault: type[Exception], word: str) -> None:
    def fail(request: httpx2.Request) -> httpx2.Response:
        raise error

    with pytest.raises(fault, match=word) as raised:
        _client(fail).request("POST", content=b"<password>s3cret&amp;more</password>")
    assert b"s3cret" not in raised.value.exchange.request  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12.0),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT", "date": "Fri, 20 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_the_wish_to_wait_is_read_in_both_spellings(headers: dict[str, str], seconds: float | None) -> None:
    answer = _client(lambda request: httpx2.Response(429, headers=headers)).request("GET")
    assert answer.retry_after == seconds


@pytest.mark.parametrize(
    "spelling",
    ["s3cret&more", "s3cret&amp;more", "s3cret%26more", '{"key":"s3cret&more"}', "<sessionid>anything..</sessionid>"],
)
def test_a_secret_is_masked_in_every_spelling(spelling: str) -> None:
    masked = Mask("s3cret&more").text(f"before {spelling} after")
    assert "s3cret" not in masked
    assert "anything" not in masked
    assert MASK in masked
    assert masked.startswith("before ")
    assert masked.endswith(" after")
