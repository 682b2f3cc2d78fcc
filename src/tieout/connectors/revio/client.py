"""Speaks to Rev.io on behalf of one connection: signs each request and keeps to the account's call budget."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache

import httpx2

from tieout.connectors.kit.http import Client
from tieout.connectors.kit.limits import Budget
from tieout.connectors.kit.masking import Mask
from tieout.connectors.kit.pagers import Fetched
from tieout.connectors.revio.answers import page_of
from tieout.connectors.revio.config import Settings

CALLS_PER_MINUTE, CALLS_PER_DAY = 400, 120_000
"""Four fifths of what Rev.io allows, because a company's other applications use the same key."""


@lru_cache(maxsize=256)
def shared_budget(base_url: str, client_code: str) -> Budget:
    """The one budget of an account in this process."""
    return Budget(CALLS_PER_MINUTE, CALLS_PER_DAY)


class RevioClient:
    """`calls` counts the requests sent."""

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx2.BaseTransport | None = None,
        budget: Budget | None = None,
        timeout: float = 60.0,
    ) -> None:
        self.calls = 0
        self._budget = budget or shared_budget(settings.base_url, settings.client_code)
        self._root = settings.base_url.rstrip("/")
        user = f"{settings.login}@{settings.client_code}"
        signature = b64encode(f"{user}:{settings.password}".encode()).decode()
        self._http = Client(
            self._root,
            mask=Mask(settings.password, settings.subscription_key, signature),
            headers={
                "accept": "application/json",
                "authorization": f"Basic {signature}",
                "ocp-apim-subscription-key": settings.subscription_key,
            },
            timeout=timeout,
            transport=transport,
        )

    def list(self, path: str, params: Mapping[str, str]) -> Fetched:
        """One page of a list, asked for once. Raises the faults of a read."""
        self._budget.take()
        self.calls += 1
        return page_of(self._http.request("GET", f"{self._root}/{path}", params=params))

    def close(self) -> None:
        """Drop the connections."""
        self._http.close()
