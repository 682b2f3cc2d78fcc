"""Settings › Accounting, Post journals and Export journals, as a controller and as somebody who only looks meet them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.pages.conftest import Site
from tieout.connect.models import Connection
from tieout.ledger.errors import PreflightFailed
from tieout.ledger.journals.tests.books import RevenueBooks
from tieout.ledger.models import AccountMapping, Posting
from tieout.people.actors import Role
from tieout.revenue.models import CustomField
from tieout.sync.models import Job, Process

pytestmark = pytest.mark.django_db
Words = Callable[..., str]


@pytest.fixture
def books(site: Site) -> RevenueBooks:
    """A contract in September, which is closing; the ledger is the site's."""
    Process.objects.filter(kind__in=("revenue_journals", "journal_check")).delete()
    made = RevenueBooks(site.target.environment_id, Connection.objects.get(pk=site.target.pk))
    made.sell("A", 120_000, dimensions="class=BUS")
    made.freeze("2026-09")
    return made


def say(client: Client, page: str, data: dict[str, Any], *args: Any) -> Any:
    return client.post(reverse(page, args=args), data, follow=True)


def test_a_controller_sets_accounting_up(site: Site, controller: Client, text: Words) -> None:
    assert "No ledger receives journals yet" in text(controller.get(reverse("accounting")))
    choose = text(controller.get(reverse("accounting_connect")))
    assert "AC Journal Posting" in choose
    assert "Sage Intacct" in choose
    told = {
        "connection": site.target.pk,
        "journal": "APJ",
        "posts": "on_demand",
        "detail": "contract",
        "most_lines": 500,
    }
    said = say(controller, "accounting_journal", told)
    assert "Saved." in text(said, ".alert") or "Saved." in said.content.decode()
    assert set(Process.objects.filter(source=None).values_list("kind", flat=True)) == {
        "revenue_journals",
        "journal_check",
    }
    said = say(controller, "accounting_map", {"event": "billing", "debit": "12000", "credit": "23000"})
    page = text(said)
    assert "12000 Accounts receivable" in page
    assert "23000 Deferred revenue - current" in page
    wrong = controller.post(reverse("accounting_map"), {"event": "billing", "debit": "99999"})
    assert wrong.status_code == 422
    assert "Account 99999 does not exist in the ledger" in text(wrong)
    field = {
        "api_name": "segment",
        "label": "Segment",
        "source": "customer",
        "in_journals": "on",
        "dimension": "GLDIMSEGMENT",
    }
    assert "GLDIMSEGMENT" in text(say(controller, "accounting_field_add", field))
    page = text(say(controller, "accounting_look", {}))
    assert "Make journal entry" in page
    assert "Payables, open for entries." in page
    assert "Segment → GLDIMSEGMENT" in page


def test_what_the_ledger_lacks_is_named(site: Site, books: RevenueBooks, controller: Client, text: Words) -> None:
    books.bring(customer=[{"customer_id": "7", "fields": "segment=77"}])
    CustomField.objects.create(
        environment_id=books.environment_id,
        api_name="segment",
        label="Segment",
        source="customer",
        in_journals=True,
        dimension="GLDIMSEGMENT",
    )
    Process.objects.filter(pk=books.process.pk).update(settings={"journal": "PYRJ"})
    books.map({"revenue": "50000", "receivable": "12345"})
    page = text(say(controller, "accounting_look", {}))
    assert "is inactive" in page
    assert "Account 50000 requires a department, and the line has none." in page
    assert "The ledger has no account 12345." in page
    assert "1 account 23000. With all dimensions that the latest figures give them." in page
    assert "1 of 1 values are not in the ledger's list, or inactive: 77" in page


def test_accounts_are_exported_and_imported(site: Site, books: RevenueBooks, controller: Client, text: Words) -> None:
    exported = controller.get(reverse("accounting_export")).content.decode()
    changed = exported.replace("40100", "40200")
    file = SimpleUploadedFile("accounts.csv", changed.encode())
    assert "would change" in text(controller.post(reverse("accounting_import"), {"file": file}))
    assert AccountMapping.objects.get(role="revenue", product_id="").account == "40100"
    say(controller, "accounting_apply", {})
    assert AccountMapping.objects.get(role="revenue", product_id="").account == "40200"
    place = {"role": "revenue", "product_id": "", "entity": "", "dimension": ""}
    address = f"{reverse('accounting_unmap')}?{urlencode(place)}"
    assert "falls back" in text(controller.get(address))
    assert "has no account" in text(controller.post(address, follow=True)) or "have no account" in text(
        controller.get(reverse("accounting"))
    )


