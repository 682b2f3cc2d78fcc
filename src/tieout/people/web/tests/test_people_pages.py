"""An Admin's work: the site, people and their roles, tokens."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import pytest
from django.test import Client

from tieout.people.actors import Role
from tieout.people.models import ApiToken, Grant, Site, User


@pytest.fixture
def admin(client_as: Callable[..., Client]) -> Client:
    return client_as(Role.ADMIN)


def test_a_new_person_can_sign_in_and_holds_the_roles_given(admin: Client) -> None:
    values = {
        "email": "Grace@Example.com",
        "name": "Grace",
        "password": "a long enough secret",
        "roles": ["accountant"],
    }
    assert "Grace can sign in now." in admin.post("/settings/people/add/", values, follow=True).content.decode()
    browser = Client()
    browser.post("/account/login/", {"login": "grace@example.com", "password": "a long enough secret"})
    assert browser.get("/connections/").status_code == 200
    assert browser.get("/settings/people/").status_code == 403


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"email": "admin-0@example.com"}, "is taken"),
        ({"email": "new@example.com", "password": "short"}, "too short"),
        ({"email": "not an address"}, "valid email"),
        ({"email": "new@example.com", "roles": ["emperor"]}, "not one of the available choices"),
    ],
)
def test_a_person_who_cannot_be_added_is_refused_with_the_reason(admin: Client, values: dict, said: str) -> None:
    page = admin.post("/settings/people/add/", values)
    assert page.status_code == 422
    assert said in page.content.decode()
    assert User.objects.count() == 1


def test_roles_are_given_and_taken_in_the_environment_shown_only(admin: Client, person: Callable[..., User]) -> None:
    clerk = person(Role.VIEWER, at="sandbox")
    admin.post(f"/settings/people/{clerk.pk}/", {"roles": ["accountant", "collector"]})
    held = set(Grant.objects.filter(user=clerk).values_list("environment__slug", "role"))
    assert held == {("sandbox", "viewer"), ("production", "accountant"), ("production", "collector")}


def test_the_last_admin_keeps_the_role_and_the_access(admin: Client) -> None:
    me = User.objects.get()
    page = admin.post(f"/settings/people/{me.pk}/", {"roles": []})
    assert page.status_code == 422
    assert "Make somebody else Admin first." in page.content.decode()
    refused = admin.post(f"/settings/people/{me.pk}/deactivate/")
    assert refused.status_code == 409
    assert User.objects.get().is_active


def test_a_deactivated_person_is_out_at_once_and_comes_back_on_word(
    admin: Client, client_as: Callable[..., Client]
) -> None:
    browser = client_as(Role.VIEWER, email="clerk@example.com")
    clerk = User.objects.get(email="clerk@example.com")
    assert browser.get("/connections/").status_code == 200
    assert "They cannot sign in any more" in admin.get(f"/settings/people/{clerk.pk}/deactivate/").content.decode()
    admin.post(f"/settings/people/{clerk.pk}/deactivate/")
    assert browser.get("/connections/").status_code == 302
    admin.post(f"/settings/people/{clerk.pk}/activate/")
    clerk.refresh_from_db()
    assert clerk.is_active


def test_the_site_gets_a_name_and_a_time_zone_and_nothing_that_is_none(admin: Client) -> None:
    values = {"name": "Northwind", "time_zone": "America/New_York", "country": "us"}
    assert "Northwind" in admin.post("/settings/site/", values, follow=True).content.decode()
    assert admin.post("/settings/site/", {**values, "time_zone": "Mars/Olympus"}).status_code == 422
    assert admin.post("/settings/site/", {**values, "country": "1!"}).status_code == 422
    assert Site.objects.values_list("time_zone", "country").get() == ("America/New_York", "US")


def test_the_secret_of_a_token_is_shown_once_and_only_its_hash_is_kept(admin: Client) -> None:
    page = admin.post("/settings/tokens/add/", {"name": "Export", "lifetime": "30"}).content.decode()
    secret = re.search(r"tieout_[\w-]{40,}", page)
    assert secret
    token = ApiToken.objects.get()
    assert bytes(token.digest) == hashlib.sha256(secret[0].encode()).digest()
    assert token.expires_at
    assert (token.expires_at - token.created_at).days == 30
    assert secret[0] not in admin.get("/settings/tokens/").content.decode()


def test_a_token_is_revoked_by_its_owner_or_an_admin_and_by_nobody_else(
    admin: Client, client_as: Callable[..., Client]
) -> None:
    owner, other = client_as(Role.ACCOUNTANT), client_as(Role.ACCOUNTANT)
    for name in ("First", "Second"):
        owner.post("/settings/tokens/add/", {"name": name, "lifetime": ""})
    first, second = ApiToken.objects.order_by("pk")
    assert "First" not in other.get("/settings/tokens/").content.decode()
    assert other.post(f"/settings/tokens/{first.pk}/revoke/").status_code == 404
    assert "Revoked" in owner.post(f"/settings/tokens/{first.pk}/revoke/", follow=True).content.decode()
    assert admin.post(f"/settings/tokens/{second.pk}/revoke/").status_code == 302
    assert not ApiToken.objects.filter(revoked_at=None).exists()
