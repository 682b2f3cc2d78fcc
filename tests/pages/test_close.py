"""Months closed in the browser: periods set up, steps signed, a dry run read and saved, a month locked and opened again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tieout.close.tests.conftest import Desk
from tieout.connect.models import Connection
from tieout.ledger.journals.tests.books import NOW, RevenueBooks
from tieout.people.actors import Actor, Role
from tieout.revenue import periods
from tieout.revenue.models import Batch

SEPTEMBER = "2026-09"


@pytest.fixture
def desk(environments: dict[str, Any], actor: Callable[..., Actor]) -> Desk:
    """Books with one contract, and a controller of them."""
    where = environments["production"].pk
    target = Connection.objects.create(environment_id=where, connector="intacct", name="Ledger", created_at=NOW)
    books = RevenueBooks(where, target)
    books.sell("A", 120_000)
    return Desk(books, actor(Role.CONTROLLER), NOW)


@pytest.fixture
def browser(client_as: Callable[..., Client]) -> Client:
    return client_as(Role.CONTROLLER)


def _at(page: str, desk: Desk, *args: Any, label: str = SEPTEMBER) -> str:
    return reverse(page, args=[desk.period(label).pk, *args])


def test_the_list_leads_to_each_period_that_was_opened(desk: Desk, browser: Client, text: Callable[..., str]) -> None:
    shown = text(browser.get(reverse("close")))
    assert "2026-09 US 30 Sep 2026 Open" in shown
    assert "2026-11" not in shown


def test_a_month_is_closed_step_by_step(desk: Desk, browser: Client, text: Callable[..., str]) -> None:
    page = _at("close_period", desk)
    assert "0 of 7 steps done" not in text(browser.get(page))
    browser.post(_at("close_freeze", desk))
    shown = text(browser.get(page))
    assert "2026-09 US Closing" in shown
    assert "Posted Attention 3 lines are left to post" in shown
    desk.now = periods.period(desk.books.environment_id, desk.period(SEPTEMBER).pk).closings.get().frozen_at
    refused = browser.post(_at("close_lock", desk))
    assert refused.status_code == 409
    assert "Journals previewed: 3 lines to post" in text(refused, "body")
    assert f'href="{page}"' in refused.content.decode()
    for step in ("data", "preview"):
        browser.post(_at("close_sign", desk, step), {"note": "Looked at it"})
    desk.post(SEPTEMBER)
    assert "6 of 7 steps done" in text(browser.get(page))
    browser.post(_at("close_lock", desk))
    shown = text(browser.get(page))
    assert "2026-09 US Closed" in shown
    assert "7 of 7 steps done" in shown
    assert "Looked at it" in shown
    for ending, start in (("pdf", b"%PDF-"), ("xlsx", b"PK")):
        package = browser.get(_at("close_package", desk, 1, ending))
        assert b"".join(package.streaming_content)[: len(start)] == start
        assert f"close-2026-09-US.{ending}" in package["Content-Disposition"]
    assert "2026-09 · APJ · USD · US · 1" in text(browser.get(f"{page}?tab=entries"))
    assert desk.period(SEPTEMBER).figures.outputs_hash in text(browser.get(f"{page}?tab=closings"))


def test_what_is_not_clear_asks_for_a_note_at_its_field(desk: Desk, browser: Client, text: Callable[..., str]) -> None:
    Batch.objects.create(
        environment_id=desk.books.environment_id, origin="upload", state="ready", title="Orders", created_at=NOW
    )
    form = _at("close_sign", desk, "data")
    assert "1 batch waits" in text(browser.get(form))
    refused = browser.post(form, {"note": ""})
    assert refused.status_code == 422
    assert "Say in a few words why" in text(refused)
    browser.post(form, {"note": "It is for October"})
    shown = text(browser.get(_at("close_period", desk)))
    assert "It is for October" in shown
    browser.post(_at("close_withdraw", desk, "data"))
    assert "It is for October" not in text(browser.get(_at("close_period", desk)))


def test_the_dry_run_shows_what_the_ledger_will_hold(desk: Desk, browser: Client, text: Callable[..., str]) -> None:
    page = _at("close_dry_run", desk)
    assert "There are no figures yet" in text(browser.get(page), "body")
    desk.freeze(SEPTEMBER)
    shown = text(browser.get(page))
    assert "40100 department 100 location US 0.00 0.00 -100.00 0.00 -100.00" in shown
    assert "Together 0.00 0.00 0.00 0.00 0.00 USD" in shown
    rows = list(csv.reader(io.StringIO(browser.get(f"{page}csv/").content.decode("utf-8-sig"))))
    assert ["40100", "department=100;location=US", "USD", "0.00", "0.00", "-100.00", "0.00", "-100.00"] in rows
    assert browser.get(f"{page}xlsx/").content[:2] == b"PK"
    assert browser.get(f"{page}docx/").status_code == 404
    desk.post(SEPTEMBER)
    assert "Nothing is left to post" in text(browser.get(page))
    assert "-100.00 0.00 0.00 0.00 -100.00" in text(browser.get(f"{page}?all=1"))


def test_reopening_shows_what_is_reversed_before_it_asks_why(
    desk: Desk, browser: Client, text: Callable[..., str]
) -> None:
    desk.month(SEPTEMBER)
    form = _at("close_reopen", desk)
    shown = text(browser.get(form))
    assert "40100 department 100 location US 100.00 USD" in shown
    assert "Revenue voice 100.00 100.00 0.00" in shown
    assert browser.post(form, {"reason": ""}).status_code == 422
    browser.post(form, {"reason": "A contract was wrong"})
    page = _at("close_period", desk)
    shown = text(browser.get(f"{page}?tab=closings"))
    assert "Reopened" in shown
    assert "A contract was wrong" in shown
    assert desk.period(SEPTEMBER).state == "open"


def test_setting_periods_up_says_when_the_contracts_begin(
    desk: Desk, browser: Client, text: Callable[..., str]
) -> None:
    assert "The first contract was signed on" in text(browser.get(reverse("periods_new")))


def test_a_frozen_month_is_thawed_with_a_reason(desk: Desk, browser: Client, text: Callable[..., str]) -> None:
    desk.freeze(SEPTEMBER)
    browser.post(_at("close_thaw", desk), {"reason": "An invoice is missing"})
    assert "An invoice is missing" in text(browser.get(f"{_at('close_period', desk)}?tab=closings"))


def test_a_viewer_sees_everything_and_changes_nothing(
    desk: Desk, client_as: Callable[..., Client], text: Callable[..., str]
) -> None:
    viewer = client_as(Role.VIEWER)
    response = viewer.get(_at("close_period", desk))
    assert response.status_code == 200
    assert not {"Freeze", "Sign"} & set(text(response).split())
    assert viewer.post(_at("close_freeze", desk)).status_code == 403


def test_owners_and_the_four_eyes_rule_are_settings(
    desk: Desk, browser: Client, person: Callable[..., Any], text: Callable[..., str]
) -> None:
    clerk = person(Role.ACCOUNTANT, email="clerk@example.com")
    page = reverse("close_settings")
    browser.post(page, {"four_eyes": "on", "data": clerk.pk})
    assert "Data in: owner" in text(browser.get(page))
    assert "Clerk" in text(browser.get(_at("close_period", desk)))


def test_periods_are_previewed_set_up_and_extended(
    client_as: Callable[..., Client], environments: dict[str, Any], text: Callable[..., str]
) -> None:
    browser = client_as(Role.CONTROLLER)
    assert "No accounting periods yet" in text(browser.get(reverse("periods")))
    assert "was signed on" not in text(browser.get(reverse("periods_new")))
    wanted = {"entity": "US", "first": "2025-12-28", "calendar": "4-4-5", "years": "1", "weekday": "5", "month": "12"}
    assert "2026-P01 Sun 28 Dec 2025 Sat 24 Jan 2026 28" in text(
        browser.get(reverse("periods_preview"), wanted), "table"
    )
    odd = browser.get(reverse("periods_preview"), {**wanted, "first": "2026-06-15"})
    assert "No fiscal year of weeks begins on 2026-06-15" in odd.content.decode()
    browser.post(reverse("periods_new"), wanted)
    shown = text(browser.get(reverse("periods")))
    assert "US Weeks, 4-4-5, 12 periods" in shown
    assert "2026-P01 28 Dec 2025 24 Jan 2026 Open" in shown
    browser.post(f"{reverse('periods_extend')}?entity=US", {"years": "1"})
    assert "2027-P12" in text(browser.get(reverse("periods")))
    again = browser.post(reverse("periods_new"), {**wanted, "years": "99"})
    assert again.status_code == 422
