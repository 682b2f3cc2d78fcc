"""Jobs with their original input, findings with what can be done about them, and raw records."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from tieout.people.actors import Role
from tieout.sync.models import Finding, Job

Text = Callable[..., str]


def unmapped_findings(site: Any) -> list[Finding]:
    found = list(Finding.objects.filter(process=site.receipts, rule="unmapped_method").order_by("pk"))
    assert len(found) > 2
    return found


def test_the_job_list_and_page_count_what_happened(controller: Client, site: Any, text: Text) -> None:
    job = site.receipts_job
    row = text(controller.get(reverse("jobs"), {"process": site.receipts.pk}), "tbody")
    assert f"{job.counts['read']:,}" in row
    assert "Needs attention" in row
    page = controller.get(reverse("job", args=[job.pk]))
    assert "Reading customers, payment_methods, payments" in text(page, ".timeline")
    assert f"Posted {job.counts['posted']}" in text(page, ".figures")


def test_the_original_input_comes_back_byte_for_byte(controller: Client, site: Any) -> None:
    job = site.receipts_job
    pages = list(job.pages.all())
    listed = controller.get(reverse("job_input", args=[job.pk])).content.decode()
    archive = zipfile.ZipFile(io.BytesIO(b"".join(controller.get(reverse("job_input_zip", args=[job.pk])))))
    assert len(archive.namelist()) == len(pages)
    for page in pages:
        body = controller.get(reverse("job_page", args=[job.pk, page.pk]))
        assert hashlib.sha256(body.content).digest() == bytes(page.sha256)
        assert body["Content-Disposition"].startswith("attachment")
        assert archive.read(next(name for name in archive.namelist() if f"-{page.pk}." in name)) == body.content
        assert bytes(page.sha256).hex() in listed


def test_nothing_of_one_environment_is_found_from_another(site: Any, client_as: Callable[..., Client]) -> None:
    stranger = client_as(*Role, at="sandbox")
    finding = unmapped_findings(site)[0]
    addresses = [
        reverse("process", args=[site.receipts.pk]),
        reverse("process_mapping", args=[site.receipts.pk]),
        reverse("job", args=[site.receipts_job.pk]),
        reverse("job_input_zip", args=[site.receipts_job.pk]),
        reverse("job_page", args=[site.receipts_job.pk, site.receipts_job.pages.first().pk]),
        reverse("finding", args=[finding.pk]),
        reverse("record", args=[finding.source_record_id]),
    ]
    assert {address: stranger.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 404)


def test_a_finding_names_record_cause_owner_and_remedy(controller: Client, site: Any, text: Text) -> None:
    finding = unmapped_findings(site)[0]
    words = text(controller.get(reverse("finding", args=[finding.pk])))
    for part in (finding.label, "The method 'Lockbox' has no mapping", "Here", "Map the method on the process"):
        assert part in words


def test_findings_are_narrowed_down_by_rule_owner_and_state(controller: Client, site: Any, text: Text) -> None:
    shown = controller.get(reverse("findings"), {"rule": "unmapped_method", "state": "open", "show": 100})
    count = len(unmapped_findings(site))
    assert text(shown, ".pager-count").endswith(f"of {count}")
    none = controller.get(reverse("findings"), {"rule": "unmapped_method", "owner": "target"})
    assert "Nothing matches" in text(none)


def test_the_chosen_findings_are_retried_and_no_others(controller: Client, site: Any, text: Text) -> None:
    chosen = unmapped_findings(site)[:2]
    said = controller.post(reverse("findings_retry"), {"finding": [each.pk for each in chosen]}, follow=True)
    assert "queued for these records only" in text(said)
    job = Job.objects.latest("pk")
    assert (job.trigger, job.parameters["records"]) == ("retry", sorted(each.record_id for each in chosen))
    nothing = controller.post(reverse("findings_retry"))
    assert nothing.status_code == 422
    assert "sync.nothing_chosen" in nothing.content.decode()


def test_a_decision_needs_a_choice_that_all_offer_and_a_reason(controller: Client, site: Any, text: Text) -> None:
    chosen = [each.pk for each in unmapped_findings(site)[:3]]
    asked = controller.post(reverse("findings_decide"), {"finding": chosen})
    assert asked.status_code == 200
    assert "Leave it out, and note it" in text(asked)
    unreasoned = controller.post(reverse("findings_decide"), {"finding": chosen, "decision": "leave_out", "reason": ""})
    assert unreasoned.status_code == 422
    wrong = controller.post(reverse("findings_decide"), {"finding": chosen, "decision": "book", "reason": "Because"})
    assert wrong.status_code == 422
    done = {"finding": chosen, "decision": "leave_out", "reason": "Goes through the other bank"}
    assert "3 findings are decided" in text(controller.post(reverse("findings_decide"), done, follow=True))
    page = text(controller.get(reverse("finding", args=[chosen[0]])))
    assert "Goes through the other bank" in page
    assert "Leave it out, and note it" in page


def test_a_raw_record_shows_what_was_sent_and_leads_to_its_page(controller: Client, site: Any, text: Text) -> None:
    finding = unmapped_findings(site)[0]
    page = controller.get(reverse("record", args=[finding.source_record_id]))
    words = text(page)
    assert finding.record_id in words
    assert "Newest version" in words
    record = page.context["record"]
    body = controller.get(reverse("job_page", args=[record.page.job_id, record.page_id])).content
    assert str(record.payload["payment_id"]) == finding.record_id
    assert json.dumps(record.payload["payment_id"]).encode() in body
