"""Stories of paging: sizes are clamped, nothing is lost or repeated, and a page is cheap."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.sandbox.revio.query import Selection, parse
from tieout.sandbox.revio.resources import RESOURCES
from tieout.sandbox.revio.tenancy import Tenancy
from tieout.sandbox.revio.tests.conftest import TODAY, Client


@pytest.mark.parametrize(("asked", "given_back"), [(None, 10), (1, 1), (500, 500), (501, 500), (0, 1), (-5, 1)])
def test_a_page_has_between_one_and_five_hundred_records(client: Client, asked: int | None, given_back: int) -> None:
    answer = client.get("Payments", **({} if asked is None else {"page_size": asked})).json()
    assert answer["record_count"] == len(answer["records"]) == given_back
    assert answer["has_more"] is True


def test_page_and_size_are_understood_without_their_prefix(client: Client) -> None:
    plain = client.send("GET", "/revio/v1/Payments?page=3&page_size=7&unknown=1").json()
    assert plain == client.get("Payments", page=3, page_size=7).json()
    assert plain["record_count"] == 7


def test_a_page_behind_the_last_is_empty(client: Client) -> None:
    answer = client.get("Bills", page=10_000, page_size=500).json()
    assert answer == {"ok": True, "has_more": False, "record_count": 0, "records": []}


@pytest.mark.parametrize("sort", ["payment_id", "-payment_id", "created_date", "-created_date", "customer_id"])
def test_pages_of_any_order_lose_and_repeat_nothing(client: Client, sort: str) -> None:
    numbers = [row["payment_id"] for row in client.records("Payments", sort=sort, page_size=113)]
    assert len(numbers) == len(set(numbers)) > 1_000
    values = [row[sort.lstrip("-")] for row in client.records("Payments", sort=sort)]
    assert values == sorted(values, reverse=sort.startswith("-"))


def test_records_of_one_instant_keep_their_order(client: Client) -> None:
    lockbox = client.records("Payments", method="Lockbox", sort="created_date")
    moments = [row["created_date"] for row in lockbox]
    assert len(set(moments)) < len(moments)
    assert [row["payment_id"] for row in lockbox] == sorted(row["payment_id"] for row in lockbox)


def test_rows_that_arrive_between_pages_shift_them_only_in_descending_order(client: Client) -> None:
    def page(sort: str, number: int) -> list[int]:
        answer = client.get("Payments", sort=sort, page=number, page_size=50).json()
        return [row["payment_id"] for row in answer["records"]]

    rising, falling = page("payment_id", 1), page("-payment_id", 1)
    client.move("acme/payments", {"customer_id": 1001, "amount": "1.00", "method": "Cash"})
    assert page("payment_id", 2)[0] == rising[-1] + 1
    assert page("-payment_id", 2)[0] == falling[-1]


@settings(max_examples=40, deadline=None)
@given(
    customers=st.sets(st.integers(1001, 1012), max_size=4),
    bounced=st.none() | st.booleans(),
    start=st.none() | st.dates(TODAY.replace(year=2025), TODAY),
    descending=st.booleans(),
    sort=st.sampled_from(["payment_id", "created_date", "received_date", "customer_id", "method"]),
)
def test_a_search_finds_what_a_plain_scan_finds(
    tenancy: Tenancy, customers: set[int], bounced: bool | None, start: object, descending: bool, sort: str
) -> None:
    pairs = [("search.customer_id", str(number)) for number in customers]
    pairs += [("search.bounced", str(bounced))] if bounced is not None else []
    pairs += [("search.created_date_start", str(start))] if start else []
    resource = RESOURCES["payments"]
    query = parse([*pairs, ("search.sort", "-" * descending + sort)], resource.searchable, resource.dates, resource.key)
    found = list(tenancy.select(resource, query.selection))
    rows = [row for row in tenancy.books.payments if _fits(row, query.selection)]
    rows.sort(key=lambda row: row.payment_id)
    assert found == sorted(rows, key=lambda row: getattr(row, sort), reverse=descending)


def _fits(row: object, selection: Selection) -> bool:
    equal = all(getattr(row, field) in values for field, values in selection.equals)
    return equal and all(getattr(row, field) >= first for field, (first, _) in selection.windows if first is not None)


@pytest.fixture(scope="module")
def tenancy() -> Tenancy:
    return Tenancy("acme", TODAY, 3, 0.01)


def test_pages_are_written_faster_than_anyone_reads_them(tenancy: Tenancy) -> None:
    resource = RESOURCES["payments"]
    pairs = [("search.page_size", "500"), ("search.created_date_start", "2025-01-01")]
    query = parse(pairs, resource.searchable, resource.dates, resource.key)
    tenancy.page(resource, query)
    started = time.process_time()
    for _ in range(20):
        tenancy.page(resource, query)
    assert 20 * 500 / (time.process_time() - started) > 20_000
