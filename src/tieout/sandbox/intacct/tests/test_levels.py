"""Stories of the three levels: transport and control, authentication and sessions, results and their errors."""

from __future__ import annotations

from dataclasses import replace

import httpx2
import pytest
from lxml import etree

SESSION = "<getAPISession/>"
PING = "<query><object>CLASS</object><select><field>CLASSID</field></select></query>"


def reason(node):
    return (node.findtext(".//error/description2") or "").partition(" [Support ID:")[0]


def failure(answer):
    assert answer.status_code == 200
    root = etree.fromstring(answer.content)
    assert root.findtext("control/status") == "failure"
    assert root.find("operation") is None
    return root.findtext(".//errorno"), reason(root)


def test_only_posts_to_the_one_path_are_served(gateway):
    assert gateway.http.get(gateway.url).status_code == 405
    assert gateway.http.post(gateway.url.replace("xmlgw", "other"), content=b"").status_code == 404


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"<request><control></request>", "Opening and ending tag mismatch"),
        (b"", "Fatal Error"),
        (b"\xff\xfe\x00garbage", "Fatal Error"),
        (b"<query/>", "Expected is ( request )"),
        (b"<request/>", "Expected is ( control )"),
        (b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><request>&b;</request>', "document type"),
        (b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><request>&x;</request>', "document type"),
        (b"<request>" + b"x" * (11 * 1024 * 1024) + b"</request>", "larger than"),
    ],
)
def test_what_is_not_a_request_fails_at_the_control_level(gateway, body, text):
    code, told = failure(gateway.post(body))
    assert code == "XL03000003"
    assert text in told


def test_another_content_type_is_refused_and_the_old_one_accepted(gateway):
    assert "content type" in failure(gateway.post(gateway.request(PING), **{"content-type": "application/json"}))[1]
    assert b"success" in gateway.post(gateway.request(PING), **{"content-type": "x-intacct-xml-request"}).content


def test_a_wrong_sender_fails_at_the_control_level_or_at_the_gateway_in_front(gateway):
    stranger = replace(gateway, sender=("tieout_sandbox", "wrong"))
    assert failure(stranger.post(stranger.request(PING))) == (
        "XL03000006",
        "Incorrect Intacct XML Partner ID or password.",
    )
    gateway.company.settings.change({"wrong_sender": "gateway", "wrong_sign_in": "gateway"})
    nobody = replace(gateway, user=("xml_gateway", "wrong"))
    answers = [one.post(one.request(PING)) for one in (stranger, nobody)]
    told = [(answer.status_code, etree.fromstring(answer.content).findtext(".//errorno")) for answer in answers]
    assert told == [(400, "GW-0011"), (401, "XMLGW_JPP0002")]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"user": ("xml_gateway", "wrong")}, "Sign-in information is incorrect"),
        ({"user": ("nobody", "user-Secret-1")}, "Sign-in information is incorrect"),
        ({"user": ("lockedout", "user-Secret-8")}, "Sign-in information is incorrect"),
        ({"company_id": "SomebodyElse"}, "Sign-in information is incorrect"),
        (
            {"sender": ("other_partner", "sender-Secret-2")},
            "Web Services Authorization not configured for sender 'other_partner'",
        ),
    ],
)
def test_a_wrong_sign_in_fails_at_the_authentication_level(gateway, change, text):
    root = replace(gateway, **change).ask(PING)
    assert root.findtext("control/status") == "success"
    assert root.findtext("operation/authentication/status") == "failure"
    assert root.find("operation/result") is None
    assert root.findtext("operation/errormessage/error/errorno") == "XL03000006"
    assert reason(root) == text


def test_a_session_slides_with_use_and_ends_without_it(gateway):
    session = gateway.ask(SESSION).findtext(".//sessionid")
    assert session.endswith("..")
    for _ in range(3):
        gateway.panel.clock.advance(7 * 3600)
        assert gateway.ask(PING, session=session).findtext("operation/authentication/status") == "success"
    gateway.panel.clock.advance(9 * 3600)
    over = gateway.ask(PING, session=session)
    assert reason(over).startswith("Invalid session")
    assert (over.findtext(".//userid"), over.findtext(".//companyid")) == ("", "")


def test_a_fault_expires_the_session_once(gateway):
    session = gateway.ask(SESSION).findtext(".//sessionid")
    gateway.panel.fault("intacct", "expired_session")
    assert reason(gateway.ask(PING, session=session)).startswith("Invalid session")
    assert gateway.ask(PING, session=session).findtext(".//result/status") == "success"


def test_the_endpoint_is_the_host_by_which_the_client_came(gateway):
    answer = gateway.post(gateway.request(SESSION), host="na12.intacct.com:8443")
    assert (
        etree.fromstring(answer.content).findtext(".//endpoint")
        == "http://na12.intacct.com:8443/intacct/ia/xml/xmlgw.phtml"
    )


