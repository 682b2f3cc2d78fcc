"""Stories of other receipts: strict element order, banks and undeposited funds, and the ledger that always agrees."""

from __future__ import annotations

import pytest

DAY = "<year>2026</year><month>10</month><day>02</day>"
BANK = f"<bankaccountid>BOA-OPER</bankaccountid><depositdate>{DAY}</depositdate>"
UNDEPOSITED = "<undepglaccountno>10900</undepglaccountno>"


def item(amount, account="<glaccountno>10920</glaccountno>", memo="memo", location="US", rest=""):
    place = f"<locationid>{location}</locationid>" if location else ""
    return f"<lineitem>{account}<amount>{amount}</amount><memo>{memo}</memo>{place}{rest}</lineitem>"


def receipt(
    *items, place=BANK, head="<refid>R-1</refid>", day=DAY, method="EFT", payer="Zoë &amp; 漢字 <![CDATA[<b>]]>"
):
    return (
        f"<record_otherreceipt><paymentdate>{day}</paymentdate><payee>{payer}</payee><receiveddate>{day}</receiveddate>"
        f"<paymentmethod>{method}</paymentmethod>{place}{head}<receiptitems>{''.join(items or [item('10.00')])}</receiptitems>"
        "</record_otherreceipt>"
    )


def equal(field, value):
    return f"<equalto><field>{field}</field><value>{value}</value></equalto>"


def reason(node):
    return (node.findtext(".//error/description2") or "").partition(" [Support ID:")[0]


def recorded(gateway, *items, **options):
    result = gateway.result(receipt(*items, **options))
    assert result.findtext("status") == "success", reason(result)
    return result.findtext("key")


def balance(gateway, account):
    sql = "SELECT SUM(TRX_AMOUNT * CAST(TR_TYPE AS INTEGER)) FROM GLENTRY WHERE ACCOUNTNO = ?"
    return (gateway.company.store.rows(sql, [account])[0][0] or 0) / 10_000


def test_a_receipt_is_found_again_by_its_reference_with_payer_and_lines(gateway):
    key = recorded(
        gateway, item("10.00", memo="Ann"), item("2.50", "<accountlabel>Other income</accountlabel>", "Bob", "UK")
    )
    mine = equal("DOCNUMBER", "R-1")
    fields = "RECORDNO DESCRIPTION2 TOTALENTERED CURRENCY DEPOSITDATE BANKACCOUNTNAME"
    assert gateway.rows("OTHERRECEIPTS", fields, mine) == [
        (key, "Zoë & 漢字 <b>", "12.5", "USD", "10/02/2026", "First National Operating")
    ]
    lines = gateway.rows(
        "OTHERRECEIPTSENTRY", "ACCOUNTNO ACCOUNTLABEL TRX_AMOUNT DESCRIPTION LOCATIONID OTHERRECEIPTS.DOCNUMBER"
    )
    assert lines == [("10920", "", "10", "Ann", "US", "R-1"), ("49900", "Other income", "2.5", "Bob", "UK", "R-1")]


@pytest.mark.parametrize(
    "broken",
    [
        receipt().replace("<payee>", "<refid>x</refid><payee>", 1),
        receipt(place=f"<depositdate>{DAY}</depositdate><bankaccountid>BOA-OPER</bankaccountid>"),
        receipt(place=BANK + UNDEPOSITED),
        receipt(place=""),
        receipt(head="<description>d</description><refid>late</refid>"),
        receipt(item("1").replace("<amount>1</amount><memo>memo</memo>", "<memo>memo</memo><amount>1</amount>")),
        receipt(item("1", account="")),
        receipt(item("1", rest="<colour>red</colour>")),
        receipt(day="<day>1</day><month>10</month><year>2026</year>"),
        "<record_otherreceipt/>",
        "<update_otherreceipt/>",
    ],
)
def test_elements_out_of_order_fail_the_whole_request(gateway, broken):
    root = gateway.ask("<getDimensions/>", broken)
    assert root.findtext("control/status") == "failure"
    assert root.findtext(".//errorno") == "XL03000003"
    assert gateway.company.store.rows("SELECT COUNT(*) FROM OTHERRECEIPTS") == [(0,)]


