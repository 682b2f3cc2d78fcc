"""Postings from the list down to the bytes, and what people do with them; preview and tie-out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from tieout.kernel.money import Money
from tieout.ledger.models import Posting
from tieout.sync.models import Job, Process

Text = Callable[..., str]


def receipt_of(site: Any) -> Posting:
    return Posting.objects.filter(process=site.receipts, state="verified").order_by("pk").first()  # type: ignore[return-value]


def entry_of(site: Any) -> Posting:
    return Posting.objects.get(process=site.journal)


def test_the_list_adds_up_what_it_shows(controller: Client, site: Any, text: Text) -> None:
    shown = controller.get(reverse("postings"), {"kind": "receipt", "process": site.receipts.pk})
    total = sum(posting.total_minor for posting in Posting.objects.filter(process=site.receipts))
    assert str(Money(total, "USD")) in text(shown, ".totals")
    posting = receipt_of(site)
    found = text(controller.get(reverse("postings"), {"q": posting.key}), "tbody")
    assert posting.group in found
    assert "Nothing matches" in text(controller.get(reverse("postings"), {"until": "2020-01-01"}))


def test_each_line_of_a_receipt_leads_to_its_payment_and_the_payment_to_its_bytes(
    controller: Client, site: Any, text: Text
) -> None:
    posting = receipt_of(site)
    page = controller.get(reverse("posting", args=[posting.pk]))
    assert text(page, ".steps-bar").startswith("Planned")
    for line in posting.lines.all():
        source = line.sources.get()
        assert f"Payment {source.record_id}" in text(page, ".lines")
        record = controller.get(reverse("record", args=[source.source_record_id]))
        assert Money.parse(record.context["record"].payload["amount"], posting.currency).minor == line.amount_minor
        page_of = record.context["record"].page
        assert (
            source.record_id.encode() in controller.get(reverse("job_page", args=[page_of.job_id, page_of.pk])).content
        )


def test_the_records_behind_a_journal_line_add_up_to_it(controller: Client, site: Any) -> None:
    posting = entry_of(site)
    page = controller.get(reverse("posting", args=[posting.pk]))
    line = max(page.context["rows"], key=lambda each: each.record_count)
    address = reverse("posting_line", args=[posting.pk, line.pk])
    assert address in page.content.decode()
    first = controller.get(address, headers={"HX-Request": "true"}).context["sources"]
    amounts = [
        source.amount_minor
        for number in first.paginator.page_range
        for source in controller.get(address, {"page": number}).context["sources"].object_list
    ]
    assert len(amounts) == line.record_count
    assert abs(sum(amounts)) == line.amount_minor


def test_the_request_is_shown_as_sent_with_its_secrets_masked(
    controller: Client, site: Any, text: Text, vendors: Any
) -> None:
    posting = receipt_of(site)
    said = text(controller.get(reverse("posting", args=[posting.pk])), ".attempt")
    assert posting.key in said
    assert "record_otherreceipt" in said
    told = vendors.credentials()["intacct"]
    assert told["sender_password"] not in said
    assert told["user_password"] not in said


def test_a_posting_is_checked_again_against_the_ledger(controller: Client, site: Any, text: Text) -> None:
    said = controller.post(reverse("posting_check", args=[receipt_of(site).pk]), follow=True)
    assert "The ledger holds exactly what was planned" in text(said)


def test_a_reversal_asks_for_a_reason_and_is_queued(controller: Client, viewer: Client, site: Any, text: Text) -> None:
    posting = receipt_of(site)
    address = reverse("posting_reverse", args=[posting.pk])
    assert viewer.get(address).status_code == 403
    assert "taken out of the ledger" in text(controller.get(address))
    assert controller.post(address, {"reason": ""}).status_code == 422
    done = controller.post(address, {"reason": "Wrong bank"}, follow=True)
    assert "Reversing" in text(done, ".steps-bar")
    assert "Wrong bank" in text(done)
    assert Job.objects.latest("pk").parameters["reverse"] == [posting.pk]


def test_what_is_verified_is_not_posted_again(controller: Client, site: Any, text: Text) -> None:
    refused = controller.post(reverse("posting_post", args=[receipt_of(site).pk]))
    assert refused.status_code == 409
    assert "one that was sent is never sent again" in text(refused)


def test_the_preview_shows_groups_deposits_refusals_and_the_call_budget(
    controller: Client, site: Any, text: Text
) -> None:
    rows = [*site.receipts.settings["methods"], {**site.receipts.settings["methods"][0], "method": "Lockbox"}]
    rows[-1]["department"] = "999"
    site_settings = {**site.receipts.settings, "methods": rows}
    Process.objects.filter(pk=site.receipts.pk).update(settings=site_settings)
    address = reverse("process_preview", args=[site.receipts.pk])
    assert 'hx-trigger="load"' in controller.get(address).content.decode()
    shown = controller.get(address, headers={"HX-Request": "true"})
    words = text(shown, "body")
    planned = shown.context["preview"].planned
    assert planned
    assert all("Lockbox" in each.group for each in planned)
    assert "The ledger has no department '999'." in words
    assert f"Creating {len(planned)}" in words
    total = sum(each.total.minor for each in shown.context["preview"].deposits)
    assert total == sum(each.document.total.minor for each in planned)
    assert not Posting.objects.filter(process=site.receipts, state="planned").exists()


def test_the_preview_of_a_changed_journal_shows_the_balanced_difference(
    controller: Client, site: Any, text: Text
) -> None:
    codes = [{**row, "account": "40500"} for row in site.journal.settings["codes"]]
    Process.objects.filter(pk=site.journal.pk).update(settings={**site.journal.settings, "codes": codes})
    shown = controller.get(reverse("process_preview", args=[site.journal.pk]), {"read": 1})
    (planned,) = shown.context["preview"].planned
    sides = {
        side: sum(line.amount.minor for line in planned.document.lines if line.side == side)
        for side in ("debit", "credit")
    }
    assert sides["debit"] == sides["credit"] > 0
    assert "40500" in text(shown)


def test_the_tie_out_reads_the_ledger_and_every_difference_is_zero(controller: Client, site: Any, text: Text) -> None:
    for process, period in (
        (site.receipts, {"since": "2026-11-10", "until": "2026-11-19"}),
        (site.journal, {"since": "2026-10-01", "until": "2026-10-31"}),
    ):
        address = reverse("process_tie_out", args=[process.pk])
        assert "Reading the ledger" in text(controller.get(address))
        shown = controller.get(address, {**period, "read": 1})
        assert "Everything ties out" in text(shown)
        assert shown.context["rows"]
        assert "difference" not in shown.content.decode().split("<tbody>")[1].split("</tbody>")[0]


def test_a_record_deleted_in_the_ledger_makes_the_difference_loud(
    controller: Client, site: Any, text: Text, vendors: Any
) -> None:
    posting = receipt_of(site)
    day = posting.day.isoformat()
    Posting.objects.filter(pk=posting.pk).update(state="reversing")
    shown = controller.get(reverse("process_tie_out", args=[site.receipts.pk]), {"since": day, "until": day, "read": 1})
    assert "It does not tie out" in text(shown)
    assert 'class="numeric difference"' in shown.content.decode()


def test_an_absurd_period_is_refused_at_the_form(controller: Client, site: Any, text: Text) -> None:
    shown = controller.get(
        reverse("process_tie_out", args=[site.receipts.pk]), {"since": "1990-01-01", "until": "2026-01-01", "read": 1}
    )
    assert "Choose at most 400 days" in text(shown)
