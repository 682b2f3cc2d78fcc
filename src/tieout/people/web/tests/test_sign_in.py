"""Signing in, with and without a second factor; forgotten passwords; one's own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory

from tieout.people.actors import Role
from tieout.people.models import User
from tieout.people.sign_in import SocialAccountAdapter

PASSWORD = "correct horse battery staple"
"""Everybody's, see the root conftest."""


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> None:
    cache.clear()


@pytest.fixture
def company(settings: Any) -> None:
    """The company's OpenID Connect provider is set up."""
    app = {"provider_id": "company", "name": "Northwind ID", "client_id": "a", "secret": "b", "settings": {}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}


def sign_in(browser: Client, user: User, password: str = PASSWORD):
    return browser.post("/account/login/", {"login": user.email, "password": password}, follow=True)


def code_for(secret: str) -> str:
    """What the authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_a_known_person_gets_in_and_out_again(person: Callable[..., User]) -> None:
    browser, user = Client(), person(Role.VIEWER)
    assert not sign_in(browser, user).request["PATH_INFO"].startswith("/account/")
    assert browser.get("/connections/").status_code == 200
    assert browser.post("/account/logout/", follow=True).request["PATH_INFO"] == "/account/login/"
    assert browser.get("/connections/").status_code == 302


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(person: Callable[..., User]) -> None:
    user = person(Role.VIEWER)
    wrong = sign_in(Client(), user, "not this one").content.decode()
    user.email = "stranger@example.com"
    unknown = sign_in(Client(), user).content.decode()
    said = "The email address and/or password you specified are not correct."
    assert said in wrong
    assert said in unknown


def test_guessing_is_slowed_down_even_for_the_right_password(person: Callable[..., User]) -> None:
    user = person(Role.VIEWER)
    for _ in range(5):
        sign_in(Client(), user, "a guess")
    page = sign_in(Client(), user).content.decode()
    assert "Too many failed login attempts" in page


def test_a_deactivated_person_is_not_let_in(person: Callable[..., User]) -> None:
    user = person(Role.VIEWER)
    User.objects.filter(pk=user.pk).update(is_active=False)
    browser = Client()
    sign_in(browser, user)
    assert browser.get("/connections/").status_code == 302


def test_a_second_factor_is_set_up_and_asked_for_and_a_recovery_code_replaces_it_once(
    person: Callable[..., User],
) -> None:
    browser, user = Client(), person(Role.VIEWER)
    sign_in(browser, user)
    assert browser.get("/account/2fa/totp/activate/").url.startswith("/account/reauthenticate/")
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert "data:image/svg+xml" in page.content.decode()
    shown = browser.post("/account/2fa/totp/activate/", {"code": code_for(secret)}, follow=True).content.decode()
    recovery = re.findall(r"<textarea[^>]*>\s*(\w+)", shown)[0]
    assert "Off" not in browser.get("/account/").content.decode()

    again = Client()
    assert sign_in(again, user).request["PATH_INFO"] == "/account/2fa/authenticate/"
    assert again.get("/connections/").status_code == 302
    again.post("/account/2fa/authenticate/", {"code": recovery})
    assert again.get("/connections/").status_code == 200

    thief = Client()
    sign_in(thief, user)
    thief.post("/account/2fa/authenticate/", {"code": recovery})
    assert thief.get("/connections/").status_code == 302


def test_a_forgotten_password_is_replaced_by_a_letter_that_works_once(person: Callable[..., User]) -> None:
    user = person(Role.VIEWER)
    Client().post("/account/password/reset/", {"email": user.email})
    link = re.search(r"/account/password/reset/key/\S+", mail.outbox[0].body)
    assert link
    browser = Client()
    form = browser.get(link[0], follow=True)
    fresh = "entirely different words"
    browser.post(form.request["PATH_INFO"], {"password1": fresh, "password2": fresh})
    assert sign_in(Client(), user).request["PATH_INFO"] == "/account/login/"
    assert not sign_in(Client(), user, fresh).request["PATH_INFO"].startswith("/account/")
    assert "Bad Token" in Client().get(link[0], follow=True).content.decode()


def test_no_letter_goes_to_a_stranger_and_the_page_does_not_tell(db: None) -> None:
    page = Client().post("/account/password/reset/", {"email": "stranger@example.com"}, follow=True)
    assert page.request["PATH_INFO"] == "/account/password/reset/done/"
    assert all("/password/reset/key/" not in letter.body for letter in mail.outbox)


def test_a_person_sees_their_roles_changes_their_name_and_ends_other_sessions(person: Callable[..., User]) -> None:
    here, there, user = Client(), Client(), person(Role.ACCOUNTANT)
    sign_in(here, user)
    sign_in(there, user)
    assert "Accountant" in here.get("/account/").content.decode()
    assert "Ada Lovelace" in here.post("/account/", {"name": "Ada Lovelace"}, follow=True).content.decode()
    here.post("/account/sessions/")
    assert there.get("/connections/").status_code == 302
    assert here.get("/connections/").status_code == 200


def from_company(address: str, *, verified: bool) -> SocialLogin:
    """Somebody whom the company's provider vouches for."""
    mine = EmailAddress(email=address, verified=verified)
    return SocialLogin(account=SocialAccount(provider="company", uid="1"), email_addresses=[mine])


def test_the_company_provider_lets_in_people_who_are_known(person: Callable[..., User], company: None) -> None:
    clerk = person(Role.VIEWER)
    request = RequestFactory().get("/account/oidc/company/login/callback/")
    SocialAccountAdapter().pre_social_login(request, from_company(clerk.email.upper(), verified=True))
    assert SocialAccount.objects.get().user == clerk


def test_the_company_provider_lets_in_no_stranger_and_no_unverified_address(
    person: Callable[..., User], company: None
) -> None:
    clerk, request = person(Role.VIEWER), RequestFactory().get("/account/oidc/company/login/callback/")
    for address, verified in ((clerk.email, False), ("stranger@example.com", True)):
        with pytest.raises(ImmediateHttpResponse) as refused:
            SocialAccountAdapter().pre_social_login(request, from_company(address, verified=verified))
        assert refused.value.response.status_code == 403
        assert "You are not known here" in refused.value.response.content.decode()


def test_the_company_provider_is_offered_only_when_it_is_set_up(db: None, request: pytest.FixtureRequest) -> None:
    assert "Northwind ID" not in Client().get("/account/login/").content.decode()
    request.getfixturevalue("company")
    assert "Sign in with Northwind ID" in Client().get("/account/login/").content.decode()
