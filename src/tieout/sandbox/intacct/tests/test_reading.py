"""Stories of reading: every filter operator, paging without an order, aggregates, dotted paths, result sets, keys and lists."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml.builder import E

from tieout.sandbox.intacct.context import Context
from tieout.sandbox.intacct.envelope import Call
from tieout.sandbox.intacct.functions.reading import query as run

NAMES = ["apple", "Apple", "äpfel", "", "50%", "a_b", "O'Neill", "漢字", "zebra"]
NUMBERS = [None, "-5", "0", "0.10", "7.25", "1000000"]


def op(name, field, *values):
    return f"<{name}><field>{field}</field>{''.join(f'<value>{value}</value>' for value in values)}</{name}>"


def reason(node):
    return (node.findtext(".//error/description2") or "").partition(" [Support ID:")[0]


def query(object_name, fields, rest=""):
    select = "".join(f"<field>{name}</field>" for name in fields.split())
    return f"<query><object>{object_name}</object><select>{select}</select>{rest}</query>"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (op("equalto", "DEPARTMENTID", "110"), {"110"}),
        (op("notequalto", "STATUS", "active"), {"900"}),
        (op("lessthan", "DEPARTMENTID", "200"), {"100", "110"}),
        (op("lessthanorequalto", "DEPARTMENTID", "200"), {"100", "110", "200"}),
        (op("greaterthan", "DEPARTMENTID", "400"), {"410", "900"}),
        (op("greaterthanorequalto", "DEPARTMENTID", "400"), {"400", "410", "900"}),
        (op("between", "DEPARTMENTID", "200", "400"), {"200", "300", "400"}),
        (op("in", "DEPARTMENTID", "100", "900", "404"), {"100", "900"}),
        (op("notin", "DEPARTMENTID", "100", "110", "200", "300"), {"400", "410", "900"}),
        (op("like", "TITLE", "%Sales%"), {"100", "110"}),
        (op("notlike", "TITLE", "%a%"), {"410"}),
        (op("isnull", "PARENTID"), {"100", "200", "300", "400", "900"}),
        (op("isnotnull", "PARENTID"), {"110", "410"}),
        (op("equalto", "PARENT.TITLE", "Sales"), {"110"}),
        (op("equalto", "TITLE", "sales"), set()),
        (op("equalto", "STATUS", "T"), set()),
        (
            f"<and>{op('isnotnull', 'PARENTID')}<or>{op('equalto', 'PARENTID', '400')}{op('like', 'TITLE', 'X%')}</or></and>",
            {"410"},
        ),
    ],
)
def test_every_operator_selects_what_it_says(gateway, filters, expected):
    assert {row[0] for row in gateway.rows("DEPARTMENT", "DEPARTMENTID", filters)} == expected


def test_case_is_ignored_on_request_only(gateway):
    rest = f"<filter>{op('like', 'TITLE', '%SALES')}</filter><options><caseinsensitive>true</caseinsensitive></options>"
    assert gateway.result(query("DEPARTMENT", "TITLE", rest)).find("data").get("totalcount") == "2"
    assert (
        gateway.result(query("DEPARTMENT", "TITLE", rest.replace("true", "false"))).find("data").get("totalcount")
        == "0"
    )


@pytest.mark.parametrize(
    ("rest", "text"),
    [
        (f"<filter>{op('equalto', 'TITLE', 'a')}{op('equalto', 'TITLE', 'b')}</filter>", "exactly one operator"),
        (f"<filter><and>{op('equalto', 'TITLE', 'a')}</and></filter>", "at least two"),
        (f"<filter>{op('resembles', 'TITLE', 'a')}</filter>", "not a filter operator"),
        (f"<filter>{op('between', 'TITLE', 'a')}</filter>", "needs a field and 2 to 2"),
        (f"<filter>{op('in', 'TITLE', *range(1001))}</filter>", "1 to 1000"),
        (f"<filter>{op('equalto', 'COLOUR', 'a')}</filter>", "COLOUR"),
        (f"<filter>{op('equalto', 'PARENT.PARENT.TITLE', 'a')}</filter>", "PARENT.PARENT.TITLE"),
        (f"<filter>{op('greaterthan', 'WHENMODIFIED', '2026-10-01')}</filter>", "Illegal format"),
        ("<pagesize>2001</pagesize>", "between 1 and 2000"),
        ("<pagesize>0</pagesize>", "between 1 and 2000"),
        ("<pagesize>many</pagesize>", "between 1 and 2000"),
        ("<offset>-1</offset>", "offset"),
        ("<orderby><order><field>COLOUR</field><ascending/></order></orderby>", "COLOUR"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_with_its_reason(gateway, rest, text):
    result = gateway.result(query("DEPARTMENT", "TITLE", rest))
    assert result.findtext("status") == "failure"
    assert text in reason(result)
    assert gateway.result(query("DEPARTMENT", "*")).findtext("status") == "failure"


def test_pages_add_up_when_ordered_and_overlap_when_not(gateway):
    def pages(order):
        seen = []
        for offset in range(0, 40, 10):
            data = gateway.result(
                query("GLACCOUNT", "RECORDNO", f"{order}<pagesize>10</pagesize><offset>{offset}</offset>")
            ).find("data")
            counts = {name: int(data.get(name)) for name in ("totalcount", "offset", "count", "numremaining")}
            assert counts["numremaining"] == counts["totalcount"] - offset - counts["count"]
            seen += [row.findtext("RECORDNO") for row in data]
        return seen

    ordered = pages("<orderby><order><field>TITLE</field><descending/></order></orderby>")
    assert len(set(ordered)) == len(ordered) == 40
    assert len(set(pages(""))) < 40


def test_an_empty_answer_has_its_counts_and_no_records(gateway):
    data = gateway.result(query("CLASS", "CLASSID", f"<filter>{op('equalto', 'CLASSID', 'no')}</filter>")).find("data")
    assert dict(data.attrib) == {
        "listtype": "CLASS",
        "totalcount": "0",
        "offset": "0",
        "count": "0",
        "numremaining": "0",
    }
    assert len(data) == 0


def test_aggregates_group_by_the_plain_fields(gateway):
    select = "<select><field>CURRENCY</field><count>RECORDNO</count><sum>TRX_AMOUNT</sum><max>LINE_NO</max></select>"
    order = "<orderby><order><field>CURRENCY</field><ascending/></order></orderby>"
    data = gateway.result(f"<query><object>GLENTRY</object>{select}{order}</query>").find("data")
    assert data.get("totalcount") == "4"
    assert [[cell.text for cell in row] for row in data][:2] == [
        ["GBP", "2", "78740", "1"],
        ["JPY", "2", "14925372", "1"],
    ]
    assert [cell.tag for cell in data[0]] == ["CURRENCY", "COUNT.RECORDNO", "TRX_AMOUNT", "MAX.LINE_NO"]
    only = "<query><object>GLENTRY</object><select><count>RECORDNO</count></select></query>"
    assert gateway.result(only).findtext("data/GLENTRY/COUNT.RECORDNO") == "14"


def test_paths_follow_relations_and_nulls_are_empty(gateway):
    rows = gateway.rows("CHECKINGACCOUNT", "BANKACCOUNTID GLACCOUNT.TITLE PHONE", op("equalto", "CURRENCY", "JPY"))
    assert rows == [("SAKURA-JPY", "Operating account JPY - Sakura Bank", "")]
    assert gateway.rows("CUSTOMER", "DISPLAYCONTACT.PRINTAS", op("equalto", "CUSTOMERID", "10001")) == [
        ("Ampersand & Sons, Ltd.",)
    ]


def test_json_and_csv_answers_have_no_envelope_but_their_errors_have(gateway):
    for form, media in (("json", "application/json"), ("csv", "text/csv")):
        rest = (
            f"<filter>{op('equalto', 'CLASSID', 'RES')}</filter><options><returnformat>{form}</returnformat></options>"
        )
        answer = gateway.post(gateway.request(query("CLASS", "CLASSID NAME", rest)))
        assert answer.headers["content-type"].startswith(media)
        rows = json.loads(answer.text) if form == "json" else list(csv.DictReader(io.StringIO(answer.text)))
        assert rows == [{"CLASSID": "RES", "NAME": "Residential"}]
        failed = gateway.post(gateway.request(query("CLASS", "COLOUR", rest)))
        assert etree.fromstring(failed.content).findtext(".//result/status") == "failure"


def test_what_an_entity_owns_is_seen_from_the_top_only_with_showprivate(gateway):
    gateway.result("<create><CLASS><CLASSID>UKONLY</CLASSID><NAME>n</NAME></CLASS></create>", entity="UK")
    mine = f"<filter>{op('equalto', 'CLASSID', 'UKONLY')}</filter>"
    private = "<options><showprivate>true</showprivate></options>"

    def total(rest, entity=""):
        return gateway.result(query("CLASS", "CLASSID", mine + rest), entity=entity).find("data").get("totalcount")

    assert [total(""), total(private), total("", "UK"), total(private, "JP")] == ["0", "1", "1", "0"]
    assert gateway.rows("CLASS", "MEGAENTITYNAME", op("equalto", "CLASSID", "UKONLY"), entity="UK") == [
        ("Tieout Telecom Ltd",)
    ]


def test_timestamps_travel_in_the_users_own_time_zone(gateway):
    gateway.panel.clock.set(datetime(2026, 10, 5, 3, 0, tzinfo=UTC))
    gateway.result("<create><CLASS><CLASSID>NIGHT</CLASSID><NAME>n</NAME></CLASS></create>")
    pacific = replace(gateway, user=("pacific", "user-Secret-5"))
    stamp = pacific.rows("CLASS", "WHENMODIFIED", op("equalto", "CLASSID", "NIGHT"))[0][0]
    assert stamp.startswith("10/04/2026 19:00")
    since = op("greaterthanorequalto", "WHENMODIFIED", "10/04/2026 19:00:00")
    assert pacific.rows("CLASS", "CLASSID", since) == [("NIGHT",)]
    assert len(gateway.rows("CLASS", "CLASSID", since.replace("19:00", "23:00"))) == 1
    assert gateway.rows("CLASS", "CLASSID", since.replace("10/04/2026 19:00", "10/05/2026 03:05")) == []


def by_query(object_name, text="", fields="*", pagesize=100):
    query_text = etree.tostring(E.query(text)).decode()
    rest = f"<fields>{fields}</fields>{query_text}<pagesize>{pagesize}</pagesize>"
    return f"<readByQuery><object>{object_name}</object>{rest}</readByQuery>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 7),
        ("STATUS = 'T'", 6),
        ("STATUS = 'active'", 0),
        ("DEPARTMENTID in ('100','110') and not (TITLE like 'Channel%')", 1),
        ("PARENTID IS NOT NULL OR TITLE = 'Finance'", 3),
        ("RECORDNO >= 3 AND RECORDNO <= 4", 2),
        ("TITLE not like '%a%' and DEPARTMENTID not in ('999')", 1),
        (r"TITLE = 'O\'Neill'", 0),
    ],
)
def test_read_by_query_speaks_sql_and_database_codes(gateway, text, expected):
    data = gateway.result(by_query("DEPARTMENT", text)).find("data")
    assert (data.get("listtype"), int(data.get("totalcount"))) == ("department", expected)
    assert all(row.tag == "department" for row in data)


@pytest.mark.parametrize(
    "text", ["TITLE = ", "TITLE ~ 'x'", "(TITLE = 'x'", "TITLE = 'x' 'y'", "TITLE = 'x", "= 'x'", "TITLE = TITLE"]
)
def test_read_by_query_refuses_what_it_cannot_read(gateway, text):
    assert gateway.result(by_query("DEPARTMENT", text)).findtext("status") == "failure"


def test_long_chains_are_read_and_deep_nests_are_refused(gateway):
    chain = " OR ".join(f"DEPARTMENTID = '{number}'" for number in range(5000))
    assert gateway.result(by_query("DEPARTMENT", chain)).find("data").get("totalcount") == "7"
    deep = "(" * 5000 + "TITLE = 'x'" + ")" * 5000
    assert "nested too deeply" in reason(gateway.result(by_query("DEPARTMENT", deep)))
    assert "nested too deeply" in reason(gateway.result(by_query("DEPARTMENT", "not " * 5000 + "TITLE = 'x'")))


@pytest.mark.parametrize("text", ["²", "1e9", "1_0", "٣", "0x10", " ", "NaN", "1e999999999", "9" * 30])
def test_numbers_of_another_kind_are_no_numbers(gateway, text):
    assert gateway.result(by_query("GLENTRY", f"AMOUNT > '{text}'")).findtext("status") == (
        "success" if text == " " else "failure"
    )
    if text.strip():
        assert (
            gateway.result(query("GLENTRY", "AMOUNT", f"<pagesize>{text}</pagesize>")).findtext("status") == "failure"
        )


def test_an_unknown_field_in_a_list_is_named_in_the_error_number(gateway):
    result = gateway.result(by_query("DEPARTMENT", fields="TITLE,COLOUR"))
    assert result.findtext(".//errorno") == "Invalid fields list COLOUR"
    assert result.findtext(".//description2") == ""


def test_a_result_set_lives_in_its_session_until_it_is_read(gateway):
    session = gateway.ask("<getAPISession/>").findtext(".//sessionid")
    first = gateway.result(by_query("DEPARTMENT", fields="RECORDNO", pagesize=4), session=session).find("data")
    assert (first.get("count"), first.get("numremaining")) == ("4", "3")
    more = f"<readMore><resultId>{first.get('resultId')}</resultId></readMore>"
    other = gateway.ask("<getAPISession/>").findtext(".//sessionid")
    assert gateway.result(more, session=other).findtext("status") == "failure"
    last = gateway.result(more, session=session).find("data")
    assert (last.get("count"), last.get("numremaining"), last.get("resultId")) == ("3", "0", "")
    assert gateway.result(more, session=session).findtext("status") == "failure"
    gateway.result(by_query("CLASS", pagesize=1), session=session)
    assert (
        gateway.result("<readMore><object>CLASS</object></readMore>", session=session).find("data").get("count") == "1"
    )
    assert gateway.result(by_query("CLASS", pagesize=1001)).findtext("status") == "failure"


def test_read_nests_the_lines_only_with_all_fields(gateway):
    full = gateway.result("<read><object>GLBATCH</object><keys>1,2</keys><fields>*</fields></read>").find("data")
    assert full.get("count") == "2"
    assert [len(batch.find("ENTRIES")) for batch in full] == [2, 2]
    some = gateway.result("<read><object>GLBATCH</object><keys>1</keys><fields>JOURNAL</fields></read>").find("data")
    assert [child.tag for child in some[0]] == ["JOURNAL"]
    assert gateway.result("<read><object>GLBATCH</object><keys>999</keys></read>").find("data").get("count") == "0"
    keys = ",".join(str(number) for number in range(101))
    assert gateway.result(f"<read><object>GLBATCH</object><keys>{keys}</keys></read>").findtext("status") == "failure"
    named = gateway.result(
        "<readByName><object>GLACCOUNT</object><keys>10010,40100</keys><fields>TITLE</fields></readByName>"
    )
    assert len(named.find("data")) == 2


def test_lists_are_read_by_position(gateway):
    body = (
        '<get_list object="location" maxitems="2" start="1"><filter><logical logical_operator="and">'
        "<expression><field>status</field><operator>=</operator><value>active</value></expression>"
        "<expression><field>parentid</field><operator>is not null</operator></expression></logical></filter>"
        '<fields><field>locationid</field></fields><sorts><sortfield order="desc">locationid</sortfield></sorts></get_list>'
    )
    result = gateway.result(body)
    assert dict(result.find("listtype").attrib) == {"start": "1", "end": "2", "total": "5"}
    assert result.findtext("listtype") == "location"
    assert [row.findtext("locationid") for row in result.find("data")] == ["US-AUS", "UK-LON"]
    assert (
        gateway.result('<get object="bankaccount" key="BOA-OPER"/>').findtext("data/bankaccount/glaccountno") == "10010"
    )
    assert gateway.result('<get object="bankaccount" key="none"/>').findtext("status") == "failure"


COMPARE = {
    "equalto": lambda a, b: a == b[0],
    "notequalto": lambda a, b: a != b[0],
    "lessthan": lambda a, b: a < b[0],
    "lessthanorequalto": lambda a, b: a <= b[0],
    "greaterthan": lambda a, b: a > b[0],
    "greaterthanorequalto": lambda a, b: a >= b[0],
    "between": lambda a, b: b[0] <= a <= b[1],
    "in": lambda a, b: a in b,
    "notin": lambda a, b: a not in b,
}
COUNTS = dict.fromkeys(COMPARE, (1, 1)) | {"between": (2, 2), "in": (1, 4), "notin": (1, 4)}


@st.composite
def single(draw):
    name = draw(st.sampled_from(sorted(COMPARE)))
    least, most = COUNTS[name]
    field = draw(st.sampled_from(["DESCRIPTION", "TOTALENTERED"]))
    pool = [text for text in NAMES if text] if field == "DESCRIPTION" else [text for text in NUMBERS if text]
    return (name, field, tuple(draw(st.lists(st.sampled_from(pool), min_size=least, max_size=most))))


nested = st.recursive(
    single(),
    lambda inner: st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=6,
)


def as_xml(node):
    if node[0] in ("and", "or"):
        return getattr(E, node[0])(*(as_xml(part) for part in node[1]))
    return E(node[0], E.field(node[1]), *(E.value(value) for value in node[2]))


def holds(node, row):
    """SQL's three values: a comparison with nothing is neither true nor false."""
    if node[0] in ("and", "or"):
        return (all if node[0] == "and" else any)(holds(part, row) for part in node[1])
    value, given_values = row[node[1]], node[2]
    if value is None:
        return False
    return COMPARE[node[0]](
        value, given_values if node[1] == "DESCRIPTION" else tuple(float(one) for one in given_values)
    )


