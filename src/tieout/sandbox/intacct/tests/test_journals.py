"""Stories of the general ledger: entries that balance and stay, and every reason for which one is refused."""

from __future__ import annotations

import pytest


def line(account, side, amount, location="US", currency="USD", extra=""):
    kind = "1" if side == "debit" else "-1"
    return (
        f"<GLENTRY><ACCOUNTNO>{account}</ACCOUNTNO><TR_TYPE>{kind}</TR_TYPE><TRX_AMOUNT>{amount}</TRX_AMOUNT>"
        f"<CURRENCY>{currency}</CURRENCY><LOCATION>{location}</LOCATION>{extra}</GLENTRY>"
    )


PAIR = (line("12000", "debit", "99.50"), line("40100", "credit", "99.50", extra="<CUSTOMERID>10001</CUSTOMERID>"))


def entry(*lines, journal="RVJ", day="10/01/2026", head="", verb="create"):
    return (
        f"<{verb}><GLBATCH>{head}<JOURNAL>{journal}</JOURNAL><BATCH_DATE>{day}</BATCH_DATE>"
        f"<BATCH_TITLE>Billing September</BATCH_TITLE><ENTRIES>{''.join(lines)}</ENTRIES></GLBATCH></{verb}>"
    )


def equal(field, value):
    return f"<equalto><field>{field}</field><value>{value}</value></equalto>"


def reason(node):
    return (node.findtext(".//error/description2") or "").partition(" [Support ID:")[0]


def posted(gateway, *lines, **options):
    result = gateway.result(entry(*(lines or PAIR), **options))
    assert result.findtext("status") == "success", reason(result)
    return result.findtext("data/glbatch/RECORDNO")


def entries(gateway, batch, fields):
    return gateway.rows("GLENTRY", fields, equal("BATCHNO", batch))


def test_an_entry_is_found_again_by_its_reference_and_reads_back_as_sent(gateway):
    batch = posted(gateway, head="<REFERENCENO>TIE-0042</REFERENCENO><EXTERNAL_KEY>k</EXTERNAL_KEY>")
    found = gateway.rows(
        "GLBATCH",
        "RECORDNO JOURNAL BATCH_DATE STATE MODULE EXTERNAL_KEY USERINFO.LOGINID",
        equal("REFERENCENO", "TIE-0042"),
    )
    assert found == [(batch, "RVJ", "10/01/2026", "Posted", "2.GL", "k", "xml_gateway")]
    assert entries(gateway, batch, "ACCOUNTNO TR_TYPE TRX_AMOUNT AMOUNT CURRENCY LOCATIONNAME CUSTOMERID LINE_NO") == [
        ("12000", "1", "99.5", "99.5", "USD", "Tieout Telecom Inc", "", "0"),
        ("40100", "-1", "99.5", "99.5", "USD", "Tieout Telecom Inc", "10001", "1"),
    ]


