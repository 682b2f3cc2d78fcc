"""The process list and a process's own pages, as the people who work with them see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tieout.people.actors import Role
from tieout.sync.models import Job, Process

Text = Callable[..., str]


def test_the_list_says_what_runs_when_and_how_it_stands(controller: Client, site: Any, text: Text) -> None:
    page = controller.get("/", follow=True)
    words = text(page)
    assert page.redirect_chain[0][0] == reverse("processes")
    for part in ("Payments to receipts", "Weekdays at 06:00", "23 Nov 2026, 06:00", "NEEDS ATTENTION", "IDLE"):
        assert part in words
    assert "every 2s" not in page.content.decode()
    assert "Billing" not in text(controller.get("/processes/?q=payments"), "#list")


def test_an_empty_environment_says_what_to_do_first(site: Any, client_as: Callable[..., Client], text: Text) -> None:
    page = client_as(Role.ADMIN, Role.CONTROLLER, at="sandbox").get("/processes/")
    assert "First connect the system" in text(page)
    assert reverse("connection_choose") in page.content.decode()
    page = client_as(Role.CONTROLLER, at="sandbox").get("/processes/")
    assert "Revenue needs none: contracts and bills come in by file." in text(page)
    assert text(page, "#list").endswith("Import data")


def test_a_run_is_queued_shown_live_and_can_be_stopped(controller: Client, site: Any, text: Text) -> None:
    said = controller.post(reverse("process_run", args=[site.receipts.pk]), follow=True)
    assert "is queued" in text(said)
    assert "QUEUED" in text(said, "h1")
    assert "every 2s" in controller.get("/processes/").content.decode()
    again = controller.post(reverse("process_run", args=[site.receipts.pk]))
    assert again.status_code == 409
    assert "sync.already_active" in again.content.decode()

    job = Job.objects.filter(process=site.receipts).latest("pk")
    fragment = reverse("process_heading", args=[site.receipts.pk])
    assert controller.get(fragment, headers={"HX-Request": "true"}).status_code == 200
    assert "is stopped" in text(controller.post(reverse("job_stop", args=[job.pk]), follow=True))
    ended = controller.get(fragment, headers={"HX-Request": "true"})
    assert (ended.status_code, ended["HX-Trigger"]) == (286, "tieout:ended")


def test_a_viewer_sees_everything_and_is_offered_nothing(viewer: Client, site: Any) -> None:
    for page in ("processes", "jobs", "findings", "postings"):
        content = viewer.get(reverse(page)).content.decode()
        assert reverse("process_run", args=[site.receipts.pk]) not in content
    content = viewer.get(reverse("process", args=[site.receipts.pk])).content.decode()
    assert "Run now" not in content
    assert "Switch off" not in content
    assert viewer.post(reverse("process_run", args=[site.receipts.pk])).status_code == 403


def test_the_overview_shows_the_last_run_findings_deposits_and_postings(
    controller: Client, site: Any, text: Text
) -> None:
    words = text(controller.get(reverse("process", args=[site.receipts.pk])))
    assert "Methods without a mapping" in words
    assert "BOA-OPER" in words
    assert "Verified" in words
    assert f"Read {site.receipts_job.counts['read']:,}" in words


def test_a_process_is_switched_off_and_on_again(controller: Client, site: Any, text: Text) -> None:
    off = controller.post(reverse("process_off", args=[site.receipts.pk]), follow=True)
    assert "is switched off" in text(off)
    assert Process.objects.get(pk=site.receipts.pk).next_run_at is None
    controller.post(reverse("process_on", args=[site.receipts.pk]))
    assert Process.objects.get(pk=site.receipts.pk).next_run_at is not None


def test_a_process_with_postings_cannot_be_deleted(controller: Client, site: Any, text: Text) -> None:
    address = reverse("process_delete", args=[site.receipts.pk])
    assert "Delete this process?" in text(controller.get(address))
    refused = controller.post(address)
    assert refused.status_code == 409
    assert "Switch the process off" in text(refused)


def test_name_and_connections_can_be_changed(controller: Client, site: Any) -> None:
    values = {"name": "Deposits", "description": "", "source": site.source.pk, "target": site.target.pk}
    controller.post(reverse("process_edit", args=[site.receipts.pk]), values)
    changed = Process.objects.get(pk=site.receipts.pk)
    assert (changed.name, changed.settings) == ("Deposits", site.receipts.settings)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"every": "daily", "at": "07:30"}, "21 Nov 2026, 07:30"),
        ({"every": "working_day", "n": "-1", "at": "18:00"}, "30 Nov 2026, 18:00"),
        ({"every": "cron", "cron": "0 6 * * 7"}, "22 Nov 2026, 06:00"),
        ({"every": "cron", "cron": "never"}, "is not a cron expression"),
        ({"every": "minutes", "n": "0"}, "0 is not between 1 and 1440"),
    ],
)
def test_the_next_runs_follow_the_form_in_the_sites_time_zone(
    controller: Client, text: Text, asked: dict[str, str], shown: str
) -> None:
    from tieout.people.models import Site

    Site.objects.update(time_zone="America/New_York")
    assert shown in text(controller.get(reverse("next_runs"), asked, headers={"HX-Request": "true"}))


def test_a_schedule_is_saved_or_refused_at_the_form(controller: Client, site: Any, text: Text) -> None:
    address = reverse("process_schedule_edit", args=[site.receipts.pk])
    refused = controller.post(address, {"every": "hours", "n": "900", "catch_up": "once"})
    assert refused.status_code == 422
    assert "900 is not between" in text(refused)
    saved = controller.post(address, {"every": "hours", "n": "6", "catch_up": "each"}, follow=True)
    assert "Every 6 hours" in text(saved)
    assert "Run once per missed slot" in text(saved)