def test_journals_are_prepared_previewed_and_queued(
    site: Site, books: RevenueBooks, controller: Client, text: Words
) -> None:
    page = text(controller.get(reverse("journals")))
    assert "2026-09 US" in page
    period = books_period(books)
    dry = text(controller.get(reverse("journal_dry_run", args=[period])))
    assert "Intacct holds now" in dry
    assert "12000" in dry
    assert "1,200.00" in dry
    books.plan()
    Job.objects.filter(process=books.process).update(state="succeeded")
    entry = Posting.objects.get(process=books.process)
    page = text(controller.get(reverse("journals"), {"period": "2026-09", "entity": "US", "account": "40100"}))
    assert entry.group in page
    assert entry.group not in text(controller.get(reverse("journals"), {"account": "40999"}), "#list")
    preview = text(controller.get(reverse("journals_preview"), {"posting": entry.pk}))
    assert "40100" in preview
    assert "class BUS" in preview or "class=BUS" in preview
    said = say(controller, "journals_post", {"posting": entry.pk})
    assert "Export under way" in text(said)
    job = Job.objects.get(process=books.process, parameters__post=[entry.pk])
    assert "Unchanged" not in text(controller.get(reverse("job", args=[job.pk])))  # it reads nothing
    assert "Choose entries" not in text(controller.get(reverse("journal_exports")))


def test_each_status_says_what_became_of_the_entry_and_what_to_do(
    site: Site, books: RevenueBooks, controller: Client, text: Words
) -> None:
    [entry] = books.plan()
    page = reverse("journals")
    assert "Planned" in text(controller.get(page), "#list")
    refreshed = controller.get(page, headers={"HX-Request": "true", "HX-Target": "list"})
    assert "1 to be posted" in text(refreshed, "#due")
    assert b"hx-swap-oob" in refreshed.content
    refused = PreflightFailed("The ledger has no account 40100.")
    Posting.objects.filter(pk=entry.pk).update(state="failed", problem=refused.as_dict())
    shown = text(controller.get(page), "#list")
    assert f"Failed The ledger has no account 40100. {refused.advice}" in shown
    Posting.objects.filter(pk=entry.pk).update(state="planned", problem=None)
    booked = {"record_no": "4711", "record_url": "https://ledger.example/4711"}
    for state, word in (("sending", "Sending"), ("sent", "Sent"), ("verified", "Success")):
        Posting.objects.filter(pk=entry.pk).update(state=state, **(booked if state == "sent" else {}))
        assert word in text(controller.get(page), "#list")
    answer = controller.get(page)
    assert reverse("posting_record", args=[entry.pk]) in answer.content.decode()
    assert "4711" in text(answer, "#list")
    assert controller.get(reverse("posting_record", args=[entry.pk])).url == booked["record_url"]


def test_a_refusal_is_foreseen_before_posting_and_told_after(
    site: Site, books: RevenueBooks, controller: Client, text: Words
) -> None:
    [entry] = books.plan()
    assert "would refuse" not in text(controller.get(reverse("journals_preview"), {"posting": entry.pk}))
    entry.lines.filter(account="40100").update(account="49999")
    shown = text(controller.get(reverse("journals_preview"), {"posting": entry.pk}))
    assert f"The ledger would refuse {entry.group} The ledger has no account 49999." in shown
    refused = PreflightFailed("The ledger has no account 49999.")
    Posting.objects.filter(pk=entry.pk).update(state="failed", problem=refused.as_dict())
    Job.objects.filter(process=books.process).update(state="attention", counts={"failed": 1})
    shown = text(controller.get(reverse("journal_exports")), ".live")
    assert f"{refused.message} {refused.advice} {entry.group}" in shown


def test_nothing_chosen_is_said_so(site: Site, controller: Client, text: Words) -> None:
    answer = controller.get(reverse("journals_preview"))
    assert answer.status_code == 422
    assert "No journal entry was chosen" in text(answer)
    assert f'href="{reverse("journals")}"' in answer.content.decode()


def test_the_tabs_of_the_process_lead_to_where_its_things_are(
    site: Site, books: RevenueBooks, controller: Client, viewer: Client
) -> None:
    for page, place in (
        ("process_mapping", "accounting"),
        ("process_tie_out", "journals"),
        ("process_preview", "journals"),
    ):
        assert controller.get(reverse(page, args=[books.process.pk])).url == reverse(place)
    assert viewer.get(reverse("process_mapping", args=[books.process.pk])).url == reverse("journals")
    assert controller.get(reverse("process", args=[books.process.pk])).status_code == 200
    assert b"revenue_journals" not in controller.get(reverse("process_new")).content


def test_who_only_looks_sees_journals_and_cannot_set_up_or_post(
    site: Site, books: RevenueBooks, viewer: Client, client_as: Callable[..., Client], text: Words
) -> None:
    assert "Preview…" not in text(viewer.get(reverse("journals")))
    assert viewer.get(reverse("accounting")).status_code == 403
    assert viewer.post(reverse("journals_post"), {"posting": 1}).status_code == 403
    assert client_as(Role.ADMIN).get(reverse("accounting")).status_code == 403


def books_period(books: RevenueBooks) -> int:
    from tieout.revenue import periods

    return periods.find(books.environment_id, "US", "2026-09").pk
