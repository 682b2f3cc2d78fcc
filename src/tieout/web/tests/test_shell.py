"""The shell: environments, errors as pages and toasts, sign-in first, nothing kept in caches."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone

from tieout.kernel.money import Money
from tieout.people.actors import Role
from tieout.people.models import Grant, User
from tieout.web import display, faults
from tieout.web.assets import AssetMissing, copy
from tieout.web.fragments import Fragment
from tieout.web.icons import ICONS
from tieout.web.pages import Page


def test_the_page_always_says_which_environment_it_shows(client_as: Callable[..., Client], environments: dict) -> None:
    client = client_as(Role.VIEWER)
    Grant.objects.create(user=User.objects.get(), environment=environments["sandbox"], role=Role.VIEWER)
    assert 'data-environment="production"' in client.get("/connections/").content.decode()
    page = client.post("/environment/sandbox/", follow=True).content.decode()
    assert 'data-environment="sandbox"' in page
    assert "You are looking at Sandbox now." in page
    assert 'data-environment="sandbox"' in client.get("/account/").content.decode()


def test_an_environment_without_a_role_there_cannot_be_looked_at(client_as: Callable[..., Client]) -> None:
    refused = client_as(Role.ADMIN).post("/environment/sandbox/")
    assert refused.status_code == 404
    assert "people.no_environment" in refused.content.decode()


def test_somebody_without_any_role_learns_whom_to_ask(client_as: Callable[..., Client]) -> None:
    client = client_as()
    assert client.get("/", follow=True).request["PATH_INFO"] == "/account/"
    assert "this takes the role" in client.get("/connections/").content.decode()


def test_an_unknown_address_is_answered_in_the_shell_and_to_a_stranger_outside_of_it(
    client_as: Callable[..., Client],
) -> None:
    inside, outside = client_as(Role.VIEWER).get("/nowhere/"), Client().get("/nowhere/")
    assert inside.status_code == outside.status_code == 404
    assert 'id="sidebar"' in inside.content.decode()
    assert 'id="sidebar"' not in outside.content.decode()


def test_htmx_gets_an_error_as_a_toast_and_the_page_stays(client_as: Callable[..., Client]) -> None:
    refused = client_as(Role.VIEWER).get("/settings/people/", headers={"HX-Request": "true"})
    said = json.loads(refused["HX-Trigger"])["tieout:toast"]
    assert refused.status_code == 403
    assert refused["HX-Reswap"] == "none"
    assert said["code"] == "people.role_missing"
    assert said["text"]


def test_a_fragment_whose_session_ended_leaves_for_the_sign_in_page(db: None) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/connections/?q=a"}
    left = Client().get("/connections/", headers=headers)
    assert left["HX-Redirect"] == "/account/login/?next=/connections/%3Fq%3Da"


def test_a_form_from_elsewhere_is_refused(client_as: Callable[..., Client]) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client_as(Role.ADMIN).cookies
    refused = strict.post("/settings/site/", {"name": "Taken over"})
    assert refused.status_code == 403
    assert "web.stale_form" in refused.content.decode()


@pytest.mark.parametrize(("over", "status"), [(False, 200), (True, 286)])
def test_a_part_that_is_alive_is_asked_for_until_it_says_that_it_is_over(
    person: Callable[..., User], over: bool, status: int
) -> None:
    class Part(Fragment):
        permission = None
        template_name = "people/active.html"

        def load(self) -> dict[str, Any]:
            return {"value": over}

        def finished(self, shown: dict[str, Any]) -> bool:
            return shown["value"]

    request = RequestFactory().get("/")
    request.user, request.actor, request.now = person(), None, timezone.now()
    assert Part.as_view()(request).status_code == status


def test_a_view_without_a_permission_gets_no_address() -> None:
    with pytest.raises(TypeError, match="declares no permission"):
        Page.as_view()


def test_the_last_resort_page_needs_no_database_and_hides_the_cause() -> None:
    broken = faults.server_error(RequestFactory().get("/"))
    assert broken.status_code == 500
    assert "tieout.error" in broken.content.decode()


def test_times_are_shown_in_the_time_zone_of_the_site() -> None:
    at = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    with timezone.override("America/New_York"):
        shown = display.moment(at, now=at + timedelta(minutes=3))
    assert ">1 Nov 2026, 01:30</time>" in shown
    assert "EDT" in shown
    assert "3\xa0minutes ago" in shown


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [(123456789, "USD", "1,234,567.89"), (-5, "USD", "-0.05"), (1234, "JPY", "1,234"), (1234, "KWD", "1.234")],
)
def test_money_has_the_decimals_of_its_currency(minor: int, currency: str, shown: str) -> None:
    assert f">{shown} <" in display.money(Money(minor, currency)).replace("&#x27;", "'")


def test_what_users_write_is_escaped_everywhere() -> None:
    evil = "<script>alert(1)</script>"
    assert evil not in display.status(evil, evil)
    assert evil not in render_to_string("cotton/code.html", {"text": evil, "title": evil})


def test_no_icon_is_carried_that_no_page_uses() -> None:
    package = Path(__file__).resolve().parents[2]
    sources = [*package.rglob("*.html"), *package.glob("**/web/**/*.py")]
    quoted = set(re.findall(r'"([a-z0-9-]+)"', " ".join(each.read_text() for each in sources)))
    assert ICONS - quoted == set()


def test_missing_browser_files_are_an_error_that_says_what_to_run(tmp_path) -> None:
    with pytest.raises(AssetMissing, match="npm ci"):
        copy(tmp_path / "node_modules", tmp_path / "vendor")
    assert not (tmp_path / "vendor").exists()