@pytest.mark.parametrize(
    ("lines", "options", "text"),
    [
        (PAIR, {"journal": "NONE"}, "Invalid Journal 'NONE' specified."),
        (PAIR, {"journal": "PYRJ"}, "Invalid Journal 'PYRJ' specified."),
        (PAIR, {"journal": "STAT"}, "statistical"),
        (PAIR, {"journal": ""}, "Required field Journal is missing"),
        (PAIR, {"day": "2026-10-01"}, "Illegal format for Posting date"),
        (PAIR, {"day": "02/30/2026"}, "Illegal format for Posting date"),
        (PAIR, {"day": "09/30/2025"}, "Your transaction date (09/30/2025) is within a period that's been closed"),
        (PAIR, {"day": "09/30/2019"}, "not within any defined reporting period"),
        ((PAIR[0],), {}, "at least one debit and one credit"),
        ((), {}, "at least one debit and one credit"),
        ((PAIR[0], line("40100", "credit", "99.49")), {}, "Transactions do not balance for USD by 0.01"),
        ((line("12000", "debit", "5", "UK"), line("40100", "credit", "5")), {}, "Transactions do not balance for UK"),
        ((PAIR[0], line("77777", "credit", "99.5")), {}, "Account 77777 is not valid"),
        ((PAIR[0], line("19000", "credit", "99.5")), {}, "Account 19000 is not valid"),
        (
            (PAIR[1], line("10010", "debit", "99.5")),
            {},
            "The account number 10010 is associated to the Bank account BOA-OPER",
        ),
        ((PAIR[1], line("12100", "debit", "99.5")), {}, "missing the Customer dimension for the Account 12100"),
        ((PAIR[1], line("50000", "debit", "99.5")), {}, "missing the Department dimension for the Account 50000"),
        ((PAIR[1], line("12000", "debit", "99.5", "MARS")), {}, "The location 'MARS' is invalid."),
        ((PAIR[1], line("12000", "debit", "99.5", "US-SEA")), {}, "The location 'US-SEA' is invalid."),
        ((PAIR[1], line("12000", "debit", "99.5", "")), {}, "Use of empty Location is invalid."),
        (
            (PAIR[1], line("12000", "debit", "99.5", extra="<DEPARTMENT>900</DEPARTMENT>")),
            {},
            "Invalid Department '900' specified.",
        ),
        ((PAIR[1], line("12000", "debit", "99.5", extra="<CLASSID>X</CLASSID>")), {}, "Invalid Class 'X' specified."),
        (
            (PAIR[1], line("12000", "debit", "99.5", extra="<CUSTOMERID>X</CUSTOMERID>")),
            {},
            "Customer 'X' specified is not valid.",
        ),
        (
            (PAIR[1], line("12000", "debit", "99.5", extra="<PROJECTID>X</PROJECTID>")),
            {},
            "Invalid Project 'X' specified.",
        ),
        ((PAIR[1], line("12000", "debit", "99.5", currency="")), {}, "Required field Currency is missing"),
        ((PAIR[1], line("12000", "debit", "99.5", currency="XAU")), {}, "Enable foreign-currency transactions"),
        ((PAIR[1], line("12000", "debit", "-99.5")), {}, "must not be negative"),
        ((PAIR[1], line("12000", "debit", "a lot")), {}, "Illegal format for Transaction amount"),
        (
            (PAIR[1], line("12000", "debit", "99.5", extra="<COLOUR>red</COLOUR>")),
            {},
            "'COLOUR' is not a field of GLENTRY",
        ),
        (PAIR, {"head": "<REVERSEDATE>10/01/2026</REVERSEDATE>"}, "must be later"),
        (PAIR, {"head": "<BASELOCATION_NO>US-NYC</BASELOCATION_NO>"}, "as source entity is invalid"),
    ],
)
def test_an_entry_is_refused_for_its_first_reason_and_nothing_is_kept(gateway, lines, options, text):
    before = gateway.company.store.rows("SELECT COUNT(*) FROM GLBATCH")
    result = gateway.result(entry(*lines, **options))
    assert result.findtext("status") == "failure"
    assert text in reason(result)
    assert result.findall(".//error/description2")[-1].text == "Could not create GLBatch record."
    assert gateway.company.store.rows("SELECT COUNT(*) FROM GLBATCH") == before


def test_a_closed_month_refuses_for_its_entity_until_it_is_opened(gateway):
    def close(**body):
        answer = gateway.http.post(f"{gateway.url.partition('/ia/')[0]}/control/periods", json=body)
        return answer.status_code

    british = (line("12000", "debit", "5", "UK-LON"), line("40100", "credit", "5", "UK"))
    batch = posted(gateway, *british)
    assert close(month="2026-10", entity="UK", closed=True) == 200
    assert "been closed" in reason(gateway.result(entry(*british)))
    assert "been closed" in reason(gateway.result(f"<delete><object>GLBATCH</object><keys>{batch}</keys></delete>"))
    posted(gateway, *PAIR)
    assert close(month="2026-10", closed=True) == 200
    assert "been closed" in reason(gateway.result(entry(*PAIR)))
    assert close(month="2026-10", closed=False) == close(month="2026-10", entity="UK", closed=False) == 200
    posted(gateway, *british)
    assert (
        close(month="1999-01", closed=True)
        == close(month="2026-10", entity="ZZ", closed=True)
        == close(closed=True)
        == 400
    )


def test_a_locked_period_fault_refuses_one_posting(gateway):
    gateway.panel.fault("intacct", "locked_period", object="GLBATCH")
    assert "been closed" in reason(gateway.result(entry(*PAIR)))
    posted(gateway)


def test_entities_are_joined_by_inter_entity_lines_when_a_source_is_named(gateway):
    lines = (line("12000", "debit", "30", "UK"), line("40100", "credit", "30", "US"))
    batch = posted(gateway, *lines, head="<BASELOCATION_NO>US</BASELOCATION_NO>")
    assert entries(gateway, batch, "ACCOUNTNO TR_TYPE AMOUNT LOCATION")[2:] == [
        ("2900", "-1", "30", "UK"),
        ("1900", "1", "30", "US"),
    ]


def test_foreign_lines_carry_base_amounts_that_balance_to_the_cent(gateway):
    thirds = [line("12000", "debit", amount, "JP", "JPY") for amount in ("333", "333", "334")]
    batch = posted(gateway, *thirds, line("40100", "credit", "1000", "JP", "JPY"))
    rows = entries(gateway, batch, "TR_TYPE AMOUNT EXCHANGE_RATE EXCH_RATE_TYPE_ID")
    assert sum(int(sign) * round(float(amount) * 100) for sign, amount, *_ in rows) == 0
    assert rows[-1][1:] == ("6.7", "0.0067", "Intacct Daily Rate")
    rate = "<EXCHANGE_RATE>3.3</EXCHANGE_RATE>"
    dinars = posted(
        gateway, line("12000", "debit", "1.005", "KW", "KWD", rate), line("40100", "credit", "1.005", "KW", "KWD", rate)
    )
    assert entries(gateway, dinars, "TRX_AMOUNT AMOUNT")[0] == ("1.005", "3.32")


