"""Stories of the kit: a bell that is rung over real sockets while faults strike."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import date

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tieout.sandbox.kit.exchange import ConnectionCut, exchange
from tieout.sandbox.kit.faults import Fault
from tieout.sandbox.kit.panel import ControlPanel
from tieout.sandbox.kit.server import RunningSandbox, Sandbox, build

TODAY = date(2026, 10, 5)


class Bell:
    """The smallest vendor: counts how often it was rung."""

    slug = "bell"
    title = "Bell <&>"

    def __init__(self) -> None:
        self.rung = 0
        self.denied: list[Fault] = []

    def routes(self, panel: ControlPanel) -> Sequence[BaseRoute]:
        async def ring(request: Request) -> Response:
            async def work(fault: Fault | None) -> Response:
                self.rung += 1
                return JSONResponse({"rung": self.rung, "padding": "x" * 200})

            return await exchange(panel, self.slug, request, {"function": ["ring", "listen"]}, work)

        return [Route("/ring", ring, methods=["POST"])]

    def credentials(self, base_url: str) -> dict[str, str]:
        return {"url": f"{base_url}/bell"}

    def reset(self) -> None:
        self.rung = 0


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def sandbox(bell: Bell) -> Sandbox:
    return build(bell, today=TODAY)


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    with RunningSandbox(sandbox) as running, httpx2.Client(base_url=running.url, timeout=5) as client:
        yield client


@pytest.mark.parametrize(
    ("kind", "error", "rung"),
    [
        ("answer_lost", httpx2.RemoteProtocolError, 1),
        ("commit_lost", httpx2.RemoteProtocolError, 0),
        ("cut", httpx2.RemoteProtocolError, 1),
    ],
)
def test_a_lost_connection_is_a_real_one_and_says_nothing_of_the_work(
    kind: str, error: type[Exception], rung: int, bell: Bell, sandbox: Sandbox, client: httpx2.Client
) -> None:
    sandbox.panel.fault("bell", kind)
    with pytest.raises(error):
        client.post("/bell/ring")
    assert bell.rung == rung
    assert client.post("/bell/ring").json()["rung"] == rung + 1
    assert [entry["fault"] for entry in client.get("/control/log").json()["requests"]] == [kind, None]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_refused_request_is_not_worked_on(status: int, bell: Bell, sandbox: Sandbox, client: httpx2.Client) -> None:
    sandbox.panel.fault("bell", f"status_{status}")
    answer = client.post("/bell/ring")
    assert (answer.status_code, bell.rung) == (status, 0)
    assert answer.headers["content-type"].startswith("text/html")


def test_a_malformed_answer_arrives_complete_but_makes_no_sense(
    bell: Bell, sandbox: Sandbox, client: httpx2.Client
) -> None:
    sandbox.panel.fault("bell", "malformed_answer")
    answer = client.post("/bell/ring")
    assert (answer.status_code, bell.rung) == (200, 1)
    with pytest.raises(ValueError, match="Unterminated"):
        answer.json()


def test_slow_work_is_done_even_when_the_client_has_gone(bell: Bell, sandbox: Sandbox, client: httpx2.Client) -> None:
    sandbox.panel.fault("bell", "slow", delay=0.3)
    with pytest.raises(httpx2.ReadTimeout):
        client.post("/bell/ring", timeout=0.05)
    assert bell.rung == 0
    deadline = time.monotonic() + 3
    while not bell.rung and time.monotonic() < deadline:
        time.sleep(0.02)
    assert bell.rung == 1


def test_faults_strike_in_order_those_they_match_and_are_recorded(bell: Bell, client: httpx2.Client) -> None:
    faults = [
        {"vendor": "bell", "kind": "status_500", "match": {"function": "LIST*"}, "skip": 1},
        {"vendor": "bell", "kind": "status_503", "match": {"path": "/elsewhere"}, "times": -1},
        {"vendor": "bell", "kind": "status_429", "times": 2, "skip": 1},
    ]
    assert client.post("/control/faults", json=faults).status_code == 200
    assert [client.post("/bell/ring").status_code for _ in range(5)] == [200, 500, 429, 429, 200]
    state = client.get("/control/faults").json()
    assert [firing["fault"]["kind"] for firing in state["fired"]] == ["status_500", "status_429", "status_429"]
    assert [fault["kind"] for fault in state["waiting"]] == ["status_503"]
    assert client.delete("/control/faults").json() == {"waiting": [], "fired": []}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"vendor": "bell", "kind": "explosion"}),
        ("faults", {"vendor": "bell", "kind": "cut", "match": {"funktion": "x"}}),
        ("faults", {"vendor": "bell", "kind": "cut", "times": 0}),
        ("faults", {"vendor": "bell", "kind": "cut", "times": "2"}),
        ("faults", "cut"),
        ("clock", {"today": "2026-02-30"}),
        ("clock", {"today": "2026-02-01", "advance": 1}),
        ("clock", []),
        ("latency", {"seconds": -1}),
        ("latency", {"second": 1}),
    ],
)
def test_bad_control_input_is_refused_with_its_reason(path: str, body: object, client: httpx2.Client) -> None:
    answer = client.post(f"/control/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert client.get("/control/faults").json()["waiting"] == []


def test_the_clock_starts_on_the_given_day_and_can_be_moved(client: httpx2.Client) -> None:
    assert client.get("/control/clock").json()["today"] == "2026-10-05"
    assert client.post("/control/clock", json={"advance": 86400}).json()["today"] == "2026-10-06"
    assert (
        client.post("/control/clock", json={"now": "2027-01-01T03:00:00+00:00"})
        .json()["now"]
        .startswith("2027-01-01T03:00")
    )
    client.post("/control/reset")
    assert client.get("/control/clock").json()["today"] == "2026-10-05"


def test_latency_delays_vendor_requests_without_queueing_them(client: httpx2.Client) -> None:
    client.post("/control/latency", json={"seconds": 0.2})
    began = time.monotonic()
    threads = [threading.Thread(target=client.post, args=("/bell/ring",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.2 <= time.monotonic() - began < 0.7


def test_reset_clears_faults_log_and_state(bell: Bell, sandbox: Sandbox, client: httpx2.Client) -> None:
    sandbox.panel.fault("bell", "cut", skip=5)
    client.post("/bell/ring")
    client.post("/control/reset")
    assert bell.rung == 0
    assert client.get("/control/log").json() == {"total": 0, "requests": []}
    assert client.get("/control/faults").json()["waiting"] == []


def test_the_index_page_lists_vendors_escaped(client: httpx2.Client) -> None:
    answer = client.get("/")
    assert "Bell &lt;&amp;&gt;" in answer.text
    assert "script" not in answer.text
    assert client.get("/style.css").headers["content-type"].startswith("text/css")


def test_a_cut_in_process_raises_what_a_client_would_meet(bell: Bell, sandbox: Sandbox) -> None:
    async def ring() -> None:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(sandbox), base_url="http://sandbox") as client:
            await client.post("/bell/ring")

    sandbox.panel.fault("bell", "answer_lost")
    with pytest.raises(ConnectionCut):
        asyncio.run(ring())
    assert bell.rung == 1
