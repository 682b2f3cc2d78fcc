"""Bringing sales and billing into revenue, set up in the browser, run, and seen from then on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from tieout.people.actors import Role
from tieout.revenue.models import Batch
from tieout.revenue.sources import kind
from tieout.revenue.sources.settings import parse
from tieout.sync.models import Job, Process
from tieout.sync.runs import Run

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
Text = Callable[..., str]
KIND = ["revenue_data"]


def _fields(page: Any) -> dict[str, str]:
    """What the page's form would send as it stands."""
    form = html.document_fromstring(page.content.decode()).xpath("//form[@class='mapping']")[0]
    return {name: value for name, value in form.form_values() if name != "csrfmiddlewaretoken"}


@pytest.fixture
def made(client_as: Callable[..., Client], site: Any, text: Text) -> tuple[Client, Process]:
    """A process set up step by step, from August on."""
    browser = client_as(Role.ADMIN, Role.CONTROLLER)
    assert "Load sales and billing into revenue" in text(browser.get(reverse("process_new")))
    first = browser.get(reverse("process_new_connections", args=KIND))
    assert 'name="target"' not in first.content.decode()
    said = {"name": "Sales", "description": "", "source": site.source.pk}
    mapping = browser.post(reverse("process_new_connections", args=KIND), said, follow=True)
    assert "Hosted voice seat" in mapping.content.decode()
    sent = _fields(mapping)
    seat = next(name for name, value in sent.items() if value == "Hosted voice seat").removesuffix("product")
    told = {"head-start_on": "2026-10-01", f"{seat}recognised": "start", "credits-0-reason": "Goodwill credit"}
    told |= {"credits-0-treatment": "price_concession", "head-customer_fields": "Entity=segment"}
    schedule = browser.post(reverse("process_new_mapping", args=KIND), {**sent, **told}, follow=True)
    assert schedule.redirect_chain, text(schedule)
    browser.post(reverse("process_new_schedule", args=KIND), {"every": "demand", "catch_up": "once"})
    review = text(browser.get(reverse("process_new_review", args=KIND)))
    assert "Revenue data of this site" in review
    browser.post(reverse("process_new_review", args=KIND))
    return browser, Process.objects.get(name="Sales")


def test_what_was_said_in_the_wizard_is_the_mapping(made: tuple[Client, Process], text: Text) -> None:
    browser, process = made
    assert process.target is None
    assert process.settings["products"] == [{"product": "Hosted voice seat", "recognised": "start"}]
    assert process.settings["credits"] == [{"reason": "Goodwill credit", "treatment": "price_concession"}]
    assert process.settings["customer_fields"] == {"Entity": "segment"}
    page = text(browser.get(reverse("process_mapping", args=[process.pk])))
    for part in ("Hosted voice seat", "What was ordered together", "revio-", "Goodwill credit"):
        assert part in page
    overview = browser.get(reverse("process", args=[process.pk]))
    assert "It has not run yet" in text(overview)
    for gone in ("process_preview", "process_tie_out", "process_postings"):
        assert reverse(gone, args=[process.pk]) not in overview.content.decode()
    for elsewhere in ("process_preview", "process_tie_out"):
        assert browser.get(reverse(elsewhere, args=[process.pk]))["Location"] == reverse("process", args=[process.pk])
    exported = browser.get(reverse("process_mapping_csv", args=[process.pk])).content.decode()
    assert "Hosted voice seat,start" in exported
    changed = _fields(browser.get(reverse("process_mapping_edit", args=[process.pk]))) | {"head-contracts": "line"}
    browser.post(reverse("process_mapping_edit", args=[process.pk]), changed)
    process.refresh_from_db()
    assert process.settings["contracts"] == "line"


def test_a_run_waits_as_conversion_data_with_the_file_that_it_delivered(
    made: tuple[Client, Process], text: Text
) -> None:
    browser, process = made
    job = Job.objects.create(
        process=process, trigger="manual", requested_by="Test", state="running", attempt=1, queued_at=NOW
    )
    kind.load(Run(job, process, lambda: NOW), parse(process.settings))
    job.refresh_from_db()
    batch = Batch.objects.get(job=job)
    assert batch.state == Batch.State.WAITING
    assert job.counts["delivered"] > 100
    assert f"Batch {batch.pk}: Conversion data" in text(browser.get(reverse("job", args=[job.pk])))
    waiting = browser.get(reverse("conversion"))
    assert reverse("batch_original", args=[batch.pk]) in waiting.content.decode()
    original = browser.get(reverse("batch_original", args=[batch.pk]))
    assert b"".join(original.streaming_content if original.streaming else [original.content])[:2] == b"PK"
