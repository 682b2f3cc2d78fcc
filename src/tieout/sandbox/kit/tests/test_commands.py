"""Stories of the command line and of the whole sandbox: credentials, faults from a file, one process for all vendors."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from tieout.sandbox import commands
from tieout.sandbox.assemble import assemble
from tieout.sandbox.kit.server import RunningSandbox, Sandbox

KEYS = {
    "intacct": {"url", "company_id", "sender_id", "sender_password", "user_id", "user_password"},
    "revio": {"url", "login", "client_code", "password", "subscription_key"},
}


def test_credentials_are_printed_as_json_for_every_vendor() -> None:
    result = CliRunner().invoke(commands.app, ["credentials", "--json", "--port", "8123"])
    printed = json.loads(result.output)
    assert {slug: set(fields) for slug, fields in printed.items()} == KEYS
    assert printed["intacct"]["url"] == "http://127.0.0.1:8123/intacct/ia/xml/xmlgw.phtml"
    assert printed["revio"]["url"] == "http://127.0.0.1:8123/revio/v1"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Sandbox, int]]:
    calls: list[tuple[Sandbox, int]] = []
    monkeypatch.setattr(commands, "serve", lambda sandbox, port: calls.append((sandbox, port)))
    return calls


def test_serve_takes_port_day_and_faults(served: list[tuple[Sandbox, int]], tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps([{"vendor": "intacct", "kind": "slow", "delay": 2.5, "times": -1}]))
    options = ["--port", "8123", "--faults", str(faults), "--today", "2026-10-05", "--scale", "0.01"]
    assert CliRunner().invoke(commands.app, ["serve", *options]).exit_code == 0
    ((sandbox, port),) = served
    assert (port, sandbox.panel.clock.today()) == (8123, date(2026, 10, 5))
    assert [fault["delay"] for fault in sandbox.panel.faults.waiting()] == [2.5]


@pytest.mark.parametrize("content", ["[{]", '[{"vendor": "x", "kind": "bang"}]', "5", '{"vendor": "x"}'])
def test_a_bad_fault_file_is_refused_before_serving(
    content: str, served: list[tuple[Sandbox, int]], tmp_path: Path
) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text(content)
    result = CliRunner().invoke(commands.app, ["serve", "--scale", "0.01", "--faults", str(faults)])
    assert result.exit_code == 2
    assert not served
    assert CliRunner().invoke(commands.app, ["serve", "--today", "tomorrow"]).exit_code == 2


def test_one_process_serves_all_vendors_and_a_slow_one_holds_up_nobody() -> None:
    with (
        RunningSandbox(assemble(date(2026, 10, 5), scale=0.01)) as running,
        httpx2.Client(base_url=running.url) as client,
    ):
        pages = [client.get(path) for path in ("/", "/intacct/", "/revio/", "/style.css", "/control/faults")]
        assert [page.status_code for page in pages] == [200] * 5
        assert "Sage Intacct" in pages[0].text
        running.control.fault("intacct", "slow", delay=5)
        with pytest.raises(httpx2.ReadTimeout):
            client.post(
                "/intacct/ia/xml/xmlgw.phtml", content=b"<x/>", headers={"content-type": "text/xml"}, timeout=0.1
            )
        assert client.get("/revio/", timeout=1).status_code == 200
        assert client.post("/control/reset").json() == {"reset": True}
