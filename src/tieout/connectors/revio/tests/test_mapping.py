"""Rev.io's records become canonical ones exactly, or say which field of which record cannot be used."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tieout.connectors.kit.canonical import BadRecord, OrderItem, OrderLine, Payment
from tieout.connectors.revio import mapping
from tieout.connectors.revio.answers import parse

USD = {"currency": "USD"}
PAYMENT: dict[str, Any] = {
    "payment_id": 9,
    "customer_id": 1001,
    "bill_id": 0,
    "amount": "120.45",
    "balance": "0.45",
    "method": "Credit Card",
    "payment_type_id": 3,
    "reference_number": "CHK 17",
    "received_date": "2026-03-29T02:30:00",
    "created_date": "2026-03-29T23:59:59.123",
    "refund_flag": False,
    "bounced": None,
}


def test_a_payment_keeps_its_cents_its_day_and_its_local_clock() -> None:
    assert mapping.payment(PAYMENT, USD) == Payment(
        id="9",
        customer_id="1001",
        invoice_id="",
        method="Credit Card",
        method_id="3",
        currency="USD",
        amount=12045,
        unapplied=45,
        received=date(2026, 3, 29),
        created=datetime.fromisoformat("2026-03-29T23:59:59.123"),
        reference="CHK 17",
        refunded=False,
        bounced=False,
    )


@pytest.mark.parametrize(
    ("currency", "amount", "minor"), [("JPY", 1200, 1200), ("KWD", "1.234", 1234), ("USD", "-0.10", -10)]
)
def test_amounts_follow_the_currency(currency: str, amount: object, minor: int) -> None:
    assert mapping.payment({**PAYMENT, "amount": amount, "balance": 0}, {"currency": currency}).amount == minor


def test_a_payment_without_a_received_day_counts_on_the_day_it_was_entered() -> None:
    entered = {**PAYMENT, "received_date": "0001-01-01T00:00:00", "created_date": "2026-04-01T08:00:00"}
    assert mapping.payment(entered, USD).received == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "1.005"}, "amount"),
        ({"amount": None}, "amount"),
        ({"amount": "twelve"}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": [1]}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1e999999"}, "amount"),
        ({"amount": "1000000000000000.00"}, "amount"),
        ({"balance": "1e-3"}, "balance"),
        ({"customer_id": 0}, "customer_id"),
        ({"received_date": "03/29/2026"}, "received_date"),
        ({"received_date": None, "created_date": None}, "received_date"),
        ({"refund_flag": "perhaps"}, "refund_flag"),
    ],
)
def test_what_cannot_be_used_names_record_field_and_value(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadRecord) as raised:
        mapping.payment({**PAYMENT, **changes}, USD)
    assert raised.value.record == "payments/9"
    assert raised.value.facts["field"] == field
    assert field in raised.value.message
    assert raised.value.advice


def test_a_record_without_its_id_is_refused() -> None:
    with pytest.raises(BadRecord, match="payment_id is missing"):
        mapping.payment({**PAYMENT, "payment_id": None}, USD)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ({"company_name": " Ørsted & Co ", "first_name": "A"}, "Ørsted & Co"),
        ({"company_name": None, "first_name": "Zoë", "last_name": "O'Hara"}, "Zoë O'Hara"),
        ({"last_name": "山田"}, "山田"),
        (None, "ACC-7"),
    ],
)
def test_a_customer_goes_by_company_then_person_then_account(address: object, name: str) -> None:
    record = {
        "customer_id": 7,
        "account_number": "ACC-7",
        "billing_address": address,
        "fields": [
            {"field_id": 1, "label": "Region", "value": "West"},
            {"field_id": 2, "label": "Tier", "value": None},
        ],
    }
    customer = mapping.customer(record, USD)
    assert customer.name == name
    assert customer.custom == {"Region": "West", "Tier": ""}


def test_an_unbilled_charge_has_no_invoice_and_keeps_its_tax_apart() -> None:
    record = {
        "charge_id": 5,
        "customer_id": 7,
        "bill_id": None,
        "amount": "105.00",
        "tax_amount": "15.45",
        "quantity": 3,
    }
    line = mapping.invoice_line(record, USD)
    assert (line.invoice_id, line.amount, line.tax, line.tax_included, line.quantity) == ("", 10500, 1545, False, "3")


def test_a_bill_and_a_credit_carry_their_amounts_in_minor_units() -> None:
    bill = {
        "bill_id": 1,
        "customer_id": 7,
        "invoice_amount": "120.45",
        "amount_due": "20.45",
        "created_date": "2026-01-03T00:00:00",
    }
    assert (mapping.invoice(bill, USD).total, mapping.invoice(bill, USD).due) == (12045, 2045)
    credit = {"credit_memo_id": 2, "customer_id": 7, "amount": "10.00", "balance": "2.50", "is_bad_debt": True}
    memo = mapping.credit_memo(credit, USD)
    assert (memo.amount, memo.unapplied, memo.bad_debt) == (1000, 250, True)


def test_numbers_with_a_fraction_are_read_as_they_were_written() -> None:
    assert parse(b'{"amount": 0.10, "id": 12345678901234567890, "rate": 1.0E+2}') == {
        "amount": "0.10",
        "id": 12345678901234567890,
        "rate": "1.0E+2",
    }
    with pytest.raises(ValueError, match="NaN"):
        parse(b'{"amount": NaN}')


@pytest.mark.parametrize(
    ("body", "note"),
    [
        (rb'{"note": "half \ud83d a pair"}', "half \ud83d a pair"),
        ('\ufeff{"note": "marked"}'.encode(), "marked"),
        ('{"note": "wide"}'.encode("utf-16"), "wide"),
        (b'{"note": "first", "note": "last"}', "last"),
    ],
)
def test_what_lenient_readers_take_is_taken(body: bytes, note: str) -> None:
    assert parse(body) == {"note": note}


def test_a_service_product_is_an_order_line_with_the_term_that_was_agreed() -> None:
    record = {
        "service_product_id": 12,
        "customer_id": 1001,
        "product_id": 3,
        "service_id": 7,
        "rate": "199.00",
        "quantity": 2,
        "status": "Active",
        "activated_date": "2026-01-15T10:30:00",
        "canceled_date": None,
        "contract_start_date": "2026-01-15T00:00:00",
        "contract_end_date": "2027-01-15T00:00:00",
    }
    assert mapping.order_line(record, USD) == OrderLine(
        id="12",
        order_id="",
        customer_id="1001",
        product_id="3",
        service_id="7",
        quantity="2",
        currency="USD",
        rate=19900,
        months=1,
        status="Active",
        started=date(2026, 1, 15),
        agreed_from=date(2026, 1, 15),
        agreed_until=date(2027, 1, 15),
        ended=None,
    )
    with pytest.raises(BadRecord, match="service_products/12: rate is missing"):
        mapping.order_line({**record, "rate": None}, USD)


def test_an_order_and_the_lines_it_speaks_of_find_each_other() -> None:
    signed = {"order_id": 4, "customer_id": 1001, "pon": "PON-4", "created_date": "2026-01-08T09:00:00"}
    order = mapping.order({**signed, "completed_date": "2026-01-15T00:00:00"}, USD)
    assert (order.id, order.number, order.signed, order.effective) == (
        "4",
        "PON-4",
        date(2026, 1, 8),
        date(2026, 1, 15),
    )
    assert mapping.order_item({"order_id": 4, "service_product_id": 12}, USD) == OrderItem("4", "12")
