"""What a line of an entry may carry, what the user may do, and what others put into a journal: asked of a company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tieout.connectors.intacct import CONNECTOR
from tieout.connectors.intacct.session import IntacctSession
from tieout.connectors.kit.documents import Dimensions, Journal, JournalLine
from tieout.connectors.kit.faults import Refused
from tieout.connectors.kit.fields import clean_all
from tieout.kernel.money import Money
from tieout.sandbox.intacct.app import IntacctSandbox
from tieout.sandbox.kit.server import RunningSandbox, build

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def values() -> Iterator[dict[str, str]]:
    with RunningSandbox(build(IntacctSandbox(seed=7, today=TODAY, scale=0.1), today=TODAY)) as running:
        credentials = running.credentials()["intacct"]
        yield clean_all(CONNECTOR.fields, {"gateway_url": credentials.pop("url"), **credentials})


@pytest.fixture
def session(values: dict[str, str]) -> Iterator[IntacctSession]:
    session = IntacctSession(values)
    yield session
    session.close()


def test_dimensions_and_custom_fields_are_told_by_name(session: IntacctSession) -> None:
    fields = {field.name: field for field in session.line_fields()}
    assert list(fields)[:5] == ["location", "department", "customer", "class", "GLDIMSEGMENT"]
    kinds = {name: (fields[name].kind, fields[name].listed) for name in ("class", "REVENUE_KIND", "CONTRACT_REF")}
    assert kinds == {
        "class": ("dimension", True),
        "REVENUE_KIND": ("custom field", True),
        "CONTRACT_REF": ("custom field", False),
    }
    assert [name for name, field in fields.items() if not field.writable] == ["LEGACY_REF"]


def test_values_are_those_that_a_line_would_say(session: IntacctSession) -> None:
    assert {row.code: row.active for row in session.line_values("class")}["PAGER"] is False
    segments = list(session.line_values("GLDIMSEGMENT"))
    assert segments[0].name == "Public sector"
    assert segments[0].code.isdigit()
    assert [row.code for row in session.line_values("REVENUE_KIND")] == ["recurring", "one-time", "usage"]
    with pytest.raises(Refused, match="NOPE"):
        list(session.line_values("NOPE"))


@pytest.mark.parametrize(
    ("user", "password", "missing"),
    [
        ("xml_gateway", "user-Secret-1", []),
        ("reader", "user-Secret-2", ["Make journal entry"]),
        ("cashier", "user-Secret-3", ["Make journal entry", "See journal entries"]),
    ],
)
def test_each_right_is_named(values: dict[str, str], user: str, password: str, missing: list[str]) -> None:
    session = IntacctSession({**values, "user_id": user, "user_password": password})
    assert [check.name for check in session.journal_rights() if not check.ok] == missing
    session.close()


def test_entries_made_by_others_are_found(session: IntacctSession) -> None:
    for key, day in (("TOMINE", 1), ("", 15), ("BYHAND", 30), ("LATER", 31)):
        session.post(_entry(key or "NONE", date(2026, 10, day)), f"c-{key}")
    found = list(session.entries("REV", date(2026, 10, 1), date(2026, 10, 30), {"TOMINE"}))
    assert [held.document.key for held in found] == ["NONE", "BYHAND"]
    assert [(line.account, line.side, str(line.amount)) for line in found[0].document.lines] == [
        ("23000", "debit", "5.00 USD"),
        ("40100", "credit", "5.00 USD"),
    ]


def _entry(key: str, day: date) -> Journal:
    here = Dimensions(location="US")
    amount = Money(500, "USD")
    lines = (
        JournalLine("23000", "debit", amount, dimensions=here),
        JournalLine("40100", "credit", amount, dimensions=here),
    )
    return Journal(key, "REV", day, f"Entry {key}", "USD", lines)
