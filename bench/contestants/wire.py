"""What the contestants share: their argument, the requests, and what they report. Imports nothing of Tieout."""

from __future__ import annotations

import json
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

PAGE_SIZE = 500
COLUMNS = {
    "payment_id": "bigint",
    "customer_id": "bigint",
    "bill_id": "bigint",
    "agent_id": "bigint",
    "amount": "numeric",
    "balance": "numeric",
    "method": "text",
    "payment_type_id": "bigint",
    "payment_account_id": "bigint",
    "reference_number": "text",
    "authorization_code": "text",
    "received_date": "timestamp",
    "created_date": "timestamp",
    "source": "text",
    "refund_flag": "boolean",
    "bounced": "boolean",
}
"""A payment as Rev.io sends it, and the type that a plain table gives each field."""


@dataclass(frozen=True, slots=True)
class Task:
    """Where to read from and where to store to. `revio` are the sandbox's credentials, `mode` is the contestant's own."""

    revio: dict[str, str]
    conninfo: str
    mode: str = ""


def pages(revio: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
    """The payments page by page, in the order and size that Tieout asks for; amounts exact, never floats."""
    signature = b64encode(f"{revio['login']}@{revio['client_code']}:{revio['password']}".encode()).decode()
    headers = {"authorization": f"Basic {signature}", "ocp-apim-subscription-key": revio["subscription_key"]}
    params = {"search.page": 1, "search.page_size": PAGE_SIZE, "search.sort": "payment_id"}
    with httpx2.Client(headers=headers, timeout=60, trust_env=False) as client:
        more = True
        while more:
            answer = client.get(f"{revio['url']}/Payments", params=params)
            answer.raise_for_status()
            data = json.loads(answer.content, parse_float=str)
            yield data["records"]
            more = data["has_more"]
            params["search.page"] += 1


def compete(load: Callable[[Task], int]) -> None:
    """Time `load`, which stores and commits everything and returns how many records it stored; print the report."""
    task = Task(**json.load(sys.stdin))
    started = time.perf_counter()
    records = load(task)
    seconds = time.perf_counter() - started
    print(json.dumps({"records": records, "seconds": seconds, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """The most memory that this process has held."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
