"""Testing a connection tells wrong sender, wrong user and unknown company apart, and names each missing permission."""

from __future__ import annotations

import httpx2
import pytest
from lxml import etree

from tieout.connectors.intacct.session import IntacctSession

from .conftest import VALUES, Scripted, failure, refused_control, success

_ROW = '<data totalcount="1" numremaining="0"><X><RECORDNO>1</RECORDNO></X></data>'


def _rights(**rights: str) -> str:
    policies = "".join(
        f"<policy><policyName>{name.replace('_', ' ')}</policyName><rights>{held}</rights></policy>"
        for name, held in rights.items()
    )
    inside = f"<appSubscription><applicationName>A</applicationName><policies>{policies}</policies></appSubscription>"
    return success(f"<data><permissions>{inside}</permissions></data>")


def _company(denied: str = "", rights: str = "") -> object:
    def answer(request: httpx2.Request) -> httpx2.Response:
        function = etree.fromstring(request.content).find("operation/content/function")
        assert function is not None
        assert function[0].tag in ("query", "getUserPermissions"), "a test writes nothing"
        if function[0].tag == "getUserPermissions":
            return httpx2.Response(
                200, text=rights or failure(("PL04000005", "You do not have permission"), control_id="")
            )
        refused = function[0].findtext("object") == denied
        return httpx2.Response(
            200, text=failure(("PL04000005", "You do not have permission")) if refused else success(_ROW)
        )

    return answer


FULL = _rights(Other_Receipts="List|View|Add|Edit", Journal_Entries="List|View|Add")


@pytest.mark.parametrize(
    ("answer", "name", "word"),
    [
        (refused_control("XL03000006", "Incorrect Intacct XML Partner ID or password."), "Sender", "sender"),
        (refused_control("GW-0011", "Invalid Request: unknown tenant"), "Company", "company ID"),
        (refused_control("XMLGW_JPP0002", "Sign-in information is incorrect"), "User", "user"),
        (refused_control("PL04000055", "The demo company has expired"), "Host", "expired"),
    ],
)
def test_a_refused_sign_in_says_which_value_is_wrong(answer: str, name: str, word: str) -> None:
    session = IntacctSession(VALUES, transport=httpx2.MockTransport(lambda request: httpx2.Response(200, text=answer)))
    health = session.test()
    session.close()
    assert health.missing == (name,)
    assert word in health.checks[0].detail
    assert health.checks[0].remedy


def test_every_permission_that_is_there_is_listed(gateway: Scripted) -> None:
    gateway.script = [_company(rights=FULL)] * 5  # type: ignore[list-item]
    health = gateway.session().test()
    assert health.ok
    assert health.tenant == "acme"
    assert {check.name for check in health.checks} >= {"Read other receipts", "Create journal entries", "List accounts"}


@pytest.mark.parametrize(
    ("denied", "rights", "missing"),
    [
        ("OTHERRECEIPTS", FULL, "Read other receipts"),
        ("GLBATCH", FULL, "Read journal entries"),
        ("GLJOURNAL", FULL, "List journals"),
        ("GLACCOUNT", FULL, "List accounts"),
        ("", _rights(Other_Receipts="List|View", Journal_Entries="Add"), "Create other receipts"),
        ("", _rights(Other_Receipts="Add"), "Create journal entries"),
    ],
)
def test_a_missing_permission_is_named(gateway: Scripted, denied: str, rights: str, missing: str) -> None:
    gateway.script = [_company(denied, rights)] * 5  # type: ignore[list-item]
    assert gateway.session().test().missing == (missing,)


def test_rights_that_sage_does_not_show_are_not_guessed(gateway: Scripted) -> None:
    gateway.script = [_company()] * 5  # type: ignore[list-item]
    health = gateway.session().test()
    assert health.ok
    hidden = [check for check in health.checks if check.name.startswith("Create")]
    assert all("could not be checked" in check.detail for check in hidden)