def test_an_entity_session_stays_in_its_entity(gateway):
    session = gateway.ask("<getAPISession><locationid>UK</locationid></getAPISession>").findtext(".//sessionid")
    inside = gateway.ask(PING, session=session)
    assert inside.findtext("operation/authentication/locationid") == "UK"
    unknown = gateway.ask("<getAPISession/>", entity="ZZ")
    assert unknown.findtext("operation/authentication/status") == "failure"
    restricted = replace(gateway, user=("uk_books", "user-Secret-6"))
    assert restricted.ask(SESSION).findtext("operation/authentication/status") == "failure"
    assert restricted.ask(SESSION, entity="UK").findtext(".//api/locationid") == "UK"


def test_the_answer_echoes_control_ids_and_stamps_in_utc(gateway):
    root = gateway.ask(PING, PING, controlids=("first one", "zwei"))
    assert root.findtext("control/controlid") == "test 1"
    assert [one.text for one in root.iterfind(".//result/controlid")] == ["first one", "zwei"]
    assert root.findtext(".//sessiontimeout").endswith("+00:00")
    assert root.findtext("control/senderid") == "tieout_sandbox"


def test_whitespace_and_additional_error_information_come_on_request(gateway):
    dense = gateway.post(gateway.request(PING, control="<includewhitespace>false</includewhitespace>"))
    assert b">\n<" not in dense.content.partition(b"?>\n")[2].strip()
    duplicate = (
        "<create><GLACCOUNT><ACCOUNTNO>10010</ACCOUNTNO><TITLE>x</TITLE><ACCOUNTTYPE>balancesheet</ACCOUNTTYPE>"
        "<NORMALBALANCE>debit</NORMALBALANCE></GLACCOUNT></create>"
    )
    told = gateway.ask(
        duplicate, control="<uniqueid>false</uniqueid><showadditionalerrorinfo>true</showadditionalerrorinfo>"
    )
    assert [one.text for one in told.iterfind(".//errorid")] == ["GL-0493", "GL-0504"]
    assert told.find(".//placeholder").attrib == {"name": "ACCOUNTNO", "value": "10010"}
    assert gateway.ask(duplicate).find(".//additionalinfo") is None


def test_an_unknown_function_or_object_fails_alone(gateway):
    root = gateway.ask("<frobnicate/>", PING.replace("CLASS", "UNICORN"), PING)
    assert [one.text for one in root.iterfind(".//result/status")] == ["failure", "failure", "success"]
    assert root.findall(".//result")[1].findtext(".//errorno") == "Query Failed"
    assert "[Support ID: " in root.findtext(".//description2")
    assert "%7E" in root.findtext(".//description2")


def test_over_the_concurrency_limit_requests_queue_or_are_refused(gateway):
    import threading

    gateway.http.post(
        f"{gateway.url.partition('/ia/')[0]}/control/settings", json={"concurrency": 1, "processing": 0.15}
    )
    statuses: list[int] = []

    def one() -> None:
        statuses.append(gateway.post(gateway.request(PING)).status_code)

    def together() -> list[int]:
        statuses.clear()
        threads = [threading.Thread(target=one) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(statuses)

    assert together() == [200, 200, 200]
    gateway.company.settings.over_limit = "refuse"
    assert together() == [200, 429, 429]


def test_a_request_that_cannot_begin_before_the_deadline_is_dropped_undone(gateway):
    gateway.company.settings.deadline = 0.05
    gateway.panel.fault("intacct", "slow", delay=0.2)
    create = "<create><CLASS><CLASSID>LATE</CLASSID><NAME>x</NAME></CLASS></create>"
    assert gateway.post(gateway.request(create)).status_code == 504
    gateway.company.settings.deadline = 900
    assert gateway.rows("CLASS", "CLASSID", "<equalto><field>CLASSID</field><value>LATE</value></equalto>") == []


@pytest.mark.parametrize(
    "body",
    [
        {"concurency": 2},
        {"concurrency": 0},
        {"deadline": -1},
        {"over_limit": "explode"},
        {"processing": "1"},
        [],
        {"concurrency": 1.5},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(gateway, body):
    answer = gateway.http.post(f"{gateway.url.partition('/ia/')[0]}/control/settings", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_rate_limit_and_maintenance_faults_have_the_vendors_shape(gateway):
    gateway.panel.fault("intacct", "status_429")
    gateway.panel.fault("intacct", "status_503")
    limited, offline = gateway.post(gateway.request(PING)), gateway.post(gateway.request(PING))
    assert (limited.status_code, offline.status_code) == (429, 503)
    assert "API rate limit exceeded" in reason(etree.fromstring(limited.content))
    assert "The Service is Temporarily Off-line" in offline.text
    assert isinstance(limited, httpx2.Response)