@pytest.fixture(scope="module")
def ledger(running):
    """Receipts put straight into the store, with every combination of text and amount."""
    company = running.app.vendors[0]
    company.reset()
    rows = [(text or None, amount) for text in NAMES for amount in NUMBERS]
    with company.store.work():
        keys = [
            company.store.insert(
                "OTHERRECEIPTS", {"DESCRIPTION": text, "TOTALENTERED": amount and round(float(amount) * 10_000)}
            )
            for text, amount in rows
        ]
    return {
        str(key): {"DESCRIPTION": text, "TOTALENTERED": amount and float(amount)}
        for key, (text, amount) in zip(keys, rows, strict=True)
    }


@pytest.fixture
def reader(running):
    """The function itself, without the wire."""
    company = running.app.vendors[0]
    login = {"userid": "xml_gateway", "companyid": "TieoutTelecom-SBX", "password": "user-Secret-1"}
    now = datetime(2026, 10, 5, tzinfo=UTC)
    session = company.gatekeeper.sign_in(login, "tieout_sandbox", now, timedelta(hours=1))
    context = Context(company.store, company.gatekeeper, session, now, "")
    return lambda body: run(context, Call("f", "query", body)).payload[0]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nested)
def test_filters_select_what_plain_python_would(ledger, reader, tree):
    body = etree.fromstring(
        "<query><object>OTHERRECEIPTS</object><select><field>RECORDNO</field></select><pagesize>2000</pagesize></query>"
    )
    body.append(E.filter(as_xml(tree)))
    found = {row.findtext("RECORDNO") for row in reader(body)}
    assert found == {key for key, row in ledger.items() if holds(tree, row)}
