"""A small sandbox in process, and a client of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

import httpx2
import pytest

from tieout.sandbox.kit.server import Sandbox, build
from tieout.sandbox.revio.app import RevioSandbox
from tieout.sandbox.revio.gate import Limits

TODAY = date(2026, 11, 20)
GIVEN = RevioSandbox(1, TODAY).credentials("http://sandbox")


class Client:
    """Blocking calls onto the application in process, signed in as the given credentials say."""

    def __init__(self, app: Sandbox, **changed: str | None) -> None:
        given = {**GIVEN, **changed}
        self.app = app
        self._auth = (f"{given['login']}@{given['client_code']}", given["password"] or "")
        key = given["subscription_key"]
        self._headers = {} if key is None else {"Ocp-Apim-Subscription-Key": key}

    def send(self, method: str, path: str, **more: Any) -> httpx2.Response:
        return asyncio.run(self._send(method, path, more))

    def get(self, path: str, **search: Any) -> httpx2.Response:
        """GET below /revio/v1; the arguments are search parameters without their prefix."""
        return self.send("GET", f"/revio/v1/{path}", params={f"search.{name}": value for name, value in search.items()})

    def records(self, path: str, **search: Any) -> list[dict[str, Any]]:
        """All records of a list, page by page."""
        rows, page = [], 0
        while True:
            page += 1
            answer = self.get(path, **{"page_size": 500, **search, "page": page}).json()
            assert answer["ok"] is True
            assert answer["record_count"] == len(answer["records"])
            rows += answer["records"]
            if not answer["has_more"]:
                return rows

    def move(self, path: str, body: Any) -> dict[str, Any]:
        """POST below /revio/control, which must succeed."""
        response = self.send("POST", f"/revio/control/{path}", json=body)
        assert response.status_code in (200, 201), response.text
        return dict(response.json())

    async def _send(self, method: str, path: str, more: Mapping[str, Any]) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            return await client.request(method, path, auth=self._auth, headers=self._headers, **more)


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    vendor = RevioSandbox(seed=1, today=TODAY, scale=0.02, limits=Limits(per_minute=None, per_day=None))
    return build(vendor, today=TODAY)


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox)
