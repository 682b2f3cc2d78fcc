"""Rev.io keeps the promises of the connector kit, against its sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

from tieout.connectors.kit.conformance import Subject, suite
from tieout.connectors.kit.limits import Budget
from tieout.connectors.kit.streams import Window
from tieout.connectors.revio import CONNECTOR
from tieout.connectors.revio.session import RevioSession
from tieout.sandbox.kit.server import RunningSandbox, build
from tieout.sandbox.revio.app import RevioSandbox


@contextmanager
def _revio() -> Iterator[Mapping[str, str]]:
    today = date(2026, 11, 20)
    with RunningSandbox(build(RevioSandbox(seed=7, today=today, scale=0.02), today=today)) as running:
        credentials = running.credentials()["revio"]
        yield {"base_url": credentials.pop("url"), **credentials, "currency": "USD", "page_size": "20"}


def _impatient(values: Mapping[str, str]) -> RevioSession:
    return RevioSession(values, timeout=0.5, budget=Budget(100, 100))


TestRevio = suite(
    Subject(
        connector=CONNECTOR,
        start=_revio,
        address="base_url",
        impatient=_impatient,
        wrong={
            "password": ({"password": "not the password"}, "password"),
            "login": ({"login": "nobody"}, "login"),
            "client code": ({"client_code": "no_such_company"}, "client code"),
            "subscription key": ({"subscription_key": "not-the-key"}, "subscription key"),
        },
        stream="payments",
        window=Window(since=datetime.fromisoformat("2026-11-10")),
        parse=lambda body: json.loads(body, parse_float=str)["records"],
    )
)
