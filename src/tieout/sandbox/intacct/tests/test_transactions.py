"""Stories of exactly once: transactions that roll back, functions that are refused a second time, answers that are lost."""

from __future__ import annotations

import threading

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

UNIQUE = "<uniqueid>true</uniqueid>"
ROLLED_BACK = "XL03000009"


def department(identity, title="A department"):
    return f"<create><DEPARTMENT><DEPARTMENTID>{identity}</DEPARTMENTID><TITLE>{title}</TITLE></DEPARTMENT></create>"


def statuses(root):
    return [one.text for one in root.iterfind(".//result/status")]


def codes(result):
    return [one.text for one in result.iterfind(".//errorno")]


def known(gateway, identity):
    return gateway.rows(
        "DEPARTMENT", "DEPARTMENTID", f"<equalto><field>DEPARTMENTID</field><value>{identity}</value></equalto>"
    )


def test_functions_of_one_request_stand_alone_by_default(gateway):
    root = gateway.ask(department("A1"), department("A1"), department("A2"))
    assert statuses(root) == ["success", "failure", "success"]
    assert codes(root.findall(".//result")[1]) == ["BL34000061", "BL01001973"]
    assert root.findall(".//result")[1].find("data").attrib == {"listtype": "objects", "count": "0"}


def test_a_transaction_keeps_all_or_nothing(gateway):
    root = gateway.ask(department("A1"), department("A1"), department("A2"), transaction=True)
    assert statuses(root) == ["aborted", "failure", "aborted"]
    assert [codes(result)[-1] for result in root.iterfind(".//result")] == [ROLLED_BACK] * 3
    assert known(gateway, "A1") == known(gateway, "A2") == []
    assert statuses(gateway.ask(department("A1"), department("A2"), transaction=True)) == ["success", "success"]


def test_several_objects_in_one_function_are_not_atomic(gateway):
    both = department("A1").replace("</create>", "") + department("100").replace("<create>", "")
    result = gateway.result(both)
    assert result.findtext("status") == "failure"
    assert result.find("data").get("count") == "1"
    assert result.findtext("data/department/DEPARTMENTID") == "A1"
    assert known(gateway, "A1") == [("A1",)]


def test_a_completed_function_is_refused_a_second_time_only_when_unique(gateway):
    again = {"controlids": ("key-1",)}
    assert gateway.result(department("A1"), control=UNIQUE, **again).findtext("status") == "success"
    refused = gateway.result(department("A2"), control=UNIQUE, **again)
    assert codes(refused) == ["XL03000010"]
    assert known(gateway, "A2") == []
    assert gateway.result(department("A2"), **again).findtext("status") == "success"


def test_a_failed_or_rolled_back_function_may_be_sent_again(gateway):
    gateway.ask(department("100"), control=UNIQUE, controlids=("key-1",))
    gateway.ask(department("A1"), department("100"), control=UNIQUE, controlids=("key-2", "key-3"), transaction=True)
    root = gateway.ask(department("A1"), department("A2"), control=UNIQUE, controlids=("key-1", "key-2"))
    assert statuses(root) == ["success", "success"]


@pytest.mark.parametrize(("kind", "kept"), [("answer_lost", 1), ("commit_lost", 0), ("cut", 1)])
def test_a_lost_answer_leaves_the_truth_to_be_looked_up(gateway, kind, kept):
    gateway.panel.fault("intacct", kind, function="create", object="department")
    with pytest.raises(httpx2.RemoteProtocolError):
        gateway.ask(department("A1"), control=UNIQUE, controlids=("key-1",))
    assert len(known(gateway, "A1")) == kept
    again = gateway.result(department("A1"), control=UNIQUE, controlids=("key-1",))
    assert codes(again) == (["XL03000010"] if kept else [])
    assert len(known(gateway, "A1")) == 1


@pytest.mark.parametrize(("check", "copies"), [("arrival", 2), ("execution", 1)])
def test_a_request_in_flight_is_not_remembered(gateway, check, copies):
    """A client that gives up on a slow request and sends it again at once books twice, unless the check comes late."""
    gateway.company.settings.duplicate_check = check
    gateway.panel.fault("intacct", "slow", delay=0.3)
    entry = (
        "<create><GLBATCH><JOURNAL>GJ</JOURNAL><BATCH_DATE>10/01/2026</BATCH_DATE><BATCH_TITLE>t</BATCH_TITLE>"
        "<REFERENCENO>K-77</REFERENCENO><ENTRIES>"
        "<GLENTRY><ACCOUNTNO>12000</ACCOUNTNO><TR_TYPE>1</TR_TYPE><AMOUNT>5</AMOUNT><CURRENCY>USD</CURRENCY><LOCATION>US</LOCATION></GLENTRY>"
        "<GLENTRY><ACCOUNTNO>40100</ACCOUNTNO><TR_TYPE>-1</TR_TYPE><AMOUNT>5</AMOUNT><CURRENCY>USD</CURRENCY><LOCATION>US</LOCATION></GLENTRY>"
        "</ENTRIES></GLBATCH></create>"
    )
    slow = threading.Thread(target=gateway.ask, args=(entry,), kwargs={"control": UNIQUE, "controlids": ("key-1",)})
    slow.start()
    while not gateway.panel.faults.fired:
        pass
    gateway.ask(entry, control=UNIQUE, controlids=("key-1",))
    slow.join()
    found = gateway.rows("GLBATCH", "RECORDNO", "<equalto><field>REFERENCENO</field><value>K-77</value></equalto>")
    assert len(found) == copies


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["create", "rename", "delete", "move"]), min_size=1, max_size=5))
def test_a_rollback_restores_every_record(gateway, steps):
    functions = {
        "create": department("NEW"),
        "rename": "<update><DEPARTMENT><DEPARTMENTID>100</DEPARTMENTID><TITLE>Other</TITLE></DEPARTMENT></update>",
        "delete": "<delete><object>CLASS</object><keys>4</keys></delete>",
        "move": "<update><LOCATION><LOCATIONID>US-NYC</LOCATIONID><PARENTID>UK</PARENTID></LOCATION></update>",
    }
    tables = ("DEPARTMENT", "CLASS", "LOCATION", "AUDITHISTORY", "numbers", "executed")

    def books():
        return [gateway.company.store.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]

    before = books()
    root = gateway.ask(*(functions[step] for step in steps), "<fails/>", transaction=True, control=UNIQUE)
    assert "success" not in statuses(root)
    assert books() == before
