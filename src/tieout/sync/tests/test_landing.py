"""Pages land whole or not at all: bytes, versions, canonical rows, findings, counts and cursor belong together."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from django.db import connection

from tieout.connectors.kit.streams import Page
from tieout.ledger.tests.books import Books
from tieout.records.models import Payment
from tieout.sync import landing, queries
from tieout.sync.errors import LeaseLost
from tieout.sync.models import Finding, InputPage, Job, SourceRecord, StreamPosition
from tieout.sync.runs import Run


class Stream:
    """Payments of one source, landing page by page in one run after another."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.process = books.process("receipts", {})
        self.run: Run = books.run(self.process)
        self.position = StreamPosition.objects.create(process=self.process, stream="payments", until=self.run.clock())
        self.pages = 0

    def again(self) -> None:
        """The next run."""
        self.run = self.books.run(self.process)
        self.pages = 0

    def land(self, *pages: Sequence[dict[str, Any]], last: bool = False) -> None:
        """Land these pages together."""
        made = [self._page(records, last=last and records is pages[-1]) for records in pages]
        landing.land(self.run, self.books.source, made, self.position)

    @property
    def counts(self) -> dict[str, int]:
        found: dict[str, int] = Job.objects.get(pk=self.run.job.pk).counts
        return {name: count for name, count in found.items() if count}

    def amounts(self) -> list[tuple[int, bool]]:
        """Every version of payment 1, oldest first: minor units, and whether it is the current one."""
        rows = SourceRecord.objects.filter(external_id="1").order_by("pk").values_list("payload__amount", "current")
        return [(int(float(amount) * 100), current) for amount, current in rows]

    def _page(self, records: Sequence[dict[str, Any]], *, last: bool) -> landing.Prepared:
        self.pages += 1
        body = orjson.dumps({"records": records, "page": self.pages})
        place = {"page": self.pages}
        page = Page("payments", self.pages, body, f"GET /Payments?page={self.pages}", tuple(records), place, last)
        return landing.prepare(self.books.source, page, "payment_id")


def payment(number: int, amount: str = "10.00", **facts: Any) -> dict[str, Any]:
    common = {"customer_id": 7, "method": "ACH", "received_date": "2026-11-02T00:00:00"}
    return {"payment_id": number, "amount": amount, **common, **facts}


@pytest.fixture
def stream(environments: dict[str, Any]) -> Stream:
    return Stream(Books(environments["sandbox"].pk))


def test_a_page_lands_with_its_bytes_versions_rows_counts_and_cursor(stream: Stream) -> None:
    stream.land([payment(1), payment(2, "-3.50", reference_number="tab\there \\N 'q' 𝄞")])
    page = InputPage.objects.get()
    assert orjson.loads(zlib.decompress(bytes(page.body)))["records"][1]["payment_id"] == 2
    assert page.size == len(queries.page_body(page))
    rows = list(Payment.objects.order_by("external_id").values_list("amount_minor", "reference"))
    assert rows == [(1000, ""), (-350, "tab\there \\N 'q' 𝄞")]
    versions = SourceRecord.objects.order_by("ordinal").values_list("external_id", "page_id", "ordinal")
    assert list(versions) == [("1", page.pk, 0), ("2", page.pk, 1)]
    assert stream.counts == {"read": 2, "new": 2}
    assert StreamPosition.objects.get().position == {"page": 1}


def test_a_character_that_the_database_refuses_is_shown_by_its_symbol_and_the_bytes_stay(stream: Stream) -> None:
    stream.land([payment(1, reference_number="A\x00B", notes=["x\x00", {"deep": r"a \u0000 spelt out"}])])
    assert Payment.objects.get().reference == "A␀B"
    assert SourceRecord.objects.get().payload["notes"] == ["x␀", {"deep": r"a \u0000 spelt out"}]
    assert orjson.loads(queries.page_body(InputPage.objects.get()))["records"][0]["reference_number"] == "A\x00B"


