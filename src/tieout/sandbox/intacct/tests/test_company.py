"""Stories of the company around the books: rights, customers, metadata, set-up, restarts, the pages to look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tieout.sandbox.intacct.app import IntacctSandbox


def equal(field, value):
    return f"<equalto><field>{field}</field><value>{value}</value></equalto>"


def reason(node):
    return (node.findtext(".//error/description2") or "").partition(" [Support ID:")[0]


def probe(object_name):
    return (
        f"<query><object>{object_name}</object><select><field>RECORDNO</field></select><pagesize>1</pagesize></query>"
    )


CLASS = "<create><CLASS><CLASSID>NEW</CLASSID><NAME>n</NAME></CLASS></create>"
RECEIPT_GONE = '<delete_otherreceipt key="1"/>'


@pytest.mark.parametrize(
    ("user", "function", "text"),
    [
        (("reader", "user-Secret-2"), CLASS, "API operation CREATE on objects of type class"),
        (("reader", "user-Secret-2"), RECEIPT_GONE, "API operation DELETE on objects of type otherreceipts"),
        (("cashier", "user-Secret-3"), probe("GLBATCH"), "API operation QUERY on objects of type glbatch"),
        (
            ("bookkeeper", "user-Secret-4"),
            probe("OTHERRECEIPTS"),
            "API operation QUERY on objects of type otherreceipts",
        ),
        (
            ("bookkeeper", "user-Secret-4"),
            "<readByQuery><object>CHECKINGACCOUNT</object></readByQuery>",
            "API operation READ_BY_QUERY on objects of type checkingaccount",
        ),
    ],
)
def test_a_missing_right_is_named_with_operation_and_object(gateway, user, function, text):
    result = replace(gateway, user=user).result(function)
    assert result.findtext(".//errorno") == "PL04000005"
    assert reason(result) == f"You do not have permission for {text}"


def test_audit_history_needs_its_own_right_and_says_so_without_a_number(gateway):
    result = replace(gateway, user=("bookkeeper", "user-Secret-4")).result(probe("AUDITHISTORY"))
    assert result.findtext(".//errorno") == ""
    assert "audit history" in reason(result)


def test_a_fault_denies_the_functions_it_matches_only(gateway):
    gateway.panel.fault("intacct", "permission_denied", object="OTHERRECEIPTS")
    root = gateway.ask(probe("GLACCOUNT"), probe("OTHERRECEIPTS"))
    assert [one.text for one in root.iterfind(".//result/status")] == ["success", "failure"]
    assert root.findtext(".//errorno") == "PL04000005"
    assert gateway.result(probe("OTHERRECEIPTS")).findtext("status") == "success"


def test_the_rights_of_a_user_are_listed_by_policy(gateway):
    result = gateway.result("<getUserPermissions><userId>cashier</userId></getUserPermissions>")
    rights = {policy.findtext("policyName"): policy.findtext("rights") for policy in result.iterfind(".//policy")}
    assert rights["Other Receipts"] == "List|View|Add|Edit|Delete|Reverse"
    assert rights["Journal Entries"] == ""
    unknown = gateway.result("<getUserPermissions><userId>nobody</userId></getUserPermissions>")
    assert unknown.findtext(".//errorno") == "BL03000025"


def test_a_customer_comes_with_its_display_contact(gateway):
    create = (
        "<create><CUSTOMER><CUSTOMERID>Z1</CUSTOMERID><NAME>Zoë &amp; Søns</NAME><DISPLAYCONTACT><PRINTAS>Zoë</PRINTAS>"
        "<EMAIL1>{}</EMAIL1><MAILADDRESS><CITY>København</CITY></MAILADDRESS></DISPLAYCONTACT></CUSTOMER></create>"
    )
    refused = gateway.result(create.format("not an address"))
    assert refused.findtext(".//errorno") == "BL03000018"
    assert "Illegal format for Contactversion : Primary Email Address" in reason(refused)
    assert gateway.result(create.format("zoe@example.org")).findtext("data/customer/CUSTOMERID") == "Z1"
    mine = equal("CUSTOMERID", "Z1")
    fields = "ENTITY DISPLAYCONTACT.CONTACTNAME DISPLAYCONTACT.MAILADDRESS.CITY DISPLAYCONTACT.EMAIL1"
    assert gateway.rows("CUSTOMER", fields, mine) == [("CZ1", "Zoë & Søns(CZ1)", "København", "zoe@example.org")]
    contact = "<DISPLAYCONTACT><EMAIL1>new@example.org</EMAIL1></DISPLAYCONTACT>"
    change = f"<CUSTOMER><CUSTOMERID>Z1</CUSTOMERID>{contact}</CUSTOMER>"
    assert gateway.result(f"<update>{change}</update>").findtext("status") == "success"
    assert gateway.rows("CUSTOMER", "DISPLAYCONTACT.EMAIL1", mine) == [("new@example.org",)]


def test_a_record_that_others_refer_to_is_not_deleted(gateway):
    number = gateway.rows("DEPARTMENT", "RECORDNO", equal("DEPARTMENTID", "100"))[0][0]
    result = gateway.result(f"<delete><object>DEPARTMENT</object><keys>{number}</keys></delete>")
    assert "Departments refer to it" in reason(result)
    orphan = "<create><DEPARTMENT><DEPARTMENTID>Q</DEPARTMENTID><TITLE>t</TITLE><PARENTID>none</PARENTID></DEPARTMENT></create>"
    assert reason(gateway.result(orphan)) == "Invalid Department 'none' specified."


def test_lookup_and_inspect_describe_what_can_be_queried(gateway):
    kind = gateway.result("<lookup><object>GLBATCH</object></lookup>").find("data/Type")
    fields = {field.findtext("ID"): field for field in kind.iterfind("Fields/Field")}
    assert fields["JOURNAL"].findtext("REQUIRED") == "true"
    assert [value.text for value in fields["STATE"].iterfind("VALIDVALUES/VALIDVALUE")][:2] == ["Draft", "Submitted"]
    assert fields["EXTERNAL_KEY"].findtext("ISCUSTOM") == "true"
    assert {one.findtext("OBJECTPATH") for one in kind.iterfind("Relationships/Relationship")} >= {
        "GLJOURNAL",
        "USERINFO",
    }
    names = {
        one.get("typename") for one in gateway.result("<inspect><object>*</object></inspect>").iterfind("data/type")
    }
    for name in names:
        ids = [
            field.findtext("ID")
            for field in gateway.result(f"<lookup><object>{name}</object></lookup>").iterfind(".//Field")
        ]
        select = "".join(f"<field>{one}</field>" for one in ids)
        assert (
            gateway.result(f"<query><object>{name}</object><select>{select}</select></query>").findtext("status")
            == "success"
        )
    detailed = gateway.result('<inspect detail="1"><object>CLASS</object></inspect>')
    assert detailed.findtext(".//Attributes/PluralName") == "Classes"
    assert "UNICORN not found" in reason(gateway.result("<lookup><object>UNICORN</object></lookup>"))


def test_the_company_tells_how_it_is_set_up(gateway):
    assert gateway.result("<getFinancialSetup/>").findtext(".//multiCurrency") == "true"
    assert gateway.result('<get_companyprefs application="GL"/>').findtext(".//prefvalue") == "USD"
    assert "Cash Management" in [one.text for one in gateway.result("<get_applications/>").iterfind(".//name")]
    assert gateway.result("<readUserFormatting><key>5</key></readUserFormatting>").findtext(".//gmtoffset") == "-8"
    assert gateway.result("<readEntityDetails/>", entity="UK").findtext(".//name") == "Tieout Telecom Ltd"
    assert len(gateway.result("<getDimensions/>").findall(".//dimension")) == 5


def test_the_same_seed_gives_the_same_company_and_a_folder_keeps_it(tmp_path):
    def books(sandbox):
        return [
            sandbox.store.rows(f"SELECT * FROM {table}")
            for table in ("CUSTOMER", "GLACCOUNT", "GLENTRY", "REPORTINGPERIOD")
        ]

    one, two = (IntacctSandbox(seed=3, today=date(2026, 10, 5), scale=0.1) for _ in range(2))
    assert books(one) == books(two)
    assert len(one.store.rows("SELECT * FROM REPORTINGPERIOD")) == 36
    first = IntacctSandbox(seed=3, today=date(2026, 10, 5), scale=0.1, state=tmp_path / "state")
    with first.store.work():
        first.store.insert("CLASS", {"CLASSID": "KEPT", "NAME": "n"})
    first.store.close()
    second = IntacctSandbox(seed=3, today=date(2026, 10, 5), scale=0.1, state=tmp_path / "state")
    assert second.store.first("CLASS", CLASSID="KEPT")
    second.store.close()
    one.store.close()
    two.store.close()


@pytest.mark.parametrize("path", ["", "receipts", "journal", "balances", "lists"])
def test_the_pages_show_the_books_escaped_and_without_scripts(gateway, path):
    gateway.result(
        "<create><CLASS><CLASSID>X</CLASSID><NAME>&lt;script&gt;alert(1)&lt;/script&gt;</NAME></CLASS></create>"
    )
    answer = gateway.http.get(f"{gateway.url.partition('/ia/')[0]}/{path}")
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    if path == "lists":
        assert "&lt;script&gt;" in answer.text
    if path == "balances":
        assert "Operating account JPY - Sakura Bank" in answer.text
