"""Setting a process up with the wizard, changing its mapping, and taking the mapping to a spreadsheet and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tieout.demo import mappings
from tieout.people.actors import Role
from tieout.sync.models import Process

Text = Callable[..., str]


def form_of(page: Any) -> dict[str, str]:
    """Every field of the page's form with the value that it shows: what a browser would send back."""
    from lxml import html

    form = html.document_fromstring(page.content.decode()).xpath("//form[@class='mapping']")[0]
    return {name: value for name, value in form.form_values() if not name.endswith("-DELETE")}


def row_of(sent: dict[str, str], method: str, field: str = "method") -> str:
    """The prefix of the row that speaks of this method."""
    return next(name for name, value in sent.items() if value == method and name.endswith(f"-{field}"))[: -len(field)]


@pytest.fixture
def fresh(controller: Client, site: Any) -> Client:
    """A controller in whose environment no process is on yet."""
    Process.objects.update(enabled=False)
    return controller


def begin(client: Client, site: Any, kind: str) -> Any:
    values = {"name": "Set up by hand", "description": "", "source": site.source.pk, "target": site.target.pk}
    return client.post(reverse("process_new_connections", args=[kind]), values, follow=True)


def test_the_wizard_sets_a_receipts_process_up(fresh: Client, site: Any, text: Text) -> None:
    assert "Sync Payments to Sage Intacct Other Receipts" in text(fresh.get(reverse("process_new")))
    page = begin(fresh, site, "receipts")
    sent = form_of(page)
    ach = row_of(sent, "ACH")
    assert "Lockbox" in sent.values()
    sent |= {f"{ach}treatment": "bank", f"{ach}bank_account": "BOA-OPER", f"{ach}account": "10920"}
    sent |= {
        f"{ach}location": "US-NYC",
        f"{ach}department": "410",
        f"{ach}class_id": "BUS",
        "rules-bounced": "leave_out",
    }
    page = fresh.post(reverse("process_new_mapping", args=["receipts"]), sent, follow=True)
    assert page.redirect_chain[-1][0] == reverse("process_new_schedule", args=["receipts"])
    page = fresh.post(
        reverse("process_new_schedule", args=["receipts"]),
        {"every": "daily", "at": "05:15", "catch_up": "once"},
        follow=True,
    )
    assert "1 row" in text(page)
    assert "Daily at 05:15" in text(page)
    page = fresh.post(reverse("process_new_review", args=["receipts"]), follow=True)
    assert "It has not run yet" in text(page)
    made = Process.objects.get(name="Set up by hand")
    assert [row["method"] for row in made.settings["methods"]] == ["ACH"]
    assert (made.settings["rules"]["bounced"], made.schedule["at"]) == ("leave_out", "05:15")


def test_a_code_that_the_ledger_does_not_have_is_named_at_its_field(fresh: Client, site: Any, text: Text) -> None:
    sent = form_of(begin(fresh, site, "receipts"))
    ach, cash = row_of(sent, "ACH"), row_of(sent, "Cash")
    sent |= {f"{ach}treatment": "bank", f"{ach}bank_account": "BOA-NOWHERE", f"{ach}account": "10920"}
    sent |= {f"{cash}treatment": "undeposited", f"{cash}undeposited_account": "10900"}
    page = fresh.post(reverse("process_new_mapping", args=["receipts"]), sent)
    assert page.status_code == 422
    words = text(page)
    assert "The ledger has no bank account 'BOA-NOWHERE'." in words
    assert "Cash needs either an income or clearing account, or an account label" in words
    assert form_of(page)[f"{ach}bank_account"] == "BOA-NOWHERE"


def test_more_rows_come_without_a_script_and_keep_what_was_typed(fresh: Client, site: Any) -> None:
    sent = form_of(begin(fresh, site, "receipts"))
    ach = row_of(sent, "ACH")
    more = form_of(
        fresh.post(reverse("process_new_mapping", args=["receipts"]), {**sent, f"{ach}account": "half", "more": "rows"})
    )
    assert int(more["rows-TOTAL_FORMS"]) >= int(sent["rows-TOTAL_FORMS"])
    assert more[f"{row_of(more, 'ACH')}account"] == "half"