def test_an_id_may_be_of_any_characters(stream: Stream) -> None:
    named = r"Ø\t𝄞 \N" + "\t\n"
    stream.land([{**payment(1), "payment_id": named, "note": named}])
    stored = SourceRecord.objects.get()
    assert (stored.external_id, stored.payload["note"]) == (named, named)
    assert Payment.objects.get().external_id == named
    stream.again()
    stream.land([{**payment(1), "payment_id": named, "note": named}])
    assert stream.counts == {"read": 1, "unchanged": 1}


def test_a_record_that_changes_and_changes_back_has_three_versions(stream: Stream) -> None:
    for amount in ("10.00", "12.00", "10.00"):
        stream.land([payment(1, amount), payment(2)])
    assert stream.amounts() == [(1000, False), (1200, False), (1000, True)]
    canonical = Payment.objects.get(external_id="1")
    assert canonical.amount_minor == 1000
    assert canonical.source_record.current
    assert stream.counts == {"read": 6, "new": 2, "changed": 2, "unchanged": 2}
    newest = queries.versions(canonical.source_record)
    assert [version.payload["amount"] for version in newest] == ["10.00", "12.00", "10.00"]


def test_pages_that_land_together_count_each_record_once_and_keep_its_last_state(stream: Stream) -> None:
    stream.land([payment(1, "10.00"), payment(2)], [payment(1, "11.00"), payment(3)])
    assert stream.amounts() == [(1100, True)]
    assert SourceRecord.objects.get(external_id="1").page == InputPage.objects.get(number=2)
    assert stream.counts == {"read": 4, "new": 3, "unchanged": 1}


def test_a_page_read_again_after_a_restart_changes_nothing(stream: Stream) -> None:
    stream.land([payment(1)])
    stream.pages = 0
    stream.land([payment(1)], [payment(2)])
    assert InputPage.objects.count() == 2
    assert stream.amounts() == [(1000, True)]
    assert stream.counts == {"read": 3, "new": 2, "unchanged": 1}


def test_the_order_of_fields_makes_no_new_version(stream: Stream) -> None:
    stream.land([payment(1)])
    stream.again()
    stream.land([dict(reversed(payment(1).items()))])
    assert stream.counts == {"read": 1, "unchanged": 1}


def test_an_unreadable_record_stays_raw_with_a_finding_until_it_is_mended(stream: Stream) -> None:
    stream.land([payment(1, "ten"), payment(2)])
    found = Finding.objects.get()
    assert (found.rule, found.record_id, found.source_record) == (
        "unreadable",
        "1",
        SourceRecord.objects.get(external_id="1"),
    )
    assert "amount" in found.cause
    assert list(Payment.objects.values_list("external_id", flat=True)) == ["2"]
    assert stream.counts == {"read": 2, "new": 2, "skipped": 1}
    stream.again()
    stream.land([payment(1, "10.00"), payment(2)])
    assert Finding.objects.get().state == Finding.State.RESOLVED
    assert Payment.objects.get(external_id="1").amount_minor == 1000


def test_the_last_page_ends_the_read_and_says_until_when(stream: Stream) -> None:
    stream.land([payment(1)], [payment(2)], last=True)
    position = StreamPosition.objects.get()
    assert (position.position, position.synced_until) == (None, position.until)


def test_a_worker_that_lost_its_lease_lands_nothing(stream: Stream) -> None:
    Job.objects.filter(pk=stream.run.job.pk).update(attempt=2)
    with pytest.raises(LeaseLost):
        stream.land([payment(1)])
    stored = (InputPage, SourceRecord, Payment)
    assert [model.objects.count() for model in stored] == [0, 0, 0]
    assert StreamPosition.objects.get().position is None


def test_a_version_once_stored_stays_as_it_is(stream: Stream) -> None:
    stream.land([payment(1)])
    with pytest.raises(Exception, match="append_only"), connection.cursor() as cursor:
        cursor.execute("update sync_sourcerecord set payload = '{}'")