def test_a_reversal_mirrors_the_entry_on_its_day(gateway):
    batch = posted(gateway, head="<REVERSEDATE>11/01/2026</REVERSEDATE>")
    (key, day) = gateway.rows("GLBATCH", "REVERSEDKEY REVERSED", equal("RECORDNO", batch))[0]
    assert day == "11/01/2026"
    assert entries(gateway, key, "ACCOUNTNO TR_TYPE ENTRY_DATE") == [
        ("12000", "-1", "11/01/2026"),
        ("40100", "1", "11/01/2026"),
    ]


def test_an_update_replaces_the_lines_and_a_delete_leaves_an_audit_row(gateway):
    batch = posted(gateway)
    changed = entry(
        line("12000", "debit", "7"), line("40110", "credit", "7"), head=f"<RECORDNO>{batch}</RECORDNO>", verb="update"
    )
    assert gateway.result(changed).findtext("status") == "success"
    assert entries(gateway, batch, "ACCOUNTNO AMOUNT") == [("12000", "7"), ("40110", "7")]
    title = f"<update><GLBATCH><RECORDNO>{batch}</RECORDNO><BATCH_TITLE>Renamed</BATCH_TITLE></GLBATCH></update>"
    assert gateway.result(title).findtext("status") == "success"
    assert len(entries(gateway, batch, "ACCOUNTNO")) == 2
    assert (
        gateway.result(f"<delete><object>GLBATCH</object><keys>{batch}</keys></delete>").findtext("status") == "success"
    )
    assert entries(gateway, batch, "ACCOUNTNO") == []
    gone = f"<and>{equal('OBJECTTYPE', 'glbatch')}{equal('ACCESSMODE', 'D')}</and>"
    assert gateway.rows("AUDITHISTORY", "OBJECTKEY USERID SOURCE", gone) == [(batch, "xml_gateway", "api")]
    again = gateway.result(f"<delete><object>GLBATCH</object><keys>{batch}</keys></delete>")
    assert reason(again) == f"Cannot find glbatch with key '{batch}' to delete"


def test_a_draft_may_be_out_of_balance_and_stays_out_of_the_ledger(gateway):
    batch = posted(gateway, PAIR[0], line("40100", "credit", "1"), head="<STATE>Draft</STATE>")
    assert gateway.rows("GLBATCH", "STATE", equal("RECORDNO", batch)) == [("Draft",)]
    assert gateway.rows("GLDETAIL", "RECORDNO", equal("BATCHKEY", batch)) == []
    post = f"<update><GLBATCH><RECORDNO>{batch}</RECORDNO><STATE>Posted</STATE></GLBATCH></update>"
    assert "do not balance" in reason(gateway.result(post))
    mended = entry(*PAIR, head=f"<RECORDNO>{batch}</RECORDNO>", verb="update")
    assert gateway.result(mended).findtext("status") == gateway.result(post).findtext("status") == "success"
    assert len(gateway.rows("GLDETAIL", "RECORDNO", equal("BATCHKEY", batch))) == 2


def test_in_an_entity_session_lines_stay_in_the_entity(gateway):
    own = (line("12000", "debit", "5", ""), line("40100", "credit", "5", "UK-LON"))
    assert gateway.result(entry(*own), entity="UK").findtext("status") == "success"
    assert "The location 'US' is invalid." in reason(gateway.result(entry(*PAIR), entity="UK"))
    assert gateway.rows("GLENTRY", "LOCATION MEGAENTITYID", entity="UK")[-2:] == [("UK", "UK"), ("UK-LON", "UK")]


def test_an_entity_session_leaves_alone_what_another_entity_owns(gateway):
    own = (line("12000", "debit", "5", "UK"), line("40100", "credit", "5", "UK"))
    batch = gateway.result(entry(*own), entity="UK").findtext("data/glbatch/RECORDNO")
    delete = f"<delete><object>GLBATCH</object><keys>{batch}</keys></delete>"
    rename = f"<update><GLBATCH><RECORDNO>{batch}</RECORDNO><BATCH_TITLE>x</BATCH_TITLE></GLBATCH></update>"
    assert [gateway.result(one, entity="JP").findtext("status") for one in (delete, rename)] == ["failure", "failure"]
    assert [gateway.result(one, entity="UK").findtext("status") for one in (rename, delete)] == ["success", "success"]