def test_a_step_that_was_skipped_leads_back_and_missing_systems_are_named(
    site: Any, client_as: Callable[..., Client], text: Text
) -> None:
    stranger = client_as(Role.ADMIN, at="sandbox")
    assert stranger.get(reverse("process_new_review", args=["receipts"]))["Location"] == reverse(
        "process_new_connections", args=["receipts"]
    )
    words = text(stranger.get(reverse("process_new_connections", args=["gl_reports"])))
    assert "No connected system can deliver the records" in words


def test_a_journal_that_would_book_cash_twice_is_refused_with_the_reason(
    controller: Client, site: Any, text: Text
) -> None:
    address = reverse("process_mapping_edit", args=[site.journal.pk])
    sent = form_of(controller.get(address))
    assert sent["head-cash"] == "clearing"
    refused = controller.post(address, {**sent, "head-cash": "include"})
    assert refused.status_code == 422
    words = text(refused)
    assert "The journal would book the cash that 'Payments to receipts' books as receipts" in words
    assert "ledger.booked_twice" in words
    assert Process.objects.get(pk=site.journal.pk).settings["cash"] == "clearing"


def test_the_forms_of_a_stored_mapping_give_it_back_unchanged(controller: Client, site: Any) -> None:
    for process in (site.receipts, site.journal):
        before = Process.objects.get(pk=process.pk).settings
        address = reverse("process_mapping_edit", args=[process.pk])
        sent = form_of(controller.get(address))
        assert controller.post(address, sent).status_code == 302
        after = Process.objects.get(pk=process.pk).settings
        after["rules"] = {name: after["rules"][name] for name in before["rules"]}
        assert after == before


def test_the_lists_of_both_systems_are_read_on_demand(controller: Client, site: Any, text: Text) -> None:
    said = text(controller.post(reverse("process_lists", args=[site.receipts.pk]), follow=True))
    assert "rows of the ledger's lists" in said
    assert " 0 payment methods" not in said


def test_several_hundred_rows_stay_one_page(controller: Client, site: Any) -> None:
    rows = [{**site.receipts.settings["methods"][0], "method": f"Method {number}"} for number in range(300)]
    settings = {**mappings.receipts(date(2026, 11, 17)), "methods": rows}
    Process.objects.filter(pk=site.receipts.pk).update(settings=settings)
    address = reverse("process_mapping_edit", args=[site.receipts.pk])
    sent = form_of(controller.get(address))
    sent[f"{row_of(sent, 'Method 250')}class_id"] = "RES"
    assert controller.post(address, sent).status_code == 302
    stored = Process.objects.get(pk=site.receipts.pk).settings["methods"]
    assert [row["class_id"] for row in stored].count("RES") == 1
    assert len(stored) == 300


def test_a_mapping_goes_to_a_spreadsheet_and_comes_back(controller: Client, site: Any, text: Text) -> None:
    exported = controller.get(reverse("process_mapping_csv", args=[site.receipts.pk])).content.decode()
    changed = exported.replace("MERIDIAN-CARD", "BOA-OPER")
    address = reverse("process_mapping_import", args=[site.receipts.pk])

    def give(data: str) -> Any:
        return controller.post(address, {"file": SimpleUploadedFile("mapping.csv", data.encode())})

    assert "nothing to change" in text(give(exported))
    assert "BOA-NOWHERE" in text(give(exported.replace("MERIDIAN-CARD", "BOA-NOWHERE")))
    assert "rows would change" in text(give(changed))
    done = controller.post(reverse("process_mapping_apply", args=[site.receipts.pk]), follow=True)
    assert "The mapping is imported" in text(done)
    banks = {row["bank_account"] for row in Process.objects.get(pk=site.receipts.pk).settings["methods"]}
    assert "MERIDIAN-CARD" not in banks
    assert controller.post(reverse("process_mapping_apply", args=[site.receipts.pk])).status_code == 422