@pytest.mark.parametrize(
    ("items", "options", "text"),
    [
        ((), {"place": BANK.replace("BOA-OPER", "NOPE")}, "Invalid Bank Account 'NOPE' specified."),
        ((), {"head": "<currency>JPY</currency>"}, "does not match the currency USD"),
        ((), {"place": "<undepglaccountno>40100</undepglaccountno>"}, "not valid as an undeposited funds account"),
        ((), {"place": "<bankaccountid/>"}, "Bank account or Undeposited funds account is missing"),
        ((), {"method": "Barter"}, "Invalid Payment Method 'Barter' specified."),
        ((), {"payer": ""}, "Required field Payee is missing"),
        ((), {"day": "<year>2026</year><month>13</month><day>1</day>"}, "Illegal format for paymentdate"),
        ((), {"day": "<year>2025</year><month>9</month><day>1</day>"}, "is within a period that's been closed"),
        ((item("5", "<glaccountno>10010</glaccountno>"),), {}, "associated to the Bank account BOA-OPER"),
        ((item("5", "<accountlabel>None such</accountlabel>"),), {}, "Invalid Account Label"),
        ((item("5", location=""),), {}, "Use of empty Location is invalid."),
        ((item("5", rest="<departmentid>999</departmentid>"),), {}, "Invalid Department '999' specified."),
        ((item("5", rest="<customerid>999</customerid>"),), {}, "Customer '999' specified is not valid."),
        ((item("five"),), {}, "Illegal format for Amount"),
        ((item("-5"),), {}, "must be greater than zero"),
        ((item("5"), item("-1", location="UK")), {}, "Negative lines are not allowed"),
    ],
)
def test_a_receipt_is_refused_for_its_first_reason_and_nothing_is_kept(gateway, items, options, text):
    result = gateway.result(receipt(*items, **options))
    assert result.findtext("status") == "failure"
    assert text in reason(result)
    assert result.find("key") is None
    assert gateway.company.store.rows("SELECT COUNT(*) FROM OTHERRECEIPTS") == [(0,)]


def test_the_ledger_follows_the_receipt_through_change_and_deletion(gateway):
    before = balance(gateway, "10010")
    key = recorded(gateway, item("10.00"), item("-0.25", "<glaccountno>63000</glaccountno>", "fee"))
    assert balance(gateway, "10010") - before == pytest.approx(9.75)
    assert balance(gateway, "63000") == pytest.approx(0.25)
    change = (
        f'<update_otherreceipt key="{key}">{UNDEPOSITED}<refid>R-2</refid><receiptitems><updatelineitem line_num="1">'
        "<amount>20</amount></updatelineitem>" + item("0.25", location="UK") + "</receiptitems></update_otherreceipt>"
    )
    refused = gateway.result(change)
    assert "Negative lines" in reason(refused)
    result = gateway.result(change.replace("<locationid>UK</locationid>", "<locationid>US</locationid>"))
    assert result.findtext("key") == key, reason(result)
    assert balance(gateway, "10010") == before
    assert balance(gateway, "10900") == pytest.approx(20.0)
    assert gateway.result(f'<delete_otherreceipt key="{key}"/>').findtext("status") == "success"
    assert balance(gateway, "10900") == 0
    assert "Cannot find otherreceipts" in reason(gateway.result(f'<delete_otherreceipt key="{key}"/>'))
    modes = gateway.rows("AUDITHISTORY", "ACCESSMODE", equal("OBJECTTYPE", "otherreceipts"))
    assert modes == [("C",), ("M",), ("D",)]


def test_the_entry_behind_a_receipt_belongs_to_its_module(gateway):
    recorded(gateway, item("10"), item("3", location="UK"))
    module = equal("MODULE", "11.CM")
    ((batch, journal),) = gateway.rows("GLBATCH", "RECORDNO JOURNAL", module)
    assert journal == "CRJ"
    assert "made by another application" in reason(
        gateway.result(f"<delete><object>GLBATCH</object><keys>{batch}</keys></delete>")
    )
    rows = gateway.rows(
        "GLENTRY",
        "ACCOUNTNO TR_TYPE AMOUNT LOCATION",
        equal("BATCHNO", batch),
    )
    assert sorted(rows) == [
        ("10010", "1", "13", "US"), ("10920", "-1", "10", "US"), ("10920", "-1", "3", "UK"),
        ("1900", "1", "3", "UK"), ("2900", "-1", "3", "US"),
    ]  # fmt: skip


def test_amounts_have_the_decimals_of_their_currency(gateway):
    def at(bank, location, amount):
        place = BANK.replace("BOA-OPER", bank)
        key = recorded(gateway, item(amount, location=location), place=place, head="")
        return gateway.rows(
            "OTHERRECEIPTS",
            "TRX_TOTALENTERED TOTALENTERED CURRENCY",
            equal("RECORDNO", key),
        )[0]

    assert at("SAKURA-JPY", "JP", "1500") == ("1500", "10.05", "JPY")
    assert at("GULF-KWD", "KW", "1.005") == ("1.005", "3.27", "KWD")
    assert at("BOA-OPER", "US", "1.005") == ("1.01", "1.01", "USD")


def test_many_receipts_in_one_request_answer_in_order(gateway):
    root = gateway.ask(*(receipt(item(f"{amount}.00")) for amount in range(1, 41)))
    keys = [result.findtext("key") for result in root.iterfind(".//result")]
    assert keys == [str(number) for number in range(1, 41)]
